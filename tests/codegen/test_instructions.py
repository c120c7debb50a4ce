"""Size and instructions of the digits network, to the byte and to the instruction.

Both are exact for a given compiler and emulator: any change is a change of the generated code,
for better or worse, and is to be entered here on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from support.engine_runs import golden_outputs, output_specs, write_network

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.engines import random_inputs
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.footprint import link_footprint
from cubeai_auto.firmware.toolchain import arm_gcc, qemu
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model

Measure = Callable[[str, str], tuple[int, int, int]]

GCC, QEMU = "12.2", "7.2"

# optimization, opt level: instructions (largest of five vectors), kernel flash, stack
FIGURES = {
    ("time", "O2"): (138_096, 2_328, 164),
    ("time", "O3"): (134_654, 3_116, 132),
    ("balanced", "O2"): (141_644, 2_180, 164),
    ("balanced", "Os"): (150_983, 1_936, 148),
    ("size", "O2"): (148_840, 2_132, 148),
}

pytestmark = [pytest.mark.corpus, pytest.mark.emulator]


@pytest.fixture(scope="module")
def measure(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Measure:
    """Instructions, kernel flash and stack of the int8 digits network in one build."""
    model = corpus / "models_made" / "digits_mlp_int8.tflite"
    if not model.is_file():
        pytest.skip(f"{model} is not there")
    graph = load_model(model)
    inputs = random_inputs(graph, 5, 1)
    target = find_target("stm32f4")

    @cache
    def build(optimization: str, opt_level: str) -> tuple[int, int, int]:
        work = tmp_path_factory.mktemp("digits")
        sources = work / "generated"
        network = write_network(graph, sources, CompileOptions(optimization=optimization))
        linked = link_footprint(sources, "network", target=target, work=work, opt_level=opt_level)
        ran = run_on_emulator(
            sources,
            "network",
            inputs,
            output_specs(graph),
            target=target,
            work=work,
            opt_level=opt_level,
        )
        assert network.memory.size == linked.activations == 912
        assert linked.weight_symbols + linked.bias_symbols == 119_080
        golden = golden_outputs(graph, network.layers, inputs)
        assert ran.outputs[0].tobytes() == golden[0].tobytes()
        return ran.instructions_max, linked.code + linked.rodata + linked.data, ran.stack_bytes

    return build


def test_gates(measure: Measure) -> None:
    """Whatever the versions: the limits of the project, in one and the same build."""
    instructions, flash, _ = measure("time", "O2")
    assert instructions <= 183_000
    assert flash <= 2_400


@pytest.mark.parametrize(("optimization", "opt_level"), FIGURES)
def test_no_drift(measure: Measure, optimization: str, opt_level: str) -> None:
    versions = f"gcc {arm_gcc().version}, QEMU {qemu().version}"
    if not (arm_gcc().version.startswith(GCC) and qemu().version.startswith(QEMU)):
        pytest.skip(f"the figures are for gcc {GCC} and QEMU {QEMU}; here: {versions}")
    assert measure(optimization, opt_level) == FIGURES[optimization, opt_level]

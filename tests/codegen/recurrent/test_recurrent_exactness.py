"""SVDF and LSTM: golden model, C and TFLM give the same bytes, step after step."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Collection
from support.engine_runs import golden_outputs, output_specs, write_network
from support.kernel_bench import sanitized
from support.recurrent_cases import SEQUENCE, function_of_16_bits

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.golden.lstm import SIGMOID, sigmoid, tanh
from cubeai_auto.codegen.lower import lower
from cubeai_auto.firmware.compile import compile_sources, network_flags, network_sources
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.host import run_on_host
from cubeai_auto.firmware.toolchain import arm_gcc, host_compiler
from cubeai_auto.target import find_target
from cubeai_auto.tflm.host import run_host

Outputs = tuple[np.ndarray, ...]
Collections = Callable[[str], Collection]
Golden = Callable[[str], Outputs]
KINDS = ("svdf", "lstm")
STRICT = (
    "-Werror", "-pedantic", "-Wshadow", "-Wundef", "-Wcast-align", "-Wstrict-prototypes",
    "-Wmissing-prototypes", "-Wwrite-strings", "-Wdouble-promotion",
)  # fmt: skip


def one_by_one(cases: Collection) -> Outputs:
    """The golden model's outputs, with a reset before every vector."""
    layers = lower(cases.graph, dsp=True)
    single = [
        golden_outputs(cases.graph, layers, [vectors[k : k + 1] for vectors in cases.inputs])
        for k in range(SEQUENCE)
    ]
    return tuple(np.concatenate(rows) for rows in zip(*single, strict=True))


@pytest.mark.oracle
@pytest.mark.parametrize("kind", KINDS)
def test_golden_model_is_equal_to_the_oracle(
    kind: str, recurrent_cases: Collections, recurrent_golden: Golden
) -> None:
    cases = recurrent_cases(kind)
    expected = run_host(cases.model, cases.inputs, independent=False).outputs
    assert cases.differing(recurrent_golden(kind), expected) == {}


@pytest.mark.oracle
@pytest.mark.parametrize("kind", KINDS)
def test_a_reset_before_every_vector(
    kind: str, recurrent_cases: Collections, recurrent_golden: Golden, tmp_path: Path
) -> None:
    cases = recurrent_cases(kind)
    alone = one_by_one(cases)
    expected = run_host(cases.model, cases.inputs, independent=True).outputs
    assert cases.differing(alone, expected) == {}
    assert len(cases.differing(alone, recurrent_golden(kind))) > len(cases.names) // 2
    write_network(cases.graph, tmp_path / "generated")
    ran = run_on_host(
        tmp_path / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        work=tmp_path,
        opt_level="O0",
        independent=True,
    )
    assert cases.differing(ran.outputs, expected) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_c_on_the_host_under_sanitizers(
    kind: str, recurrent_cases: Collections, recurrent_golden: Golden, tmp_path: Path
) -> None:
    cases = recurrent_cases(kind)
    assert cases.differing(sanitized(cases, tmp_path, dsp=True), recurrent_golden(kind)) == {}


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("kind", "target", "opt_level"),
    [
        ("svdf", "stm32f4", "O2"),
        ("svdf", "stm32f0", "Os"),
        ("lstm", "stm32f4", "O2"),
        ("lstm", "stm32f4", "O0"),
        ("lstm", "stm32f1", "O3"),
    ],
)
def test_c_on_the_emulator(
    kind: str,
    target: str,
    opt_level: str,
    recurrent_cases: Collections,
    recurrent_golden: Golden,
    tmp_path: Path,
) -> None:
    chip, cases = find_target(target), recurrent_cases(kind)
    write_network(cases.graph, tmp_path / "generated", CompileOptions(dsp=chip.dsp))
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        target=chip,
        work=tmp_path,
        opt_level=opt_level,
    )
    assert ran.warnings == ()
    assert cases.differing(ran.outputs, recurrent_golden(kind)) == {}
    sys.stdout.write(f"{kind} {target} {opt_level}: {ran.instructions_max:,} instructions\n")


@pytest.mark.emulator
@pytest.mark.parametrize("kind", KINDS)
def test_a_reset_before_every_vector_on_the_emulator(
    kind: str, recurrent_cases: Collections, tmp_path: Path
) -> None:
    cases = recurrent_cases(kind)
    write_network(cases.graph, tmp_path / "generated")
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        target=find_target("stm32f4"),
        work=tmp_path,
        independent=True,
    )
    assert cases.differing(ran.outputs, one_by_one(cases)) == {}


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("operator", "power", "golden"),
    [
        ("LOGISTIC", -12, sigmoid),
        *(("TANH", power, lambda x, p=power: tanh(x, p + 12)) for power in (-9, -11, -12, -13, -15)),
    ],
)
def test_sigmoid_and_tanh_of_all_16_bit_numbers(
    operator: str, power: int, golden: Callable[[np.ndarray], np.ndarray]
) -> None:
    """TFLM's operators of 16 bits are what its LSTM calls."""
    x = np.arange(-32768, 32768)
    assert np.array_equal(function_of_16_bits(operator, power), golden(x))


def test_the_kernel_has_the_golden_table() -> None:
    text = (files("cubeai_auto.codegen") / "kernels" / "cai_lstm_s8.c").read_text("utf-8")
    listed = re.search(r"sigmoid_of\[256\] = \{([^}]*)\}", text)
    assert listed is not None
    assert [int(number) for number in re.findall(r"\d+", listed[1])] == SIGMOID.tolist()


@pytest.mark.parametrize("kind", [*KINDS, "lstm_f32"])
@pytest.mark.parametrize(
    "target",
    [None, *(pytest.param(name, marks=pytest.mark.arm) for name in ("stm32f0", "stm32f4", "stm32u5"))],
)
def test_no_compiler_has_anything_to_say(
    kind: str, target: str | None, recurrent_cases: Collections, tmp_path: Path
) -> None:
    chip = None if target is None else find_target(target)
    dsp = chip is None or chip.dsp
    write_network(recurrent_cases(kind).graph, tmp_path / "generated", CompileOptions(dsp=dsp))
    built = compile_sources(
        host_compiler() if chip is None else arm_gcc(),
        network_sources(tmp_path / "generated", "network"),
        tmp_path,
        "objects",
        flags=(*(() if chip is None else chip.flags), *STRICT, *network_flags()),
        includes=(tmp_path / "generated",),
    )
    assert built.warnings == ()

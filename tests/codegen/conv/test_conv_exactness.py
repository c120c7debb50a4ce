"""int8 CONV_2D: golden model, C on host and emulator, and TFLM give the same bytes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from support.conv_cases import conv_chain
from support.engine_cases import Collection
from support.engine_runs import golden_outputs, host_outputs, output_specs, write_network
from support.small_models import graph_of
from support.tflite_builder import build

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.layers import ConvS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.target import find_target
from cubeai_auto.tflm.host import run_host

Outputs = tuple[np.ndarray, ...]


@pytest.mark.oracle
def test_golden_model_is_equal_to_the_oracle(
    conv_cases: Collection, conv_golden: Outputs, conv_oracle: Outputs
) -> None:
    assert conv_cases.differing(conv_golden, conv_oracle) == {}


def test_the_cases_reach_every_kernel(conv_cases: Collection) -> None:
    kernels: dict[str, list[str]] = {}
    finishes = set()
    for name, layer in zip(conv_cases.names, lower(conv_cases.graph, dsp=True), strict=True):
        kernels.setdefault(layer.body.kernel, []).append(name)
        if isinstance(layer.body, ConvS8) and layer.body.paired is not None:
            finishes.add((layer.body.paired.exact, layer.body.paired.signed))
    assert set(kernels) == {
        "cai_conv_s8",
        "cai_conv_s8_packed",
        "cai_conv_s8_packed_exact",
        "cai_conv_s8_paired",
        "cai_conv_s8_paired_exact",
        "cai_dense_s8_paired",
    }
    assert {(False, False), (False, True)} <= finishes
    assert set(kernels["cai_conv_s8"]) == {"minus_128_pairs", "all_minus_128"}
    assert {"dead_but_moving", "two_segments", "left_shift_20"} <= set(
        kernels["cai_conv_s8_paired_exact"]
    )
    assert {"dead_channels", "multiplier_zero", "right_shift_14"} <= set(kernels["cai_conv_s8_paired"])
    assert {"rows_of_three_bytes", "axes_apart"} <= set(kernels["cai_conv_s8_packed"])
    assert {"whole_image", "pixels_1", "pixels_2"} <= set(kernels["cai_dense_s8_paired"])


@pytest.mark.parametrize("dsp", [True, False])
def test_c_on_the_host_under_sanitizers(
    dsp: bool, conv_cases: Collection, conv_golden: Outputs, tmp_path: Path
) -> None:
    ran = host_outputs(conv_cases.graph, conv_cases.inputs, tmp_path, CompileOptions(dsp=dsp))
    assert conv_cases.differing(ran.outputs, conv_golden) == {}
    assert ran.warnings == ()


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("target", "optimization", "opt_level"),
    [
        ("stm32f4", "time", "O2"),
        ("stm32f4", "balanced", "O3"),
        ("stm32f4", "size", "Os"),
        ("stm32f4", "ram", "O0"),  # without optimization the portable twin is compiled
        ("stm32f1", "balanced", "O2"),
        ("stm32f0", "size", "Os"),
    ],
)
def test_c_on_the_emulator(
    target: str,
    optimization: str,
    opt_level: str,
    conv_cases: Collection,
    conv_golden: Outputs,
    tmp_path: Path,
) -> None:
    chip = find_target(target)
    write_network(
        conv_cases.graph,
        tmp_path / "generated",
        CompileOptions(dsp=chip.dsp, optimization=optimization),
    )
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        conv_cases.inputs,
        output_specs(conv_cases.graph),
        target=chip,
        work=tmp_path,
        opt_level=opt_level,
    )
    assert ran.warnings == ()
    assert conv_cases.differing(ran.outputs, conv_golden) == {}
    sys.stdout.write(f"{target} {optimization} {opt_level}: {ran.instructions_max:,} instructions\n")


@pytest.mark.oracle
@pytest.mark.emulator
@pytest.mark.parametrize("batches", [1, 2])
@pytest.mark.parametrize("dsp", [True, False])
def test_outputs_that_slide_into_inputs(batches: int, dsp: bool, tmp_path: Path) -> None:
    spec = conv_chain(batches=batches)
    graph = graph_of(spec)
    inputs = random_inputs(graph, 8, 2)
    expected = golden_outputs(graph, lower(graph, dsp=dsp), inputs)
    for got, exact in zip(expected, run_host(build(spec), inputs).outputs, strict=True):
        assert got.tobytes() == exact.tobytes()
    sizes = {}
    for optimization in ("balanced", "ram"):
        options = CompileOptions(dsp=dsp, optimization=optimization)
        work = tmp_path / optimization
        sizes[optimization] = write_network(graph, work / "generated", options).memory.size
        ran = run_on_emulator(
            work / "generated",
            "network",
            inputs,
            output_specs(graph),
            target=find_target("stm32f4" if dsp else "stm32f1"),
            work=work,
        )
        for got, exact in zip(ran.outputs, expected, strict=True):
            assert got.tobytes() == exact.tobytes()
    assert sizes["ram"] < sizes["balanced"]

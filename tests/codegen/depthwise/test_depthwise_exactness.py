"""int8 DEPTHWISE_CONV_2D: golden model, C on host and emulator, and TFLM give the same bytes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from support.depthwise_cases import depthwise_chain, depthwise_s8_case
from support.engine_cases import Collection, collect
from support.engine_runs import golden_outputs, host_outputs, output_specs, write_network
from support.kernel_bench import sanitized
from support.small_models import graph_of
from support.tflite_builder import build

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.layers import DepthwiseS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.target import find_target
from cubeai_auto.tflm.host import run_host

Outputs = tuple[np.ndarray, ...]


@pytest.mark.oracle
def test_golden_model_is_equal_to_the_oracle(
    depthwise_cases: Collection, depthwise_golden: Outputs, depthwise_oracle: Outputs
) -> None:
    assert depthwise_cases.differing(depthwise_golden, depthwise_oracle) == {}


def test_the_cases_reach_every_kernel(depthwise_cases: Collection) -> None:
    kernels: dict[str, set[str]] = {}
    for name, layer in zip(depthwise_cases.names, lower(depthwise_cases.graph, dsp=True), strict=True):
        kernels.setdefault(layer.body.kernel, set()).add(name)
    fast = {
        f"cai_depthwise_s8_{kind}{signed}"
        for kind in ("3x3", "3x3_stride2", "taps")
        for signed in ("", "_signed")
    }
    assert fast <= set(kernels)
    assert min(len(kernels[name]) for name in fast) > 5
    assert {"multiplier_2", "three_channels", "left_shift_1", "sums_wrap"} <= kernels[
        "cai_depthwise_s8"
    ]
    assert {"one_channel", "one_channel_8"} <= kernels["cai_conv_s8_paired"]
    assert {"dead_3_-128", "step_3_-128"} <= kernels["cai_depthwise_s8_3x3"]
    assert {"dead_2_3", "step_2_3"} <= kernels["cai_depthwise_s8_taps_signed"]


def test_channels_that_hardly_depend_on_the_input_are_replaced(
    depthwise_cases: Collection, depthwise_golden: Outputs
) -> None:
    layers = lower(depthwise_cases.graph, dsp=True)
    found = dict(zip(depthwise_cases.names, zip(layers, depthwise_golden, strict=True), strict=True))
    for name, most in (("dead_3_-128", 1), ("step_3_-128", 2), ("step_3_3", 2)):
        layer, outputs = found[name]
        assert isinstance(layer.body, DepthwiseS8)
        assert layer.body.plan is not None
        assert layer.body.plan.replaced == 5
        values = [len(np.unique(outputs[..., channel])) for channel in range(1, 6)]
        assert max(values) == most
    assert "5 channels that hardly depend on the input" in found["step_3_3"][0].body.why


@pytest.mark.parametrize("dsp", [True, False])
def test_c_on_the_host_under_sanitizers(
    dsp: bool, depthwise_cases: Collection, depthwise_golden: Outputs, tmp_path: Path
) -> None:
    got = sanitized(depthwise_cases, tmp_path, dsp=dsp)
    assert depthwise_cases.differing(got, depthwise_golden) == {}


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("target", "opt_level"),
    [("stm32f4", "O2"), ("stm32f4", "O3"), ("stm32f4", "O0"), ("stm32f1", "O2"), ("stm32f0", "Os")],
)
def test_c_on_the_emulator(
    target: str,
    opt_level: str,
    depthwise_cases: Collection,
    depthwise_golden: Outputs,
    tmp_path: Path,
) -> None:
    chip = find_target(target)
    options = CompileOptions(dsp=chip.dsp)
    write_network(depthwise_cases.graph, tmp_path / "generated", options)
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        depthwise_cases.inputs,
        output_specs(depthwise_cases.graph),
        target=chip,
        work=tmp_path,
        opt_level=opt_level,
    )
    assert ran.warnings == ()
    assert depthwise_cases.differing(ran.outputs, depthwise_golden) == {}
    sys.stdout.write(f"{target} {opt_level}: {ran.instructions_max:,} instructions\n")


@pytest.mark.oracle
@pytest.mark.parametrize("batches", [1, 3])
def test_layers_in_a_row_with_planned_scratch(batches: int, tmp_path: Path) -> None:
    spec = depthwise_chain(batches=batches)
    graph = graph_of(spec)
    inputs = random_inputs(graph, 12, 2)
    expected = golden_outputs(graph, lower(graph, dsp=True), inputs)
    for got, exact in zip(expected, run_host(build(spec), inputs).outputs, strict=True):
        assert got.tobytes() == exact.tobytes()
    for optimization in ("balanced", "ram"):
        options = CompileOptions(optimization=optimization)
        ran = host_outputs(graph, inputs, tmp_path / optimization, options)
        assert [a.tobytes() for a in ran.outputs] == [a.tobytes() for a in expected]


def test_the_same_bytes_with_and_without_walking_down() -> None:
    """Tall images are walked through down their columns; the arrays are then turned, too."""
    kernels = []
    for image in ((13, 4, 8), (4, 13, 8)):
        cases = collect([depthwise_s8_case(f"image_{image[0]}", image)])
        (layer,) = lower(cases.graph, dsp=True)
        assert isinstance(layer.body, DepthwiseS8)
        assert layer.body.plan is not None
        kernels.append(layer.body.plan.down)
    assert kernels == [True, False]

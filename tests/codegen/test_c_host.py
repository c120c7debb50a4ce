"""Generated C on this machine, under address and undefined-behavior sanitizers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Collection, collect, softmax_s8_case
from support.engine_runs import golden_outputs, host_outputs
from support.small_models import graph_of, mlp, through_views, two_in_two_out
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.layers import DenseS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.reports.ulp import ulp_distance

Collections = Callable[[str], Collection]
Oracle = Callable[[str], tuple[np.ndarray, ...]]


@pytest.mark.parametrize(
    ("kind", "dsp"),
    [("dense", True), ("dense", False), ("softmax", True), ("conversions", True), ("dense_f32", True)],
)
def test_equal_to_the_golden_model(
    kind: str, dsp: bool, collection: Collections, tmp_path: Path
) -> None:
    cases = collection(kind)
    layers = lower(cases.graph, dsp=dsp)
    ran = host_outputs(cases.graph, cases.inputs, tmp_path, CompileOptions(dsp=dsp))
    assert cases.differing(ran.outputs, golden_outputs(cases.graph, layers, cases.inputs)) == {}
    assert ran.warnings == ()
    if kind == "dense":
        kernels = {layer.body.kernel for layer in layers}
        assert kernels == ({"cai_dense_s8_paired", "cai_dense_s8"} if dsp else {"cai_dense_s8"})


@pytest.mark.oracle
def test_float_softmax_is_within_4_ulp_of_the_oracle(
    collection: Collections, oracle: Oracle, tmp_path: Path
) -> None:
    cases = collection("softmax_f32")
    ran = host_outputs(cases.graph, cases.inputs, tmp_path)
    assert ran.warnings == ()
    for got, expected in zip(ran.outputs, oracle("softmax_f32"), strict=True):
        assert ulp_distance(got, expected).max() <= 4


def test_the_paired_kernel_is_really_used_for_the_large_cases(collection: Collections) -> None:
    cases = collection("dense")
    bodies = [layer.body for layer in lower(cases.graph, dsp=True)]
    paired = {
        name: body.paired
        for name, body in zip(cases.names, bodies, strict=True)
        if isinstance(body, DenseS8)
    }
    assert paired["largest_paired"]
    assert paired["minus_128_alone"]
    assert paired["deep"]
    assert sum(name.startswith("grid") and value for name, value in paired.items()) == 16
    for name in (
        "too_large_to_pair",
        "minus_128_pairs",
        "all_minus_128",
        "dead_channels",
        "multiplier_zero",
        "left_shift_1",
        "ratio_0.7",
    ):
        assert not paired[name], name


@pytest.mark.parametrize("optimization", ["time", "size"])
def test_every_optimization_computes_the_same(optimization: str, tmp_path: Path) -> None:
    graph = graph_of(mlp())
    inputs = random_inputs(graph, 20, 1)
    ran = host_outputs(graph, inputs, tmp_path, CompileOptions(optimization=optimization))
    expected = golden_outputs(graph, lower(graph, dsp=True), inputs)
    assert ran.outputs[0].tobytes() == expected[0].tobytes()
    assert ran.warnings == ()


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
@pytest.mark.parametrize("name", ["two_in_two_out", "through_views"])
def test_inputs_and_outputs_inside_and_outside(name: str, inside: bool, tmp_path: Path) -> None:
    spec = {"two_in_two_out": two_in_two_out, "through_views": through_views}[name]()
    graph = graph_of(spec)
    inputs = random_inputs(graph, 20, 2)
    ran = host_outputs(graph, inputs, tmp_path, CompileOptions(io_in_activations=inside))
    expected = golden_outputs(graph, lower(graph, dsp=True), inputs)
    assert [a.tobytes() for a in ran.outputs] == [b.tobytes() for b in expected]
    assert ran.warnings == ()


def test_names_with_everything_c_could_trip_over(tmp_path: Path) -> None:
    graph = graph_of(mlp(name='größe "*/ ??/\\', output="数\n\0%s"), '*/"größe??/')
    inputs = random_inputs(graph, 5, 2)
    ran = host_outputs(graph, inputs, tmp_path / 'mit Leerzeichen und "ü"')
    expected = golden_outputs(graph, lower(graph, dsp=True), inputs)
    assert ran.outputs[0].tobytes() == expected[0].tobytes()
    assert ran.warnings == ()


def test_many_equal_classes_share_nothing(tmp_path: Path) -> None:
    """Where TFLM aborts, the C has a defined result, and the largest width no overflow."""
    for depth in (512, 4096):
        case = softmax_s8_case("s", depth, 0.1)
        cases = collect([case])
        equal = np.zeros_like(case.vectors) + np.int8(7)
        ran = host_outputs(cases.graph, [equal], tmp_path / str(depth))
        assert (ran.outputs[0] == -128).all()


def test_floats_beyond_every_integer_saturate(tmp_path: Path) -> None:
    spec = ModelSpec(
        [TensorSpec("x", (1, 6)), TensorSpec("y", (1, 6), "int8", scales=(0.5,), zero_points=(3,))],
        [OperatorSpec("QUANTIZE", ["x"], ["y"])],
        ["x"],
        ["y"],
    )
    x = np.array([[3e38, -3e38, np.inf, -np.inf, np.nan, 1e10]], np.float32)
    ran = host_outputs(graph_of(spec), [x], tmp_path)
    assert ran.outputs[0].ravel().tolist() == [127, -128, 127, -128, -128, 127]


def test_fast_float_stays_close(tmp_path: Path, collection: Collections) -> None:
    """Fused multiply-add may differ in the last bits, and only there."""
    cases = collection("dense_f32")
    ran = host_outputs(cases.graph, cases.inputs, tmp_path, CompileOptions(fast_float=True))
    exact = golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs)
    assert ran.warnings == ()
    for got, expected in zip(ran.outputs, exact, strict=True):
        finite = np.isfinite(expected) & (np.abs(expected) < 1e30)
        scale = np.abs(expected[finite]).max()
        assert np.allclose(got[finite], expected[finite], rtol=1e-4, atol=float(scale) * 1e-6)

"""The golden model against TFLM: every case equal, element by element."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from support.dense_catalog import float_product_scales
from support.engine_cases import Collection, collect, dense_s8_case, softmax_s8_case
from support.engine_runs import golden_outputs
from support.refused_models import REFUSED
from support.small_models import graph_of, mlp, through_views, two_in_two_out
from support.tflite_builder import build

from cubeai_auto.codegen.golden import evaluate
from cubeai_auto.codegen.layers import Affine, DenseS8, SoftmaxS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.errors import ToolFailedError, UnsupportedModelError
from cubeai_auto.reports.ulp import ulp_distance
from cubeai_auto.tflm.host import run_host

Oracle = Callable[[str], tuple[np.ndarray, ...]]
Collections = Callable[[str], Collection]


@pytest.mark.oracle
@pytest.mark.parametrize("kind", ["dense", "softmax", "conversions", "dense_f32"])
def test_equal_to_the_oracle(kind: str, collection: Collections, oracle: Oracle) -> None:
    cases = collection(kind)
    layers = lower(cases.graph, dsp=True)
    assert cases.differing(golden_outputs(cases.graph, layers, cases.inputs), oracle(kind)) == {}


@pytest.mark.oracle
def test_float_softmax_is_within_4_ulp(collection: Collections, oracle: Oracle) -> None:
    cases = collection("softmax_f32")
    got = golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs)
    apart = [int(ulp_distance(a, b).max()) for a, b in zip(got, oracle("softmax_f32"), strict=True)]
    sys.stdout.write(f"largest distances in ulp: {dict(zip(cases.names, apart, strict=True))}\n")
    assert max(apart) <= 4


@pytest.mark.oracle
@pytest.mark.parametrize("spec", [mlp(), two_in_two_out(), through_views()])
def test_whole_graphs_are_equal_to_the_oracle(spec: object) -> None:
    graph = graph_of(spec)
    inputs = random_inputs(graph, 50, 3)
    got = golden_outputs(graph, lower(graph, dsp=True), inputs)
    for a, b in zip(got, run_host(build(spec), inputs).outputs, strict=True):
        assert a.tobytes() == b.tobytes()


@pytest.mark.oracle
def test_the_product_of_scales_is_computed_in_float64(oracle: Oracle) -> None:
    """A triple of scales for which a float32 product changes every odd accumulator."""
    scales = float_product_scales()
    in_float32 = float(np.float32(scales[0]) * np.float32(scales[1])) / scales[2]
    assert in_float32 == 0.5
    assert scales[0] * scales[1] / scales[2] < 0.5
    for bias in ((), None):
        case = dense_s8_case(
            "product", 4, 6, scales=scales, span=2, per_channel=False, bias=bias, zero_points=(0, 0)
        )
        cases = collect([case])
        expected = run_host(cases.model, cases.inputs).outputs
        (layer,) = lower(cases.graph, dsp=True)
        assert isinstance(layer.body, DenseS8)
        assert cases.differing(golden_outputs(cases.graph, [layer], cases.inputs), expected) == {}
        rounded = replace(
            layer.body, multiplier=np.array([2**30], np.int32), shift=np.array([0], np.int8)
        )
        other = golden_outputs(cases.graph, [replace(layer, body=rounded)], cases.inputs)
        assert cases.differing(other, expected)["product"] > 10


@pytest.mark.oracle
@pytest.mark.parametrize(
    "case",
    [
        "bias scale",
        "bias without a scale",
        "tiny scale, fused",
        "softmax scale",
        "softmax zero point",
        "softmax that is flat",
        "float32 to uint8",
        "hybrid",
    ],
)
def test_what_is_refused_because_tflm_refuses_it(case: str) -> None:
    spec, _ = REFUSED[case]
    with pytest.raises((UnsupportedModelError, ToolFailedError), match="TFLM"):
        run_host(build(spec), random_inputs(graph_of(spec), 1, 1))


def test_many_equal_classes_share_nothing() -> None:
    """Where TFLM aborts: every share is below the half of the smallest step."""
    for depth in (512, 1000, 4096):
        (layer,) = lower(collect([softmax_s8_case("s", depth, 0.1)]).graph, dsp=True)
        assert isinstance(layer.body, SoftmaxS8)
        assert (evaluate(layer.body, np.full(depth, 3, np.int8)) == -128).all()


def test_floats_beyond_every_integer_saturate() -> None:
    body = Affine("quantize_f32_s8", 6, 0.5, 3)
    x = np.array([3e38, -3e38, np.inf, -np.inf, np.nan, 1e10], np.float32)
    assert evaluate(body, x).tolist() == [127, -128, 127, -128, -128, 127]

"""SVDF and LSTM of any shape and scale: the golden model equals TFLM, step after step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.engine_cases import collect
from support.engine_runs import golden_outputs
from support.recurrent_cases import Lstm, Svdf, lstm_case, svdf_case

from cubeai_auto.codegen.lower import lower
from cubeai_auto.tflm.host import run_host

pytestmark = pytest.mark.oracle

zero_points = st.integers(-128, 127)
sizes = st.integers(1, 9)


def scales(low: float, high: float) -> st.SearchStrategy[float]:
    """Scales spread over the powers of two between the exponents."""
    return st.floats(low, high).map(lambda exponent: float(np.float32(2.0**exponent)))


@st.composite
def svdf(draw: st.DrawFn) -> Svdf:
    state = draw(st.sampled_from(["int8", "int16"]))
    kept, time = (
        (scales(-8, 3), scales(-10, -3)) if state == "int8" else (scales(-14, -4), scales(-16, -8))
    )
    return Svdf(
        batches=draw(st.integers(1, 3)),
        inputs=draw(sizes),
        units=draw(sizes),
        rank=draw(st.integers(1, 3)),
        memory=draw(sizes),
        state=state,
        scales=(draw(scales(-6, 0)), draw(scales(-9, -3)), draw(kept), draw(time), draw(scales(-8, 3))),
        zero_points=(draw(zero_points), draw(zero_points) if state == "int8" else 0, draw(zero_points)),
        activation=draw(st.sampled_from(["NONE", "RELU", "RELU6", "RELU_N1_TO_1"])),
    )


@st.composite
def lstm(draw: st.DrawFn) -> Lstm:
    return Lstm(
        batches=draw(st.integers(1, 3)),
        steps=draw(st.integers(1, 5)),
        inputs=draw(sizes),
        units=draw(sizes),
        time_major=draw(st.booleans()),
        scales=(draw(scales(-8, 1)), draw(scales(-12, -4)), 2.0 ** draw(st.integers(-20, -3))),
        zero_points=(draw(zero_points), draw(zero_points)),
        weight_scales=draw(st.lists(scales(-14, -3), min_size=8, max_size=8)),
        bias_spread=draw(st.sampled_from([0, 100, 10_000, 10_000_000])),
        cell_clip=draw(st.sampled_from([0.0, 0.01, 0.9, 7.5])),
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(svdf(), min_size=3, max_size=3), st.lists(lstm(), min_size=3, max_size=3))
def test_any_shape_and_scale(some: list[Svdf], others: list[Lstm]) -> None:
    cases = collect(
        [
            *(svdf_case(f"svdf_{k}", wanted) for k, wanted in enumerate(some)),
            *(lstm_case(f"lstm_{k}", wanted) for k, wanted in enumerate(others)),
        ]
    )
    expected = run_host(cases.model, cases.inputs, independent=False).outputs
    golden = golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs)
    assert cases.differing(golden, expected) == {}

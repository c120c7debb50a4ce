"""What the depthwise kernels rely on: their requantization, and equals of hopeless channels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.depthwise_cases import depthwise_s8_case
from support.engine_cases import collect

from cubeai_auto.codegen.channels import Channels, requantized, settled
from cubeai_auto.codegen.golden.primitives import requantize
from cubeai_auto.codegen.layers import DepthwiseS8
from cubeai_auto.codegen.lower import lower


@given(
    total=st.integers(-(2**29) + 1, 2**29 - 1) | st.integers(-5000, 5000),
    multiplier=st.integers(2**30, 2**31 - 1) | st.sampled_from([0, 2**30, 2**31 - 1]),
    right=st.integers(0, 20),
)
@settings(max_examples=500, deadline=None)
def test_rectified_outputs_take_one_rounding(total: int, multiplier: int, right: int) -> None:
    """One high word, one shift and saturation, where nothing below the zero point -128 is left."""
    wide = (np.array(value, np.int64) for value in (total, multiplier, -right))
    expected = int(np.clip(requantize(*wide) - 128, -128, 127))
    high = ((4 * total * multiplier) >> 32) + (2**right | 1) - 128 * 2 ** (right + 1)
    assert -(2**31) <= high < 2**31
    assert min(max(high >> (right + 1), -128), 127) == expected


@given(
    bias=st.integers(-(2**31) + 2**20, 2**31 - 2**20),
    multiplier=st.integers(2**30, 2**31 - 1),
    right=st.integers(20, 31),
    zero_point=st.integers(-128, 127),
    weights=st.lists(st.integers(-127, 127), min_size=9, max_size=9),
    inputs=st.lists(st.integers(-128, 127), min_size=9, max_size=9),
)
@settings(max_examples=300, deadline=None)
def test_settled_channels_give_the_same_outputs(
    bias: int, multiplier: int, right: int, zero_point: int, weights: list[int], inputs: list[int]
) -> None:
    def one(value: int) -> np.ndarray:
        return np.array([value], np.int64)

    channels = Channels(
        np.array([weights], np.int64), one(bias), one(multiplier), one(-right), 3, zero_point, -128, 127
    )
    other = settled(channels, np.array([True]))
    x = np.array(inputs, np.int64) - 3
    for vector in (x, 0 * x, np.where(np.array(weights) > 0, 124, -131)):
        before, after = (each.weights @ vector + each.bias for each in (channels, other))
        assert requantized(channels, before) == requantized(other, after)
    if other is not channels and int(other.multiplier[0]) == 2**30:
        assert abs(int(other.bias[0])) < 2**29


@pytest.mark.parametrize(
    ("name", "image", "what", "reason"),
    [
        ("few", (4, 5, 3), {}, "3 channels, fewer than 4"),
        ("left", (4, 5, 4), {"ratio": 1.7, "span": 1}, "accumulators or shifts are not proven"),
        ("many", (4, 5, 3), {"multiplier": 2}, "2 outputs for each input channel"),
    ],
)
def test_why_a_layer_runs_one_output_at_a_time(
    name: str, image: tuple[int, int, int], what: dict[str, float], reason: str
) -> None:
    graph = collect([depthwise_s8_case(name, image, **what)]).graph
    (layer,) = lower(graph, dsp=True)
    assert isinstance(layer.body, DepthwiseS8)
    assert layer.body.kernel == "cai_depthwise_s8"
    assert reason in layer.body.why
    assert layer.body.notes == (f"runs {layer.body.why}",)
    (portable,) = lower(graph, dsp=False)
    assert portable.body.notes == ()


def test_scratch_holds_what_the_kernel_writes() -> None:
    """Strips of 64 bytes a pair of columns and 8 a pass; 12 bytes a cell, in threes."""
    sizes = {}
    for name, image, kernel, stride in (
        ("square", (24, 24, 8), (3, 3), 1),
        ("half", (48, 48, 16), (3, 3), 2),
        ("cells", (8, 8, 8), (5, 5), 1),
    ):
        case = depthwise_s8_case(name, image, kernel, stride=(stride, stride))
        (layer,) = lower(collect([case]).graph, dsp=True)
        sizes[name] = layer.body.scratch
    assert sizes == {"square": 160 + 64 * 13 + 8 * 12, "half": 160 + 64 * 25 + 8 * 24, "cells": 12 * 27}

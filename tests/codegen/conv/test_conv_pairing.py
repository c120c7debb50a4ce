"""Paired weights of convolutions: their layout decoded again, and every proof against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cubeai_auto.codegen.channels import Channels, requantized, settled
from cubeai_auto.codegen.conv_geometry import (
    ConvGeometry,
    overlap_distance,
    same_padding,
    simplified,
)
from cubeai_auto.codegen.conv_pairing import PairedConv, plan_paired
from cubeai_auto.codegen.golden.primitives import requantize

Wide = npt.NDArray[np.int64]


@st.composite
def geometries(draw: st.DrawFn) -> ConvGeometry:
    """Small ones; SAME or no padding."""
    sides = []
    for _ in range(2):
        size, kernel = draw(st.integers(1, 7)), draw(st.integers(1, 4))
        stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2))
        if draw(st.booleans()) and (kernel - 1) * dilation < size:
            out, pad = (size - (kernel - 1) * dilation - 1) // stride + 1, 0
        else:
            out, pad = same_padding(size, kernel, stride, dilation)
        sides.append((size, out, kernel, stride, dilation, pad))
    (in_h, in_w), (out_h, out_w), (kh, kw), (sh, sw), (dh, dw), (top, left) = zip(*sides, strict=True)
    batches, channels = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    return ConvGeometry(batches, in_h, in_w, channels, out_h, out_w, kh, kw, sh, sw, dh, dw, top, left)


def taps(g: ConvGeometry) -> list[list[int]]:
    """The input byte of every tap of every output pixel; -1 outside the image."""
    found = []
    for batch, row, column in itertools.product(range(g.batches), range(g.out_h), range(g.out_w)):
        window = []
        for ky, kx, channel in itertools.product(
            range(g.kernel_h), range(g.kernel_w), range(g.in_channels)
        ):
            y = row * g.stride_h - g.pad_top + ky * g.dilation_h
            x = column * g.stride_w - g.pad_left + kx * g.dilation_w
            inside = 0 <= y < g.in_h and 0 <= x < g.in_w
            place = ((batch * g.in_h + y) * g.in_w + x) * g.in_channels + channel
            window.append(place if inside else -1)
        found.append(window)
    return found


@given(geometries())
def test_simpler_geometries_read_the_same_bytes(geometry: ConvGeometry) -> None:
    simple = simplified(geometry)
    assert taps(simple) == taps(geometry)
    assert simplified(simple) == simple


@given(geometries())
def test_three_windows_inside_the_image_are_three_pixels_of_a_row(geometry: ConvGeometry) -> None:
    """What the kernel relies on where it gathers three windows at once."""
    g = simplified(geometry)
    span = (g.kernel_w - 1) * g.dilation_w + 1
    for column in range(g.out_w):
        left = column * g.stride_w - g.pad_left
        if left >= 0 and left + 2 * g.stride_w + span <= g.in_w:
            assert column + 3 <= g.out_w


def test_what_becomes_simpler() -> None:
    upright = ConvGeometry(1, 128, 1, 3, 124, 1, 5, 1)
    assert simplified(upright) == ConvGeometry(1, 1, 128, 3, 1, 124, 1, 5)
    axes = ConvGeometry(1, 24, 3, 1, 20, 1, 5, 3)
    assert simplified(axes) == ConvGeometry(1, 1, 24, 3, 1, 20, 1, 5)
    pointwise = ConvGeometry(2, 4, 5, 8, 4, 5, 1, 1)
    assert simplified(pointwise) == ConvGeometry(1, 1, 40, 8, 1, 40, 1, 1)
    whole = ConvGeometry(3, 4, 5, 2, 1, 1, 4, 5)
    assert simplified(whole) == ConvGeometry(1, 1, 3, 40, 1, 3, 1, 1)
    border = ConvGeometry(1, 6, 1, 4, 6, 1, 3, 3, pad_top=1, pad_left=1)
    assert simplified(border) == border


@given(geometries(), st.integers(1, 9), st.sampled_from([1, 3]))
def test_the_distance_is_the_least_that_spares_unread_input(
    geometry: ConvGeometry, channels: int, block: int
) -> None:
    g = geometry
    windows = taps(g)
    pixels = g.out_h * g.out_w
    ends = [
        min(start + block, pixels) + batch * pixels
        for batch in range(g.batches)
        for start in range(0, pixels, block)
    ]
    needed = [
        min((place for window in windows[end:] for place in window if place >= 0), default=None)
        for end in ends
    ]
    least = max(
        [
            0,
            *(
                end * channels - first
                for end, first in zip(ends, needed, strict=True)
                if first is not None
            ),
        ]
    )
    distance = overlap_distance(g, channels, block)
    assert distance >= least
    plain = max(g.stride_h, g.stride_w, g.dilation_h, g.dilation_w) == 1 and g.batches == 1
    if plain and g.pad_top == g.pad_left == 0:
        assert distance == least


@st.composite
def layers(draw: st.DrawFn) -> tuple[ConvGeometry, Channels]:
    """A small convolution, mostly provable."""
    geometry = draw(geometries())
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    channels = draw(st.integers(1, 5))
    weights = rng.integers(-127, 128, (channels, geometry.depth))
    large = draw(st.booleans())
    return geometry, Channels(
        weights=weights,
        bias=rng.integers(-(2**31), 2**31, channels) if large else rng.integers(-999, 999, channels),
        multiplier=rng.integers(2**30, 2**31, channels),
        shift=-rng.integers(0 if large else 1, 14, channels),
        input_zero_point=draw(st.integers(-128, 127)),
        zero_point=draw(st.sampled_from([-128, 0, 127])),
        clamp_low=-128,
        clamp_high=127,
    )


def stored_weights(plan: PairedConv, channels: int) -> Wide:
    """(channels, words * 4), read as the comment in the kernel describes the layout."""
    found = np.zeros((channels + channels % 2, plan.words * 4), np.int64)
    halves = plan.weights.view("<i2").astype(int).tolist()
    position = 0
    for pair in range(0, channels, 2):
        for word, row, half in itertools.product(range(plan.words), (pair, pair + 1), range(2)):
            odd = (halves[position] + 128) % 256 - 128
            found[row, word * 4 + 2 * half] = (halves[position] - odd) // 256
            found[row, word * 4 + 2 * half + 1] = odd
            position += 1
    assert position == len(halves)
    assert not found[channels:].any()
    return found[:channels]


@settings(deadline=None)
@given(layers())
def test_stored_weights_and_starts_give_the_accumulator(layer: tuple[ConvGeometry, Channels]) -> None:
    geometry, channels = layer
    plan = plan_paired(geometry, channels)
    assert isinstance(plan, PairedConv)
    count, g = len(channels.weights), plan.geometry
    found = stored_weights(plan, count)
    if plan.packed:
        kept, filled = found[:, : g.depth], found[:, g.depth :]
    else:
        runs = found.reshape(count, g.kernel_h * plan.runs, -1)
        kept, filled = runs[..., : plan.run_bytes].reshape(count, -1), runs[..., plan.run_bytes :]
    assert not filled.any()
    if not plan.replaced:
        assert np.array_equal(kept, channels.weights)
    rng = np.random.default_rng(1)
    x = rng.integers(-128, 128, (20, found.shape[1]))
    raw = 256 * (x @ found.T) + 127 * found[:, 1::2].sum(axis=1)  # what the products add up to
    segments = plan.segments if plan.exact else 1
    starts = plan.bias[: (count + count % 2) * segments].astype(np.int64)
    if not plan.exact and not plan.replaced:
        sums = raw + starts[:count]
        expected = (x - channels.input_zero_point) @ found.T + channels.bias
        assert np.array_equal(sums % 2**32, 256 * expected % 2**32)
        assert (np.abs(expected) <= 2**23).all()
    if plan.exact:
        assert np.array_equal(plan.bias[-count:], channels.bias)
        total = np.zeros((20, count), np.int64)
        for k in range(segments):
            part = slice(4 * plan.segment_words * k, 4 * plan.segment_words * (k + 1))
            products = 256 * (x[:, part] @ found[:, part].T) + 127 * found[:, part][:, 1::2].sum(axis=1)
            begin = starts.reshape(-1, segments, 2)[:, k].ravel()[:count]
            sums = (products + begin + 2**31) % 2**32 - 2**31
            assert not (sums % 256).any()
            total += sums >> 8
        assert np.array_equal(total, (x - channels.input_zero_point) @ found.T)


@given(
    st.integers(2**30, 2**31 - 1),
    st.integers(1, 15),
    st.integers(-128, 127),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_one_constant_rounds_twice(
    multiplier: int, right: int, zero_point: int, signed: bool, seed: int
) -> None:
    """The kernel's arithmetic against both roundings, around every step of the output."""
    steps = np.arange(-128 - zero_point, 128 - zero_point) - 0.5
    near = np.round(steps * 2.0 ** (31 + right) / multiplier).astype(np.int64)
    spread = np.random.default_rng(seed).integers(-(2**23), 2**23, 200)
    sums = np.concatenate([near + shift for shift in range(-3, 4)] + [spread])
    sums = sums[np.abs(sums) < 2**23]
    high = (256 * sums * multiplier) >> 32
    nudge = ((2 * zero_point + 1) << (right + 6)) + 64
    below = np.where((sums < 0) & signed, -128, 0)
    got = np.clip((high + nudge + below) >> (right + 7), -128, 127)
    exact = requantize(sums, np.full_like(sums, multiplier), np.full_like(sums, -right)) + zero_point
    if signed:
        assert np.array_equal(got, np.clip(exact, -128, 127))
    else:
        assert np.array_equal(np.maximum(got, zero_point), np.clip(exact, zero_point, 127))


def dead(bias: int, weights: list[int], shift: int, multiplier: int = 2**30 + 12345) -> Channels:
    """One channel of vanishing weights."""
    one = np.ones(1, np.int64)
    return Channels(np.array([weights]), bias * one, multiplier * one, shift * one, -7, -3, -128, 127)


@pytest.mark.parametrize(
    ("bias", "weights", "shift"),
    [
        (2**30, [0, 0, 0], -25),
        (-(2**30), [0, 1, 0], -25),
        (2**30 - 5, [1, -1, 2], -26),
        (2**30, [0] * 3, 0),
    ],
)
def test_dead_channels_become_small(bias: int, weights: list[int], shift: int) -> None:
    channels = dead(bias, weights, shift)
    plan = plan_paired(ConvGeometry(1, 1, 8, 3, 1, 8, 1, 1), channels)
    assert isinstance(plan, PairedConv)
    assert not plan.exact
    assert plan.replaced == 1
    equal = settled(channels, np.array([True]))
    x = np.random.default_rng(2).integers(-128, 128, (500, 3)) + 7
    for vector in x:
        expected = requantized(channels, vector @ channels.weights.T + channels.bias)
        assert np.array_equal(requantized(equal, vector @ equal.weights.T + equal.bias), expected)


def test_a_channel_that_moves_needs_the_exact_kernel() -> None:
    plan = plan_paired(
        ConvGeometry(1, 1, 8, 3, 1, 8, 1, 1), dead(1069547520, [120, -90, 127], -22, 2**30)
    )
    assert isinstance(plan, PairedConv)
    assert plan.exact
    assert plan.replaced == 0


def test_what_no_paired_kernel_takes() -> None:
    g = ConvGeometry(1, 1, 8, 2, 1, 8, 1, 1)
    assert "-128" in str(plan_paired(g, dead(0, [-128, -1], -3)))
    assert isinstance(plan_paired(g, dead(0, [-128, 1], -3)), PairedConv)
    wide = ConvGeometry(1, 1, 300, 70_000, 1, 1, 1, 300, stride_w=300)
    many = np.zeros(300 * 70_000, np.int64)
    assert "fields" in str(plan_paired(wide, dead(0, many.tolist(), -3)))


def test_short_runs_are_packed() -> None:
    apart = ConvGeometry(1, 24, 3, 1, 9, 3, 16, 1)  # every axis of a sensor by itself
    channels = dead(0, [1] * 16, -3)
    plan = plan_paired(apart, channels)
    assert isinstance(plan, PairedConv)
    assert (plan.packed, plan.words) == (True, 4)
    gray = ConvGeometry(1, 96, 96, 1, 48, 48, 3, 3, 2, 2)
    plan = plan_paired(gray, dead(0, [1] * 9, -3))
    assert isinstance(plan, PairedConv)
    assert (plan.packed, plan.words) == (False, 3)

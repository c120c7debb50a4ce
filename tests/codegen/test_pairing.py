"""Paired weights: their layout decoded again, their sums, and the proof against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cubeai_auto.codegen.pairing import accumulator_bounds, pair_bias, pair_weights, why_not_paired

Weights = npt.NDArray[np.int8]

WEIGHTS = hnp.arrays(
    np.int8,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=11),
    elements=st.integers(-127, 127),
)


def unpaired(stored: npt.NDArray[np.int8], rows: int, depth: int) -> Weights:
    """The weights of a stored layout, read as the comment in the kernel describes it."""
    words = -(-depth // 4)
    whole = rows // 4 * 4
    halves = stored.view("<i2").astype(int)
    found = np.zeros((rows, words * 4), int)
    position = 0
    for block in range(0, whole, 4):
        for word in range(words):
            for row in range(block, block + 4):
                for pair in range(2):
                    value = halves[position]
                    odd = (value + 128) % 256 - 128
                    found[row, word * 4 + pair * 2] = (value - odd) // 256
                    found[row, word * 4 + pair * 2 + 1] = odd
                    position += 1
    for row in range(whole, rows):
        for pair in range(words * 2):
            value = halves[position]
            odd = (value + 128) % 256 - 128
            found[row, pair * 2], found[row, pair * 2 + 1] = (value - odd) // 256, odd
            position += 1
    assert position == halves.size
    assert not found[:, depth:].any()
    return found[:, :depth].astype(np.int8)


@given(WEIGHTS)
def test_the_layout_holds_every_weight(weights: Weights) -> None:
    rows, depth = weights.shape
    stored = pair_weights(weights)
    assert stored.size == rows * -(-depth // 4) * 4
    assert np.array_equal(unpaired(stored, rows, depth), weights)


@given(WEIGHTS, st.integers(-128, 127), st.integers(-(2**31), 2**31 - 1), st.randoms())
def test_the_stored_sums_are_256_times_the_accumulator(
    weights: Weights, zero: int, bias: int, random: object
) -> None:
    rows, depth = weights.shape
    biases = np.full(rows, bias, np.int32)
    x = np.random.default_rng(rows * depth).integers(-128, 128, depth)
    even, odd = x[0::2], x[1::2]
    odd = np.append(odd, np.zeros(len(even) - len(odd), int))
    wide = np.pad(weights.astype(int), ((0, 0), (0, depth % 2)))
    a, b = wide[:, 0::2], wide[:, 1::2]
    v = 256 * a + b
    sums = pair_bias(weights, biases, zero) + (v * even + b * (256 * odd + 127 - even)).sum(axis=1)
    accumulator = bias + ((x - zero) * weights.astype(int)).sum(axis=1)
    assert np.array_equal(sums % 2**32, 256 * accumulator % 2**32)


@given(
    hnp.arrays(np.int8, (3, 3), elements=st.integers(-128, 127)),
    st.integers(-128, 127),
    st.integers(-1000, 1000),
)
def test_bounds_are_reached_and_never_passed(weights: Weights, zero: int, bias: int) -> None:
    biases = np.array([bias, 0, -bias], np.int32)
    corners = np.array(list(itertools.product((-128, 127), repeat=3)))
    sums = (corners - zero) @ weights.astype(int).T + biases
    assert accumulator_bounds(weights, biases, zero) == (sums.min(), sums.max())


def test_an_accumulator_of_2_to_the_23_is_too_large() -> None:
    weights = np.array([[127, 1]], np.int8)
    shift = np.array([-5], np.int8)
    zero = -128  # every input contributes 0 .. 255 times its weight
    most = 2**23 - 1
    fits = np.array([most - 255 * 128], np.int32)
    assert accumulator_bounds(weights, fits, zero) == (most - 255 * 128, most)
    assert why_not_paired(weights, fits, zero, shift) == ""
    assert "2^23" in why_not_paired(weights, fits + 1, zero, shift)
    least = np.array([-(2**23) + 255 * 128], np.int32)
    assert why_not_paired(-weights, least, zero, shift) == ""
    reason = why_not_paired(-weights, least - 1, zero, shift)
    assert f"{-(2**23) - 1}" in reason


@pytest.mark.parametrize(
    ("shifts", "paired"),
    [([-1, -31], True), ([0, -5], False), ([-5, 3], False), ([-1], True), ([-31], True), ([0], False)],
)
def test_only_right_shifts_are_paired(shifts: list[int], paired: bool) -> None:
    weights, bias = np.ones((len(shifts), 4), np.int8), np.zeros(len(shifts), np.int32)
    reason = why_not_paired(weights, bias, 0, np.array(shifts, np.int8))
    assert (reason == "") is paired
    assert paired or "shifts" in reason


@pytest.mark.parametrize(
    ("row", "paired"),
    [
        ([-128, -1], False),
        ([-128, 0], True),
        ([-128], True),  # its neighbor is a missing weight: 0
        ([-1, -128], True),
        ([5, 5, -128, -128], False),
        ([0, -128, 127, -128], True),
    ],
)
def test_minus_128_beside_a_negative_weight(row: list[int], paired: bool) -> None:
    weights = np.array([[1] * len(row), row], np.int8)
    reason = why_not_paired(weights, np.zeros(2, np.int32), 0, np.array([-4], np.int8))
    assert (reason == "") is paired
    assert paired or "-128" in reason

"""Distances between floating-point values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.reports.ulp import NOT_COMPARABLE, ulp_distance

floats32 = st.floats(width=32, allow_nan=False)


def apart(a: float, b: float, dtype: type[np.floating] = np.float32) -> int:
    return int(ulp_distance(np.array([a], dtype), np.array([b], dtype))[0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_neighbors_are_one_apart(dtype: type[np.floating]) -> None:
    for value in (1.0, -1.0, 0.0, 0.125, -3.5):
        up = np.nextafter(dtype(value), dtype(math.inf))
        assert apart(value, float(up), dtype) == 1


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_special_values(dtype: type[np.floating]) -> None:
    largest, tiny = float(np.finfo(dtype).max), float(np.finfo(dtype).smallest_subnormal)
    assert apart(0.0, -0.0, dtype) == 0
    assert apart(tiny, -tiny, dtype) == 2  # zero lies between them
    assert apart(largest, math.inf, dtype) == 1
    assert apart(math.inf, math.inf, dtype) == 0
    assert apart(math.nan, math.nan, dtype) == 0
    assert apart(math.nan, 1.0, dtype) == NOT_COMPARABLE
    assert apart(math.inf, math.nan, dtype) == NOT_COMPARABLE


def test_the_whole_range_of_doubles_needs_65_signed_bits_and_is_right() -> None:
    assert apart(-math.inf, math.inf, np.float64) == 2 * 0x7FF0_0000_0000_0000


def test_nan_of_another_payload_is_the_same_nan() -> None:
    bits = np.array([0x7FC00001, 0xFFC12345], np.uint32).view(np.float32)
    assert ulp_distance(bits, np.array([np.nan, np.nan], np.float32)).tolist() == [0, 0]


def test_the_shape_stays() -> None:
    assert ulp_distance(np.ones((2, 3, 1), np.float32), np.ones((2, 3, 1), np.float32)).shape == (
        2,
        3,
        1,
    )
    # every other column of a wider array: not contiguous
    wide = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert ulp_distance(wide[:, ::2], wide[:, ::2].copy()).tolist() == [[0, 0]] * 3


@given(floats32, floats32)
def test_symmetric_and_zero_only_for_equal_values(a: float, b: float) -> None:
    assert apart(a, b) == apart(b, a)
    assert (apart(a, b) == 0) == (a == b)


@given(floats32, floats32, floats32)
def test_between_two_values_distances_add_up(a: float, b: float, c: float) -> None:
    low, middle, high = sorted((a, b, c))
    assert apart(low, middle) + apart(middle, high) == apart(low, high)

"""Multipliers and activation bounds, against exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cubeai_auto.codegen.fixed_point import (
    Multiplier,
    activation_bounds,
    quantize_multiplier,
    round_half_away,
)

# The largest float64 below 2: its 31-bit mantissa rounds up to 2^31.
JUST_BELOW_2 = float(np.nextafter(2.0, 0.0))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, 1),
        (-0.5, -1),
        (1.5, 2),
        (-1.5, -2),
        (2.5, 3),
        (0.49999999999999994, 0),
        (-0.2, 0),
        (7.0, 7),
    ],
)
def test_halves_go_away_from_zero(value: float, expected: int) -> None:
    assert round_half_away(value) == expected


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (0.0, Multiplier(0, 0)),
        (1.0, Multiplier(2**30, 1)),
        (0.5, Multiplier(2**30, 0)),
        (0.75, Multiplier(3 * 2**29, 0)),
        (2.0**-32, Multiplier(2**30, -31)),
        (2.0**-33, Multiplier(0, 0)),
        (float(np.nextafter(2.0**-32, 0)), Multiplier(2**30, -31)),  # rounds up to 2^-32
        (2.0**-32 * 0.999, Multiplier(0, 0)),
        (1e-300, Multiplier(0, 0)),
        (2.0**30, Multiplier(2**30, 31)),
        (2.0**31 - 1, Multiplier(2**31 - 1, 31)),
        (float(np.nextafter(2.0**31, 0)), Multiplier(2**31 - 1, 31)),  # would be 2^30, shift 32
        (JUST_BELOW_2, Multiplier(2**30, 2)),
        (float(np.nextafter(1.0, 0.0)), Multiplier(2**30, 1)),
    ],
)
def test_multipliers(factor: float, expected: Multiplier) -> None:
    assert quantize_multiplier(factor) == expected


@given(st.floats(2.0**-32, 2.0**31, exclude_max=True))
@example(JUST_BELOW_2)
@example(2.0**-32)
def test_a_multiplier_is_the_nearest_one(factor: float) -> None:
    made = quantize_multiplier(factor)
    assert 2**30 <= made.value < 2**31
    assert -31 <= made.shift <= 31
    real = Fraction(made.value) * Fraction(2) ** (made.shift - 31)
    assert abs(real - Fraction(factor)) <= Fraction(2) ** (made.shift - 31)
    if made.value < 2**31 - 1:
        assert abs(real - Fraction(factor)) * 2 <= Fraction(2) ** (made.shift - 31)


@pytest.mark.parametrize("factor", [-1.0, -0.1, float("inf"), float("nan"), 2.0**31, 1e300])
def test_factors_without_a_multiplier(factor: float) -> None:
    with pytest.raises(ValueError, match="scale ratio"):
        quantize_multiplier(factor)


@pytest.mark.parametrize(
    ("activation", "scale", "zero", "expected"),
    [
        ("NONE", 0.1, 5, (-128, 127)),
        ("RELU", 0.1, 5, (5, 127)),
        ("RELU", 0.1, -128, (-128, 127)),
        ("RELU", 0.1, 127, (127, 127)),
        ("RELU6", 0.1, 5, (5, 65)),
        ("RELU6", 0.01, 5, (5, 127)),
        ("RELU6", 4.0, 3, (3, 5)),  # 1.5 rounds to 2
        ("RELU6", 6 / 100.7, -128, (-128, -27)),  # 100.7 rounds to 101
        ("RELU6", 1e9, 7, (7, 7)),
        ("RELU_N1_TO_1", 2.0, 5, (4, 6)),  # -0.5 rounds to -1
        ("RELU_N1_TO_1", 0.001, 0, (-128, 127)),
        ("RELU_N1_TO_1", 0.1, -128, (-128, -118)),
    ],
)
def test_activation_bounds(activation: str, scale: float, zero: int, expected: tuple[int, int]) -> None:
    assert activation_bounds(activation, float(np.float32(scale)), zero) == expected


def test_the_quotient_of_a_bound_is_float32() -> None:
    found = 0
    for step in range(100):
        tie = step + 0.5
        scale = np.float32(6 / tie)
        if 6 / float(scale) < tie and np.float32(6) / scale == np.float32(tie):
            assert activation_bounds("RELU6", float(scale), 0) == (0, step + 1)
            found += 1
    assert found > 10


def test_unknown_activations_are_not_guessed() -> None:
    with pytest.raises(KeyError):
        activation_bounds("TANH", 0.1, 0)

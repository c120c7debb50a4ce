"""Exponential and reciprocal in fixed point (gemmlowp's polynomials), by formula."""

from __future__ import annotations

import numpy as np

from cubeai_auto.codegen.golden.primitives import (
    Wide,
    doubling_high_multiply,
    rounding_shift_right,
)

__all__ = ["exp_negative", "one_minus_over_one_plus", "one_over_one_plus"]


def exp_negative(a: Wide, integer_bits: int = 5) -> Wide:
    """Exp of a number <= 0, in Q0.31 (gemmlowp's polynomial on a quarter, then factors).

    Args:
        a: with 31 - ``integer_bits`` fractional bits: Q5.26 by default.
        integer_bits: 4 or 5.
    """
    quarter = 2 ** (29 - integer_bits)
    t = (a & (quarter - 1)) - quarter
    x = (t << integer_bits) + 2**28
    x2 = doubling_high_multiply(x, x)
    x3, x4 = doubling_high_multiply(x2, x), doubling_high_multiply(x2, x2)
    two, one = np.full_like(a, 2), np.full_like(a, 1)
    third = np.full_like(a, 715827883)
    terms = rounding_shift_right(
        doubling_high_multiply(rounding_shift_right(x4, two) + x3, third) + x2, one
    )
    start = np.full_like(a, 1895147668)
    result = start + doubling_high_multiply(start, x + terms)
    factors = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
    for k, factor in enumerate(factors[: 2 + integer_bits]):
        scaled = doubling_high_multiply(result, np.full_like(a, factor))
        result = np.where((t - a) & (quarter << k), scaled, result)
    return np.where(a == 0, 2**31 - 1, result)


def one_over_one_plus(a: int) -> int:
    """1 / (1 + a) for a in Q0.31."""
    return min(_reciprocal(a) << 1, 2**31 - 1)


def one_minus_over_one_plus(a: int) -> int:
    """(1 - a) / (1 + a) for a in Q0.31."""
    return min((_reciprocal(a) - 2**29) << 2, 2**31 - 1)


def _reciprocal(a: int) -> int:
    """1 / (1 + a) in Q1.30, by three Newton steps in Q2.29 on (1 + a) / 2."""
    half = np.array([(a + 2**31) >> 1], np.int64)
    x = 1515870810 + doubling_high_multiply(half, np.array([-1010580540], np.int64))
    for _ in range(3):
        error = 2**29 - doubling_high_multiply(half, x)
        x = x + np.clip(doubling_high_multiply(x, error) << 2, -(2**31), 2**31 - 1)
    return int(x[0])

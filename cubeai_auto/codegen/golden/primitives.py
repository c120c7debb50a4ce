"""Fixed-point arithmetic of the golden model, on int64 with the wrap-around made explicit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.fixed_point import Rounding

__all__ = [
    "Array",
    "Wide",
    "doubling_high_multiply",
    "requantize",
    "rounding",
    "rounding_shift_right",
    "wrap32",
]

_ROUNDING: ContextVar[Rounding] = ContextVar("rounding", default="double")

Array = npt.NDArray[np.generic]
Wide = npt.NDArray[np.int64]


def wrap32(x: Wide) -> Wide:
    """X modulo 2^32, signed."""
    return (x + 2**31) % 2**32 - 2**31


def doubling_high_multiply(a: Wide, b: Wide) -> Wide:
    """floor((a b + 2^30) / 2^31), the first rounding."""
    return (a * b + 2**30) >> 31


def rounding_shift_right(x: Wide, n: Wide) -> Wide:
    """X / 2^n, rounded to nearest with halves away from zero: the second rounding."""
    half = np.where(n > 0, np.int64(1) << np.maximum(n - 1, 0), 0)
    return np.where(n > 0, (x + np.where(x < 0, -1, 0) + half) >> n, x)


@contextmanager
def rounding(mode: Rounding) -> Iterator[None]:
    """Inside, :func:`requantize` rounds as ``mode`` says; otherwise twice."""
    token = _ROUNDING.set(mode)
    try:
        yield
    finally:
        _ROUNDING.reset(token)


def requantize(x: Wide, multiplier: Wide, shift: Wide) -> Wide:
    """X * multiplier * 2^(shift - 31), rounded twice; a left shift comes first and wraps.

    Under ``rounding("single")`` rounded once, halves up, from the product of 64 bits; shifts end
    at 30.
    """
    if _ROUNDING.get() == "single":
        factor, bits = np.where(shift > 30, 2**31 - 1, multiplier), 31 - np.minimum(shift, 30)
        return wrap32((x * factor + (np.int64(1) << (bits - 1))) >> bits)
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    return rounding_shift_right(doubling_high_multiply(wrap32(x << left), multiplier), right)

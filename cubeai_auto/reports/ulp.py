"""How far apart two floating-point values are, counted in representable values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["NOT_COMPARABLE", "ulp_distance"]

NOT_COMPARABLE = 2**64 - 1
"""The distance between NaN and a number: larger than any two numbers can be apart."""

Array = npt.NDArray[np.generic]


def ulp_distance(a: Array, b: Array) -> npt.NDArray[np.uint64]:
    """Units in the last place between two arrays of the same floating-point type and shape.

    The bit patterns are mapped to integers in the order of the values, so that neighbors differ
    by 1; the distance is the difference of the integers. +0 and -0 are equal, infinity is the
    neighbor of the largest number, and NaN equals NaN (of any payload) and nothing else.

    Args:
        a: float16, float32 or float64.
        b: of the same type and shape.

    Returns:
        uint64, in the shape of the arguments; :data:`NOT_COMPARABLE` for NaN against a number.
    """
    x, y = _ordered(a), _ordered(b)
    # Differences of int64 may need 65 bits as signed numbers; modulo 2**64 they are right.
    apart = np.maximum(x, y).astype(np.uint64) - np.minimum(x, y).astype(np.uint64)
    nan_a, nan_b = _is_nan(a), _is_nan(b)
    apart[nan_a & nan_b] = 0
    apart[nan_a ^ nan_b] = NOT_COMPARABLE
    return apart


def _ordered(values: Array) -> npt.NDArray[np.int64]:
    bits = values.dtype.itemsize * 8
    pattern = np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}").reshape(values.shape)
    magnitude = (pattern & (2 ** (bits - 1) - 1)).astype(np.int64)
    return np.asarray(np.where(pattern >> (bits - 1) != 0, -magnitude, magnitude), np.int64)


def _is_nan(values: Array) -> npt.NDArray[np.bool_]:
    return np.isnan(values.astype(np.float64))

"""Paired weights for the DSP dense kernel: the proof that they are exact, and their layout.

``kernels/cai_dense_s8_paired.c`` explains the arithmetic: two weights a, b are stored as the
int16 number 256 a + b, and sums are 256 times the accumulator.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["accumulator_bounds", "as_int32", "pair_bias", "pair_weights", "why_not_paired"]

_Wide = npt.NDArray[np.int64]


def accumulator_bounds(
    weights: npt.NDArray[np.int8], bias: npt.NDArray[np.int32], zero_point: int
) -> tuple[int, int]:
    """The smallest and largest accumulator of any row for any int8 input.

    Args:
        weights: (rows, depth).
        bias: (rows,).
        zero_point: of the input; each input contributes ``(x - zero_point) * weight``.
    """
    wide = weights.astype(np.int64)
    at_least, at_most = wide * (-128 - zero_point), wide * (127 - zero_point)
    low = np.minimum(at_least, at_most).sum(axis=1) + bias
    high = np.maximum(at_least, at_most).sum(axis=1) + bias
    return int(low.min()), int(high.max())


def why_not_paired(
    weights: npt.NDArray[np.int8],
    bias: npt.NDArray[np.int32],
    zero_point: int,
    shift: npt.NDArray[np.int8],
) -> str:
    """Why the paired kernel could be wrong for some input; empty if it is proven exact."""
    low, high = accumulator_bounds(weights, bias, zero_point)
    if low < -(2**23) or high >= 2**23:
        return f"accumulators may reach {low if -low > high else high}, beyond 2^23"
    if int(shift.max()) > -1 or int(shift.min()) < -31:
        return f"shifts {int(shift.min())}..{int(shift.max())} are not all within -31..-1"
    pairs = _pairs(weights)
    if int(pairs.min()) < -(2**15):
        return "a weight of -128 stands beside a negative one"
    return ""


def pair_weights(weights: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """The kernel's byte layout: blocks of four rows, a word of each row in turn, then the rest.

    Returns:
        (ceil(depth / 4) * 4 * rows,) bytes.
    """
    rows = weights.shape[0]
    words = _pairs(weights).astype("<i2").view(np.int8).reshape(rows, -1, 4)
    whole = rows // 4 * 4
    blocks = words[:whole].reshape(whole // 4, 4, words.shape[1], 4).transpose(0, 2, 1, 3)
    return np.concatenate([blocks.ravel(), words[whole:].ravel()])


def pair_bias(
    weights: npt.NDArray[np.int8], bias: npt.NDArray[np.int32], zero_point: int
) -> npt.NDArray[np.int32]:
    """The stored bias: 256 (bias - zero_point * sum of weights) - 127 * sum of odd weights.

    Modulo 2**32, like the sums it starts.
    """
    wide = weights.astype(np.int64)
    value = 256 * (bias - zero_point * wide.sum(axis=1)) - 127 * wide[:, 1::2].sum(axis=1)
    return as_int32(value)


def as_int32(value: _Wide) -> npt.NDArray[np.int32]:
    """Modulo 2**32, as a signed number."""
    wrapped: npt.NDArray[np.int32] = (value % 2**32).astype(np.uint32).view(np.int32)
    return wrapped


def _pairs(weights: npt.NDArray[np.int8]) -> _Wide:
    """(rows, ceil(depth / 4) * 2) numbers 256 * even + odd; missing weights are 0."""
    padded = np.pad(weights.astype(np.int64), ((0, 0), (0, -weights.shape[1] % 4)))
    return 256 * padded[:, 0::2] + padded[:, 1::2]

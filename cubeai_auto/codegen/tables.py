"""Tables of int8 functions of one int8 value: 256 outputs, computed by the reference's fixed point.

A table has the output for stored value v at position v mod 256, as C reads it with an unsigned byte.
Every rule is TFLM's integer arithmetic, so a table is exact by construction; the golden model looks
values up in the same table, and the tests compare it with TFLM over all 256 values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cubeai_auto.codegen.fixed_point import Multiplier
from cubeai_auto.codegen.golden.exponential import (
    exp_negative,
    one_minus_over_one_plus,
    one_over_one_plus,
)
from cubeai_auto.codegen.golden.primitives import Wide, requantize, rounding_shift_right, wrap32
from cubeai_auto.codegen.layers.body import Int8Array

__all__ = [
    "STORED",
    "Sigmoid",
    "absolute",
    "clamped",
    "hard_swish",
    "leaky",
    "logistic",
    "rescaled",
    "sigmoid_input",
    "table_of",
    "tanh",
]

STORED: Wide = np.arange(256).astype(np.uint8).view(np.int8).astype(np.int64)
"""All stored values in the order of a table: 0 to 127, then -128 to -1."""

_ONE = 2**31 - 1
"""1 in Q0.31."""


def table_of(outputs: Wide) -> Int8Array:
    """Outputs, cut off at the ends of int8."""
    return np.clip(outputs, -128, 127).astype(np.int8)


def clamped(low: int, high: int) -> Int8Array:
    """The stored values themselves between two bounds: RELU6 as TFLM has it."""
    return np.minimum(np.maximum(STORED, low), high).astype(np.int8)


def rescaled(ratio: Multiplier, zero_in: int, zero_out: int, low: int, high: int) -> Int8Array:
    """Stored with another scale, between two bounds: RELU and its kin."""
    moved = wrap32(_times(STORED - zero_in, ratio) + zero_out)
    return np.clip(moved, low, high).astype(np.int8)


def leaky(identity: Multiplier, alpha: Multiplier, sign: int, zero_in: int, zero_out: int) -> Int8Array:
    """LEAKY_RELU: one ratio for values of at least 0, another (times ``sign``) below."""
    x = STORED - zero_in
    below = sign * _times(x, alpha)
    return table_of(wrap32(np.where(x >= 0, _times(x, identity), below) + zero_out))


def absolute(ratio: Multiplier | None, zero_in: int, zero_out: int) -> Int8Array:
    """ABS; without a ratio, input and output have the same scale."""
    x = np.abs(STORED - zero_in)
    return table_of(wrap32((x if ratio is None else _times(x, ratio)) + zero_out))


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """The input of LOGISTIC and TANH in fixed point.

    Attributes:
        multiplier: from the stored value to Q4.27.
        radius: values so far from zero, and farther, give the ends of int8.
    """

    multiplier: Multiplier
    radius: int


def sigmoid_input(scale: float) -> Sigmoid:
    """The fixed-point input for a scale of at least 2^-28."""
    mantissa, shift = math.frexp(scale * 2**27)
    radius = math.floor(15 * 2.0**27 / 2.0**shift)
    return Sigmoid(Multiplier(int(mantissa * 2**31), shift), radius)


def logistic(given: Sigmoid, zero_in: int) -> Int8Array:
    """LOGISTIC with output scale 1/256 and zero point -128."""
    a, ends = _sigmoid_parts(given, zero_in)
    e = exp_negative(-np.abs(a), 4)
    above = np.array([one_over_one_plus(value) for value in e.tolist()], np.int64)
    shares = np.where(a > 0, above, np.where(a < 0, _ONE - above, 2**30))
    return table_of(np.where(ends != 0, ends, _shifted(shares, 23) - 128))


def tanh(given: Sigmoid, zero_in: int) -> Int8Array:
    """TANH with output scale 1/128 and zero point 0; the bits read as Q5.26 are twice the input."""
    a, ends = _sigmoid_parts(given, zero_in)
    e = exp_negative(-np.abs(a), 5)
    above = np.array([one_minus_over_one_plus(value) for value in e.tolist()], np.int64)
    return table_of(np.where(ends != 0, ends, _shifted(np.sign(a) * above, 24)))


def _sigmoid_parts(given: Sigmoid, zero_in: int) -> tuple[Wide, Wide]:
    """The input in Q4.27, and -128 or 127 where it is too far from zero to matter."""
    v = STORED - zero_in
    ends = np.where(v <= -given.radius, -128, np.where(v >= given.radius, 127, 0))
    near = np.where(ends != 0, 0, v)
    return _times(near, given.multiplier), ends


def hard_swish(output: Multiplier, relu: Multiplier, zero_in: int, zero_out: int) -> Int8Array:
    """HARD_SWISH, in 16-bit arithmetic as TFLM has it.

    Args:
        output: input scale / 128 / output scale; no shift to the left.
        relu: input scale / 128 / (3 / 32768).
        zero_in: the input's zero point.
        zero_out: the output's.
    """
    high = STORED - zero_in << 7
    before = _high_16(high, _sixteen(output))
    slope = high
    if relu.shift > 0:
        slope = _saturated_16(slope << (relu.shift - 1))
    slope = _high_16(slope, _sixteen(relu))
    if relu.shift > 0:
        slope = _saturated_16(slope << 1)
    if relu.shift < 0:
        slope = _shifted(slope, -relu.shift)
    slope = (slope + 2**15) >> 1
    product = slope * before
    truncated = np.sign(product) * (np.abs(product) >> 15)
    return table_of(_shifted(truncated, -output.shift) + zero_out)


def _sixteen(multiplier: Multiplier) -> int:
    return min((multiplier.value + 2**15) >> 16, 32767)


def _high_16(x: Wide, factor: int) -> Wide:
    return (x * factor + 2**14) >> 15


def _saturated_16(x: Wide) -> Wide:
    return np.clip(x, -(2**15), 2**15 - 1)


def _shifted(x: Wide, bits: int) -> Wide:
    return rounding_shift_right(x, np.full_like(x, bits))


def _times(x: Wide, ratio: Multiplier) -> Wide:
    return requantize(x, np.full_like(x, ratio.value), np.full_like(x, ratio.shift))

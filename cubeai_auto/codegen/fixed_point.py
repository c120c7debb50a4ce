"""Quantized arithmetic as TensorFlow Lite Micro does it: multipliers and activation bounds.

Formulas: the TFLite 8-bit quantization specification with gemmlowp's double rounding, checked
against the ``tflite_micro`` interpreter operator by operator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["Multiplier", "Rounding", "activation_bounds", "quantize_multiplier", "round_half_away"]

Rounding = Literal["double", "single"]
"""How a requantization rounds: twice, as TFLM does (high word, then shift), or once."""


@dataclass(frozen=True, slots=True)
class Multiplier:
    """A real factor as ``value * 2**(shift - 31)``, value in [2**30, 2**31) or 0."""

    value: int
    shift: int


def round_half_away(x: float) -> int:
    """The nearest whole number; halves go away from zero."""
    fraction, whole = math.modf(x)
    return int(whole) + (int(math.copysign(1, x)) if abs(fraction) >= 0.5 else 0)


def quantize_multiplier(factor: float) -> Multiplier:
    """The fixed-point form of a factor below 2^31; below 2^-32 it becomes 0.

    The shift is at most 31, so that a 32-bit left shift is defined.

    Raises:
        ValueError: the factor is negative, too large or not a number.
    """
    if not 0 <= factor < 2**31:
        msg = f"not a usable scale ratio: {factor}"
        raise ValueError(msg)
    if factor == 0.0:
        return Multiplier(0, 0)
    mantissa, shift = math.frexp(factor)
    value = round_half_away(mantissa * 2**31)
    if value == 2**31:
        value //= 2
        shift += 1
    if shift < -31:
        return Multiplier(0, 0)
    if shift > 31:
        return Multiplier(2**31 - 1, 31)
    return Multiplier(value, shift)


def activation_bounds(activation: str, scale: float, zero_point: int) -> tuple[int, int]:
    """The int8 range that a fused activation leaves, in stored units.

    Args:
        activation: ``NONE``, ``RELU``, ``RELU6`` or ``RELU_N1_TO_1``.
        scale: the output's scale (float32).
        zero_point: the output's zero point.

    Raises:
        KeyError: another activation.
    """
    limits: dict[str, tuple[float | None, float | None]] = {
        "NONE": (None, None),
        "RELU": (0.0, None),
        "RELU6": (0.0, 6.0),
        "RELU_N1_TO_1": (-1.0, 1.0),
    }
    low, high = limits[activation]

    def stored(real: float) -> int:
        ratio = np.float32(np.float32(real) / np.float32(scale))
        return zero_point + round_half_away(float(ratio))

    return (
        -128 if low is None else max(-128, stored(low)),
        127 if high is None else min(127, stored(high)),
    )

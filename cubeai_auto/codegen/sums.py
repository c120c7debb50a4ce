"""Additions in one multiplication an operand, where that gives the same output for every input.

TFLM's ADD rounds six times. All of it is a function of two bytes, so it is compared here with

    output = (bias + (a * first >> 8) + (b * second >> 8)) >> 20

for all 65,536 pairs of stored values (or those that a constant operand has): only factors that give
every output are taken. They lie close to scale / output scale * 2^28; where the first guess misses,
neighbors are tried. The kernel needs no rounding rule, and no 64-bit product on a core with DSP.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

__all__ = ["LinearSum", "linear_sum"]

Wide = npt.NDArray[np.int64]

_FRACTION = 20
"""Bits behind the point of the sum; the kernel's shift."""
_PRECISION = _FRACTION + 8
_STEP = 16
"""Distance between the factors tried: smaller ones move no sum by a unit."""
_TRIES = sorted(product(range(-3, 4), repeat=2), key=lambda pair: pair[0] ** 2 + pair[1] ** 2)


@dataclass(frozen=True, slots=True)
class LinearSum:
    """The kernel's constants; a negative factor subtracts."""

    first: int
    second: int
    bias: int


def linear_sum(
    a: Wide, b: Wide, outputs: Wide, ratios: tuple[float, float], bounds: tuple[int, int]
) -> LinearSum | None:
    """Constants that give all outputs, or ``None`` if none were found.

    Args:
        a: the values that the first operand can have.
        b: the second's.
        outputs: what the reference computes from them, (a, b), cut off at the bounds.
        ratios: the operands' scales divided by the output's, signed.
        bounds: smallest and largest output.
    """
    guess = [round(ratio * 2**_PRECISION) for ratio in ratios]
    if max(map(abs, guess)) >= 2**31 - _STEP * 4:
        return None
    low, high = bounds
    for tried in _TRIES:
        first, second = (g + _STEP * t for g, t in zip(guess, tried, strict=True))
        one, two = (first * a) >> 8, (second * b) >> 8
        sums = one[:, np.newaxis] + two
        least = np.where(outputs > low, (outputs << _FRACTION) - sums, -(2**62)).max()
        most = np.where(outputs < high, ((outputs + 1) << _FRACTION) - 1 - sums, 2**62).min()
        bias = int(max(min((int(least) + int(most)) // 2, 2**30), -(2**30)))
        if not least <= bias <= most:
            continue
        if max(np.abs(sums + bias).max(), np.abs(two + bias).max(), np.abs(one + bias).max()) < 2**31:
            return LinearSum(first, second, bias)
    return None

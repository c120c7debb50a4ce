"""The constants of a convolution's output channels, and equals of theirs that fit 32 bits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

__all__ = ["Channels", "requantized", "settled"]

_Wide = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """The constants of a convolution's output channels, in int64.

    Attributes:
        weights: (channels, depth), depth ordered (row, column, input).
        bias: (channels,), likewise multiplier and shift.
        input_zero_point: each input contributes ``(x - input_zero_point) * weight``.
    """

    weights: _Wide
    bias: _Wide
    multiplier: _Wide
    shift: _Wide
    input_zero_point: int
    zero_point: int
    clamp_low: int
    clamp_high: int

    def bounds(self) -> tuple[_Wide, _Wide]:
        """Smallest and largest sum of each channel for any input, without the bias."""
        at_least = self.weights * (-128 - self.input_zero_point)
        at_most = self.weights * (127 - self.input_zero_point)
        return np.minimum(at_least, at_most).sum(axis=1), np.maximum(at_least, at_most).sum(axis=1)


def requantized(channels: Channels, sums: _Wide) -> _Wide:
    """The outputs for one sum a channel, bias included; shifts to the left are left out.

    Formula: gemmlowp's rounding doubling high multiply and rounding shift, zero point, bounds.
    """
    high = (sums * channels.multiplier + 2**30) >> 31
    right = np.maximum(-channels.shift, 0)
    half = np.where(right > 0, 1 << np.maximum(right - 1, 0), 0)
    value = (high - ((high < 0) & (right > 0)) + half) >> right
    moved: _Wide = np.clip(value + channels.zero_point, channels.clamp_low, channels.clamp_high)
    return moved


def settled(channels: Channels, wanted: npt.NDArray[np.bool_]) -> Channels:
    """Equals with small accumulators for channels that hardly depend on the input.

    Networks have channels of vanishing weights, whose biases are as large as int32 allows. Where
    all possible accumulators give one output, weights of 0 and a bias for that output give it
    too. Where they give two neighboring ones, the weights stay, the multiplier becomes 1/2, the
    shift so large that no third output is reached, and the bias such that the step remains at the
    same accumulator. Each replacement is checked at both ends and on both sides of the step.

    Args:
        channels: all of the layer.
        wanted: which of them to replace, if possible; others stay.
    """
    low, high = channels.bounds()
    weights, bias = channels.weights.copy(), channels.bias.copy()
    multiplier, shift = channels.multiplier.copy(), channels.shift.copy()
    for index in np.flatnonzero(wanted).tolist():
        found = _settled_channel(channels, index, int(low[index]), int(high[index]))
        if found is not None:
            keep, bias[index], right = found
            weights[index] *= keep
            multiplier[index], shift[index] = 2**30, -right
    return replace(channels, weights=weights, bias=bias, multiplier=multiplier, shift=shift)


def _settled_channel(
    channels: Channels, index: int, low: int, high: int
) -> tuple[int, int, int] | None:
    """Whether weights stay (1 or 0), bias and right shift; sums without bias are low to high."""
    bias, left = int(channels.bias[index]), int(channels.shift[index])
    one = _only(channels, index)
    unwrapped = low + bias >= -(2**31) and high + bias < 2**31 and left <= 0
    if not unwrapped and one.multiplier[0] != 0:
        return None

    def output(total: int) -> int:
        return int(requantized(one, np.array([total]))[0])

    lowest, highest = output(low + bias), output(high + bias)
    if lowest == highest:  # 4 (y - zero point), halved twice
        return 0, 4 * (lowest - channels.zero_point), 1
    if highest != lowest + 1:
        return None
    step, beyond = low + bias, high + bias  # the smallest accumulator that gives `highest`
    while beyond - step > 1:
        middle = (step + beyond) // 2
        step, beyond = (step, middle) if output(middle) == highest else (middle, beyond)
    step = beyond
    right = max(high - low, 1).bit_length()
    base = (highest - channels.zero_point) * 2 ** (right + 1) - 2**right
    sums = (low + bias, step - 1, step, high + bias)
    for nudge in range(-3, 4):
        other = replace(one, multiplier=np.array([2**30], np.int64), shift=np.array([-right], np.int64))
        moved = np.array([total - step + base + nudge for total in sums])
        if np.array_equal(requantized(other, moved), [output(total) for total in sums]):
            return 1, bias - step + base + nudge, right
    return None


def _only(channels: Channels, index: int) -> Channels:
    part = slice(index, index + 1)
    return replace(
        channels,
        weights=channels.weights[part],
        bias=channels.bias[part],
        multiplier=channels.multiplier[part],
        shift=channels.shift[part],
    )

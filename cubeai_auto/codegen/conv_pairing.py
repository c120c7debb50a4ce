"""Paired weights for the DSP convolution: the proof that they are exact, and their layout.

``kernels/cai_conv_s8_paired.c`` explains the arithmetic: sums are 256 times the accumulator, and
both roundings of the requantization become one constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.channels import Channels, settled
from cubeai_auto.codegen.conv_geometry import ConvGeometry, simplified
from cubeai_auto.codegen.pairing import as_int32

__all__ = ["PairedConv", "plan_paired", "window_words"]

_Wide = npt.NDArray[np.int64]
_SUM = 2**23
"""Accumulators below it fit 32 bits when multiplied by 256."""
_WORD = 4
"""Bytes; shorter rows are gathered byte by byte."""
_MOST_RIGHT = 24
"""Places to the right that can ever be proven to fit."""
_EXTRA_BITS = 7
"""Bits of the scaled sum below those that the reference rounds to."""


@dataclass(frozen=True, slots=True, eq=False)
class PairedConv:
    """A convolution as the paired kernel takes it.

    Attributes:
        geometry: simplified.
        runs: runs of neighboring bytes in a row of the kernel.
        run_bytes: bytes of a run.
        packed: whether runs follow each other without gaps; else each is filled up to words.
        exact: whether it needs the kernel with exact requantization.
        segment_words: words of a window whose sum is proven to fit; all, unless exact.
        signed: whether outputs below the zero point are possible and not cut off.
        weights: as stored.
        bias: as stored, likewise multiplier and shift.
        replaced: how many channels have other constants than the model's.
    """

    geometry: ConvGeometry
    runs: int
    run_bytes: int
    packed: bool
    exact: bool
    segment_words: int
    signed: bool
    weights: npt.NDArray[np.int8]
    bias: npt.NDArray[np.int32]
    multiplier: npt.NDArray[np.int32]
    shift: npt.NDArray[np.int8]
    replaced: int

    @property
    def words(self) -> int:
        """Words of a window."""
        return window_words(self.geometry, self.runs, packed=self.packed)

    @property
    def segments(self) -> int:
        """Parts of a sum."""
        return -(-self.words // self.segment_words)

    @property
    def run_step(self) -> int:
        """Bytes from the start of a run to that of the next in the same row."""
        return self.geometry.dilation_w * self.geometry.in_channels if self.runs > 1 else 0


def plan_paired(geometry: ConvGeometry, channels: Channels) -> PairedConv | str:
    """The convolution with weights in pairs, or why the kernel could be wrong for some input."""
    g = simplified(geometry)
    runs = g.kernel_w if g.dilation_w > 1 else 1
    packed = _better_packed(g, runs, len(channels.weights))
    words = window_words(g, runs, packed=packed)
    if _beyond_fields(g, runs, words, len(channels.weights)):
        return "a kernel, stride, padding or number of channels beyond the fields of the kernel"
    sound = _sound(channels)
    chosen = settled(channels, ~sound)
    fast = bool(_sound(chosen).all())
    if not fast:
        chosen = channels
    filled = _filled(chosen.weights, 1 if packed else g.kernel_h * runs, words * 4)
    pairs = 256 * filled[:, 0::2] + filled[:, 1::2]
    if int(pairs.min()) < -(2**15):
        return "a weight of -128 stands beside a negative one"
    halves = pairs.astype("<i2").view(np.int8).reshape(len(pairs) // 2, 2, words, 4)
    segment = words if fast else _segment_words(filled, channels)
    return PairedConv(
        geometry=g,
        runs=runs,
        run_bytes=g.kernel_w // runs * g.in_channels,
        packed=packed,
        exact=not fast,
        segment_words=segment,
        signed=channels.clamp_low < channels.zero_point,
        weights=halves.transpose(0, 2, 1, 3).reshape(-1),
        bias=_fast_bias(chosen, filled) if fast else _exact_bias(channels, filled, segment),
        multiplier=_even(chosen.multiplier).astype(np.int32),
        shift=_even(chosen.shift if not fast else _EXTRA_BITS - 1 - chosen.shift).astype(np.int8),
        replaced=int((~sound).sum()) if fast else 0,
    )


def window_words(geometry: ConvGeometry, runs: int, *, packed: bool) -> int:
    """Words of a window of ``runs`` runs in a row of the kernel."""
    if packed:
        return -(-geometry.depth // 4)
    return geometry.kernel_h * runs * -(-geometry.depth // (geometry.kernel_h * runs) // 4)


def _better_packed(g: ConvGeometry, runs: int, channels: int) -> bool:
    """Whether gathering byte by byte takes fewer instructions than products with gaps do."""
    if g.in_w * g.in_channels < _WORD:
        return True
    gathering = {False: 5 * window_words(g, runs, packed=False), True: 12 * g.depth}
    costs = {
        packed: cost + 3 * channels * window_words(g, runs, packed=packed)
        for packed, cost in gathering.items()
    }
    return costs[True] < costs[False]


def _beyond_fields(g: ConvGeometry, runs: int, words: int, channels: int) -> bool:
    """Whether the C layer cannot hold it."""
    small = (g.kernel_h, runs, g.stride_h, g.dilation_h, g.pad_top)
    medium = (g.batches, g.in_h, g.out_h, channels, words, g.kernel_w * g.in_channels)
    bytes_ = (g.stride_w * g.in_channels, g.pad_left * g.in_channels, g.dilation_w * g.in_channels)
    return max(small) >= 2**8 or max(*medium, *bytes_) >= 2**16


def _sound(channels: Channels) -> npt.NDArray[np.bool_]:
    """For which channels nothing leaves 32 bits, for any input."""
    low, high = (ends + channels.bias for ends in channels.bounds())
    right = -channels.shift
    sound: npt.NDArray[np.bool_] = (
        (low >= -_SUM) & (high < _SUM) & (right >= 1) & (right <= _MOST_RIGHT)
    )
    places = np.where(sound, right, 1) + _EXTRA_BITS - 1
    nudge = np.abs(2 * channels.zero_point + 1) * (np.int64(1) << places) + 2**_EXTRA_BITS
    reach = np.where(sound, np.maximum(np.abs(low), np.abs(high)), 0)
    sound &= ((reach * 256 * channels.multiplier) >> 32) + nudge < 2**31
    return sound


def _filled(weights: _Wide, runs: int, taps: int) -> _Wide:
    """(even number of channels, taps): runs filled up with weights of 0, and so the channels."""
    rows = weights.reshape(len(weights), runs, -1)
    gaps = ((0, len(rows) % 2), (0, 0), (0, taps // runs - rows.shape[2]))
    filled: _Wide = np.pad(rows, gaps).reshape(-1, taps)
    return filled


def _even(values: _Wide) -> _Wide:
    return np.pad(values, (0, len(values) % 2))


def _constants(filled: _Wide, zero_point: int) -> _Wide:
    """What a sum of each channel starts from, so that it becomes 256 times the accumulator."""
    starts: _Wide = -256 * zero_point * filled.sum(axis=1) - 127 * filled[:, 1::2].sum(axis=1)
    return starts


def _fast_bias(channels: Channels, filled: _Wide) -> npt.NDArray[np.int32]:
    return as_int32(256 * _even(channels.bias) + _constants(filled, channels.input_zero_point))


def _exact_bias(channels: Channels, filled: _Wide, segment_words: int) -> npt.NDArray[np.int32]:
    """The starts of all segments for each two channels, then the model's bias."""
    step = 4 * segment_words
    parts = [
        _constants(filled[:, start : start + step], channels.input_zero_point).reshape(-1, 2)
        for start in range(0, filled.shape[1], step)
    ]
    return as_int32(np.append(np.stack(parts, axis=1).ravel(), channels.bias))


def _segment_words(filled: _Wide, channels: Channels) -> int:
    """The longest segments, of equal length, whose sums are proven to fit."""
    at_least = filled * (-128 - channels.input_zero_point)
    at_most = filled * (127 - channels.input_zero_point)
    low, high = np.minimum(at_least, at_most), np.maximum(at_least, at_most)
    words = int(filled.shape[1]) // 4
    for segments in range(1, words + 1):
        length = -(-words // segments)
        starts = np.arange(0, words * 4, length * 4)
        lowest = np.add.reduceat(low, starts, axis=1).min()
        if lowest >= -_SUM and np.add.reduceat(high, starts, axis=1).max() < _SUM:
            return length
    return 1

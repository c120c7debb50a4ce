"""Which kernel a depthwise convolution takes: the proofs, and the constants it then stores.

``kernels/cai_depthwise.h`` explains the requantization, and what must be proven for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.channels import Channels, settled
from cubeai_auto.codegen.conv_geometry import ConvGeometry

__all__ = ["DepthwisePlan", "Kind", "plan_depthwise", "walks_down"]

Kind = Literal["3x3", "taps"]

_MOST_RIGHT = 20
"""The largest shift to the right for which zero point and rounding fit 32 bits."""
_LEAST_CHANNELS = 4
_MOST_CELLS = 341
"""Cells of a kernel whose list takes 4 KiB."""


@dataclass(frozen=True, slots=True, eq=False)
class DepthwisePlan:
    """A depthwise convolution as one of the kernels for the DSP extension takes it.

    Attributes:
        kind: which of them.
        signed: whether outputs below the zero point are kept, or limits are not int8's.
        down: whether the 3 x 3 kernel walks down the columns of the image, not along its rows.
        channels: weights (channels, cells) and the rest, with equals for some: see ``settled``.
        replaced: how many channels have other constants than the model's.
    """

    kind: Kind
    signed: bool
    down: bool
    channels: Channels
    replaced: int


def plan_depthwise(geometry: ConvGeometry, channels: Channels) -> DepthwisePlan | str:
    """The kernel for the DSP extension, or why none of them can be used.

    Args:
        geometry: of the convolution.
        channels: of the output, as many as of the input.
    """
    g = geometry
    if g.in_channels < _LEAST_CHANNELS:
        return f"{g.in_channels} channels, fewer than {_LEAST_CHANNELS}"
    sizes = (g.in_h, g.in_w, g.stride_h, g.stride_w, g.dilation_h, g.dilation_w, g.pad_top, g.pad_left)
    if max(*sizes, g.batches) >= 2**15 or g.kernel_h * g.kernel_w > _MOST_CELLS:
        return "an image or a kernel beyond the fields of the kernel"
    limits = channels.zero_point, channels.clamp_low, channels.clamp_high
    signed = limits != (-128, -128, 127)
    sound = _sound(channels, signed=signed)
    chosen = settled(channels, ~sound)
    if not _sound(chosen, signed=signed).all():
        return "accumulators or shifts are not proven to fit 32 bits"
    kind: Kind = "3x3" if _is_3x3(g) else "taps"
    down = kind == "3x3" and walks_down(g)
    return DepthwisePlan(kind, signed, down, chosen, int((~sound).sum()))


def walks_down(geometry: ConvGeometry) -> bool:
    """Whether walking down the columns of an image takes fewer instructions than along its rows.

    Only where input and output have the same strides, so that one may lie in the other.
    """
    g = geometry
    if g.stride_h != 1 or (g.in_h, g.in_w) != (g.out_h, g.out_w) or g.pad_top > 1:
        return False
    return _instructions(g.out_w, g.out_h) < _instructions(g.out_h, g.out_w)


def _sound(channels: Channels, *, signed: bool) -> npt.NDArray[np.bool_]:
    """For which channels nothing leaves 32 bits, for any input: see ``kernels/cai_depthwise.h``."""
    limit = 2**30 if signed else 2**29
    low, high = (ends + channels.bias for ends in channels.bounds())
    right = -channels.shift
    sound: npt.NDArray[np.bool_] = (low > -limit) & (high < limit)
    sound &= (right >= int(signed)) & (right <= _MOST_RIGHT)
    return sound


def _is_3x3(g: ConvGeometry) -> bool:
    steps = g.stride_h, g.stride_w, g.dilation_h, g.dilation_w
    return (
        (g.kernel_h, g.kernel_w) == (3, 3)
        and steps in {(1, 1, 1, 1), (2, 2, 1, 1)}
        and max(g.pad_top, g.pad_left) <= 1
    )


def _instructions(rows: int, columns: int) -> int:
    """About how many the 3 x 3 kernel takes for four channels, stride 1."""
    passes, tiles = -(-rows // 2), -(-columns // 2)
    calls = (columns > 1) + columns % 2
    packing = (passes + 1) * 2 * (18 * (tiles + 1) + 45)
    return packing + passes * (4 * 52 * tiles + calls * 80 + 40)

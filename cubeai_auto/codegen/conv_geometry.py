"""The geometry of a two-dimensional convolution: simpler equals, and what a pixel reads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["ConvGeometry", "overlap_distance", "same_padding", "simplified"]


@dataclass(frozen=True, slots=True)
class ConvGeometry:
    """Sizes, strides and padding of a convolution; cells outside the image are zero.

    Attributes:
        pad_top: rows of zeros above the image; those below follow from the output's height.
        pad_left: columns of zeros left of it.
    """

    batches: int
    in_h: int
    in_w: int
    in_channels: int
    out_h: int
    out_w: int
    kernel_h: int
    kernel_w: int
    stride_h: int = 1
    stride_w: int = 1
    dilation_h: int = 1
    dilation_w: int = 1
    pad_top: int = 0
    pad_left: int = 0

    @property
    def depth(self) -> int:
        """Products of an output."""
        return self.kernel_h * self.kernel_w * self.in_channels

    @property
    def pixels(self) -> int:
        """Output pixels, of all batches."""
        return self.batches * self.out_h * self.out_w

    @property
    def pointwise(self) -> bool:
        """Whether every output pixel reads its own input pixel, and no other."""
        unpadded = self.pad_top == self.pad_left == 0
        single = self.kernel_h == self.kernel_w == self.stride_h == self.stride_w == 1
        return single and unpadded and (self.in_h, self.in_w) == (self.out_h, self.out_w)


def same_padding(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Output size and zeros before the first cell, for SAME padding along a dimension.

    Formula: TFLite's ``ComputeOutSize`` and ``ComputePaddingWithOffset``.
    """
    out = -(-size // stride)
    return out, max((out - 1) * stride + (kernel - 1) * dilation + 1 - size, 0) // 2


def simplified(geometry: ConvGeometry) -> ConvGeometry:
    """The same convolution over the same bytes, with longer rows where there are some.

    Where a kernel spans the width of the image, rows become cells: a convolution over time with
    a width of 1, or over all axes of a sensor. A pointwise convolution has one row of all pixels.
    Weights keep their order, (output, row, column, input).
    """
    g = geometry
    while g.out_w == 1 and g.pad_left == 0 and g.kernel_w == g.in_w and g.in_h > 1:
        if g.dilation_w > 1 and g.kernel_w > 1:
            break
        g = ConvGeometry(
            batches=g.batches,
            in_h=1,
            in_w=g.in_h,
            in_channels=g.in_w * g.in_channels,
            out_h=1,
            out_w=g.out_h,
            kernel_h=1,
            kernel_w=g.kernel_h,
            stride_w=g.stride_h,
            dilation_w=g.dilation_h,
            pad_left=g.pad_top,
        )
    whole = (g.in_h, g.in_w) == (g.kernel_h, g.kernel_w) and (g.in_h == 1 or g.in_w == 1)
    if whole and g.out_h * g.out_w == 1 and g.pad_top == g.pad_left == 0 and not _holes(g):
        g = ConvGeometry(g.batches, 1, 1, g.depth, 1, 1, 1, 1)
    if g.pointwise:
        pixels = g.pixels
        g = ConvGeometry(1, 1, pixels, g.in_channels, 1, pixels, 1, 1)
    if g.kernel_w == 1:
        g = replace(g, dilation_w=1)
    if g.kernel_h == 1:
        g = replace(g, dilation_h=1)
    return g


def _holes(g: ConvGeometry) -> bool:
    return (g.dilation_h > 1 and g.kernel_h > 1) or (g.dilation_w > 1 and g.kernel_w > 1)


def overlap_distance(geometry: ConvGeometry, out_channels: int, block: int) -> int:
    """How far below the input the output may start, if outputs follow what has been read.

    A kernel reads the windows of ``block`` neighboring output pixels (fewer at the end of a
    batch), then writes their outputs.

    Returns:
        Bytes: output bytes written so far, less the first input byte that is read later; the
        largest such difference.
    """
    g = geometry
    rows = np.clip(np.arange(g.out_h) * g.stride_h - g.pad_top, 0, g.in_h)
    columns = np.clip(np.arange(g.out_w) * g.stride_w - g.pad_left, 0, g.in_w)
    first = (rows[:, np.newaxis] * g.in_w + columns).ravel() * g.in_channels
    later = np.minimum.accumulate(first[::-1])[::-1]
    pixels, image = g.out_h * g.out_w, g.in_h * g.in_w * g.in_channels
    done = np.minimum(np.arange(block, pixels + block, block), pixels)
    # after a batch, the next one needs all of its image; after the last, nothing is read
    gaps = done * out_channels - np.append(later, image)[done]
    growth = max(0, (pixels * out_channels - image) * (g.batches - 1))
    inner = gaps if g.batches > 1 else gaps[:-1]
    return max(0, int(inner.max(initial=0)) + growth)

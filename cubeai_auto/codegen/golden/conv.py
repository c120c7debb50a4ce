"""Convolutions by formula."""

from __future__ import annotations

import numpy as np

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array, requantize, wrap32
from cubeai_auto.codegen.layers.conv import ConvS8

__all__: list[str] = []


@evaluate.register
def _conv_s8(body: ConvS8, *inputs: Array) -> Array:
    (x,) = inputs
    g = body.geometry
    images = x.astype(np.float64).reshape(-1, g.in_h, g.in_w, g.in_channels) - body.input_zero_point
    below = (g.out_h - 1) * g.stride_h + (g.kernel_h - 1) * g.dilation_h + 1
    right = (g.out_w - 1) * g.stride_w + (g.kernel_w - 1) * g.dilation_w + 1
    padded = np.zeros(
        (len(images), max(below, g.pad_top + g.in_h), max(right, g.pad_left + g.in_w), g.in_channels)
    )
    padded[:, g.pad_top : g.pad_top + g.in_h, g.pad_left : g.pad_left + g.in_w] = images
    # products of whole numbers, all sums below 2^53: exact in float64
    sums = np.zeros((len(images), g.out_h, g.out_w, len(body.weights)))
    for row in range(g.kernel_h):
        for column in range(g.kernel_w):
            top, left = row * g.dilation_h, column * g.dilation_w
            cells = padded[
                :,
                top : top + (g.out_h - 1) * g.stride_h + 1 : g.stride_h,
                left : left + (g.out_w - 1) * g.stride_w + 1 : g.stride_w,
            ]
            sums += cells @ body.weights[:, row, column].astype(np.float64).T
    wide = wrap32(sums.astype(np.int64) + body.bias)
    y = requantize(wide, body.multiplier.astype(np.int64), body.shift.astype(np.int64))
    moved = wrap32(y + body.output_zero_point)
    return np.clip(moved, body.clamp_low, body.clamp_high).astype(np.int8).ravel()

"""Depthwise convolutions by formula."""

from __future__ import annotations

import numpy as np

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array, requantize, wrap32
from cubeai_auto.codegen.layers.depthwise import DepthwiseS8

__all__: list[str] = []


@evaluate.register
def _depthwise_s8(body: DepthwiseS8, *inputs: Array) -> Array:
    (x,) = inputs
    g = body.geometry
    channels = body.weights.shape[2]
    images = x.astype(np.int64).reshape(-1, g.in_h, g.in_w, g.in_channels) - body.input_zero_point
    images = np.repeat(images, channels // g.in_channels, axis=3)
    sums = np.zeros((len(images), g.out_h, g.out_w, channels), np.int64)
    rows, columns = np.arange(g.out_h) * g.stride_h, np.arange(g.out_w) * g.stride_w
    for row in range(g.kernel_h):
        y = rows + row * g.dilation_h - g.pad_top
        there = np.flatnonzero((y >= 0) & (y < g.in_h))
        for column in range(g.kernel_w):
            x_at = columns + column * g.dilation_w - g.pad_left
            inside = np.flatnonzero((x_at >= 0) & (x_at < g.in_w))
            cells = images[:, y[there][:, np.newaxis], x_at[inside]]
            at = np.ix_(np.arange(len(images)), there, inside)
            sums[at] += cells * body.weights[row, column].astype(np.int64)
    wide = wrap32(sums + body.bias)
    scaled = requantize(wide, body.multiplier.astype(np.int64), body.shift.astype(np.int64))
    moved = wrap32(scaled + body.output_zero_point)
    return np.clip(moved, body.clamp_low, body.clamp_high).astype(np.int8).ravel()

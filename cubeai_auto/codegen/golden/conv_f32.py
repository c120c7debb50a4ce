"""Convolutions and depthwise convolutions by formula, float32: one product after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array
from cubeai_auto.codegen.layers.conv_f32 import ConvF32

__all__: list[str] = []


@evaluate.register
def _conv_f32(body: ConvF32, *inputs: Array) -> Array:
    g = body.geometry
    images = inputs[0].astype(np.float32).reshape(-1, g.in_h, g.in_w, g.in_channels)
    sums = np.zeros((len(images), g.out_h, g.out_w, body.channels), np.float32)
    rows, columns = np.arange(g.out_h) * g.stride_h, np.arange(g.out_w) * g.stride_w
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for row in range(g.kernel_h):
            y = rows + row * g.dilation_h - g.pad_top
            there = np.flatnonzero((y >= 0) & (y < g.in_h))
            for column in range(g.kernel_w):
                x = columns + column * g.dilation_w - g.pad_left
                inside = np.flatnonzero((x >= 0) & (x < g.in_w))
                cells = images[:, y[there][:, np.newaxis], x[inside]]
                at = np.ix_(np.arange(len(images)), there, inside)
                for weights in _terms(body, row, column, cells):
                    sums[at] += weights
        if body.bias is not None:
            sums += body.bias
    clamped: Array = np.clip(sums, np.float32(body.clamp_low), np.float32(body.clamp_high))
    return clamped.ravel()


def _terms(
    body: ConvF32, row: int, column: int, cells: npt.NDArray[np.float32]
) -> list[npt.NDArray[np.float32]]:
    """The products that a cell of the kernel adds, in order."""
    if body.depthwise:
        repeated = np.repeat(cells, body.channels // cells.shape[3], axis=3)
        return [repeated * body.weights[row, column]]
    by_input = body.weights[:, row, column].T
    return [cells[..., k : k + 1] * by_input[k] for k in range(cells.shape[3])]

"""Pooling layers by formula."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array
from cubeai_auto.codegen.layers.pool import PoolF32, PoolS8

__all__: list[str] = []

_Reduce = Callable[[Array], Array]


def _windows(images: Array, g: ConvGeometry, reduce: _Reduce) -> Array:
    """``reduce`` of (images, cells, channels), for each window's cells inside the image."""
    made = [
        reduce(
            images[
                :,
                max(y, 0) : min(y + g.kernel_h, g.in_h),
                max(x, 0) : min(x + g.kernel_w, g.in_w),
            ].reshape(len(images), -1, g.in_channels)
        )
        for y in range(-g.pad_top, g.out_h * g.stride_h - g.pad_top, g.stride_h)
        for x in range(-g.pad_left, g.out_w * g.stride_w - g.pad_left, g.stride_w)
    ]
    return np.stack(made, axis=1)


def _largest(cells: Array) -> Array:
    found: Array = cells.max(axis=1)
    return found


def _integer_average(cells: Array) -> Array:
    """Halves away from zero."""
    sums, count = cells.astype(np.int64).sum(axis=1), cells.shape[1]
    halves = np.where(sums > 0, count // 2, -(count // 2))
    rounded: Array = np.sign(sums + halves) * (np.abs(sums + halves) // count)
    return rounded


def _float_average(cells: Array) -> Array:
    sums = np.zeros((len(cells), cells.shape[2]), np.float32)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for k in range(cells.shape[1]):
            sums = sums + cells[:, k].astype(np.float32)
        average: npt.NDArray[np.float32] = sums / np.float32(cells.shape[1])
    return average


@evaluate.register
def _pool_s8(body: PoolS8, *inputs: Array) -> Array:
    g = body.geometry
    images = inputs[0].reshape(-1, g.in_h, g.in_w, g.in_channels)
    made = _windows(images, g, _largest if body.pool == "max" else _integer_average)
    return np.clip(made, body.clamp_low, body.clamp_high).astype(np.int8).ravel()


@evaluate.register
def _pool_f32(body: PoolF32, *inputs: Array) -> Array:
    g = body.geometry
    images = inputs[0].reshape(-1, g.in_h, g.in_w, g.in_channels)
    made = _windows(images, g, _largest if body.pool == "max" else _float_average)
    clamped: Array = np.clip(made, np.float32(body.clamp_low), np.float32(body.clamp_high))
    return clamped.ravel()

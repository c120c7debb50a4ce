"""Fully connected layers by formula."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array, requantize, wrap32
from cubeai_auto.codegen.layers.dense import DenseF32, DenseS8

__all__: list[str] = []


@evaluate.register
def _dense_s8(body: DenseS8, *inputs: Array) -> Array:
    (x,) = inputs
    wide = x.astype(np.int64).reshape(-1, body.weights.shape[1]) - body.input_zero_point
    sums = wrap32(wide @ body.weights.astype(np.int64).T + body.bias)
    y = requantize(sums, body.multiplier.astype(np.int64), body.shift.astype(np.int64))
    moved = wrap32(y + body.output_zero_point)
    return np.clip(moved, body.clamp_low, body.clamp_high).astype(np.int8).ravel()


@evaluate.register
def _dense_f32(body: DenseF32, *inputs: Array) -> Array:
    (x,) = inputs
    columns = x.astype(np.float32).reshape(-1, body.weights.shape[1])
    sums = np.zeros((len(columns), body.weights.shape[0]), np.float32)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for k in range(body.weights.shape[1]):
            sums += columns[:, k : k + 1] * body.weights[:, k]
        if body.bias is not None:
            sums += body.bias
    clamped: npt.NDArray[np.float32] = np.clip(
        sums, np.float32(body.clamp_low), np.float32(body.clamp_high)
    )
    return clamped.ravel()

"""Conversions by formula."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array, requantize, wrap32
from cubeai_auto.codegen.layers.convert import Affine, Rescale8

__all__: list[str] = []


@evaluate.register
def _affine(body: Affine, *inputs: Array) -> Array:
    (x,) = inputs
    if body.conversion == "quantize_f32_s8":
        with np.errstate(over="ignore", under="ignore"):
            ratio = x.astype(np.float32) / np.float32(body.scale)
        away = np.copysign(np.floor(np.abs(ratio.astype(np.float64)) + 0.5), ratio)
        moved = np.where(np.isnan(away), -128, away + body.zero_point)
        stored: npt.NDArray[np.int8] = np.clip(moved, -128, 127).astype(np.int8)
        return stored.ravel()
    steps = (x.astype(np.int32) - body.zero_point).astype(np.float32)
    real: npt.NDArray[np.float32] = np.float32(body.scale) * steps
    return real.ravel()


@evaluate.register
def _rescale_8(body: Rescale8, *inputs: Array) -> Array:
    (x,) = inputs
    stored = x.astype(np.int64).ravel() - (128 if body.input_unsigned else 0)
    y = requantize(
        stored - body.input_zero_point,
        np.full_like(stored, body.multiplier),
        np.full_like(stored, body.shift),
    )
    y = np.clip(wrap32(y + body.output_zero_point), -128, 127)
    return (y + 128).astype(np.uint8) if body.output_unsigned else y.astype(np.int8)

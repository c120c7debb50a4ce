"""Sums and means by formula."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array, requantize, wrap32
from cubeai_auto.codegen.layers.reduce import SumF32, SumS8

__all__: list[str] = []


@evaluate.register
def _sum_s8(body: SumS8, *inputs: Array) -> Array:
    values = inputs[0].astype(np.int64).reshape(-1, body.count, body.inner)
    sums = values.sum(axis=1) - body.count * body.input_zero_point
    scaled = requantize(sums, np.array(body.multiplier, np.int64), np.array(body.shift, np.int64))
    return np.clip(wrap32(scaled + body.output_zero_point), -128, 127).astype(np.int8).ravel()


@evaluate.register
def _sum_f32(body: SumF32, *inputs: Array) -> Array:
    values = inputs[0].astype(np.float32).reshape(-1, body.count, body.inner)
    sums = np.zeros((len(values), body.inner), np.float32)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for k in range(body.count):
            sums = sums + values[:, k]
        divided: npt.NDArray[np.float32] = sums / np.float32(body.divisor)
    return divided.ravel()

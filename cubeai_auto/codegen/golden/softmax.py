"""Softmax layers by formula."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.exponential import exp_negative, one_over_one_plus
from cubeai_auto.codegen.golden.primitives import (
    Array,
    doubling_high_multiply,
    requantize,
    rounding_shift_right,
)
from cubeai_auto.codegen.layers.softmax import SoftmaxF32, SoftmaxS8

__all__: list[str] = []


@evaluate.register
def _softmax_s8(body: SoftmaxS8, *inputs: Array) -> Array:
    (x,) = inputs
    rows = x.astype(np.int64).reshape(-1, body.depth)
    result = np.full(rows.shape, -128, np.int64)
    for row, values in enumerate(rows):
        difference = values - values.max()
        kept = difference >= body.diff_min
        multiplier = np.full(int(kept.sum()), body.multiplier, np.int64)
        e = exp_negative(requantize(difference[kept], multiplier, np.full_like(multiplier, body.shift)))
        total = int(rounding_shift_right(e, np.full_like(e, 12)).sum())
        headroom = 32 - total.bit_length()
        scale = one_over_one_plus((total << headroom) - 2**31)
        y = doubling_high_multiply(np.full_like(e, scale), e)
        result[row, kept] = rounding_shift_right(y, np.full_like(y, 35 - headroom)) - 128
    return np.clip(result, -128, 127).astype(np.int8).ravel()


@evaluate.register
def _softmax_f32(body: SoftmaxF32, *inputs: Array) -> Array:
    (x,) = inputs
    rows = x.astype(np.float32).reshape(-1, body.depth)
    e = np.exp((rows - rows.max(axis=1, keepdims=True)) * np.float32(body.beta))
    total = np.zeros((len(rows), 1), np.float32)
    for k in range(body.depth):
        total += e[:, k : k + 1]
    shares: npt.NDArray[np.float32] = e / total
    return shares.ravel()

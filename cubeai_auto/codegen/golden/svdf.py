"""SVDF by formula: all inferences given are one sequence, which begins with a reset."""

from __future__ import annotations

import numpy as np

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array, requantize, wrap32
from cubeai_auto.codegen.layers.svdf import SvdfS8

__all__: list[str] = []


@evaluate.register
def _svdf_s8(body: SvdfS8, *inputs: Array) -> Array:
    filters, width = body.feature_weights.shape
    kind = np.iinfo(body.time_weights.dtype)
    vectors = inputs[0].astype(np.int64).reshape(-1, body.batches, width) - body.input_zero_point
    sums = wrap32(vectors @ body.feature_weights.astype(np.int64).T)
    scale = np.array(body.state_multiplier, np.int64), np.array(body.state_shift, np.int64)
    entering = np.clip(requantize(sums, *scale), kind.min, kind.max)
    entering = (entering + body.state_zero_point).astype(kind.dtype).astype(np.int64)
    memory = body.time_weights.shape[1]
    state = np.full((body.batches, filters, memory), body.state_zero_point, np.int64)
    times = body.time_weights.astype(np.int64)
    ratio = np.array(body.output_multiplier, np.int64), np.array(body.output_shift, np.int64)
    outputs = []
    for newest in entering:
        state = np.concatenate([state[:, :, 1:], newest[:, :, np.newaxis]], axis=2)
        over_time = ((state - body.state_zero_point) * times).sum(axis=2)
        total = over_time.reshape(body.batches, -1, body.rank).sum(axis=2) + body.bias
        scaled = requantize(wrap32(total), *ratio)
        outputs.append(np.clip(wrap32(scaled + body.output_zero_point), -128, 127))
    return np.array(outputs).astype(np.int8).ravel()

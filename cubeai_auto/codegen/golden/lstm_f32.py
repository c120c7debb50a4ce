"""LSTM in float32, added in the reference's order: all inferences given are one sequence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array
from cubeai_auto.codegen.layers.lstm_f32 import LstmF32

__all__: list[str] = []

Real = npt.NDArray[np.float32]
_LARGEST = np.finfo(np.float32).max


@evaluate.register
def _lstm_f32(body: LstmF32, *inputs: Array) -> Array:
    _, units, width = body.input_weights.shape
    batches, steps = body.batches, body.steps
    shape = (-1, steps, batches, width) if body.time_major else (-1, batches, steps, width)
    windows = inputs[0].astype(np.float32).reshape(shape)
    x = (windows if body.time_major else windows.swapaxes(1, 2)).reshape(-1, batches, width)
    hidden, cell = np.zeros((2, batches, units), np.float32)
    outputs = []
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for given in x:
            gates = [
                _bounded(_sums(given, body.input_weights[gate]) + body.bias[gate])
                + _bounded(_sums(hidden, body.recurrent_weights[gate]))
                for gate in range(4)
            ]
            into, forget, out = (_logistic(gates[gate]) for gate in (0, 1, 3))
            cell = _bounded(forget * cell) + _bounded(into * np.tanh(gates[2]))
            if body.cell_clip is not None:
                clip = np.float32(body.cell_clip)
                cell = np.clip(cell, -clip, clip)
            hidden = _bounded(np.tanh(cell) * out)
            outputs.append(hidden)
    y = np.array(outputs, np.float32).reshape(-1, steps, batches, units)
    return (y if body.time_major else y.swapaxes(1, 2)).ravel()


def _sums(x: Real, weights: Real) -> Real:
    """One product after the other."""
    sums = np.zeros((len(x), len(weights)), np.float32)
    for k in range(weights.shape[1]):
        sums = sums + x[:, k : k + 1] * weights[:, k]
    return sums


def _bounded(x: Real) -> Real:
    bounded: Real = np.clip(x, -_LARGEST, _LARGEST)
    return bounded


def _logistic(x: Real) -> Real:
    one = np.float32(1)
    near = np.where(x < -9, np.exp(x), one / (one + np.exp(-x)))
    return np.where(x > np.float32(16.619047164916992188), one, near)

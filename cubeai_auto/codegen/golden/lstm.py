"""LSTM by formula: all inferences given are one sequence, which begins with a reset."""

from __future__ import annotations

import numpy as np

from cubeai_auto.codegen.fixed_point import Multiplier
from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array, Wide, requantize, wrap32
from cubeai_auto.codegen.layers.lstm import LstmS8

__all__ = ["SIGMOID", "sigmoid", "tanh"]


def _sigmoid_table() -> Wide:
    """Sigmoid(k / 24) in Q0.16, for interpolation by straight lines.

    The lines lie below the curve, by second derivative * step^2 / 8 at most: entries are raised by
    half of that. The last one stands for all that follow.
    """
    s = 1 / (1 + np.exp(-np.arange(256) / 24))
    raised = s - s * (1 - s) * (1 - 2 * s) / (16 * 24**2)
    table = np.floor(65536 * raised + 0.5).astype(np.int64)
    table[255] = 65535
    return table


SIGMOID = _sigmoid_table()


def sigmoid(x: Wide) -> Wide:
    """Sigmoid of Q3.12 in Q0.15: 3 x, in units of 1 / (24 * 512), interpolated."""
    scaled = np.abs(3 * x)
    k, rest = scaled >> 9, scaled & 511
    above = (SIGMOID[k] << 9) + rest * (SIGMOID[k + 1] - SIGMOID[k])
    result: Wide = np.where(x >= 0, above + 512, (1 << 25) - above + 511) >> 10
    return result


def tanh(x: Wide, shift: int) -> Wide:
    """Tanh of x * 2^shift, which is Q3.12, in Q0.15: 2 sigmoid(2 x) - 1."""
    scaled = (3 * x) << shift if shift >= 0 else (3 * x + (1 << (-shift - 1))) >> -shift
    size = np.abs(scaled)
    k, rest = np.minimum(size >> 8, 254), size & 255
    above = (SIGMOID[k] << 8) + rest * (SIGMOID[k + 1] - SIGMOID[k])
    above = np.where(size >> 8 >= 255, 65535 << 8, above) - (1 << 23)
    result: Wide = np.where(scaled >= 0, above + 128, -above + 127) >> 8
    return result


@evaluate.register
def _lstm_s8(body: LstmS8, *inputs: Array) -> Array:
    _, units, width = body.input_weights.shape
    batches, steps = body.batches, body.steps
    shape = (-1, steps, batches, width) if body.time_major else (-1, batches, steps, width)
    windows = inputs[0].astype(np.int64).reshape(shape) - body.input_zero_point
    x = (windows if body.time_major else windows.swapaxes(1, 2)).reshape(-1, batches, width)
    hidden, cell = np.zeros((2, batches, units), np.int64)  # hidden: without its zero point
    outputs = []
    for given in x:
        gates = []
        for gate in range(4):
            sums = given @ body.input_weights[gate].astype(np.int64).T + body.bias[gate]
            back = hidden @ body.recurrent_weights[gate].astype(np.int64).T
            a = _int16(_times(wrap32(sums), body.input_ratios[gate]))
            b = _int16(_times(wrap32(back), body.recurrent_ratios[gate]))
            gates.append(_int16(a + b))
        into, forget, out = sigmoid(gates[0]), sigmoid(gates[1]), sigmoid(gates[3])
        kept = _int16(_times(forget * cell, Multiplier(2**30, -14)))
        cell = _int16(kept + _int16(_times(into * tanh(gates[2], 0), body.cell_ratio)))
        if body.cell_limit is not None:
            cell = np.clip(cell, -body.cell_limit, body.cell_limit)
        made = _times(tanh(cell, body.cell_power + 12) * out, body.output_ratio)
        stored = np.clip(made + body.output_zero_point, -128, 127)
        hidden = stored - body.output_zero_point
        outputs.append(stored)
    y = np.array(outputs).reshape(-1, steps, batches, units)
    return (y if body.time_major else y.swapaxes(1, 2)).astype(np.int8).ravel()


def _int16(x: Wide) -> Wide:
    return np.clip(x, -32768, 32767)


def _times(x: Wide, ratio: Multiplier) -> Wide:
    return requantize(x, np.array(ratio.value, np.int64), np.array(ratio.shift, np.int64))

"""UNIDIRECTIONAL_SEQUENCE_LSTM: what its kernel relies on, and its constants.

As ``tflite_micro`` has it: four gates, no peepholes, projection or layer normalization; float32, or
int8 with cells of 16 bits whose scale is a power of two, and ratios of scales in float64.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.fixed_point import Multiplier
from cubeai_auto.codegen.layers.lstm import GATES, LstmS8
from cubeai_auto.codegen.layers.lstm_f32 import LstmF32
from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    NOT_CONSTANT,
    TYPE_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    finite,
    multiplier_of,
    per_tensor,
)
from cubeai_auto.tflite.graph import Tensor
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

_INPUT_WEIGHTS, _RECURRENT_WEIGHTS, _BIAS, _HIDDEN, _CELL = 1, 5, 12, 18, 19
_VARIANTS = (
    (range(9, 12), "peephole weights"),
    (range(16, 18), "a projection"),
    (range(20, 24), "layer normalization"),
)
_INPUTS = 24
_GATE_SCALE = 2.0**-12
"""Of a gate before its sigmoid: Q3.12."""
_GATE_RANGE = 2.0**-15
"""Of a gate after it."""
_CELL_POWERS = range(-27, 3)
"""Exponents of the cell's scale whose shift to Q3.12 is defined in 32 bits."""

SUPPORTED = (
    OperatorSupport(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        ("int8", "float32"),
        "int8: int16 cell state with a power of two as scale, constant weights with zero point 0, "
        "per tensor, int32 bias; tanh; cell clipping; states of its own; no peepholes, projection, "
        "layer normalization or coupled gates",
    ),
)


def _lstm(at: Context) -> tuple[Lowered, ...]:
    for positions, what in _VARIANTS:
        if any(at.optional(position) is not None for position in positions):
            raise RefusedOperatorError(f"has {what}: TFLM has none either")
    if at.optional(_INPUT_WEIGHTS) is None:
        raise RefusedOperatorError("couples input and forget gate: TFLM does not take that either")
    if len(at.operator.inputs) != _INPUTS:
        raise RefusedOperatorError(f"{len(at.operator.inputs)} inputs, not {_INPUTS}", hint=MODEL_HINT)
    activation = at.operator.option_str("fused_activation_function", "NONE")
    if activation != "TANH":
        raise RefusedOperatorError(f"the activation {activation}, not TANH")
    source, target = at.activation(0), at.output()
    hidden, cell = at.state(_HIDDEN), at.state(_CELL)
    weights = [at.input(_INPUT_WEIGHTS + gate) for gate in range(GATES)]
    recurrent = [at.input(_RECURRENT_WEIGHTS + gate) for gate in range(GATES)]
    biases = [at.input(_BIAS + gate) for gate in range(GATES)]
    steps, batches = _check_shapes(at, weights, recurrent, biases)
    clip = at.operator.option_float("cell_clip", 0.0)
    time_major = bool(at.operator.option_int("time_major", 0))
    states = hidden.index, cell.index
    everything = (source, target, hidden, cell, *weights, *recurrent, *biases)
    if {tensor.dtype for tensor in everything} == {"float32"}:
        floating = LstmF32(
            batches=batches,
            steps=steps,
            input_weights=_floats(weights),
            recurrent_weights=_floats(recurrent),
            bias=_floats(biases),
            cell_clip=clip if clip > 0 else None,
            time_major=time_major,
        )
        return (Lowered(floating, (source.index,), target.index, states),)
    types = {t.dtype for t in (source, target, hidden, *weights, *recurrent)}
    others = cell.dtype, *(bias.dtype for bias in biases)
    if types != {"int8"} or others != ("int16",) + ("int32",) * GATES:
        kinds = "/".join(sorted(types))
        raise RefusedOperatorError(
            f"types {kinds}, a cell state of type {cell.dtype}, biases of type {others[1]}",
            hint=TYPE_HINT,
        )
    given, produced, kept = (
        per_tensor(source, "input"),
        per_tensor(target, "output"),
        per_tensor(hidden, "output state"),
    )
    cell_scale = _cell_scale(cell)
    body = LstmS8(
        batches=batches,
        steps=steps,
        input_weights=_stacked(weights),
        recurrent_weights=_stacked(recurrent),
        bias=np.stack([_constant(bias).reshape(-1) for bias in biases]).astype(np.int32),
        input_zero_point=given.zero_point,
        output_zero_point=kept.zero_point,
        input_ratios=tuple(_gate_ratio(given.scale, tensor) for tensor in weights),
        recurrent_ratios=tuple(_gate_ratio(kept.scale, tensor) for tensor in recurrent),
        cell_ratio=multiplier_of(_GATE_RANGE * _GATE_RANGE / cell_scale),
        output_ratio=multiplier_of(_GATE_RANGE * _GATE_RANGE / kept.scale),
        cell_power=int(math.log2(cell_scale)),
        cell_limit=_cell_limit(clip, cell_scale),
        time_major=time_major,
        remarks=()
        if (kept.scale, kept.zero_point) == (produced.scale, produced.zero_point)
        else ("stores its output with the quantization of its state, as TFLM does",),
    )
    return (Lowered(body, (source.index,), target.index, states),)


def _check_shapes(
    at: Context, weights: list[Tensor], recurrent: list[Tensor], biases: list[Tensor]
) -> tuple[int, int]:
    """Steps and batches."""
    source, target, hidden, cell = at.input(0), at.output(), at.input(_HIDDEN), at.input(_CELL)
    if len(source.shape) != 3 or len(hidden.shape) != 2:
        raise RefusedOperatorError(
            f"an input of {list(source.shape)} and a state of {list(hidden.shape)}", hint=MODEL_HINT
        )
    first, second, inputs = source.shape
    time_major = bool(at.operator.option_int("time_major", 0))
    steps, batches = (first, second) if time_major else (second, first)
    units = hidden.shape[1]
    fits = (
        all(tensor.shape == (units, inputs) for tensor in weights)
        and all(tensor.shape == (units, units) for tensor in recurrent)
        and all(tensor.shape == (units,) for tensor in biases)
        and hidden.elements == cell.elements == batches * units
        and target.shape == (first, second, units)
    )
    if not fits or units < 1:
        raise RefusedOperatorError(
            f"an input of {list(source.shape)}, {units} units, states of {hidden.elements} and "
            f"{cell.elements} and an output of {list(target.shape)} do not fit together",
            hint=MODEL_HINT,
        )
    return steps, batches


def _constant(tensor: Tensor) -> npt.NDArray[np.generic]:
    if tensor.data is None:
        raise RefusedOperatorError(NOT_CONSTANT)
    return tensor.data


def _stacked(weights: list[Tensor]) -> npt.NDArray[np.int8]:
    return np.stack([_constant(tensor).reshape(tensor.shape) for tensor in weights]).astype(np.int8)


def _floats(constants: list[Tensor]) -> npt.NDArray[np.float32]:
    return np.stack([finite(tensor).reshape(tensor.shape) for tensor in constants])


def _gate_ratio(scale: float, weights: Tensor) -> Multiplier:
    found = per_tensor(weights, "weights")
    if found.zero_point:
        raise RefusedOperatorError(f"the weights '{weights.name}' have a zero point that is not 0")
    return multiplier_of(scale * found.scale / _GATE_SCALE)


def _cell_scale(cell: Tensor) -> float:
    found = per_tensor(cell, "cell state")
    if math.frexp(found.scale)[0] != 0.5 or int(math.log2(found.scale)) not in _CELL_POWERS:
        raise RefusedOperatorError(
            f"the cell state has the scale {found.scale:g}, not a power of two from 2^-27 to 4",
            hint=MODEL_HINT,
        )
    if found.zero_point:
        raise RefusedOperatorError("the cell state has a zero point that is not 0", hint=MODEL_HINT)
    return found.scale


def _cell_limit(clip: float, scale: float) -> int | None:
    """The largest stored cell, if cells are cut off: truncated, as TFLM does."""
    if not clip > 0:
        return None
    return int(min(float(np.float32(clip)) / scale, 32767.0))


RULES: Rules = {"UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm}

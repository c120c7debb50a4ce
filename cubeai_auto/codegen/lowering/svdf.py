"""SVDF: what its kernels rely on, and its constants.

Constants follow ``tflite_micro``: ratios of scales in float64, and no fused activation in integers.
"""

from __future__ import annotations

import numpy as np

from cubeai_auto.codegen.layers.svdf import SvdfS8
from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    NOT_CONSTANT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    fused_activation,
    multiplier_of,
    per_tensor,
)
from cubeai_auto.tflite.graph import Quantization, Tensor
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

_BIAS_SCALE_GAP = 1e-5
"""TFLM's limit for the distance of a bias scale from state scale x time weight scale."""

_TYPE_HINT = "convert with a representative data set for full int8: there is no float32 kernel"

SUPPORTED = (
    OperatorSupport(
        "SVDF",
        ("int8",),
        "constant weights with zero point 0, per tensor; state and time weights both int8 or both "
        "int16; int32 bias; a state of its own",
    ),
)


def _svdf(at: Context) -> tuple[Lowered, ...]:
    source, target = at.activation(0), at.output()
    feature, time, bias, state = at.input(1), at.input(2), at.optional(3), at.state(4)
    if bias is None:
        raise RefusedOperatorError("no bias: TFLM crashes on it", hint=MODEL_HINT)
    if feature.data is None or time.data is None or bias.data is None:
        raise RefusedOperatorError(NOT_CONSTANT)
    types = source.dtype, feature.dtype, target.dtype
    if types != ("int8", "int8", "int8"):
        raise RefusedOperatorError(f"types {types[0]} x {types[1]} to {types[2]}", hint=_TYPE_HINT)
    if time.dtype != state.dtype or state.dtype not in {"int8", "int16"} or bias.dtype != "int32":
        raise RefusedOperatorError(
            f"a state of type {state.dtype}, time weights of type {time.dtype}, "
            f"a bias of type {bias.dtype}",
            hint=_TYPE_HINT,
        )
    rank = at.operator.option_int("rank", 0)
    _check_shapes(source, (feature, time, bias), state, target, rank)
    given, produced = per_tensor(source, "input"), per_tensor(target, "output")
    kept = per_tensor(state, "state")
    features, times = _symmetric(feature), _symmetric(time)
    if state.dtype == "int16" and kept.zero_point:
        raise RefusedOperatorError("an int16 state with a zero point that is not 0", hint=MODEL_HINT)
    product = kept.scale * times.scale
    stated = 0.0 if bias.quantization is None else bias.quantization.scale
    if not abs(stated - product) < _BIAS_SCALE_GAP:
        raise RefusedOperatorError(
            f"the bias has the scale {stated:g}, but state scale x time weight scale is "
            f"{product:g}: TFLM refuses it too",
            hint=MODEL_HINT,
        )
    stored = multiplier_of(given.scale * features.scale / kept.scale)
    ratio = multiplier_of(product / produced.scale)
    body = SvdfS8(
        batches=source.shape[0],
        rank=rank,
        feature_weights=feature.data.astype(np.int8),
        time_weights=time.data.astype(np.int8) if time.dtype == "int8" else time.data.astype(np.int16),
        bias=bias.data.reshape(-1).astype(np.int32),
        input_zero_point=given.zero_point,
        state_zero_point=kept.zero_point,
        output_zero_point=produced.zero_point,
        state_multiplier=stored.value,
        state_shift=stored.shift,
        output_multiplier=ratio.value,
        output_shift=ratio.shift,
        remarks=_remarks(fused_activation(at), kept, produced),
    )
    return (Lowered(body, (source.index,), target.index, (state.index,)),)


def _check_shapes(
    source: Tensor, constants: tuple[Tensor, Tensor, Tensor], state: Tensor, target: Tensor, rank: int
) -> None:
    feature, time, bias = constants
    if len(source.shape) != 2 or len(feature.shape) != 2 or len(time.shape) != 2:
        shapes = f"{list(source.shape)}, {list(feature.shape)} and {list(time.shape)}"
        raise RefusedOperatorError(f"input and weights of the shapes {shapes}, not two-dimensional")
    batches, inputs = source.shape
    filters, memory = time.shape
    if rank < 1 or filters < 1 or memory < 1 or filters % rank:
        raise RefusedOperatorError(
            f"rank {rank} with {filters} filters of {memory} steps", hint=MODEL_HINT
        )
    fits = (
        feature.shape == (filters, inputs)
        and bias.elements == filters // rank
        and state.elements == batches * filters * memory
        and target.shape == (batches, filters // rank)
    )
    if not fits:
        raise RefusedOperatorError(
            f"an input of {list(source.shape)}, {filters} filters of rank {rank} and {memory} steps, "
            f"{bias.elements} biases, a state of {state.elements} and an output of "
            f"{list(target.shape)} do not fit together",
            hint=MODEL_HINT,
        )


def _symmetric(weights: Tensor) -> Quantization:
    found = per_tensor(weights, "weights")
    if found.zero_point:
        raise RefusedOperatorError(f"the weights '{weights.name}' have a zero point that is not 0")
    return found


def _remarks(activation: str, kept: Quantization, produced: Quantization) -> tuple[str, ...]:
    """Where TFLM computes something else than the model says, and we with it."""
    remarks = []
    if activation not in {"NONE", "RELU"} or (activation == "RELU" and produced.zero_point != -128):
        remarks.append(f"leaves out its fused {activation}, as TFLM does for an int8 SVDF")
    if kept.zero_point:
        remarks.append("cuts its state off before adding the state's zero point, as TFLM does")
    return tuple(remarks)


RULES: Rules = {"SVDF": _svdf}

"""FULLY_CONNECTED: what its kernels rely on, and its constants.

Constants follow the rules of ``tflite_micro``, the engine's oracle, in the precision that it
computes them in.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.fixed_point import activation_bounds
from cubeai_auto.codegen.layers.dense import DenseF32, DenseS8
from cubeai_auto.codegen.lowering.context import (
    LEAST_ACTIVATION_SCALE,
    MODEL_HINT,
    NOT_CONSTANT,
    TYPE_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    finite,
    fused_activation,
    multiplier_of,
    per_tensor,
)
from cubeai_auto.codegen.pairing import why_not_paired
from cubeai_auto.tflite.graph import Quantization, Tensor
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

_BIAS_SCALE_GAP = 0.02
"""TFLM's limit, in output scales, for a bias scale that is not input scale x weight scale."""

SUPPORTED = (
    OperatorSupport(
        "FULLY_CONNECTED",
        ("int8", "float32"),
        "constant weights with zero point 0, per tensor or per channel; int32 bias or none; "
        "fused RELU, RELU6, RELU_N1_TO_1",
    ),
)


def _dense(at: Context) -> tuple[Lowered, ...]:
    source, weights, bias, target = at.activation(0), at.input(1), at.optional(2), at.output()
    if weights.data is None or (bias is not None and bias.data is None):
        raise RefusedOperatorError(NOT_CONSTANT)
    if len(weights.shape) != 2:
        raise RefusedOperatorError(f"weights of rank {len(weights.shape)} instead of 2")
    if at.operator.option_str("weights_format", "DEFAULT") != "DEFAULT":
        raise RefusedOperatorError("shuffled weights")
    rows, depth = weights.shape
    if rows < 1 or depth < 1 or source.elements % depth:
        raise RefusedOperatorError(f"{source.elements} inputs do not fit weights of {rows} x {depth}")
    batches = source.elements // depth
    if target.elements != batches * rows:
        raise RefusedOperatorError(f"{target.elements} outputs instead of {batches * rows}")
    if bias is not None and bias.elements != rows:
        raise RefusedOperatorError(f"a bias of {bias.elements} elements for {rows} rows")
    types = source.dtype, weights.dtype, target.dtype
    if types == ("float32", "float32", "float32"):
        return at.layer(_dense_f32(at, weights, bias, batches))
    if types == ("int8", "int8", "int8"):
        matrix = weights.data.reshape(rows, depth).astype(np.int8)
        return at.layer(_dense_s8(at, weights, matrix, bias, batches))
    raise RefusedOperatorError(f"types {types[0]} x {types[1]} to {types[2]}", hint=TYPE_HINT)


def _dense_f32(at: Context, weights: Tensor, bias: Tensor | None, batches: int) -> DenseF32:
    if bias is not None and bias.dtype != "float32":
        raise RefusedOperatorError(f"a bias of type {bias.dtype}", hint=TYPE_HINT)
    largest = float(np.finfo(np.float32).max)
    low, high = {
        "NONE": (-largest, largest),
        "RELU": (0.0, largest),
        "RELU6": (0.0, 6.0),
        "RELU_N1_TO_1": (-1.0, 1.0),
    }[fused_activation(at)]
    return DenseF32(
        batches=batches,
        weights=finite(weights).reshape(weights.shape),
        bias=None if bias is None else finite(bias),
        clamp_low=low,
        clamp_high=high,
    )


def _dense_s8(
    at: Context, weights: Tensor, matrix: npt.NDArray[np.int8], bias: Tensor | None, batches: int
) -> DenseS8:
    given = per_tensor(at.input(0), "input")
    produced = per_tensor(at.output(), "output")
    scales = weights.quantization
    if scales is None:
        raise RefusedOperatorError(
            f"the weights '{weights.name}' have no quantization", hint=MODEL_HINT
        )
    if scales.per_channel and scales.axis != 0:
        raise RefusedOperatorError(f"weight scales along dimension {scales.axis}, not one for each row")
    if bias is not None and bias.dtype != "int32":
        raise RefusedOperatorError(f"a bias of type {bias.dtype}", hint=TYPE_HINT)
    multipliers = [multiplier_of(ratio) for ratio in _dense_ratios(given, scales, produced, bias)]
    activation = fused_activation(at)
    if activation in {"RELU6", "RELU_N1_TO_1"} and produced.scale < LEAST_ACTIVATION_SCALE:
        raise RefusedOperatorError(f"an output scale of {produced.scale:g} with a fused {activation}")
    low, high = activation_bounds(activation, produced.scale, produced.zero_point)
    values = np.zeros(len(matrix), np.int32)
    if bias is not None and bias.data is not None:
        values = bias.data.reshape(-1).astype(np.int32)
    shift = np.array([m.shift for m in multipliers], np.int8)
    doubt = at.portable or why_not_paired(matrix, values, given.zero_point, shift)
    return DenseS8(
        batches=batches,
        weights=matrix,
        bias=values,
        input_zero_point=given.zero_point,
        output_zero_point=produced.zero_point,
        multiplier=np.array([m.value for m in multipliers], np.int32),
        shift=shift,
        clamp_low=low,
        clamp_high=high,
        paired=not doubt,
        reason=f"row by row: {doubt}" if doubt else "paired weights, proven for every input",
    )


def _dense_ratios(
    given: Quantization, weights: Quantization, produced: Quantization, bias: Tensor | None
) -> list[float]:
    """Input scale * weight scale / output scale in float64, one or one per row.

    Sources of TFLM up to August 2026 multiply a single weight scale in float32. The wheel that is
    the oracle does not: with scales picked to tell the two apart, only float64 gives its outputs.
    """
    if bias is not None and not weights.per_channel:
        product = given.scale * weights.scale
        stated = 0.0 if bias.quantization is None else bias.quantization.scale
        if abs(product - stated) / produced.scale > _BIAS_SCALE_GAP:
            raise RefusedOperatorError(
                f"the bias has the scale {stated:g}, but input scale x weight scale is {product:g}: "
                "TFLM refuses it too",
                hint=MODEL_HINT,
            )
    return [given.scale * scale / produced.scale for scale in weights.scales]


RULES: Rules = {"FULLY_CONNECTED": _dense}

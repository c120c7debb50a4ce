"""The supported operators: for each, what its kernel relies on and the constants it needs.

Constants follow the rules of ``tflite_micro``, the engine's oracle, in the precision that it
computes them in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.fixed_point import Multiplier, activation_bounds, quantize_multiplier
from cubeai_auto.codegen.layers import (
    Affine,
    DenseF32,
    DenseS8,
    LayerBody,
    Rescale8,
    SoftmaxF32,
    SoftmaxS8,
)
from cubeai_auto.codegen.pairing import why_not_paired
from cubeai_auto.tflite.graph import Graph, Operator, Quantization, Tensor
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["SUPPORTED", "RefusedOperatorError", "lower_operator"]

_LIST_HINT = "cubeai-auto supported-ops lists the operators, types and limits of the built-in engine"
_NOT_CONSTANT = "weights and bias must be constants"
_VIEWS = frozenset({"EXPAND_DIMS", "RESHAPE", "SQUEEZE", "TRANSPOSE"})
_MODEL_HINT = "convert the model again with a current converter"
_TYPE_HINT = (
    "convert with a representative data set for full int8, or without optimizations for float32"
)
_BIAS_SCALE_GAP = 0.02
"""TFLM's limit, in output scales, for a bias scale that is not input scale x weight scale."""
_LEAST_ACTIVATION_SCALE = 2.0**-28
"""Below it the bounds of a fused activation leave 32 bits; TFLM refuses those too."""


class RefusedOperatorError(Exception):
    """An operator that no kernel covers: what is wrong with it, and what would help."""

    def __init__(self, problem: str, *, hint: str = _LIST_HINT) -> None:
        super().__init__(problem)
        self.hint = hint


SUPPORTED: tuple[OperatorSupport, ...] = (
    OperatorSupport(
        "FULLY_CONNECTED",
        ("int8", "float32"),
        "constant weights with zero point 0, per tensor or per channel; int32 bias or none; "
        "fused RELU, RELU6, RELU_N1_TO_1",
    ),
    OperatorSupport("SOFTMAX", ("int8", "float32"), "last dimension; int8 output 1/256, -128"),
    OperatorSupport(
        "QUANTIZE", ("float32 to int8", "int8 to int8", "int8 to uint8", "uint8 to int8"), "per tensor"
    ),
    OperatorSupport("DEQUANTIZE", ("int8 to float32", "uint8 to float32"), "per tensor"),
    *(
        OperatorSupport(name, ("any",), "a view: no code, no copy")
        for name in ("EXPAND_DIMS", "RESHAPE", "SQUEEZE")
    ),
    OperatorSupport("TRANSPOSE", ("any",), "where no element moves: a view"),
)


def lower_operator(graph: Graph, operator: Operator, roots: tuple[int, ...], *, dsp: bool) -> LayerBody:
    """The layer of an operator.

    Args:
        graph: the network.
        operator: one that is no view and not folded.
        roots: for each tensor, the one whose memory it is a view of.
        dsp: whether the target has the DSP extension.

    Raises:
        RefusedOperatorError: no kernel covers it.
    """
    rule = None if operator.custom else _RULES.get(operator.name)
    if rule is None:
        if operator.name in _VIEWS:
            raise RefusedOperatorError("moves or resizes data; only what is a view compiles")
        known = ", ".join(support.name for support in SUPPORTED)
        raise RefusedOperatorError(
            "is not among the operators of the built-in engine",
            hint=f"the built-in engine compiles: {known}",
        )
    source = graph.tensor(operator.inputs[0])
    if graph.tensor(roots[source.index]).is_constant:
        raise RefusedOperatorError(f"its input '{source.name}' is a constant", hint=_MODEL_HINT)
    if source.is_variable:
        raise RefusedOperatorError(f"its input '{source.name}' is a variable: state between runs")
    if source.elements == 0:
        raise RefusedOperatorError(f"its input '{source.name}' has no element", hint=_MODEL_HINT)
    return rule(_Context(graph, operator, dsp))


@dataclass(frozen=True, slots=True)
class _Context:
    """An operator in its graph."""

    graph: Graph
    operator: Operator
    dsp: bool

    def input(self, position: int) -> Tensor:
        found = self.optional(position)
        if found is None:
            raise RefusedOperatorError(f"input {position} is missing", hint=_MODEL_HINT)
        return found

    def optional(self, position: int) -> Tensor | None:
        if len(self.operator.inputs) <= position or self.operator.inputs[position] < 0:
            return None
        return self.graph.tensor(self.operator.inputs[position])

    def output(self) -> Tensor:
        if len(self.operator.outputs) != 1:
            raise RefusedOperatorError(f"{len(self.operator.outputs)} outputs instead of one")
        return self.graph.tensor(self.operator.outputs[0])


def _quantization(tensor: Tensor, role: str) -> Quantization:
    """The tensor's per-tensor quantization; the reader has checked zero points against types."""
    found = tensor.quantization
    if found is None:
        raise RefusedOperatorError(f"the {role} '{tensor.name}' has no quantization", hint=_MODEL_HINT)
    if found.per_channel:
        raise RefusedOperatorError(f"the {role} '{tensor.name}' is quantized per channel")
    if found.scale <= 0:
        raise RefusedOperatorError(f"the {role} '{tensor.name}' has the scale {found.scale}")
    return found


def _multiplier(ratio: float) -> Multiplier:
    if ratio >= 2.0**31:
        raise RefusedOperatorError(f"a ratio of scales of {ratio:g}, beyond 2^31", hint=_MODEL_HINT)
    return quantize_multiplier(ratio)


def _finite(tensor: Tensor) -> npt.NDArray[np.float32]:
    """Float constants, flat."""
    if tensor.data is None:
        raise RefusedOperatorError(_NOT_CONSTANT)
    values = tensor.data.ravel().astype(np.float32)
    if not np.isfinite(values).all():
        raise RefusedOperatorError(
            f"'{tensor.name}' holds values that are infinite or no numbers",
            hint="train the network again: its weights have diverged",
        )
    return values


def _dense(at: _Context) -> LayerBody:
    source, weights, bias, target = at.input(0), at.input(1), at.optional(2), at.output()
    if weights.data is None or (bias is not None and bias.data is None):
        raise RefusedOperatorError(_NOT_CONSTANT)
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
        return _dense_f32(at, weights, bias, batches)
    if types == ("int8", "int8", "int8"):
        return _dense_s8(at, weights, weights.data.reshape(rows, depth).astype(np.int8), bias, batches)
    raise RefusedOperatorError(f"types {types[0]} x {types[1]} to {types[2]}", hint=_TYPE_HINT)


def _activation(at: _Context) -> str:
    activation = at.operator.option_str("fused_activation_function", "NONE")
    if activation not in {"NONE", "RELU", "RELU6", "RELU_N1_TO_1"}:
        raise RefusedOperatorError(f"the fused activation {activation}")
    return activation


def _dense_f32(at: _Context, weights: Tensor, bias: Tensor | None, batches: int) -> DenseF32:
    if bias is not None and bias.dtype != "float32":
        raise RefusedOperatorError(f"a bias of type {bias.dtype}", hint=_TYPE_HINT)
    largest = float(np.finfo(np.float32).max)
    low, high = {
        "NONE": (-largest, largest),
        "RELU": (0.0, largest),
        "RELU6": (0.0, 6.0),
        "RELU_N1_TO_1": (-1.0, 1.0),
    }[_activation(at)]
    return DenseF32(
        batches=batches,
        weights=_finite(weights).reshape(weights.shape),
        bias=None if bias is None else _finite(bias),
        clamp_low=low,
        clamp_high=high,
    )


def _dense_s8(
    at: _Context, weights: Tensor, matrix: npt.NDArray[np.int8], bias: Tensor | None, batches: int
) -> DenseS8:
    given = _quantization(at.input(0), "input")
    produced = _quantization(at.output(), "output")
    scales = weights.quantization
    if scales is None:
        raise RefusedOperatorError(
            f"the weights '{weights.name}' have no quantization", hint=_MODEL_HINT
        )
    if scales.per_channel and scales.axis != 0:
        raise RefusedOperatorError(f"weight scales along dimension {scales.axis}, not one for each row")
    if bias is not None and bias.dtype != "int32":
        raise RefusedOperatorError(f"a bias of type {bias.dtype}", hint=_TYPE_HINT)
    multipliers = [_multiplier(ratio) for ratio in _dense_ratios(given, scales, produced, bias)]
    activation = _activation(at)
    if activation in {"RELU6", "RELU_N1_TO_1"} and produced.scale < _LEAST_ACTIVATION_SCALE:
        raise RefusedOperatorError(f"an output scale of {produced.scale:g} with a fused {activation}")
    low, high = activation_bounds(activation, produced.scale, produced.zero_point)
    values = np.zeros(len(matrix), np.int32)
    if bias is not None and bias.data is not None:
        values = bias.data.reshape(-1).astype(np.int32)
    shift = np.array([m.shift for m in multipliers], np.int8)
    doubt = (
        why_not_paired(matrix, values, given.zero_point, shift)
        if at.dsp
        else "the core has no DSP extension"
    )
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
        why=f"row by row: {doubt}" if doubt else "paired weights, proven for every input",
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
                hint=_MODEL_HINT,
            )
    return [given.scale * scale / produced.scale for scale in weights.scales]


def _softmax(at: _Context) -> LayerBody:
    source, target = at.input(0), at.output()
    beta = at.operator.option_float("beta", 1.0)
    if not source.shape or source.shape != target.shape:
        raise RefusedOperatorError(f"shapes {source.shape} and {target.shape}", hint=_MODEL_HINT)
    if not math.isfinite(beta):
        raise RefusedOperatorError(f"beta = {beta}", hint=_MODEL_HINT)
    depth = source.shape[-1]
    rows = source.elements // depth
    if (source.dtype, target.dtype) == ("float32", "float32"):
        return SoftmaxF32(rows, depth, beta)
    if (source.dtype, target.dtype) != ("int8", "int8"):
        raise RefusedOperatorError(f"types {source.dtype} to {target.dtype}", hint=_TYPE_HINT)
    given, produced = _quantization(source, "input"), _quantization(target, "output")
    if produced.scale != 1 / 256 or produced.zero_point != -128:
        raise RefusedOperatorError(
            "an int8 output must have the scale 1/256 and the zero point -128", hint=_MODEL_HINT
        )
    real = min(beta * given.scale * 2**26, 2**31 - 1.0)
    if real <= 1.0:
        raise RefusedOperatorError(f"beta * scale = {beta * given.scale:g} is too small: TFLM aborts")
    if depth > SoftmaxS8.MAX_DEPTH:
        raise RefusedOperatorError(
            f"{depth:,} classes: the fixed-point sum holds {SoftmaxS8.MAX_DEPTH:,}"
        )
    scaled = quantize_multiplier(real)
    diff_min = -math.floor(31 * 2.0**26 / 2.0**scaled.shift)
    return SoftmaxS8(rows, depth, scaled.value, scaled.shift, diff_min)


def _quantize(at: _Context) -> LayerBody:
    source, target = at.input(0), at.output()
    types = source.dtype, target.dtype
    _same_elements(source, target)
    if types == ("float32", "int8"):
        produced = _quantization(target, "output")
        return Affine("cai_quantize_f32_s8", source.elements, produced.scale, produced.zero_point)
    if types == ("float32", "uint8"):
        raise RefusedOperatorError(
            "types float32 to uint8: TFLM has no such conversion", hint=_TYPE_HINT
        )
    if types not in {("int8", "int8"), ("int8", "uint8"), ("uint8", "int8")}:
        raise RefusedOperatorError(f"types {source.dtype} to {target.dtype}", hint=_TYPE_HINT)
    given, produced = _quantization(source, "input"), _quantization(target, "output")
    ratio = _multiplier(given.scale / produced.scale)
    return Rescale8(
        count=source.elements,
        multiplier=ratio.value,
        shift=ratio.shift,
        input_zero_point=given.zero_point - (128 if source.dtype == "uint8" else 0),
        output_zero_point=produced.zero_point - (128 if target.dtype == "uint8" else 0),
        input_unsigned=source.dtype == "uint8",
        output_unsigned=target.dtype == "uint8",
    )


def _dequantize(at: _Context) -> LayerBody:
    source, target = at.input(0), at.output()
    _same_elements(source, target)
    if target.dtype != "float32" or source.dtype not in {"int8", "uint8"}:
        raise RefusedOperatorError(f"types {source.dtype} to {target.dtype}", hint=_TYPE_HINT)
    given = _quantization(source, "input")
    kernel = "cai_dequantize_u8_f32" if source.dtype == "uint8" else "cai_dequantize_s8_f32"
    return Affine(kernel, source.elements, given.scale, given.zero_point)


def _same_elements(source: Tensor, target: Tensor) -> None:
    if source.elements != target.elements:
        raise RefusedOperatorError(
            f"{source.elements} elements in, {target.elements} out", hint=_MODEL_HINT
        )


_RULES: Mapping[str, Callable[[_Context], LayerBody]] = {
    "FULLY_CONNECTED": _dense,
    "SOFTMAX": _softmax,
    "QUANTIZE": _quantize,
    "DEQUANTIZE": _dequantize,
}

"""Lowering: from the operators of a graph to layers with final constants.

Each supported operator has one function here that checks what its kernel relies on and computes
the constants by the rules of ``tflite_micro`` (the engine's oracle). What does not fit is
refused by operator name and index; all refusals of a model are reported together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.fixed_point import activation_bounds, quantize_multiplier
from cubeai_auto.codegen.layers import (
    Affine,
    DenseF32,
    DenseS8,
    Layer,
    LayerBody,
    Rescale8,
    SoftmaxF32,
    SoftmaxS8,
)
from cubeai_auto.codegen.pairing import why_not_paired
from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflite.folding import folded_operators
from cubeai_auto.tflite.graph import Graph, Operator, Quantization, Tensor
from cubeai_auto.tflite.preflight import preflight
from cubeai_auto.tflite.support import OperatorSupport
from cubeai_auto.tflite.views import is_view, view_roots

__all__ = ["SUPPORTED", "lower"]


class _RefusedError(Exception):
    """An operator that no kernel covers; the text says what and what would help."""


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


def lower(graph: Graph, *, dsp: bool) -> tuple[Layer, ...]:
    """The layers of a network, in execution order; views become none.

    Args:
        graph: the network.
        dsp: whether the target has the DSP extension, so that paired kernels pay.

    Raises:
        UnsupportedModelError: with one line per operator that cannot be compiled.
    """
    problems: list[str] = []
    hints: list[str] = []
    refused: set[int] = set()
    for finding in preflight(graph):
        where = "" if finding.operator is None else f" (operator {finding.operator})"
        problems.append(f"{finding.name}{where}: {finding.problem}")
        hints.append(finding.hint)
        if finding.operator is not None:
            refused.add(finding.operator)
    layers: list[Layer] = []
    folded = folded_operators(graph)
    for operator in graph.operators:
        if operator.index in refused | folded or is_view(graph, operator):
            continue
        rule = _RULES.get(operator.name)
        try:
            if rule is None:
                known = ", ".join(support.name for support in SUPPORTED)
                hints.append(f"the built-in engine compiles: {known}")
                raise _RefusedError("is not among the operators of the built-in engine")
            body = rule(_Context(graph, operator, dsp))
        except _RefusedError as reason:
            problems.append(f"{operator.name} (operator {operator.index}): {reason}")
            continue
        layers.append(
            Layer(
                name=f"{operator.name.lower()}_{operator.index}",
                operator=operator.index,
                source=operator.inputs[0],
                target=operator.outputs[0],
                body=body,
            )
        )
    problems += _interface_problems(graph)
    if problems:
        msg = f"the built-in engine cannot compile {graph.name}:\n" + "\n".join(
            f"  - {problem}" for problem in dict.fromkeys(problems)
        )
        raise UnsupportedModelError(msg, hint="; ".join(dict.fromkeys(filter(None, hints))) or None)
    return tuple(layers)


def _interface_problems(graph: Graph) -> list[str]:
    problems = [
        f"{kind} '{graph.tensor(index).name}': type {graph.tensor(index).dtype}, "
        "not int8, uint8 or float32"
        for kind, indices in (("input", graph.inputs), ("output", graph.outputs))
        for index in indices
        if graph.tensor(index).dtype not in {"int8", "uint8", "float32"}
    ]
    made = {index for operator in graph.operators for index in operator.outputs}
    problems += [
        f"output '{graph.tensor(index).name}': no operator computes it"
        for index in graph.outputs
        if index not in made
    ]
    roots = view_roots(graph)
    shared = [roots[index] for index in graph.outputs]
    problems += [
        f"output '{graph.tensor(index).name}': it is an input under another shape"
        for index in graph.outputs
        if index in made and roots[index] in {roots[i] for i in graph.inputs}
    ]
    if len(set(shared)) != len(shared):
        problems.append("two outputs share their memory")
    return problems


@dataclass(frozen=True, slots=True)
class _Context:
    """An operator in its graph, with the checks that all rules share."""

    graph: Graph
    operator: Operator
    dsp: bool

    def input(self, position: int) -> Tensor:
        if len(self.operator.inputs) <= position or self.operator.inputs[position] < 0:
            raise _RefusedError(f"input {position} is missing")
        return self.graph.tensor(self.operator.inputs[position])

    def optional(self, position: int) -> Tensor | None:
        if len(self.operator.inputs) <= position or self.operator.inputs[position] < 0:
            return None
        return self.graph.tensor(self.operator.inputs[position])

    def output(self) -> Tensor:
        if len(self.operator.outputs) != 1:
            raise _RefusedError(f"{len(self.operator.outputs)} outputs instead of one")
        return self.graph.tensor(self.operator.outputs[0])


def _quantization(tensor: Tensor, role: str) -> Quantization:
    """The tensor's per-tensor quantization."""
    found = tensor.quantization
    if found is None:
        raise _RefusedError(f"the {role} '{tensor.name}' has no quantization")
    if found.per_channel:
        raise _RefusedError(f"the {role} '{tensor.name}' is quantized per channel")
    if not (found.scale > 0 and math.isfinite(found.scale)):
        raise _RefusedError(f"the {role} '{tensor.name}' has the scale {found.scale}")
    low, high = (0, 255) if tensor.dtype == "uint8" else (-128, 127)
    if not low <= found.zero_point <= high:
        raise _RefusedError(f"the {role} '{tensor.name}' has the zero point {found.zero_point}")
    return found


def _dense(at: _Context) -> LayerBody:
    source, weights, bias, target = at.input(0), at.input(1), at.optional(2), at.output()
    if weights.data is None or (bias is not None and bias.data is None):
        raise _RefusedError("weights and bias must be constants")
    if len(weights.shape) != 2:
        raise _RefusedError(f"weights of rank {len(weights.shape)} instead of 2")
    if at.operator.option_str("weights_format", "DEFAULT") != "DEFAULT":
        raise _RefusedError("shuffled weights")
    rows, depth = weights.shape
    if rows < 1 or depth < 1 or source.elements % depth:
        raise _RefusedError(f"{source.elements} inputs do not fit weights of {rows} x {depth}")
    batches = source.elements // depth
    if target.elements != batches * rows:
        raise _RefusedError(f"{target.elements} outputs instead of {batches * rows}")
    if bias is not None and bias.elements != rows:
        raise _RefusedError(f"a bias of {bias.elements} elements for {rows} rows")
    types = source.dtype, weights.dtype, target.dtype
    if types == ("float32", "float32", "float32"):
        return _dense_f32(at, weights.data.reshape(rows, depth), bias, batches)
    if types == ("int8", "int8", "int8"):
        return _dense_s8(at, weights, bias, batches)
    raise _RefusedError("types " + " x ".join(types[:2]) + f" to {types[2]}")


def _activation(at: _Context) -> str:
    activation = at.operator.option_str("fused_activation_function", "NONE")
    if activation not in {"NONE", "RELU", "RELU6", "RELU_N1_TO_1"}:
        raise _RefusedError(f"the fused activation {activation}")
    return activation


def _dense_f32(
    at: _Context, weights: npt.NDArray[np.generic], bias: Tensor | None, batches: int
) -> DenseF32:
    if bias is not None and bias.dtype != "float32":
        raise _RefusedError(f"a bias of type {bias.dtype}")
    largest = float(np.finfo(np.float32).max)
    low, high = {
        "NONE": (-largest, largest),
        "RELU": (0.0, largest),
        "RELU6": (0.0, 6.0),
        "RELU_N1_TO_1": (-1.0, 1.0),
    }[_activation(at)]
    return DenseF32(
        batches=batches,
        weights=weights.astype(np.float32),
        bias=None if bias is None or bias.data is None else bias.data.reshape(-1).astype(np.float32),
        clamp_low=low,
        clamp_high=high,
    )


def _dense_s8(at: _Context, weights: Tensor, bias: Tensor | None, batches: int) -> DenseS8:
    source, target = at.input(0), at.output()
    given, produced = _quantization(source, "input"), _quantization(target, "output")
    scales = weights.quantization
    if scales is None or weights.data is None:
        raise _RefusedError(f"the weights '{weights.name}' have no quantization")
    if any(scales.zero_points):
        raise _RefusedError("weights with a zero point other than 0")
    if any(not (scale >= 0 and math.isfinite(scale)) for scale in scales.scales):
        raise _RefusedError("a weight scale that is negative or not finite")
    rows, depth = weights.shape
    if scales.per_channel and (scales.axis != 0 or len(scales.scales) != rows):
        raise _RefusedError(f"{len(scales.scales)} weight scales along dimension {scales.axis}")
    if bias is not None and bias.dtype != "int32":
        raise _RefusedError(f"a bias of type {bias.dtype}")
    multipliers = [quantize_multiplier(ratio) for ratio in _dense_ratios(given, scales, produced, bias)]
    low, high = activation_bounds(_activation(at), produced.scale, produced.zero_point)
    if low > high:
        raise _RefusedError("the fused activation leaves no value of the output's range")
    matrix = weights.data.reshape(rows, depth).astype(np.int8)
    values = (
        np.zeros(rows, np.int32)
        if bias is None or bias.data is None
        else bias.data.reshape(-1).astype(np.int32)
    )
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
        multiplier=np.array([m.value for m in multipliers], np.int64).astype(np.int32),
        shift=shift,
        clamp_low=low,
        clamp_high=high,
        paired=not doubt,
        why=f"row by row: {doubt}" if doubt else "paired weights, proven for every input",
    )


def _dense_ratios(
    given: Quantization, weights: Quantization, produced: Quantization, bias: Tensor | None
) -> list[float]:
    """Input scale * weight scale / output scale, in the precision that TFLM computes it in."""
    if weights.per_channel:
        return [given.scale * scale / produced.scale for scale in weights.scales]
    product = float(np.float32(given.scale) * np.float32(weights.scale))
    if bias is not None and bias.quantization is not None:
        gap = abs(product - bias.quantization.scale) / produced.scale
        if gap > 0.02:
            raise _RefusedError("the bias scale is not input scale x weight scale: TFLM refuses it too")
    return [product / produced.scale]


def _softmax(at: _Context) -> LayerBody:
    source, target = at.input(0), at.output()
    beta = at.operator.option_float("beta", 1.0)
    if not source.shape or source.elements == 0 or source.shape != target.shape:
        raise _RefusedError(f"shapes {source.shape} and {target.shape}")
    depth = source.shape[-1]
    rows = source.elements // depth
    if (source.dtype, target.dtype) == ("float32", "float32"):
        return SoftmaxF32(rows, depth, beta)
    if (source.dtype, target.dtype) != ("int8", "int8"):
        raise _RefusedError(f"types {source.dtype} to {target.dtype}")
    given, produced = _quantization(source, "input"), _quantization(target, "output")
    if produced.scale != 1 / 256 or produced.zero_point != -128:
        raise _RefusedError("an int8 output must have the scale 1/256 and the zero point -128")
    real = min(beta * given.scale * 2**26, 2**31 - 1.0)
    if real <= 1.0:
        raise _RefusedError(f"beta * scale = {beta * given.scale:g} is too small: TFLM aborts on it")
    if depth > 4096:
        raise _RefusedError(f"{depth} classes: the Q12.19 sum holds 4,096")
    scaled = quantize_multiplier(real)
    diff_min = -math.floor(31 * 2.0**26 / 2.0**scaled.shift)
    return SoftmaxS8(rows, depth, scaled.value, scaled.shift, diff_min)


def _quantize(at: _Context) -> LayerBody:
    source, target = at.input(0), at.output()
    produced = _quantization(target, "output")
    if source.dtype == "float32":
        if target.dtype != "int8":
            raise _RefusedError(f"float32 to {target.dtype}: TFLM has no such conversion")
        return Affine("cai_quantize_f32_s8", source.elements, produced.scale, produced.zero_point)
    if (source.dtype, target.dtype) not in {("int8", "int8"), ("int8", "uint8"), ("uint8", "int8")}:
        raise _RefusedError(f"types {source.dtype} to {target.dtype}")
    given = _quantization(source, "input")
    ratio = quantize_multiplier(given.scale / produced.scale)
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
    if target.dtype != "float32" or source.dtype not in {"int8", "uint8"}:
        raise _RefusedError(f"types {source.dtype} to {target.dtype}")
    given = _quantization(source, "input")
    kernel = "cai_dequantize_u8_f32" if source.dtype == "uint8" else "cai_dequantize_s8_f32"
    return Affine(kernel, source.elements, given.scale, given.zero_point)


_RULES: Mapping[str, Callable[[_Context], LayerBody]] = {
    "FULLY_CONNECTED": _dense,
    "SOFTMAX": _softmax,
    "QUANTIZE": _quantize,
    "DEQUANTIZE": _dequantize,
}

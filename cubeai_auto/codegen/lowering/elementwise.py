"""ADD, SUB, MUL, MAXIMUM, MINIMUM and PRELU: what their kernels rely on, and their constants.

Constants follow ``tflite_micro``, the engine's oracle, in the precision that it computes them in.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cubeai_auto.codegen.broadcast import Broadcast, broadcast
from cubeai_auto.codegen.fixed_point import Multiplier, activation_bounds
from cubeai_auto.codegen.golden.elementwise import add_s8
from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import rounding
from cubeai_auto.codegen.layers.body import Int8Array, LayerBody
from cubeai_auto.codegen.layers.elementwise import AddS8, BinaryS8, ExtremeS8, MulS8, PreluS8
from cubeai_auto.codegen.layers.elementwise_f32 import BinaryF32, Operation
from cubeai_auto.codegen.layers.lookup import LookupS8
from cubeai_auto.codegen.lowering.context import (
    LEAST_ACTIVATION_SCALE,
    MODEL_HINT,
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
from cubeai_auto.codegen.sums import linear_sum
from cubeai_auto.codegen.tables import STORED
from cubeai_auto.tflite.graph import Quantization, Tensor
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

_BOTH = ("int8", "float32")
_FUSED = "broadcast operands, one of them perhaps constant; fused RELU, RELU6, RELU_N1_TO_1"
_ALIKE = "broadcast operands; int8 with one quantization for operands and output"
SUPPORTED = (
    *(OperatorSupport(name, _BOTH, _FUSED) for name in ("ADD", "SUB", "MUL")),
    *(OperatorSupport(name, _BOTH, _ALIKE) for name in ("MAXIMUM", "MINIMUM")),
    OperatorSupport("PRELU", _BOTH, "constant slopes, broadcast"),
)

_MOST_NARROW = 20
"""Bits of a shift to the right before which a zero point may be added."""
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True)
class _Operands:
    """The two operands and the output; at most one operand is constant."""

    tensors: tuple[Tensor, Tensor]
    target: Tensor
    rows: Broadcast
    constant: int | None

    @property
    def stored(self) -> Int8Array | None:
        """The constant operand of int8."""
        return None if self.constant is None else _values(self.tensors[self.constant])

    @property
    def position(self) -> int:
        """Of the constant; 0 if there is none."""
        return self.constant or 0

    def quantized(self) -> tuple[Quantization, Quantization, Quantization]:
        """Of both operands and the output."""
        first, second = self.tensors
        return (
            per_tensor(first, "first operand"),
            per_tensor(second, "second operand"),
            per_tensor(self.target, "output"),
        )


def _values(tensor: Tensor) -> Int8Array:
    if tensor.data is None:
        raise RefusedOperatorError(f"'{tensor.name}' is a constant under another shape")
    return tensor.data.ravel().astype(np.int8)


def _operands(at: Context) -> _Operands:
    pair, target = (at.input(0), at.input(1)), at.output()
    if len(at.operator.inputs) != 2:
        raise RefusedOperatorError(f"{len(at.operator.inputs)} inputs instead of 2", hint=MODEL_HINT)
    constants = [k for k, tensor in enumerate(pair) if at.is_constant(tensor)]
    if len(constants) == 2:
        raise RefusedOperatorError("both operands are constants", hint=MODEL_HINT)
    for k in (0, 1):
        if k not in constants:
            at.activation(k)
    try:
        rows = broadcast(pair[0].shape, pair[1].shape, target.shape)
    except ValueError as problem:
        raise RefusedOperatorError(str(problem), hint=MODEL_HINT) from problem
    return _Operands(pair, target, rows, constants[0] if constants else None)


def _layer(at: Context, given: _Operands, body: LayerBody) -> tuple[Lowered, ...]:
    return at.layer(body, *(k for k in (0, 1) if k != given.constant))


def _binary(
    operation: Operation, quantized: Callable[[Context, _Operands], BinaryS8]
) -> Callable[[Context], tuple[Lowered, ...]]:
    """The rule of an operation on int8 and float32 operands."""

    def rule(at: Context) -> tuple[Lowered, ...]:
        given = _operands(at)
        types = (*(tensor.dtype for tensor in given.tensors), given.target.dtype)
        if types == ("float32", "float32", "float32"):
            return _layer(at, given, _binary_f32(at, given, operation))
        if types != ("int8", "int8", "int8"):
            raise RefusedOperatorError(f"types {types[0]}, {types[1]} to {types[2]}", hint=TYPE_HINT)
        with rounding(at.rounding):
            body = quantized(at, given)
            return _layer(at, given, _table(body) or _fastest(at, given, body))

    return rule


def _table(body: BinaryS8) -> LookupS8 | None:
    """With one constant value, the layer is a function of the other operand: a table."""
    if body.constant is None or body.constant.size > 1 or body.slide(0) is None:
        return None
    one, all_values = (1,), STORED.shape
    first, second = (one, all_values) if body.position == 0 else (all_values, one)
    rows = broadcast(first, second, all_values)
    outputs = evaluate(replace(body, rows=rows), STORED.astype(np.int8))
    return LookupS8(math.prod(body.rows.shape), outputs.astype(np.int8))


def _fastest(at: Context, given: _Operands, body: BinaryS8) -> BinaryS8:
    """The layer with whatever its kernel may leave out, proven for all inputs."""
    values = [np.sort(STORED), np.sort(STORED)]
    if given.stored is not None:
        values[given.position] = np.unique(given.stored).astype(np.int64)
    first, second = values
    match body:
        case AddS8():
            one, two, made = given.quantized()
            outputs = add_s8(body, first[:, np.newaxis], second[np.newaxis])
            ratios = one.scale / made.scale, body.sign * two.scale / made.scale
            bounds = body.clamp_low, body.clamp_high
            return replace(body, linear=linear_sum(first, second, outputs, ratios, bounds))
        case MulS8():
            narrow = at.rounding == "double" and -_MOST_NARROW <= body.output.shift < 0
            return replace(body, narrow=narrow)
        case _:
            return body


def _binary_f32(at: Context, given: _Operands, operation: Operation) -> BinaryF32:
    low, high = -_LARGEST, _LARGEST
    if operation in {"add", "sub", "mul"}:
        low, high = {
            "NONE": (low, high),
            "RELU": (0.0, high),
            "RELU6": (0.0, 6.0),
            "RELU_N1_TO_1": (-1.0, 1.0),
        }[fused_activation(at)]
    constant = None if given.constant is None else finite(given.tensors[given.constant])
    return BinaryF32(operation, given.rows, constant, given.position, low, high)


def _bounds(at: Context, produced: Quantization) -> tuple[int, int]:
    activation = fused_activation(at)
    if activation in {"RELU6", "RELU_N1_TO_1"} and produced.scale < LEAST_ACTIVATION_SCALE:
        raise RefusedOperatorError(f"an output scale of {produced.scale:g} with a fused {activation}")
    return activation_bounds(activation, produced.scale, produced.zero_point)


def _below_one(ratio: float) -> Multiplier:
    """A ratio that TFLM takes only if its fixed point has no shift to the left."""
    found = multiplier_of(ratio) if 0 < ratio < 1 else None
    if found is None or found.shift > 0:
        raise RefusedOperatorError(
            f"a ratio of scales of {ratio:g}, not between 0 and 1: TFLM aborts", hint=MODEL_HINT
        )
    return found


def _sum(at: Context, given: _Operands, *, sign: Literal[1, -1]) -> AddS8:
    """Ratios of scales in float64, also those of SUB.

    Sources of TFLM up to August 2026 compute SUB's in float32. The wheel that is the oracle does not.
    """
    first, second, produced = given.quantized()
    common = 2 * max(first.scale, second.scale)
    low, high = _bounds(at, produced)
    return AddS8(
        rows=given.rows,
        constant=given.stored,
        position=given.position,
        zero_points=(first.zero_point, second.zero_point),
        ratios=(_below_one(first.scale / common), _below_one(second.scale / common)),
        sign=sign,
        output=_below_one(common / (2**20 * produced.scale)),
        output_zero_point=produced.zero_point,
        clamp_low=low,
        clamp_high=high,
        linear=None,
    )


def _product(at: Context, given: _Operands) -> MulS8:
    first, second, produced = given.quantized()
    low, high = _bounds(at, produced)
    return MulS8(
        rows=given.rows,
        constant=given.stored,
        position=given.position,
        zero_points=(first.zero_point, second.zero_point),
        output=multiplier_of(first.scale * second.scale / produced.scale),
        output_zero_point=produced.zero_point,
        clamp_low=low,
        clamp_high=high,
        narrow=False,
    )


def _slopes(at: Context, given: _Operands) -> PreluS8:
    del at
    first, second, produced = given.quantized()
    return PreluS8(
        rows=given.rows,
        constant=given.stored,
        position=given.position,
        zero_points=(first.zero_point, second.zero_point),
        identity=multiplier_of(first.scale / produced.scale),
        product=multiplier_of(first.scale * second.scale / produced.scale),
        output_zero_point=produced.zero_point,
    )


def _extreme(given: _Operands, which: Literal["maximum", "minimum"]) -> ExtremeS8:
    first, second, produced = ((q.scale, q.zero_point) for q in given.quantized())
    if not first == second == produced:
        raise RefusedOperatorError(
            "operands and output quantized differently: TFLM compares stored values", hint=MODEL_HINT
        )
    return ExtremeS8(given.rows, given.stored, given.position, which)


def _prelu(at: Context) -> tuple[Lowered, ...]:
    if at.is_constant(at.input(0)) or not at.is_constant(at.input(1)):
        raise RefusedOperatorError("slopes that are no constants, or constant values to apply them to")
    return _binary("prelu", _slopes)(at)


RULES: Rules = {
    "ADD": _binary("add", lambda at, given: _sum(at, given, sign=1)),
    "SUB": _binary("sub", lambda at, given: _sum(at, given, sign=-1)),
    "MUL": _binary("mul", _product),
    "MAXIMUM": _binary("maximum", lambda _, given: _extreme(given, "maximum")),
    "MINIMUM": _binary("minimum", lambda _, given: _extreme(given, "minimum")),
    "PRELU": _prelu,
}

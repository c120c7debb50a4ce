"""Elementwise layers by formula."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.fixed_point import Multiplier
from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array, Wide, requantize, wrap32
from cubeai_auto.codegen.layers.elementwise import AddS8, BinaryS8, ExtremeS8, MulS8, PreluS8
from cubeai_auto.codegen.layers.elementwise_f32 import BinaryF32, FunctionF32
from cubeai_auto.codegen.layers.lookup import LookupS8

__all__ = ["add_s8"]

Real = npt.NDArray[np.float32]


def add_s8(body: AddS8, a: Wide, b: Wide) -> Wide:
    """The sum of operands that numpy broadcasts, with every rounding of the reference."""
    one = _times((a - body.zero_points[0]) << 20, body.ratios[0])
    two = _times((b - body.zero_points[1]) << 20, body.ratios[1])
    y = _times(one + body.sign * two, body.output) + body.output_zero_point
    return np.clip(y, body.clamp_low, body.clamp_high)


@evaluate.register
def _add_s8(body: AddS8, *inputs: Array) -> Array:
    return _stored(body, add_s8(body, *_operands(body, *inputs)))


@evaluate.register
def _mul_s8(body: MulS8, *inputs: Array) -> Array:
    a, b = _operands(body, *inputs)
    product = (a - body.zero_points[0]) * (b - body.zero_points[1])
    y = wrap32(_times(product, body.output) + body.output_zero_point)
    return _stored(body, np.clip(y, body.clamp_low, body.clamp_high))


@evaluate.register
def _prelu_s8(body: PreluS8, *inputs: Array) -> Array:
    a, b = np.broadcast_arrays(*_operands(body, *inputs))
    x = a - body.zero_points[0]
    below = _times(x * (b - body.zero_points[1]), body.product)
    y = wrap32(np.where(x >= 0, _times(x, body.identity), below) + body.output_zero_point)
    return _stored(body, np.clip(y, -128, 127))


@evaluate.register
def _extreme_s8(body: ExtremeS8, *inputs: Array) -> Array:
    a, b = _operands(body, *inputs)
    return _stored(body, np.maximum(a, b) if body.which == "maximum" else np.minimum(a, b))


@evaluate.register
def _lookup_s8(body: LookupS8, *inputs: Array) -> Array:
    (x,) = inputs
    found: npt.NDArray[np.int8] = body.table[x.ravel().view(np.uint8)]
    return found


@evaluate.register
def _binary_f32(body: BinaryF32, *inputs: Array) -> Array:
    a, b = body.rows.side_by_side(*_completed(body, *inputs))
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return body.rows.joined(_operation(body, a.astype(np.float32), b.astype(np.float32)))


def _operation(body: BinaryF32, x: Real, y: Real) -> Real:
    match body.operation:
        case "maximum":
            return np.where(x > y, x, y)
        case "minimum":
            return np.where(x < y, x, y)
        case "prelu":
            return np.where(x >= 0, x, x * y)
        case "add":
            return _limited(body, x + y)
        case "sub":
            return _limited(body, x - y)
        case "mul":
            return _limited(body, x * y)


def _limited(body: BinaryF32, values: Real) -> Real:
    limited: Real = np.clip(values, np.float32(body.clamp_low), np.float32(body.clamp_high))
    return limited


@evaluate.register
def _function_f32(body: FunctionF32, *inputs: Array) -> Array:
    (x,) = inputs
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return _function(body, x.ravel().astype(np.float32)).astype(np.float32)


def _function(body: FunctionF32, x: Real) -> Real:
    zero, one, three, six = (np.float32(value) for value in (0, 1, 3, 6))
    low, high = np.float32(body.low), np.float32(body.high)
    match body.function:
        case "relu":
            return np.where(x < 0, zero, x)
        case "clamp":
            return np.where(x > high, high, np.where(x < low, low, x))
        case "leaky_relu":
            return np.where(x > 0, x, x * low)
        case "logistic":
            near = np.where(x < -9, np.exp(x), one / (one + np.exp(-x)))
            return np.where(x > np.float32(16.619047164916992188), one, near)
        case "tanh":
            curve: Real = np.tanh(x)
            return curve
        case "hard_swish":
            swish: Real = x * np.fmin(six, np.fmax(zero, x + three)) / six
            return swish
        case "abs":
            size: Real = np.abs(x)
            return size
        case "neg":
            return -x


def _completed(body: BinaryS8 | BinaryF32, *inputs: Array) -> tuple[Array, Array]:
    """Both operands, flat; a constant one is one inference's."""
    given = list(inputs)
    if body.constant is not None:
        given.insert(body.position, body.constant)
    first, second = given
    return first, second


def _operands(body: BinaryS8, *inputs: Array) -> tuple[Wide, Wide]:
    a, b = body.rows.side_by_side(*_completed(body, *inputs))
    return a.astype(np.int64), b.astype(np.int64)


def _stored(body: BinaryS8, result: Wide) -> Array:
    return body.rows.joined(result.astype(np.int8))


def _times(x: Wide, ratio: Multiplier) -> Wide:
    return requantize(x, np.full_like(x, ratio.value), np.full_like(x, ratio.shift))

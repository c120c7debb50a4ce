"""Activations as operators of their own: tables for int8, functions for float32.

Ratios of scales are quotients in float64, which is what the oracle's wheel computes: the sources of
TFLM up to August 2026 have float32 in RELU, LEAKY_RELU, HARD_SWISH and ABS.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from cubeai_auto.codegen import tables
from cubeai_auto.codegen.fixed_point import activation_bounds
from cubeai_auto.codegen.golden.primitives import rounding
from cubeai_auto.codegen.layers.body import Int8Array
from cubeai_auto.codegen.layers.elementwise_f32 import Function, FunctionF32
from cubeai_auto.codegen.layers.lookup import LookupS8
from cubeai_auto.codegen.lowering.context import (
    LEAST_ACTIVATION_SCALE,
    MODEL_HINT,
    TYPE_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    multiplier_of,
    per_tensor,
    same_elements,
)
from cubeai_auto.tflite.graph import Quantization
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

_BOTH = ("int8", "float32")
SUPPORTED = (
    OperatorSupport("RELU", _BOTH, "int8 by table"),
    OperatorSupport(
        "RELU6", _BOTH, "int8 by table; with unequal quantization as TFLM has it, which a note tells"
    ),
    OperatorSupport("RELU_N1_TO_1", _BOTH, "as LiteRT has it: TFLM does not; unverified"),
    OperatorSupport("LEAKY_RELU", _BOTH, "int8 by table"),
    OperatorSupport("LOGISTIC", _BOTH, "int8 by table; int8 output 1/256, -128"),
    OperatorSupport("TANH", _BOTH, "int8 by table; int8 output 1/128, 0"),
    OperatorSupport("HARD_SWISH", _BOTH, "int8 by table"),
    OperatorSupport("ABS", _BOTH, "int8 by table"),
    OperatorSupport("NEG", ("float32",), "float32 only, as in TFLM"),
)

Table = tuple[Int8Array, tuple[str, ...]]
"""Outputs, and what an engineer should know of them."""


def _function(
    name: Function, table: Callable[[Context, Quantization, Quantization], Table] | None
) -> Callable[[Context], tuple[Lowered, ...]]:
    """The rule of a function that is a table for int8 (or nothing) and a kernel for float32."""

    def rule(at: Context) -> tuple[Lowered, ...]:
        source, target = at.activation(0), at.output()
        same_elements(source, target)
        types = source.dtype, target.dtype
        if types == ("float32", "float32"):
            return at.layer(FunctionF32(name, source.elements, *_parameters(at)))
        if types != ("int8", "int8") or table is None:
            only = " (float32 only, as in TFLM)" if table is None else ""
            raise RefusedOperatorError(f"types {types[0]} to {types[1]}{only}", hint=TYPE_HINT)
        with rounding(at.rounding):
            outputs, notes = table(at, per_tensor(source, "input"), per_tensor(target, "output"))
        return at.layer(LookupS8(source.elements, outputs, notes))

    return rule


def _parameters(at: Context) -> tuple[float, float]:
    if at.operator.name == "LEAKY_RELU":
        return _alpha(at), 0.0
    return {"RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}.get(at.operator.name, (0.0, 0.0))


def _alpha(at: Context) -> float:
    alpha = at.operator.option_float("alpha", 0.0)
    if not math.isfinite(alpha):
        raise RefusedOperatorError(f"alpha = {alpha}", hint=MODEL_HINT)
    return float(np.float32(alpha))


def _relu(at: Context, given: Quantization, produced: Quantization) -> Table:
    del at
    ratio = multiplier_of(given.scale / produced.scale)
    low = max(-128, produced.zero_point)
    return tables.rescaled(ratio, given.zero_point, produced.zero_point, low, 127), ()


def _relu_n1_to_1(at: Context, given: Quantization, produced: Quantization) -> Table:
    """LiteRT's rule."""
    del at
    if produced.scale < LEAST_ACTIVATION_SCALE:
        raise RefusedOperatorError(f"an output scale of {produced.scale:g}")
    ratio = multiplier_of(given.scale / produced.scale)
    bounds = activation_bounds("RELU_N1_TO_1", produced.scale, produced.zero_point)
    note = "is computed as LiteRT's reference kernels do: TFLM has no RELU_N1_TO_1"
    return tables.rescaled(ratio, given.zero_point, produced.zero_point, *bounds), (note,)


def _relu6(at: Context, given: Quantization, produced: Quantization) -> Table:
    """TFLM cuts off the stored values and ignores the output's quantization."""
    del at
    for scale in (given.scale, produced.scale):
        if scale < LEAST_ACTIVATION_SCALE:
            raise RefusedOperatorError(f"a scale of {scale:g}")
    low, high = activation_bounds("RELU6", given.scale, given.zero_point)
    table = tables.clamped(low, max(high, low))
    if (given.scale, given.zero_point) == (produced.scale, produced.zero_point):
        return table, ()
    ratio = multiplier_of(given.scale / produced.scale)
    bounds = activation_bounds("RELU6", produced.scale, produced.zero_point)
    other = tables.rescaled(ratio, given.zero_point, produced.zero_point, *bounds)
    differing = int(np.count_nonzero(other != table))
    note = (
        "has an output with another quantization than its input: TFLM does not rescale there, and "
        f"neither does this code; LiteRT does, with another result for {differing} of 256 values"
    )
    return table, (note,)


def _leaky(at: Context, given: Quantization, produced: Quantization) -> Table:
    below = given.scale * _alpha(at) / produced.scale
    table = tables.leaky(
        multiplier_of(given.scale / produced.scale),
        multiplier_of(abs(below)),
        -1 if below < 0 else 1,
        given.zero_point,
        produced.zero_point,
    )
    return table, ()


def _sigmoid(given: Quantization, produced: Quantization, wanted: tuple[float, int]) -> tables.Sigmoid:
    if (produced.scale, produced.zero_point) != wanted:
        raise RefusedOperatorError(
            f"an int8 output must have the scale 1/{1 / wanted[0]:g} and the zero point {wanted[1]}",
            hint=MODEL_HINT,
        )
    if given.scale < LEAST_ACTIVATION_SCALE:
        raise RefusedOperatorError(f"an input scale of {given.scale:g}: undefined in TFLM")
    return tables.sigmoid_input(given.scale)


def _logistic(at: Context, given: Quantization, produced: Quantization) -> Table:
    del at
    return tables.logistic(_sigmoid(given, produced, (1 / 256, -128)), given.zero_point), ()


def _tanh(at: Context, given: Quantization, produced: Quantization) -> Table:
    del at
    return tables.tanh(_sigmoid(given, produced, (1 / 128, 0)), given.zero_point), ()


def _hard_swish(at: Context, given: Quantization, produced: Quantization) -> Table:
    del at
    output = multiplier_of(given.scale / 128 / produced.scale)
    relu = multiplier_of(given.scale / 128 / (3 / 32768))
    if output.shift > 0:
        raise RefusedOperatorError(
            f"an output scale of {produced.scale:g} for an input scale of {given.scale:g}: "
            "TFLM refuses it too",
            hint=MODEL_HINT,
        )
    if min(output.shift, relu.shift) < -15:
        raise RefusedOperatorError(
            f"scales {given.scale:g} and {produced.scale:g}: beyond the 16-bit arithmetic of TFLM",
            hint=MODEL_HINT,
        )
    return tables.hard_swish(output, relu, given.zero_point, produced.zero_point), ()


def _abs(at: Context, given: Quantization, produced: Quantization) -> Table:
    del at
    same = given.scale == produced.scale
    ratio = None if same else multiplier_of(given.scale / produced.scale)
    return tables.absolute(ratio, given.zero_point, produced.zero_point), ()


RULES: Rules = {
    "RELU": _function("relu", _relu),
    "RELU6": _function("clamp", _relu6),
    "RELU_N1_TO_1": _function("clamp", _relu_n1_to_1),
    "LEAKY_RELU": _function("leaky_relu", _leaky),
    "LOGISTIC": _function("logistic", _logistic),
    "TANH": _function("tanh", _tanh),
    "HARD_SWISH": _function("hard_swish", _hard_swish),
    "ABS": _function("abs", _abs),
    "NEG": _function("neg", None),
}

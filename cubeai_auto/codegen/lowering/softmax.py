"""SOFTMAX: what its kernels rely on, and its constants."""

from __future__ import annotations

import math

from cubeai_auto.codegen.fixed_point import quantize_multiplier
from cubeai_auto.codegen.layers.softmax import SoftmaxF32, SoftmaxS8
from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    TYPE_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    per_tensor,
)
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

SUPPORTED = (
    OperatorSupport("SOFTMAX", ("int8", "float32"), "last dimension; int8 output 1/256, -128"),
)


def _softmax(at: Context) -> tuple[Lowered, ...]:
    source, target = at.activation(0), at.output()
    beta = at.operator.option_float("beta", 1.0)
    if not source.shape or source.shape != target.shape:
        raise RefusedOperatorError(f"shapes {source.shape} and {target.shape}", hint=MODEL_HINT)
    if not math.isfinite(beta):
        raise RefusedOperatorError(f"beta = {beta}", hint=MODEL_HINT)
    depth = source.shape[-1]
    rows = source.elements // depth
    if (source.dtype, target.dtype) == ("float32", "float32"):
        return at.layer(SoftmaxF32(rows, depth, beta))
    if (source.dtype, target.dtype) != ("int8", "int8"):
        raise RefusedOperatorError(f"types {source.dtype} to {target.dtype}", hint=TYPE_HINT)
    given, produced = per_tensor(source, "input"), per_tensor(target, "output")
    if produced.scale != 1 / 256 or produced.zero_point != -128:
        raise RefusedOperatorError(
            "an int8 output must have the scale 1/256 and the zero point -128", hint=MODEL_HINT
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
    return at.layer(SoftmaxS8(rows, depth, scaled.value, scaled.shift, diff_min))


RULES: Rules = {"SOFTMAX": _softmax}

"""MEAN, SUM and REDUCE_MAX over neighboring dimensions: what their kernels rely on."""

from __future__ import annotations

import math

import numpy as np

from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.codegen.fixed_point import Multiplier
from cubeai_auto.codegen.layers.pool import PoolF32, PoolS8
from cubeai_auto.codegen.layers.reduce import SumF32, SumS8
from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    TYPE_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    multiplier_of,
    per_tensor,
)
from cubeai_auto.codegen.lowering.float_bounds import UNBOUNDED
from cubeai_auto.codegen.lowering.pool import same_quantization
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

_LIMITS = "constant dimensions that are neighbors"
_MOST = 2**23
"""Elements of a sum that cannot leave 32 bits, zero points included."""

SUPPORTED = (
    OperatorSupport("MEAN", ("int8", "float32"), _LIMITS),
    OperatorSupport("SUM", ("int8", "float32"), _LIMITS),
    OperatorSupport(
        "REDUCE_MAX", ("int8", "float32"), f"{_LIMITS}; int8 with equal input and output quantization"
    ),
)


def _dimensions(at: Context) -> tuple[int, int, int]:
    """Elements before, within and behind the reduced dimensions."""
    source, axes = at.activation(0), at.input(1)
    if axes.data is None:
        raise RefusedOperatorError("the dimensions to reduce are not constant")
    rank = len(source.shape)
    given = [int(axis) for axis in np.asarray(axes.data).ravel()]
    if any(not -rank <= axis < rank for axis in given):
        raise RefusedOperatorError(f"dimensions {given} of {rank}", hint=MODEL_HINT)
    chosen = {axis % rank for axis in given}
    # dimensions of one element neither separate neighbors nor count
    long = [axis for axis in range(rank) if source.shape[axis] > 1]
    reduced = [place for place, axis in enumerate(long) if axis in chosen]
    if reduced and reduced[-1] - reduced[0] + 1 != len(reduced):
        raise RefusedOperatorError(f"dimensions {sorted(chosen)} of {list(source.shape)}: no neighbors")
    sizes = [source.shape[axis] for axis in long]
    first = reduced[0] if reduced else len(sizes)
    last = reduced[-1] + 1 if reduced else len(sizes)
    outer, count, inner = (math.prod(part) for part in (sizes[:first], sizes[first:last], sizes[last:]))
    if at.output().elements != outer * inner:
        raise RefusedOperatorError(
            f"{at.output().elements} outputs instead of {outer * inner}", hint=MODEL_HINT
        )
    return outer, count, inner


def _is_float(at: Context) -> bool:
    types = at.input(0).dtype, at.output().dtype
    if types not in {("float32", "float32"), ("int8", "int8")}:
        raise RefusedOperatorError(f"types {types[0]} to {types[1]}", hint=TYPE_HINT)
    return types[0] == "float32"


def _maximum(at: Context) -> tuple[Lowered, ...]:
    outer, count, inner = _dimensions(at)
    geometry = ConvGeometry(outer, 1, count, inner, 1, 1, 1, count)
    if _is_float(at):
        return at.layer(PoolF32("max", geometry, *UNBOUNDED))
    same_quantization(at)
    return at.layer(PoolS8("max", geometry, -128, 127))


def _sum(at: Context) -> tuple[Lowered, ...]:
    return _added(at, mean=False)


def _mean(at: Context) -> tuple[Lowered, ...]:
    return _added(at, mean=True)


def _added(at: Context, *, mean: bool) -> tuple[Lowered, ...]:
    outer, count, inner = _dimensions(at)
    if _is_float(at):
        return at.layer(SumF32(outer, count, inner, float(count) if mean else 1.0))
    if count > _MOST:
        raise RefusedOperatorError(f"sums of {count:,} elements, more than {_MOST:,}")
    given, produced = per_tensor(at.input(0), "input"), per_tensor(at.output(), "output")
    ratio = multiplier_of(given.scale / produced.scale)
    if mean:
        ratio = _divided(ratio, count)
    return at.layer(
        SumS8(
            outer=outer,
            count=count,
            inner=inner,
            multiplier=ratio.value,
            shift=ratio.shift,
            input_zero_point=given.zero_point,
            output_zero_point=produced.zero_point,
        )
    )


def _divided(ratio: Multiplier, count: int) -> Multiplier:
    """The ratio over the count, as TFLM computes it: precision first, then a truncated division."""
    places = min(count.bit_length() - 1, 32, 31 + ratio.shift)
    return Multiplier((ratio.value << places) // count, ratio.shift - places)


RULES: Rules = {"MEAN": _mean, "SUM": _sum, "REDUCE_MAX": _maximum}

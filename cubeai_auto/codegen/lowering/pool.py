"""MAX_POOL_2D and AVERAGE_POOL_2D: what their kernels rely on."""

from __future__ import annotations

from functools import partial

from cubeai_auto.codegen.layers.pool import PoolF32, PoolKind, PoolS8
from cubeai_auto.codegen.lowering.channel_constants import stored_bounds
from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    TYPE_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    per_tensor,
)
from cubeai_auto.codegen.lowering.conv import geometry_of
from cubeai_auto.codegen.lowering.float_bounds import float_bounds
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED", "same_quantization"]

_LIMITS = "int8 with equal input and output quantization; SAME and VALID; fused activations"

SUPPORTED = (
    OperatorSupport("MAX_POOL_2D", ("int8", "float32"), _LIMITS),
    OperatorSupport("AVERAGE_POOL_2D", ("int8", "float32"), _LIMITS),
)


def same_quantization(at: Context) -> None:
    """Refuse an operator that would have to rescale; the reference compares raw values.

    Raises:
        RefusedOperatorError: scale or zero point differ.
    """
    given, produced = per_tensor(at.input(0), "input"), per_tensor(at.output(), "output")
    if (given.scale, given.zero_point) != (produced.scale, produced.zero_point):
        raise RefusedOperatorError(
            f"quantization {given.scale:g}, {given.zero_point} in and {produced.scale:g}, "
            f"{produced.zero_point} out: there is no rescaling",
            hint=MODEL_HINT,
        )


def _pool(pool: PoolKind, at: Context) -> tuple[Lowered, ...]:
    source, target = at.activation(0), at.output()
    if len(source.shape) != 4:
        raise RefusedOperatorError(f"an input of rank {len(source.shape)}")
    height, width = (
        at.operator.option_int("filter_height", 0),
        at.operator.option_int("filter_width", 0),
    )
    if min(height, width) < 1:
        raise RefusedOperatorError(f"a window of {height} x {width}", hint=MODEL_HINT)
    geometry = geometry_of(at, height, width, source.shape[3])
    types = source.dtype, target.dtype
    if types == ("float32", "float32"):
        return at.layer(PoolF32(pool, geometry, *float_bounds(at)))
    if types != ("int8", "int8"):
        raise RefusedOperatorError(f"types {types[0]} to {types[1]}", hint=TYPE_HINT)
    same_quantization(at)
    return at.layer(PoolS8(pool, geometry, *stored_bounds(at)))


RULES: Rules = {
    "MAX_POOL_2D": partial(_pool, "max"),
    "AVERAGE_POOL_2D": partial(_pool, "average"),
}

"""DEPTHWISE_CONV_2D: what its kernels rely on, and its constants."""

from __future__ import annotations

import numpy as np

from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.codegen.depthwise_plan import DepthwisePlan, plan_depthwise
from cubeai_auto.codegen.layers.body import Int8Array
from cubeai_auto.codegen.layers.depthwise import DepthwiseS8
from cubeai_auto.codegen.lowering.channel_constants import channel_constants
from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    NOT_CONSTANT,
    TYPE_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
)
from cubeai_auto.codegen.lowering.conv import conv_s8, geometry_of
from cubeai_auto.codegen.lowering.conv_f32 import conv_f32
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

SUPPORTED = (
    OperatorSupport(
        "DEPTHWISE_CONV_2D",
        ("int8", "float32"),
        "constant weights with zero point 0, per tensor or per channel; int32 bias or none; any depth "
        "multiplier; SAME and VALID padding, strides, dilations; fused RELU, RELU6, RELU_N1_TO_1",
    ),
)


def _depthwise(at: Context) -> tuple[Lowered, ...]:
    source, weights = at.activation(0), at.input(1)
    if weights.data is None:
        raise RefusedOperatorError(NOT_CONSTANT)
    if len(weights.shape) != 4 or len(source.shape) != 4:
        raise RefusedOperatorError(
            f"an input of rank {len(source.shape)}, weights of rank {len(weights.shape)}"
        )
    first, height, width, channels = weights.shape
    if weights.elements == 0 or first != 1 or channels % source.shape[3]:
        raise RefusedOperatorError(
            f"weights of shape {list(weights.shape)} for {source.shape[3]} input channels",
            hint=MODEL_HINT,
        )
    geometry = geometry_of(at, height, width, channels)
    types = source.dtype, weights.dtype, at.output().dtype
    if types == ("float32", "float32", "float32"):
        return at.layer(conv_f32(at, geometry, weights.data[0].astype(np.float32), depthwise=True))
    if types != ("int8", "int8", "int8"):
        raise RefusedOperatorError(f"types {types[0]} x {types[1]} to {types[2]}", hint=TYPE_HINT)
    cells = weights.data[0].astype(np.int8)
    if geometry.in_channels == 1:  # every output channel reads the one input channel: a convolution
        by_channel = np.ascontiguousarray(cells.transpose(2, 0, 1)[..., np.newaxis])
        return at.layer(conv_s8(at, geometry, by_channel, axis=3))
    return at.layer(_depthwise_s8(at, geometry, cells))


def _depthwise_s8(at: Context, geometry: ConvGeometry, weights: Int8Array) -> DepthwiseS8:
    channels = weights.shape[2]
    constants = channel_constants(at, 3, channels)
    plan: DepthwisePlan | str = at.portable
    if not plan and channels > geometry.in_channels:
        plan = f"{channels // geometry.in_channels} outputs for each input channel"
    elif not plan:
        by_channel = weights.reshape(-1, channels).T
        plan = plan_depthwise(geometry, constants.with_weights(by_channel))
    return DepthwiseS8(
        geometry=geometry,
        weights=weights,
        bias=constants.bias,
        input_zero_point=constants.input_zero_point,
        output_zero_point=constants.output_zero_point,
        multiplier=constants.multiplier,
        shift=constants.shift,
        clamp_low=constants.clamp_low,
        clamp_high=constants.clamp_high,
        plan=None if isinstance(plan, str) else plan,
        reason=_reason(plan),
        slow=f"runs {_reason(plan)}" if isinstance(plan, str) and not at.portable else "",
    )


def _reason(plan: DepthwisePlan | str) -> str:
    if isinstance(plan, str):
        return f"one output at a time: {plan}"
    replaced = f"; {plan.replaced} channels that hardly depend on the input" if plan.replaced else ""
    return f"four channels at a time, proven for every input{replaced}"


RULES: Rules = {"DEPTHWISE_CONV_2D": _depthwise}

"""CONV_2D: what its kernels rely on, and its constants.

Constants follow the rules of ``tflite_micro``, the engine's oracle: one multiplier per output
channel, also where the weights have a single scale.
"""

from __future__ import annotations

import numpy as np

from cubeai_auto.codegen.conv_geometry import ConvGeometry, same_padding, simplified
from cubeai_auto.codegen.conv_pairing import PairedConv, plan_paired
from cubeai_auto.codegen.layers.body import Int8Array, LayerBody
from cubeai_auto.codegen.layers.conv import ConvS8
from cubeai_auto.codegen.layers.dense import DenseS8
from cubeai_auto.codegen.lowering.channel_constants import ChannelConstants, channel_constants
from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    NOT_CONSTANT,
    TYPE_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
)
from cubeai_auto.codegen.lowering.conv_f32 import conv_f32
from cubeai_auto.codegen.pairing import why_not_paired
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED", "conv_s8", "geometry_of"]

_PROVEN = "paired weights, proven for every input"
_FEW_PIXELS = 2
"""Up to so many pixels a dense layer, row by row of pixels, is faster than three at a time."""

SUPPORTED = (
    OperatorSupport(
        "CONV_2D",
        ("int8", "float32"),
        "constant weights with zero point 0, per tensor or per channel; int32 bias or none; "
        "SAME and VALID padding, strides, dilations; fused RELU, RELU6, RELU_N1_TO_1; no groups",
    ),
)


def _conv(at: Context) -> tuple[Lowered, ...]:
    source, weights = at.activation(0), at.input(1)
    if weights.data is None:
        raise RefusedOperatorError(NOT_CONSTANT)
    if len(weights.shape) != 4 or len(source.shape) != 4:
        raise RefusedOperatorError(
            f"an input of rank {len(source.shape)}, weights of rank {len(weights.shape)}"
        )
    if weights.elements == 0:
        raise RefusedOperatorError(f"weights of shape {list(weights.shape)}", hint=MODEL_HINT)
    if weights.shape[3] != source.shape[3]:
        raise RefusedOperatorError(
            f"{source.shape[3]} input channels, weights for {weights.shape[3]}: a grouped convolution"
        )
    types = source.dtype, weights.dtype, at.output().dtype
    if types not in {("int8", "int8", "int8"), ("float32", "float32", "float32")}:
        raise RefusedOperatorError(f"types {types[0]} x {types[1]} to {types[2]}", hint=TYPE_HINT)
    channels, height, width, _ = weights.shape
    geometry = geometry_of(at, height, width, channels)
    if types[0] == "float32":
        return at.layer(conv_f32(at, geometry, weights.data.astype(np.float32), depthwise=False))
    return at.layer(conv_s8(at, geometry, weights.data.astype(np.int8), axis=0))


def geometry_of(at: Context, kernel_h: int, kernel_w: int, channels: int) -> ConvGeometry:
    """Sizes and padding of an operator with strides, dilations and SAME or VALID padding.

    Args:
        at: the operator; its input and output have rank 4.
        kernel_h: rows of the kernel.
        kernel_w: its columns.
        channels: of the output.

    Raises:
        RefusedOperatorError: the shapes do not follow from each other.
    """
    source, target, operator = at.input(0), at.output(), at.operator
    batches, in_h, in_w, in_channels = source.shape
    stride_h, stride_w = operator.option_int("stride_h", 1), operator.option_int("stride_w", 1)
    dilation_h = operator.option_int("dilation_h_factor", 1)
    dilation_w = operator.option_int("dilation_w_factor", 1)
    if min(stride_h, stride_w, dilation_h, dilation_w) < 1:
        raise RefusedOperatorError("a stride or dilation below 1", hint=MODEL_HINT)
    padding = operator.option_str("padding", "SAME")
    if padding == "SAME":
        out_h, pad_top = same_padding(in_h, kernel_h, stride_h, dilation_h)
        out_w, pad_left = same_padding(in_w, kernel_w, stride_w, dilation_w)
    elif padding == "VALID":
        out_h = (in_h - (kernel_h - 1) * dilation_h - 1 + stride_h) // stride_h
        out_w = (in_w - (kernel_w - 1) * dilation_w - 1 + stride_w) // stride_w
        pad_top = pad_left = 0
    else:
        raise RefusedOperatorError(f"the padding {padding}")
    if target.shape != (batches, out_h, out_w, channels) or target.elements < 1:
        raise RefusedOperatorError(
            f"an output of shape {list(target.shape)} instead of {[batches, out_h, out_w, channels]}",
            hint=MODEL_HINT,
        )
    return ConvGeometry(
        *(batches, in_h, in_w, in_channels, out_h, out_w, kernel_h, kernel_w),
        *(stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left),
    )


def conv_s8(at: Context, geometry: ConvGeometry, weights: Int8Array, axis: int) -> LayerBody:
    """An int8 convolution of the operator's input 0, weights 1 and bias 2.

    Args:
        at: the operator.
        geometry: its sizes.
        weights: (output channels, kernel height, kernel width, input channels), whatever the
            operator's own order.
        axis: the dimension of the operator's weights that has a scale for each output channel.

    Raises:
        RefusedOperatorError: no kernel covers it.
    """
    constants = channel_constants(at, axis, len(weights))
    dense = _as_dense(at, geometry, weights, constants)
    if dense is not None:
        return dense
    plan: PairedConv | str = at.portable
    if not plan:
        plan = plan_paired(geometry, constants.with_weights(weights.reshape(len(weights), -1)))
    return ConvS8(
        geometry=geometry,
        weights=weights,
        bias=constants.bias,
        input_zero_point=constants.input_zero_point,
        output_zero_point=constants.output_zero_point,
        multiplier=constants.multiplier,
        shift=constants.shift,
        clamp_low=constants.clamp_low,
        clamp_high=constants.clamp_high,
        paired=None if isinstance(plan, str) else plan,
        reason=_reason(plan),
        slow="" if at.portable else _slow(plan),
    )


def _as_dense(
    at: Context, geometry: ConvGeometry, weights: Int8Array, constants: ChannelConstants
) -> DenseS8 | None:
    """The convolution as a dense layer, where it is one and that is faster."""
    simple = simplified(geometry)
    if not simple.pointwise or simple.pixels > _FEW_PIXELS:
        return None
    matrix = weights.reshape(len(weights), -1)
    doubt = at.portable
    if not doubt:
        doubt = why_not_paired(matrix, constants.bias, constants.input_zero_point, constants.shift)
        if doubt:
            return None
    return DenseS8(
        batches=simple.pixels,
        weights=matrix,
        bias=constants.bias,
        input_zero_point=constants.input_zero_point,
        output_zero_point=constants.output_zero_point,
        multiplier=constants.multiplier,
        shift=constants.shift,
        clamp_low=constants.clamp_low,
        clamp_high=constants.clamp_high,
        paired=not doubt,
        reason=f"row by row: {doubt}" if doubt else _PROVEN,
    )


def _reason(plan: PairedConv | str) -> str:
    if isinstance(plan, str):
        return f"row by row: {plan}"
    if plan.exact:
        parts = f", sums in {plan.segments} segments" if plan.segments > 1 else ""
        return f"paired weights, exact requantization with 64-bit products{parts}"
    replaced = f"; {plan.replaced} channels that hardly depend on the input" if plan.replaced else ""
    return f"{_PROVEN}{replaced}"


def _slow(plan: PairedConv | str) -> str:
    """The predicate of a note."""
    if isinstance(plan, str):
        return f"runs row by row: {plan}"
    if plan.exact:
        return "requantizes with 64-bit products: sums or shifts are not proven to fit 32 bits"
    return ""


RULES: Rules = {"CONV_2D": _conv}

"""CONV_2D and DEPTHWISE_CONV_2D, float32: their constants."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.codegen.layers.conv_f32 import ConvF32
from cubeai_auto.codegen.lowering.context import TYPE_HINT, Context, RefusedOperatorError, finite
from cubeai_auto.codegen.lowering.float_bounds import float_bounds

__all__ = ["conv_f32"]


def conv_f32(
    at: Context, geometry: ConvGeometry, weights: npt.NDArray[np.float32], *, depthwise: bool
) -> ConvF32:
    """A float32 convolution of the operator's input 0, weights 1 and bias 2.

    Args:
        at: the operator.
        geometry: its sizes and padding.
        weights: (output channels, kernel height, kernel width, input channels); depthwise
            (kernel height, kernel width, output channels).
        depthwise: whether each input channel has weights of its own.

    Raises:
        RefusedOperatorError: no kernel covers it.
    """
    channels = weights.shape[-1 if depthwise else 0]
    bias = at.optional(2)
    if bias is not None and bias.dtype != "float32":
        raise RefusedOperatorError(f"a bias of type {bias.dtype}", hint=TYPE_HINT)
    if bias is not None and bias.elements != channels:
        raise RefusedOperatorError(f"a bias of {bias.elements} elements for {channels} channels")
    low, high = float_bounds(at)
    return ConvF32(
        geometry=geometry,
        depthwise=depthwise,
        weights=finite(at.input(1)).reshape(weights.shape),
        bias=None if bias is None else finite(bias),
        clamp_low=low,
        clamp_high=high,
    )

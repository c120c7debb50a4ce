"""Fewer kernels for a network: small dense layers run on the convolution's, where there is one.

A dense layer is a convolution over one pixel. The paired convolution computes three pixels side by
side, so a single one costs about twice the instructions of the dense kernel; but a network that
needs the dense kernel only for its last, small layer is smaller without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from cubeai_auto.codegen.channels import Channels
from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.codegen.conv_pairing import plan_paired
from cubeai_auto.codegen.layers.body import Layer
from cubeai_auto.codegen.layers.conv import ConvS8
from cubeai_auto.codegen.layers.dense import DenseS8

__all__ = ["as_convolution", "share_kernels"]

_LARGEST_SHARE: Mapping[str, float] = {"time": 0.0, "balanced": 0.02, "ram": 0.02, "size": 0.3}
"""Products of dense layers, among those of convolutions too, that may take twice as long."""


def share_kernels(layers: Sequence[Layer], optimization: str) -> tuple[Layer, ...]:
    """The layers, with all paired dense ones as convolutions if that saves their kernel.

    Args:
        layers: of a network.
        optimization: ``time``, ``balanced``, ``ram`` or ``size``.
    """
    unchanged = tuple(layers)
    convolutions = [layer.body for layer in layers if isinstance(layer.body, ConvS8)]
    dense = [layer.body for layer in layers if isinstance(layer.body, DenseS8) and layer.body.paired]
    if not dense or not any(body.kernel == "cai_conv_s8_paired" for body in convolutions):
        return unchanged
    small = sum(body.batches * body.weights.size for body in dense)
    large = sum(body.geometry.pixels * body.weights.size for body in convolutions)
    if small > _LARGEST_SHARE[optimization] * (small + large):
        return unchanged
    shared = tuple(
        replace(layer, body=as_convolution(layer.body) or layer.body)
        if isinstance(layer.body, DenseS8) and layer.body.paired
        else layer
        for layer in layers
    )
    kernels = {layer.body.kernel for layer in shared}
    return unchanged if "cai_dense_s8_paired" in kernels else shared


def as_convolution(dense: DenseS8) -> ConvS8 | None:
    """The layer as a pointwise convolution on the fast kernel; ``None`` if that is not proven."""
    rows, depth = dense.weights.shape
    multiplier = np.broadcast_to(dense.multiplier, (rows,))
    shift = np.broadcast_to(dense.shift, (rows,))
    geometry = ConvGeometry(1, 1, dense.batches, depth, 1, dense.batches, 1, 1)
    plan = plan_paired(
        geometry,
        Channels(
            weights=dense.weights.astype(np.int64),
            bias=dense.bias.astype(np.int64),
            multiplier=multiplier.astype(np.int64),
            shift=shift.astype(np.int64),
            input_zero_point=dense.input_zero_point,
            zero_point=dense.output_zero_point,
            clamp_low=dense.clamp_low,
            clamp_high=dense.clamp_high,
        ),
    )
    if isinstance(plan, str) or plan.exact or plan.packed:
        return None
    return ConvS8(
        geometry=geometry,
        weights=dense.weights.reshape(rows, 1, 1, depth),
        bias=dense.bias,
        input_zero_point=dense.input_zero_point,
        output_zero_point=dense.output_zero_point,
        multiplier=np.ascontiguousarray(multiplier),
        shift=np.ascontiguousarray(shift),
        clamp_low=dense.clamp_low,
        clamp_high=dense.clamp_high,
        paired=plan,
        reason="paired weights, proven for every input; on the kernel of the convolutions",
    )

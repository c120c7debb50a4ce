"""What int8 operators with one multiplier per output channel have in common: their constants.

Constants follow the rules of ``tflite_micro``, the engine's oracle, in the precision that it
computes them in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cubeai_auto.codegen.channels import Channels
from cubeai_auto.codegen.fixed_point import activation_bounds
from cubeai_auto.codegen.layers.body import Int8Array, Int32Array
from cubeai_auto.codegen.lowering.context import (
    LEAST_ACTIVATION_SCALE,
    MODEL_HINT,
    NOT_CONSTANT,
    TYPE_HINT,
    Context,
    RefusedOperatorError,
    fused_activation,
    multiplier_of,
    per_tensor,
)
from cubeai_auto.tflite.graph import Tensor

__all__ = ["ChannelConstants", "channel_constants", "stored_bounds"]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelConstants:
    """The constants of an operator's output channels.

    Attributes:
        bias: one per channel; zeros if the operator has none.
        multiplier: likewise, Q0.31.
        shift: likewise; positive is to the left.
    """

    bias: Int32Array
    multiplier: Int32Array
    shift: Int8Array
    input_zero_point: int
    output_zero_point: int
    clamp_low: int
    clamp_high: int

    def with_weights(self, weights: Int8Array) -> Channels:
        """The constants and the weights, (channels, depth), in int64, for proofs."""
        return Channels(
            weights=weights.astype(np.int64),
            bias=self.bias.astype(np.int64),
            multiplier=self.multiplier.astype(np.int64),
            shift=self.shift.astype(np.int64),
            input_zero_point=self.input_zero_point,
            zero_point=self.output_zero_point,
            clamp_low=self.clamp_low,
            clamp_high=self.clamp_high,
        )


def channel_constants(at: Context, axis: int, channels: int) -> ChannelConstants:
    """The constants of an operator with input 0, weights 1 and bias 2.

    Args:
        at: the operator.
        axis: the dimension of the weights that has a scale for each output channel.
        channels: of the output.

    Raises:
        RefusedOperatorError: quantization or bias do not fit.
    """
    given, produced = per_tensor(at.input(0), "input"), per_tensor(at.output(), "output")
    found = [
        multiplier_of(given.scale * scale / produced.scale)
        for scale in _scales(at.input(1), axis, channels)
    ]
    low, high = stored_bounds(at)
    return ChannelConstants(
        bias=_bias(at.optional(2), channels),
        multiplier=np.array([m.value for m in found], np.int32),
        shift=np.array([m.shift for m in found], np.int8),
        input_zero_point=given.zero_point,
        output_zero_point=produced.zero_point,
        clamp_low=low,
        clamp_high=high,
    )


def stored_bounds(at: Context) -> tuple[int, int]:
    """The limits of the fused activation, in units of the operator's output.

    Raises:
        RefusedOperatorError: they are not known, or leave 32 bits.
    """
    produced = per_tensor(at.output(), "output")
    activation = fused_activation(at)
    if activation in {"RELU6", "RELU_N1_TO_1"} and produced.scale < LEAST_ACTIVATION_SCALE:
        raise RefusedOperatorError(f"an output scale of {produced.scale:g} with a fused {activation}")
    return activation_bounds(activation, produced.scale, produced.zero_point)


def _scales(weights: Tensor, axis: int, channels: int) -> tuple[float, ...]:
    """The weight scale of each output channel."""
    found = weights.quantization
    if found is None:
        raise RefusedOperatorError(
            f"the weights '{weights.name}' have no quantization", hint=MODEL_HINT
        )
    if not found.per_channel:
        return (found.scale,) * channels
    if found.axis != axis or len(found.scales) != channels:
        raise RefusedOperatorError(
            f"{len(found.scales)} weight scales along dimension {found.axis}, not one for each of "
            f"{channels} output channels"
        )
    return found.scales


def _bias(bias: Tensor | None, channels: int) -> Int32Array:
    if bias is None:
        return np.zeros(channels, np.int32)
    if bias.data is None:
        raise RefusedOperatorError(NOT_CONSTANT)
    if bias.dtype != "int32":
        raise RefusedOperatorError(f"a bias of type {bias.dtype}", hint=TYPE_HINT)
    if bias.elements != channels:
        raise RefusedOperatorError(f"a bias of {bias.elements} elements for {channels} channels")
    return bias.data.reshape(-1).astype(np.int32)

"""Convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cubeai_auto.codegen.conv_geometry import ConvGeometry, overlap_distance, simplified
from cubeai_auto.codegen.conv_pairing import PairedConv
from cubeai_auto.codegen.layers.body import Int8Array, Int32Array, LayerArray, LayerBody
from cubeai_auto.codegen.pairing import as_int32

__all__ = ["ConvS8"]

_ARRAYS = ("weights", "bias", "multiplier", "shift")
_PIXELS = 3
"""Output pixels that the paired kernel computes side by side."""


@dataclass(frozen=True, slots=True, eq=False)
class ConvS8(LayerBody):
    """int8 convolution.

    Attributes:
        weights: (output channels, kernel height, kernel width, input channels), as in the model.
        bias: one per output channel, the model's; zeros if it has none.
        input_zero_point: folded into the stored bias; also what cells outside the image hold.
        multiplier: one per output channel.
        shift: likewise; positive is to the left.
        paired: what the paired kernel runs, where it is proven for every input.
        reason: one line on the choice of kernel.
        slow: why a target with the DSP extension does not get the fastest kernel; empty if it does.
    """

    geometry: ConvGeometry
    weights: Int8Array
    bias: Int32Array
    input_zero_point: int
    output_zero_point: int
    multiplier: Int32Array
    shift: Int8Array
    clamp_low: int
    clamp_high: int
    paired: PairedConv | None
    reason: str
    slow: str = ""

    @property
    def kernel(self) -> str:
        """The C function."""
        if self.paired is None:
            return "cai_conv_s8"
        way = "packed" if self.paired.packed else "paired"
        return f"cai_conv_s8_{way}_exact" if self.paired.exact else f"cai_conv_s8_{way}"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_conv_s8.c" if self.paired is None else "cai_conv_s8_paired.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_conv_s8_layer" if self.paired is None else "cai_conv_s8_paired_layer"

    @property
    def why(self) -> str:
        """The choice of kernel."""
        return self.reason

    @property
    def notes(self) -> tuple[str, ...]:
        """What keeps it from the fastest kernel."""
        return (self.slow,) if self.slow else ()

    @property
    def scratch(self) -> int:
        """One window of bytes, or three of words twice as wide."""
        return self.geometry.depth if self.paired is None else 24 * self.paired.words

    def slide(self, position: int) -> int:
        """Outputs are written when the windows of their block have been gathered."""
        del position
        block = 1 if self.paired is None else _PIXELS
        geometry = self.geometry if self.paired is None else self.paired.geometry
        return overlap_distance(geometry, len(self.weights), block)

    def arrays(self) -> tuple[LayerArray, ...]:
        """Weights, bias, multipliers and shifts."""
        shape = " x ".join(map(str, self.weights.shape))
        paired = self.paired
        if paired is None:
            sums = self.weights.astype(np.int64).sum(axis=(1, 2, 3))
            folded = as_int32(self.bias - self.input_zero_point * sums)
            return (
                LayerArray("weights", self.weights.ravel(), f"{shape}, channel by channel"),
                LayerArray("bias", folded, "with the input zero point"),
                LayerArray("multiplier", self.multiplier, "one per channel, Q0.31"),
                LayerArray("shift", self.shift, "one per channel, positive to the left"),
            )
        starts = "starts of the sums, then the bias" if paired.exact else "times 256"
        shifts = "positive to the left" if paired.exact else "to the right, and 6"
        return (
            LayerArray("weights", paired.weights, f"{shape}, in pairs"),
            LayerArray("bias", paired.bias, f"{starts}, with the input zero point"),
            LayerArray("multiplier", paired.multiplier, "one per channel, Q0.31"),
            LayerArray("shift", paired.shift, f"one per channel, {shifts}"),
        )

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        numbers = self._plain() if self.paired is None else _paired(self.paired, len(self.weights))
        bytes_ = {
            "input_zero_point": self.input_zero_point,
            "zero_point": self.output_zero_point,
            "clamp_low": self.clamp_low,
            "clamp_high": self.clamp_high,
        }
        finish = {} if self.paired is None else {"finish": _finish(self.paired)}
        return (
            *((role, symbols[role]) for role in _ARRAYS),
            *((name, f"{value}u") for name, value in numbers.items()),
            *finish.items(),
            *((name, str(value)) for name, value in bytes_.items()),
        )

    def _plain(self) -> Mapping[str, int]:
        g = simplified(self.geometry) if self.geometry.pointwise else self.geometry
        return {
            "batches": g.batches,
            "in_h": g.in_h,
            "in_w": g.in_w,
            "in_channels": g.in_channels,
            "out_h": g.out_h,
            "out_w": g.out_w,
            "out_channels": len(self.weights),
            "kernel_h": g.kernel_h,
            "kernel_w": g.kernel_w,
            "stride_h": g.stride_h,
            "stride_w": g.stride_w,
            "dilation_h": g.dilation_h,
            "dilation_w": g.dilation_w,
            "pad_top": g.pad_top,
            "pad_left": g.pad_left,
        }


def _paired(paired: PairedConv, channels: int) -> Mapping[str, int]:
    """Distances along a row are in bytes."""
    g = paired.geometry
    return {
        "in_row": g.in_w * g.in_channels,
        "out_w": g.out_w,
        "batches": g.batches,
        "in_h": g.in_h,
        "out_h": g.out_h,
        "out_channels": channels,
        "stride_w": g.stride_w * g.in_channels,
        "pad_left": g.pad_left * g.in_channels,
        "run_step": paired.run_step,
        "run_bytes": paired.run_bytes,
        "words": paired.words,
        "segment_words": paired.segment_words,
        "kernel_h": g.kernel_h,
        "runs": paired.runs,
        "stride_h": g.stride_h,
        "dilation_h": g.dilation_h,
        "pad_top": g.pad_top,
        "packed": int(paired.packed),
    }


def _finish(paired: PairedConv) -> str:
    if paired.exact:
        return "CAI_CONV_RAW"
    return "CAI_CONV_SIGNED" if paired.signed else "CAI_CONV_UNSIGNED"

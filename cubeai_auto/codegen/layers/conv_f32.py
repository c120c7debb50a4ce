"""Convolutions and depthwise convolutions, float32."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.codegen.layers.body import Float32Array, LayerArray, LayerBody
from cubeai_auto.codegen.layers.pool import slide_of_pixels
from cubeai_auto.codegen.literals import c_float

__all__ = ["ConvF32"]


@dataclass(frozen=True, slots=True, eq=False)
class ConvF32(LayerBody):
    """float32 convolution.

    Attributes:
        weights: (output channels, kernel height, kernel width, input channels); depthwise
            (kernel height, kernel width, output channels). As in the model.
        bias: one per output channel, or ``None``.
    """

    geometry: ConvGeometry
    depthwise: bool
    weights: Float32Array
    bias: Float32Array | None
    clamp_low: float
    clamp_high: float

    @property
    def channels(self) -> int:
        """Output channels."""
        return int(self.weights.shape[-1 if self.depthwise else 0])

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_depthwise_f32" if self.depthwise else "cai_conv_f32"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_conv_f32.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_conv_f32_layer"

    def slide(self, position: int) -> int:
        """Pixel by pixel."""
        del position
        return slide_of_pixels(self.geometry, self.channels, 4)

    def arrays(self) -> tuple[LayerArray, ...]:
        """Weights and, if there is one, the bias."""
        shape = " x ".join(map(str, self.weights.shape))
        weights = LayerArray("weights", self.weights.ravel(), shape)
        if self.bias is None:
            return (weights,)
        return (weights, LayerArray("bias", self.bias, "one per channel"))

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        g = self.geometry
        values = {
            "batches": g.batches,
            "in_h": g.in_h,
            "in_w": g.in_w,
            "in_channels": g.in_channels,
            "out_h": g.out_h,
            "out_w": g.out_w,
            "out_channels": self.channels,
            "kernel_h": g.kernel_h,
            "kernel_w": g.kernel_w,
            "stride_h": g.stride_h,
            "stride_w": g.stride_w,
            "dilation_h": g.dilation_h,
            "dilation_w": g.dilation_w,
            "pad_top": g.pad_top,
            "pad_left": g.pad_left,
        }
        return (
            ("weights", symbols["weights"]),
            ("bias", symbols.get("bias", "NULL")),
            *((name, f"{value}u") for name, value in values.items()),
            ("clamp_low", c_float(self.clamp_low)),
            ("clamp_high", c_float(self.clamp_high)),
        )

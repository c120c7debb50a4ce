"""Maximum and average of windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.codegen.layers.body import LayerBody
from cubeai_auto.codegen.literals import c_float

__all__ = ["PoolF32", "PoolKind", "PoolS8", "slide_of_pixels", "window_fields"]

PoolKind = Literal["max", "average"]


def window_fields(g: ConvGeometry) -> tuple[tuple[str, str], ...]:
    """The members that the structs of pooling layers share."""
    values = {
        "batches": g.batches,
        "in_h": g.in_h,
        "in_w": g.in_w,
        "channels": g.in_channels,
        "out_h": g.out_h,
        "out_w": g.out_w,
        "kernel_h": g.kernel_h,
        "kernel_w": g.kernel_w,
        "stride_h": g.stride_h,
        "stride_w": g.stride_w,
        "pad_top": g.pad_top,
        "pad_left": g.pad_left,
    }
    return tuple((name, f"{value}u") for name, value in values.items())


def slide_of_pixels(geometry: ConvGeometry, out_channels: int, item: int) -> int:
    """How far below its input the output of a kernel may start that goes pixel by pixel.

    While it writes a pixel of the output, all of the window may still be read.

    Args:
        geometry: the windows.
        out_channels: elements of a pixel of the output.
        item: bytes of an element.
    """
    g = geometry
    rows = np.clip(np.arange(g.out_h) * g.stride_h - g.pad_top, 0, g.in_h - 1)
    columns = np.clip(np.arange(g.out_w) * g.stride_w - g.pad_left, 0, g.in_w - 1)
    images = np.arange(g.batches) * (g.in_h * g.in_w)
    cells = images[:, np.newaxis, np.newaxis] + rows[:, np.newaxis] * g.in_w + columns
    first = cells.ravel() * g.in_channels
    needed = np.minimum.accumulate(first[::-1])[::-1]
    written = (np.arange(len(first)) + 1) * out_channels
    return max(0, int((written - needed).max()) * item)


@dataclass(frozen=True, slots=True)
class PoolS8(LayerBody):
    """int8 pooling; input and output have the same quantization.

    Attributes:
        geometry: without dilation.
        clamp_low: limit of the fused activation, in stored units.
    """

    pool: PoolKind
    geometry: ConvGeometry
    clamp_low: int
    clamp_high: int

    @property
    def kernel(self) -> str:
        """The C function."""
        return f"cai_{self.pool}_pool_s8"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_pool_s8.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_pool_s8_layer"

    def slide(self, position: int) -> int:
        """Pixel by pixel."""
        del position
        return slide_of_pixels(self.geometry, self.geometry.in_channels, 1)

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            *window_fields(self.geometry),
            ("clamp_low", str(self.clamp_low)),
            ("clamp_high", str(self.clamp_high)),
        )


@dataclass(frozen=True, slots=True)
class PoolF32(LayerBody):
    """float32 pooling."""

    pool: PoolKind
    geometry: ConvGeometry
    clamp_low: float
    clamp_high: float

    @property
    def kernel(self) -> str:
        """The C function."""
        return f"cai_{self.pool}_pool_f32"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_pool_f32.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_pool_f32_layer"

    def slide(self, position: int) -> int:
        """Pixel by pixel."""
        del position
        return slide_of_pixels(self.geometry, self.geometry.in_channels, 4)

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            *window_fields(self.geometry),
            ("clamp_low", c_float(self.clamp_low)),
            ("clamp_high", c_float(self.clamp_high)),
        )

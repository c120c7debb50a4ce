"""Conversions between real and stored values, and between two stored scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cubeai_auto.codegen.layers.body import LayerBody
from cubeai_auto.codegen.literals import c_float, c_int

__all__ = ["Affine", "Rescale8"]


@dataclass(frozen=True, slots=True)
class Affine(LayerBody):
    """Conversion between float32 and an 8-bit type."""

    conversion: Literal["quantize_f32_s8", "dequantize_s8_f32", "dequantize_u8_f32"]
    count: int
    scale: float
    zero_point: int

    @property
    def kernel(self) -> str:
        """The C function."""
        return f"cai_{self.conversion}"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_affine.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_affine_layer"

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            ("count", f"{self.count}u"),
            ("scale", c_float(self.scale)),
            ("zero_point", str(self.zero_point)),
        )


@dataclass(frozen=True, slots=True)
class Rescale8(LayerBody):
    """8-bit to 8-bit with other quantization; zero points in their int8 form (uint8 - 128)."""

    count: int
    multiplier: int
    shift: int
    input_zero_point: int
    output_zero_point: int
    input_unsigned: bool
    output_unsigned: bool

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_rescale_8"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_rescale_8.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_rescale_8_layer"

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            ("count", f"{self.count}u"),
            ("multiplier", c_int(self.multiplier)),
            ("shift", str(self.shift)),
            ("input_zero_point", str(self.input_zero_point)),
            ("output_zero_point", str(self.output_zero_point)),
            ("input_flip", "0" if self.input_unsigned else "0x80"),
            ("output_flip", "0" if self.output_unsigned else "0x80"),
        )

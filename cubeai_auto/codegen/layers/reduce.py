"""Sums and means over neighboring dimensions; a maximum is a pooling layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto.codegen.layers.body import LayerBody
from cubeai_auto.codegen.literals import c_float, c_int

__all__ = ["SumF32", "SumS8"]


@dataclass(frozen=True, slots=True)
class SumS8(LayerBody):
    """int8 sum, or mean: then the count is part of multiplier and shift.

    Attributes:
        outer: elements of the dimensions before those that are summed.
        count: elements that make a sum.
        inner: elements of the dimensions behind.
        shift: positive is to the left.
    """

    outer: int
    count: int
    inner: int
    multiplier: int
    shift: int
    input_zero_point: int
    output_zero_point: int

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_sum_s8"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_reduce_s8.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_sum_s8_layer"

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            ("outer", f"{self.outer}u"),
            ("count", f"{self.count}u"),
            ("inner", f"{self.inner}u"),
            ("offset", c_int(self.count * self.input_zero_point)),
            ("multiplier", c_int(self.multiplier)),
            ("shift", str(self.shift)),
            ("zero_point", str(self.output_zero_point)),
        )


@dataclass(frozen=True, slots=True)
class SumF32(LayerBody):
    """float32 sum, or mean: then ``divisor`` is the count."""

    outer: int
    count: int
    inner: int
    divisor: float

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_sum_f32"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_pool_f32.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_sum_f32_layer"

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            ("outer", f"{self.outer}u"),
            ("count", f"{self.count}u"),
            ("inner", f"{self.inner}u"),
            ("divisor", c_float(self.divisor)),
        )

"""Softmax layers, over the last dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from cubeai_auto.codegen.layers.body import LayerBody
from cubeai_auto.codegen.literals import c_float, c_int

__all__ = ["SoftmaxF32", "SoftmaxS8"]


@dataclass(frozen=True, slots=True)
class SoftmaxS8(LayerBody):
    """int8 softmax over the last dimension.

    Attributes:
        shift: to the left.
        diff_min: elements further below the row's largest have no weight.
    """

    MAX_DEPTH: ClassVar[int] = 4096
    """Exponentials of at most 1 that a sum in Q12.19 holds without a sign."""
    SAFE_DEPTH: ClassVar[int] = 511
    """Up to here no sum can be so large that TFLM aborts on it."""

    rows: int
    depth: int
    multiplier: int
    shift: int
    diff_min: int

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_softmax_s8"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_softmax_s8.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_softmax_s8_layer"

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            ("rows", f"{self.rows}u"),
            ("depth", f"{self.depth}u"),
            ("multiplier", c_int(self.multiplier)),
            ("shift", c_int(self.shift)),
            ("diff_min", c_int(self.diff_min)),
        )


@dataclass(frozen=True, slots=True)
class SoftmaxF32(LayerBody):
    """float32 softmax over the last dimension."""

    rows: int
    depth: int
    beta: float

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_softmax_f32"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_softmax_f32.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_softmax_f32_layer"

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            ("rows", f"{self.rows}u"),
            ("depth", f"{self.depth}u"),
            ("beta", c_float(self.beta)),
        )

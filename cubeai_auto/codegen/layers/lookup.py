"""int8 functions of one value, by table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto.codegen.layers.body import Int8Array, LayerArray, LayerBody

__all__ = ["LookupS8"]


@dataclass(frozen=True, slots=True, eq=False)
class LookupS8(LayerBody):
    """An elementwise int8 function.

    Attributes:
        table: the output for stored value v at position v mod 256.
        remarks: what an engineer should know of this function.
    """

    count: int
    table: Int8Array
    remarks: tuple[str, ...] = ()

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_lookup_s8"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_lookup_s8.c",)

    @property
    def header(self) -> str:
        """The C header."""
        return "cai_elementwise.h"

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_lookup_s8_layer"

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks."""
        return self.remarks

    def slide(self, position: int) -> int | None:
        """Elementwise."""
        del position
        return 0

    def arrays(self) -> tuple[LayerArray, ...]:
        """The table."""
        return (LayerArray("table", self.table, "outputs for 0 to 127, then for -128 to -1"),)

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        return (("table", symbols["table"]), ("count", f"{self.count}u"))

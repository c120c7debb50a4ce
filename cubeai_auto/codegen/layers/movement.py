"""Layers that move bytes and compute nothing: values keep their type and their bits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.layers.body import LayerArray, LayerBody

__all__ = ["MAX_LOOPS", "Concatenation", "Gather", "Movement", "Pad", "Resize"]

MAX_LOOPS = 5
"""Loops of the kernels around a run of neighboring bytes."""


def _listed(values: Sequence[int], size: int, fill: int, suffix: str = "") -> str:
    padded = [*values, *[fill] * (size - len(values))]
    return "{" + ", ".join(f"{value}{suffix}" for value in padded) + "}"


@dataclass(frozen=True, slots=True, eq=False)
class Movement(LayerBody):
    """A layer that moves elements of a fixed size.

    Attributes:
        item: bytes of an element.
        remarks: what an engineer should know.
    """

    item: int
    remarks: tuple[str, ...]

    @property
    def header(self) -> str:
        """The C header."""
        return "cai_movement.h"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return (f"{self.kernel}.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return f"{self.kernel}_layer"

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks."""
        return self.remarks


@dataclass(frozen=True, slots=True, eq=False)
class Gather(Movement):
    """Elements of one input at regular distances, one after the other: slices, transpositions.

    Attributes:
        size: elements of the input.
        start: the first element.
        counts: of the output's dimensions, the outermost first.
        steps: elements of the input from index to index of each; negative ones go back.
    """

    size: int
    start: int
    counts: tuple[int, ...]
    steps: tuple[int, ...]

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_gather"

    def loops(self) -> tuple[int, list[tuple[int, int]]]:
        """Elements of a run, and the loops around it as (count, step), the innermost first."""
        merged: list[tuple[int, int]] = []
        for count, step in zip(reversed(self.counts), reversed(self.steps), strict=True):
            if count == 1:
                continue
            if merged and step == merged[-1][0] * merged[-1][1]:
                merged[-1] = (merged[-1][0] * count, merged[-1][1])
            else:
                merged.append((count, step))
        run = merged.pop(0)[0] if merged and merged[0][1] == 1 else 1
        return run, merged

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        run, loops = self.loops()
        return (
            ("start", f"{self.start * self.item}u"),
            ("run", f"{run * self.item}u"),
            ("counts", _listed([count for count, _ in loops], MAX_LOOPS, 1, "u")),
            ("steps", _listed([step * self.item for _, step in loops], MAX_LOOPS, 0)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Concatenation(Movement):
    """Several inputs, run by run in turn.

    Attributes:
        repeats: runs of each input.
        runs: elements of a run, one for each input.
        constants: inputs that are known beforehand, by position, flat.
    """

    repeats: int
    runs: tuple[int, ...]
    constants: Mapping[int, npt.NDArray[np.generic]]

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_concatenation"

    @property
    def gathers(self) -> bool:
        """All inputs come in one array."""
        return True

    @property
    def constant_inputs(self) -> Mapping[int, str]:
        """The constants."""
        return {position: f"constant_{position}" for position in self.constants}

    def arrays(self) -> tuple[LayerArray, ...]:
        """The lengths of the runs in bytes, and the constants."""
        lengths = np.array([run * self.item for run in self.runs], np.int32)
        return (
            LayerArray("runs", lengths, "bytes of a run, one for each input"),
            *(
                LayerArray(f"constant_{position}", values, f"input {position}, as in the model")
                for position, values in self.constants.items()
            ),
        )

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        return (
            ("runs", symbols["runs"]),
            ("inputs", f"{len(self.runs)}u"),
            ("repeats", f"{self.repeats}u"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Pad(Movement):
    """The input with elements of one value around it.

    Attributes:
        shape: of the input.
        before: elements before it, for each dimension.
        after: elements behind it.
        value: what stands there, one element in the stored type.
    """

    shape: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    value: npt.NDArray[np.generic]

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_pad"

    def merged(self) -> list[tuple[int, int, int]]:
        """Dimensions as (size, before, after), the outermost first; unpadded ones joined inward."""
        found: list[tuple[int, int, int]] = []
        for size, before, after in zip(self.shape, self.before, self.after, strict=True):
            if size == 1 and not before and not after:
                continue
            if found and not before and not after:
                outer, first, last = found.pop()
                found.append((outer * size, first * size, last * size))
            else:
                found.append((size, before, after))
        return found or [(1, 0, 0)]

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        *outer, (run, before, after) = self.merged()
        lead, tail, inner = before * self.item, after * self.item, (before + run + after) * self.item
        gaps = [lead + tail]
        for size, first, last in reversed(outer):
            lead, tail = lead + first * inner, tail + last * inner
            gaps.append(lead + tail)
            inner *= first + size + last
        pattern = np.frombuffer(self.value.tobytes() * (4 // self.item), "<u4")[0]
        return (
            ("value", f"0x{int(pattern):08X}u"),
            ("lead", f"{lead}u"),
            ("tail", f"{tail}u"),
            ("run", f"{run * self.item}u"),
            ("counts", _listed([size for size, _, _ in reversed(outer)], MAX_LOOPS, 1, "u")),
            ("gaps", _listed(gaps[:-1], MAX_LOOPS, 0, "u")),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Resize(Movement):
    """Pixels repeated or left out: nearest neighbors.

    Attributes:
        shape: of the input: batches, height, width, channels.
        rows: for each row of the output, the input's.
        columns: for each column.
    """

    shape: tuple[int, int, int, int]
    rows: npt.NDArray[np.int16]
    columns: npt.NDArray[np.int16]

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_resize_nearest"

    def arrays(self) -> tuple[LayerArray, ...]:
        """Which row and column of the input each of the output is."""
        return (
            LayerArray("rows", self.rows, "the input's row for each row of the output"),
            LayerArray("columns", self.columns, "the input's column for each of the output"),
        )

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        batches, height, width, channels = self.shape
        return (
            ("rows", symbols["rows"]),
            ("columns", symbols["columns"]),
            ("batches", f"{batches}u"),
            ("in_batch", f"{math.prod((height, width, channels)) * self.item}u"),
            ("in_row", f"{width * channels * self.item}u"),
            ("out_h", f"{self.rows.size}u"),
            ("out_w", f"{self.columns.size}u"),
            ("pixel", f"{channels * self.item}u"),
        )

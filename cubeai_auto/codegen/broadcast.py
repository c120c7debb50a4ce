"""How two operands of an elementwise operator and its output run side by side.

Dimensions that behave alike are merged, so that most operators become one long row, or rows of
channels; a kernel walks the rows and, in each, whole words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_OUTER", "Broadcast", "broadcast"]

Array = npt.NDArray[np.generic]

MAX_OUTER = 4
"""Dimensions around a row that kernels walk, after merging."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """The walk over two operands.

    Attributes:
        first: shape of the first operand, filled up with ones to the output's rank.
        second: of the second.
        shape: of the output.
        count: elements of a row.
        steps: of the operands within a row: 1, or 0 for one that stands still.
        outer: rows, the fastest dimension first.
        first_steps: elements that the first operand moves on by, one for each ``outer``.
        second_steps: likewise.
    """

    first: tuple[int, ...]
    second: tuple[int, ...]
    shape: tuple[int, ...]
    count: int
    steps: tuple[int, int]
    outer: tuple[int, ...]
    first_steps: tuple[int, ...]
    second_steps: tuple[int, ...]

    @property
    def text(self) -> str:
        """The C initializer of a ``cai_rows``."""
        fill = MAX_OUTER - len(self.outer)

        def listed(values: Sequence[int], unsigned: str, rest: int) -> str:
            return "{" + ", ".join(f"{value}{unsigned}" for value in [*values, *[rest] * fill]) + "}"

        return (
            f"{{ .count = {self.count}u, .outer = {listed(self.outer, 'u', 1)}, "
            f".a_steps = {listed(self.first_steps, '', 0)}, "
            f".b_steps = {listed(self.second_steps, '', 0)}, "
            f".a_step = {self.steps[0]}, .b_step = {self.steps[1]} }}"
        )

    def slide(self, position: int) -> int | None:
        """0 for an operand that is read once, in the output's order; ``None`` for another."""
        return 0 if (self.first, self.second)[position] == self.shape else None

    def side_by_side(self, first: Array, second: Array) -> tuple[Array, Array]:
        """Two flat operands of several inferences as arrays that numpy broadcasts.

        A constant operand is one inference's.
        """
        return first.reshape(-1, *self.first), second.reshape(-1, *self.second)

    def joined(self, result: Array) -> Array:
        """The result of the broadcast operands in the output's order, flat."""
        return np.broadcast_to(result, (len(result), *self.shape)).ravel()


def broadcast(first: Sequence[int], second: Sequence[int], shape: Sequence[int]) -> Broadcast:
    """The walk for operands of these shapes.

    Raises:
        ValueError: the shapes do not fit, or change too often for the kernels.
    """
    rank = len(shape)
    wide = [(1,) * (rank - len(operand)) + tuple(operand) for operand in (first, second)]
    said = f"shapes {list(first)} and {list(second)} to {list(shape)}"
    if max(len(first), len(second)) > rank or tuple(shape) != _expected(*wide):
        raise ValueError(said)
    merged: list[tuple[int, bool, bool]] = []  # size, and whether each operand moves; outermost first
    for size, one, two in zip(shape, *wide, strict=True):
        if size == 1:
            continue
        kind = (one == size, two == size)
        if merged and merged[-1][1:] == kind:
            merged[-1] = (merged[-1][0] * size, *kind)
        else:
            merged.append((size, *kind))
    merged = merged or [(1, True, True)]
    if len(merged) - 1 > MAX_OUTER:
        msg = f"{said}: {len(merged)} changes between dimensions that are broadcast and not"
        raise ValueError(msg)
    count, one_moves, two_moves = merged.pop()
    sizes: list[int] = []
    steps: tuple[list[int], list[int]] = [], []
    passed = [count if one_moves else 1, count if two_moves else 1]
    for size, *moves in reversed(merged):
        sizes.append(size)
        for operand, moving in enumerate(moves):
            steps[operand].append(passed[operand] if moving else 0)
            passed[operand] *= size if moving else 1
    return Broadcast(
        first=wide[0],
        second=wide[1],
        shape=tuple(shape),
        count=count,
        steps=(int(one_moves), int(two_moves)),
        outer=tuple(sizes),
        first_steps=tuple(steps[0]),
        second_steps=tuple(steps[1]),
    )


def _expected(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...] | None:
    """The broadcast shape; ``None`` if the two do not fit or hold nothing."""
    if len(first) != len(second) or min((*first, *second), default=1) < 1:
        return None
    if any(a != b and 1 not in (a, b) for a, b in zip(first, second, strict=True)):
        return None
    return tuple(max(pair) for pair in zip(first, second, strict=True))

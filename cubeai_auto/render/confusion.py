"""The confusion matrix as shaded cells, or as its worst confusions where it is too large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cubeai_auto.render.text import one_line

__all__ = ["Confused", "Confusion", "ConfusionRow", "Shade", "confusion"]

_MOST_CLASSES: Final = 24
_WORST: Final = 20


@dataclass(frozen=True, slots=True)
class Shade:
    """A count with how strongly its cell is colored, 0 to 1, and whether it is right or wrong."""

    count: int
    strength: float
    kind: Literal["right", "wrong", "none"]
    words: str


@dataclass(frozen=True, slots=True)
class ConfusionRow:
    """The samples of a true class; ``right`` of ``total`` were read rightly."""

    label: str
    cells: tuple[Shade, ...]
    right: int
    total: int


@dataclass(frozen=True, slots=True)
class Confused:
    """How often one class was read as another."""

    label: str
    predicted: str
    count: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """A matrix: ``rows`` is empty if there are too many classes to look at; ``worst`` then helps."""

    labels: tuple[str, ...]
    rows: tuple[ConfusionRow, ...]
    worst: tuple[Confused, ...]
    right: int
    total: int


def confusion(counts: Sequence[Sequence[int]], classes: Sequence[str]) -> Confusion | None:
    """The matrix of ``counts[true][predicted]``, or ``None`` if there is none.

    The color's strength is the share of the row, its square root for wrong ones: a single
    misread sample stays visible.
    """
    if not counts:
        return None
    width = max(len(row) for row in counts)
    labels = tuple(_label(classes, index) for index in range(max(width, len(counts))))
    rows = tuple(_row(labels, index, row) for index, row in enumerate(counts))
    pairs = [
        Confused(labels[true], labels[read], count)
        for true, row in enumerate(counts)
        for read, count in enumerate(row)
        if true != read and count
    ]
    worst = sorted(pairs, key=lambda pair: -pair.count)[:_WORST]
    shown = rows if max(width, len(rows)) <= _MOST_CLASSES else ()
    total = sum(row.total for row in rows)
    return Confusion(labels, shown, tuple(worst), sum(row.right for row in rows), total)


def _label(classes: Sequence[str], index: int) -> str:
    return one_line(classes[index]) if index < len(classes) else f"#{index}"


def _row(labels: Sequence[str], true: int, counts: Sequence[int]) -> ConfusionRow:
    total = sum(counts)
    cells = tuple(_shade(labels, true, read, count, total) for read, count in enumerate(counts))
    right = counts[true] if true < len(counts) else 0
    return ConfusionRow(labels[true], cells, right, total)


def _shade(labels: Sequence[str], true: int, read: int, count: int, total: int) -> Shade:
    share = count / total if total else 0.0
    words = f"{count} of {total} samples of {labels[true]} read as {labels[read]}"
    if not count:
        return Shade(0, 0.0, "none", words)
    if true == read:
        return Shade(count, round(0.15 + 0.75 * share, 3), "right", words)
    return Shade(count, round(0.15 + 0.85 * share**0.5, 3), "wrong", words)

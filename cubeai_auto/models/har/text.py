"""Small pieces of sentences for the notes on a data set."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["count_of", "ranges"]


def count_of(number: int, noun: str) -> str:
    """``1 gap``, ``2 gaps``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def ranges(numbers: Iterable[int]) -> str:
    """Whole numbers in rising order with runs drawn together: ``1-4, 7, 9-10``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)

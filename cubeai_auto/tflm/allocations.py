"""What TensorFlow Lite Micro prints on standard error: its arena, or why it refused a model.

The lines are those of TFLM's ``RecordingMicroAllocator::PrintAllocations`` and of its
``MicroPrintf`` messages; the Python wheel offers no other access to either.
"""

from __future__ import annotations

import re

from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.tflm.values import Arena

__all__ = ["CATEGORIES", "arena_exhausted", "missing_arena", "parse_arena", "refusal_sentence"]

CATEGORIES = (
    "TfLiteEvalTensor data",
    "Persistent TfLiteTensor data",
    "Persistent TfLiteTensor quantization data",
    "Persistent buffer data",
    "TfLiteTensor variable buffer data",
    "NodeAndRegistration struct",
)
"""The categories TFLM records, in the order it prints them."""

_MARK = "[RecordingMicroAllocator]"
_TOTAL = re.compile(r"Arena allocation (total|head|tail) (\d+) bytes")
_CATEGORY = re.compile(r"'([^']+)' used (\d+) bytes")
_EXHAUSTED = re.compile(r"Failed to (?:allocate|resize)\b|\btoo small\b|\bToo many buffers\b")
_SOURCE_PREFIX = re.compile(r"^(?:[\w.+-]+/)+[\w.+-]+\.(?:cc|cpp|h)(?::\d+)?:?\s+")


def parse_arena(text: str, source: str) -> Arena | None:
    """The arena that ``print_allocations()`` printed, in bytes.

    Categories are found by name. TFLM leaves out a category that uses nothing, so one that is
    not printed is 0 by its own rule, and its source says so.

    Args:
        text: everything printed on standard error.
        source: the provenance of the figures.

    Returns:
        The arena, or ``None`` if nothing of it was printed.
    """
    parts: dict[str, Quantity] = {}
    used: dict[str, Quantity] = {}
    for line in text.splitlines():
        if _MARK not in line:
            continue
        if found := _TOTAL.search(line):
            parts[found[1]] = measured(int(found[2]), "B", source)
        elif found := _CATEGORY.search(line):
            used[found[1]] = measured(int(found[2]), "B", source)
    if not parts:
        return None
    absent = f"{source}; not printed, which by TFLM's rule means 0"
    ordered = {name: used.pop(name, measured(0, "B", absent)) for name in CATEGORIES}
    unprinted = missing("TFLM did not print it")
    return Arena(
        total=parts.get("total", unprinted),
        head=parts.get("head", unprinted),
        tail=parts.get("tail", unprinted),
        categories={**ordered, **used},
    )


def missing_arena(reason: str) -> Arena:
    """An arena of which nothing is known, and why."""
    gap = missing(reason)
    return Arena(gap, gap, gap)


def arena_exhausted(text: str) -> bool:
    """Whether TFLM complained that the arena it was given is too small."""
    return _EXHAUSTED.search(text) is not None


def refusal_sentence(text: str) -> str:
    """TFLM's own words as one sentence: paths of its sources and recorder lines are left out.

    Args:
        text: everything printed on standard error.

    Returns:
        The messages in the order printed, without repetitions; empty if there was none.
    """
    parts: list[str] = []
    for line in text.splitlines():
        words = " ".join(_SOURCE_PREFIX.sub("", line.strip()).split()).rstrip(".;")
        if words and _MARK not in line and words not in parts:
            parts.append(words)
    return "; ".join(parts) + "." if parts else ""

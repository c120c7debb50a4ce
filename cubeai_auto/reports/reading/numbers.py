"""Figures as ST's tools print them: thousands commas in one block and not in the other."""

from __future__ import annotations

import math
import re

__all__ = ["byte_size", "decimal", "fraction", "integer", "leading_integer"]

_INTEGER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+", re.ASCII)
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)", re.ASCII)
_MOST_DIGITS = 18
_UNITS = {
    "B": 1, "byte": 1, "bytes": 1,
    "KiB": 1024, "kB": 1024, "KB": 1024, "KBytes": 1024,
    "MiB": 1024**2, "MB": 1024**2, "MBytes": 1024**2,
    "GiB": 1024**3, "GB": 1024**3, "GBytes": 1024**3,
}  # fmt: skip


def integer(text: str) -> int | None:
    """The whole text as a count, with or without thousands commas; never negative."""
    text = text.strip()
    return leading_integer(text) if _INTEGER.fullmatch(text) else None


def leading_integer(text: str) -> int | None:
    """The count a text starts with; ``None`` if there is none or it is beyond 18 digits."""
    match = _INTEGER.match(text.lstrip())
    if match is None:
        return None
    digits = match.group().replace(",", "")
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def decimal(text: str) -> float | None:
    """The whole text as a finite decimal number."""
    try:
        value = float(text.strip().replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def fraction(text: str) -> float | None:
    """A percentage such as ``99.50%`` as a fraction; the sign must be there."""
    text = text.strip()
    value = decimal(text[:-1]) if text.endswith("%") else None
    return None if value is None else value / 100


def byte_size(text: str) -> float | None:
    """The size a text starts with, in bytes: ``1.41 KiB``, ``588.00 KBytes``, ``0  B``.

    Every unit is a power of 1024, also the ones spelled ``kB`` and ``MB``.
    """
    match = _SIZE.match(text)
    if match is None:
        return None
    factor = _UNITS.get(match.group(2)) or _UNITS.get(match.group(2).lower())
    return None if factor is None else float(match.group(1)) * factor

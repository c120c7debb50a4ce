"""Sizes as people write them, in bytes: ``4096``, ``"64 KiB"``, ``"1.5 MB"``."""

from __future__ import annotations

import re
from decimal import Decimal

__all__ = ["LARGEST", "SIZE_PATTERN", "parse_size"]

LARGEST = 2**63 - 1
"""No count and no size is larger: what a signed 64-bit number holds."""

SIZE_PATTERN = r"^[0-9]{1,18}(\.[0-9]{1,18})? ?([kMG]B|[KMG]iB|B)$"
"""The text form, in the regular expressions that JSON Schema, Rust and Python share."""

_SIZE = re.compile(SIZE_PATTERN.removesuffix("$"), re.ASCII)
_AMBIGUOUS = re.compile(r"[0-9. ]+(k|K|KB|kb|Kb|ko|Ko)", re.ASCII)
_UNITS = {
    "B": 1,
    "kB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}


def parse_size(value: object) -> int:
    """A size in bytes.

    Args:
        value: a whole number of bytes, or text: a decimal number, at most one blank, and one of
            the units B, kB, MB, GB (powers of 1000) and KiB, MiB, GiB (powers of 1024).

    Raises:
        ValueError: it is neither, is not a whole number of bytes, or exceeds :data:`LARGEST`.
    """
    if isinstance(value, str):
        size = _parse_text(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        size = value
    else:
        msg = "a size is a whole number of bytes or text with a unit"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns only ValueError into a report
    if not 0 <= size <= LARGEST:
        msg = "a size is at least 0 and less than 8 EiB"
        raise ValueError(msg)
    return size


def _parse_text(text: str) -> int:
    match = _SIZE.fullmatch(text)
    if match is None:
        if _AMBIGUOUS.fullmatch(text):
            msg = "write KiB (1024 bytes) or kB (1000 bytes)"
        else:
            msg = "the units are B, kB, MB, GB, KiB, MiB and GiB"
        raise ValueError(msg)
    unit = match[2]
    exact = Decimal(text.removesuffix(unit).strip()) * _UNITS[unit]
    whole = int(exact)
    if whole != exact:
        msg = f"that is {exact.normalize():f} bytes, not a whole number"
        raise ValueError(msg)
    return whole

"""Numbered lists of an ``.ioc`` (``Mcu.Pin0``, ``Mcu.Pin1``, ...) and their counters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cubeai_auto.cubemx.document import IocDocument, IocFormatError

__all__ = ["IPS", "PINS", "THIRD_PARTIES", "RowList", "read_rows", "write_rows"]


@dataclass(frozen=True, slots=True)
class RowList:
    """A numbered list: the key before the number, and the key of its counter."""

    prefix: str
    counter: str


PINS = RowList("Mcu.Pin", "Mcu.PinsNb")
IPS = RowList("Mcu.IP", "Mcu.IPNb")
THIRD_PARTIES = RowList("Mcu.ThirdParty", "Mcu.ThirdPartyNb")


def row_numbers(document: IocDocument, rows: RowList) -> tuple[int, ...]:
    """The numbers that exist, ascending."""
    pattern = re.compile(re.escape(rows.prefix) + r"(0|[1-9][0-9]{0,8})")
    found = (pattern.fullmatch(key) for key in document.keys)
    return tuple(sorted(int(match.group(1)) for match in found if match))


def read_rows(document: IocDocument, rows: RowList) -> tuple[str, ...]:
    """The values in the order of their numbers, gaps closed."""
    return tuple(document.get(f"{rows.prefix}{number}") or "" for number in row_numbers(document, rows))


def write_rows(document: IocDocument, rows: RowList, values: tuple[str, ...]) -> None:
    """Make the list hold these values, numbered from 0; the counter moves by the difference.

    The counter is not recomputed: CubeMX counts a board's own pseudo-peripheral in ``Mcu.IPNb``
    in some files. A missing counter is created only if the list changes its length.

    Raises:
        IocFormatError: the counter is not a number.
        IocEditError: see :meth:`IocDocument.set`.
    """
    before = row_numbers(document, rows)
    text = document.get(rows.counter)
    if text is not None and not re.fullmatch(r"[0-9]{1,9}", text):
        msg = f"{rows.counter} is not a number: {text!r}"
        raise IocFormatError(msg, hint="repair the file in CubeMX")
    count = len(before) if text is None else int(text)
    for number, value in enumerate(values):
        document.set(f"{rows.prefix}{number}", value)
    for number in before:
        if number >= len(values):
            document.delete(f"{rows.prefix}{number}")
    if len(values) != len(before):
        document.set(rows.counter, str(max(count + len(values) - len(before), 0)))

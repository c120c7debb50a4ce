"""Records of a text file, one at a time, whatever the file holds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import IO, Final

from cubeai_auto.models.har.rejects import RejectTally

__all__ = ["LONGEST", "number", "records", "whole"]

LONGEST: Final = 4096
"""The longest record accepted, in bytes; what is longer is dropped up to the next separator."""

_CHUNK: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"


def records(stream: IO[bytes], tally: RejectTally) -> Iterator[bytes]:
    """The records of a file, without blanks around them.

    A record ends with its line or with a semicolon, so that two on one line are two. What stands
    between two semicolons, or after the last one of a line, may be empty; a line with nothing at all
    is counted as blank, and a record longer than :data:`LONGEST` as too long. Reads the file in pieces
    of 1 MiB: neither its size nor that of a line matters.
    """
    carry = b""
    skipping = False  # in a record that is too long
    begun = False  # the line that the next chunk goes on with has given something already
    for chunk in _chunks(stream):
        *lines, last = (carry + chunk).split(b"\n")
        for line in lines:
            rest = line.partition(b";")[2] if skipping else line
            yield from _of_line(rest, tally, blank_counts=not begun)
            skipping = begun = False
        done, separator, carry = last.rpartition(b";")
        if separator:
            yield from _of_line(
                done.partition(b";")[2] if skipping else done, tally, blank_counts=False
            )
            skipping, begun = False, True
        if len(carry) > LONGEST:
            if not skipping:
                tally.add("too_long")
            skipping, begun, carry = True, True, b""
    if not skipping:
        yield from _of_line(carry, tally, blank_counts=False)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces, without a byte-order mark, with LF for every kind of line end."""
    chunk = stream.read(_CHUNK).removeprefix(_BOM)
    while chunk:
        if chunk.endswith(b"\r"):
            chunk += stream.read(1)  # its LF may be the next byte
        yield chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        chunk = stream.read(_CHUNK)


def whole(field: bytes) -> int | None:
    """A whole number from 0 on, written with digits only; ``None`` for anything else."""
    return int(field) if field.isdigit() and len(field) <= 19 else None


def number(field: bytes) -> float | None:
    """A finite number in decimal notation; ``None`` for anything else."""
    if b"_" in field:  # Python reads 1_000, the format does not know it
        return None
    try:
        value = float(field)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _of_line(line: bytes, tally: RejectTally, *, blank_counts: bool) -> Iterator[bytes]:
    """The records of a line; what is too long among them is counted."""
    if not line.strip():
        if blank_counts:
            tally.add("blank_line")
        return
    for piece in line.split(b";"):
        record = piece.strip()
        if len(record) > LONGEST:
            tally.add("too_long")
        elif record:
            yield record

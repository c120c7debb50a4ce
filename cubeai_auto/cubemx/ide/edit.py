"""The result of an edit of a project file: bytes before and after, and what changed between them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cubeai_auto.errors import InputError

__all__ = [
    "IdeChange",
    "IdeEdit",
    "IdeFormatError",
    "OtherKindError",
    "Splice",
    "applied",
    "edited",
    "main_newline",
    "plain_text",
    "readable_diff",
]

_MAX_BYTES = 1024 * 1024


class IdeFormatError(InputError):
    """A project file cannot be read, or is in a state in which an edit could only damage it."""


class OtherKindError(IdeFormatError):
    """A readable file that is not what CubeMX generates under this name; another one may be."""


@dataclass(frozen=True, slots=True)
class IdeChange:
    """One value of a project file; ``None`` where it is absent.

    Attributes:
        key: where, for a reader and for undoing: ``Debug/libraries``, ``C_SOURCES``.
        before: the value as it was.
        after: the value as it is now.
    """

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes ``start`` to ``end`` of a file give way to ``text``."""

    start: int
    end: int
    text: bytes


@dataclass(frozen=True, slots=True)
class IdeEdit:
    """An edit of one file that has been worked out; nothing is written yet.

    Attributes:
        before: the file as it was.
        after: the file as it shall be.
        changes: every value that differs.
        notes: what an engineer should know.
        splices: how ``after`` comes from ``before``; sorted, not overlapping.
    """

    before: bytes
    after: bytes
    changes: tuple[IdeChange, ...] = ()
    notes: tuple[str, ...] = ()
    splices: tuple[Splice, ...] = ()


def edited(
    before: bytes,
    splices: Iterable[Splice],
    changes: Iterable[IdeChange],
    notes: Iterable[str] = (),
) -> IdeEdit:
    """The edit that these splices are."""
    ordered = tuple(sorted(splices, key=lambda splice: (splice.start, splice.end)))
    return IdeEdit(
        before, applied(before, ordered), tuple(changes), tuple(dict.fromkeys(notes)), ordered
    )


def applied(data: bytes, splices: Sequence[Splice]) -> bytes:
    """The bytes with every splice applied; equal places in the order given.

    Raises:
        IdeFormatError: they overlap or reach beyond the end.
    """
    parts: list[bytes] = []
    position = 0
    for splice in splices:
        if not position <= splice.start <= splice.end <= len(data):
            msg = f"edits of bytes {splice.start} to {splice.end} overlap"
            raise IdeFormatError(msg, hint="restore the file from version control")
        parts += (data[position : splice.start], splice.text)
        position = splice.end
    return b"".join((*parts, data[position:]))


def plain_text(data: bytes, what: str) -> str:
    """A file's bytes as text, one character a byte, whatever its encoding is.

    Raises:
        IdeFormatError: it is binary or too large.
    """
    if len(data) > _MAX_BYTES:
        msg = f"{what}: larger than {_MAX_BYTES:,} bytes"
        raise IdeFormatError(msg, hint="pass the file that CubeMX generated")
    if b"\0" in data:
        msg = f"{what}: not text, the file holds null bytes"
        raise IdeFormatError(msg, hint="restore the file from version control")
    return data.decode("latin-1")


def main_newline(text: str) -> str:
    """The line end that most lines of a text have."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def readable_diff(before: bytes, after: bytes, name: str) -> Iterator[str]:
    """The lines of a unified diff between two versions of a file."""
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (before, after))
    return difflib.unified_diff(old, new, name, name, lineterm="", n=1)

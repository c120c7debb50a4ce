"""A CubeMX project file (``.ioc``): lossless text below, unescaped keys and values above.

The file is Java ``Properties`` text. What is not edited keeps its bytes: order, line ends,
escapes, trailing blanks, comments, a missing final newline.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from cubeai_auto.cubemx.escapes import (
    MalformedEscapeError,
    escape_key,
    escape_value,
    split_line,
    unescape,
)
from cubeai_auto.errors import InputError
from cubeai_auto.files import existing_file, refusals

__all__ = ["Duplicate", "IocDocument", "IocEditError", "IocFormatError", "MergeMarker"]

_MAX_BYTES = 16 * 1024 * 1024
_MARKERS = (b"<<<<<<< ", b">>>>>>> ", b"||||||| ")


class IocFormatError(InputError):
    """A file is no readable ``.ioc`` text."""


class IocEditError(InputError):
    """An ``.ioc`` file is in a state in which an edit could only make it worse."""


@dataclass(frozen=True, slots=True)
class MergeMarker:
    """A line that a version control system left behind."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that stands in the file more than once; the last line wins."""

    key: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    """One logical line: its bytes without the line end, the line end, key and value.

    Comments, blank lines and merge markers have no key.
    """

    body: bytes
    end: bytes
    key: str | None = None
    value: str = ""
    marker: bool = False

    @property
    def lines(self) -> int:
        return self.body.count(b"\n") + 1


class IocDocument:
    """A parsed ``.ioc``; ``parse(data).to_bytes() == data`` for every readable file."""

    def __init__(self, records: Iterable[_Record] = (), *, newline: bytes = b"\n") -> None:
        self._records = list(records)
        self._newline = newline

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """The document of a file.

        Raises:
            MissingPathError: the file does not exist.
            RefusedError: it cannot be read.
            IocFormatError: it is no ``.ioc``; the message has file and line.
        """
        path = existing_file(Path(path), "the .ioc file")
        with refusals("read", path), path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        try:
            return cls.parse(data)
        except IocFormatError as error:
            msg = f"{path}: {error.message}"
            raise IocFormatError(msg, hint=error.hint) from error

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The document of a file's bytes.

        Raises:
            IocFormatError: binary, too large, without any key, or with a malformed escape.
        """
        hint = "pass the .ioc file that STM32CubeMX saved"
        if len(data) > _MAX_BYTES:
            msg = f"larger than {_MAX_BYTES:,} bytes: no CubeMX project"
            raise IocFormatError(msg, hint=hint)
        if b"\0" in data:
            msg = "not a CubeMX project: the file holds null bytes"
            raise IocFormatError(msg, hint=hint)
        records = _parse_records(data)
        if not any(record.key for record in records):
            msg = "not a CubeMX project: no line of the form key=value"
            raise IocFormatError(msg, hint=hint)
        ends = [record.end for record in records if record.end]
        newline = b"\r\n" if ends.count(b"\r\n") * 2 > len(ends) else b"\n"
        return cls(records, newline=newline)

    def to_bytes(self) -> bytes:
        """The file: unchanged lines as they were, changed ones as CubeMX would write them."""
        return b"".join(record.body + record.end for record in self._records)

    def copy(self) -> IocDocument:
        """An independent document; edits on one do not show in the other."""
        return IocDocument(self._records, newline=self._newline)

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys in file order, unescaped; a duplicate stands once, at its last place."""
        last = {record.key: k for k, record in enumerate(self._records) if record.key is not None}
        return tuple(key for key, _ in sorted(last.items(), key=lambda item: item[1]))

    def get(self, key: str, default: str | None = None) -> str | None:
        """The unescaped value of an unescaped key."""
        for record in reversed(self._records):
            if record.key == key:
                return record.value
        return default

    def __contains__(self, key: object) -> bool:
        return any(record.key == key for record in self._records)

    def items(self) -> tuple[tuple[str, str], ...]:
        """Key and value pairs in file order; of a duplicate the last one."""
        values = {record.key: record.value for record in self._records if record.key is not None}
        return tuple((key, values[key]) for key in self.keys)

    def starting(self, prefix: str) -> tuple[str, ...]:
        """The keys that begin with a prefix, in file order."""
        return tuple(key for key in self.keys if key.startswith(prefix))

    def line_of(self, key: str) -> int | None:
        """The 1-based line of a key; of a duplicate the last one."""
        lines = self._lines_of(key)
        return lines[-1] if lines else None

    @property
    def markers(self) -> tuple[MergeMarker, ...]:
        """Lines that a failed merge left behind."""
        found: list[MergeMarker] = []
        line = 1
        for record in self._records:
            if record.marker:
                found.append(MergeMarker(line, record.body.decode("latin-1")))
            line += record.lines
        return tuple(found)

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """Keys that stand more than once, in the order of their first place."""
        count: dict[str, int] = {}
        for record in self._records:
            if record.key is not None:
                count[record.key] = count.get(record.key, 0) + 1
        return tuple(Duplicate(key, self._lines_of(key)) for key, n in count.items() if n > 1)

    @property
    def canonical(self) -> bool:
        """Whether the keys stand in the order CubeMX writes: by code unit of the unescaped key."""
        keys = [_order(record.key) for record in self._records if record.key is not None]
        return all(a <= b for a, b in itertools.pairwise(keys))

    def set(self, key: str, value: str) -> None:
        """Give a key a value, in place if it exists, else at its sorted position.

        Raises:
            IocEditError: the file has merge markers, or the key stands more than once.
        """
        place = self._editable(key)
        if place is None:
            self._insert(_rendered(key, value, self._newline))
            return
        old = self._records[place]
        if old.value != value:
            self._records[place] = replace(_rendered(key, value, old.end), end=old.end)

    def delete(self, key: str) -> bool:
        """Remove a key; ``False`` if there is none.

        Raises:
            IocEditError: the file has merge markers, or the key stands more than once.
        """
        place = self._editable(key)
        if place is None:
            return False
        gone = self._records.pop(place)
        if place == len(self._records) and self._records and not gone.end:
            self._records[-1] = replace(self._records[-1], end=b"")
        return True

    def _editable(self, key: str) -> int | None:
        if any(record.marker for record in self._records):
            first = self.markers[0]
            msg = f"line {first.line} is a merge marker: {first.text!r}"
            raise IocEditError(msg, hint="resolve the merge conflict first")
        places = [k for k, record in enumerate(self._records) if record.key == key]
        if len(places) > 1:
            lines = " and ".join(str(line) for line in self._lines_of(key))
            msg = f"the key {key!r} stands on lines {lines}"
            raise IocEditError(msg, hint="keep one of these lines, then try again")
        return places[0] if places else None

    def _insert(self, record: _Record) -> None:
        place = self._place_of(_order(record.key))
        if place == len(self._records) and self._records and not self._records[-1].end:
            self._records[-1] = replace(self._records[-1], end=self._newline)
            record = replace(record, end=b"")
        self._records.insert(place, record)

    def _place_of(self, wanted: bytes) -> int:
        keyed = [(k, _order(r.key)) for k, r in enumerate(self._records) if r.key is not None]
        if self.canonical:
            return next((k for k, order in keyed if order > wanted), len(self._records))
        smaller = [(order, k) for k, order in keyed if order < wanted]
        return max(smaller)[1] + 1 if smaller else keyed[0][0] if keyed else len(self._records)

    def _lines_of(self, key: str) -> tuple[int, ...]:
        found: list[int] = []
        line = 1
        for record in self._records:
            if record.key == key:
                found.append(line)
            line += record.lines
        return tuple(found)


def _order(key: str | None) -> bytes:
    """The sort key of Java's ``String.compareTo``: UTF-16 code units."""
    return (key or "").encode("utf-16-be", "surrogatepass")


def _rendered(key: str, value: str, end: bytes) -> _Record:
    body = f"{escape_key(key)}={escape_value(value)}".encode("latin-1")
    return _Record(body, end, key, value)


def _parse_records(data: bytes) -> list[_Record]:
    records: list[_Record] = []
    lines = data.split(b"\n")
    line = 0
    while line < len(lines):
        first = line
        record, line = _record(lines, line)
        if record.body or record.end or first < len(lines) - 1:
            records.append(record)
    return records


def _record(lines: list[bytes], first: int) -> tuple[_Record, int]:
    """The logical line that begins at a physical one, and the number of the next one."""
    body, end = _cut(lines, first)
    stripped = body.lstrip(b" \t\f")
    following = first + 1
    if body.startswith(_MARKERS) or body == b"=======":
        return _Record(body, end, marker=True), following
    if not stripped or stripped[:1] in {b"#", b"!"}:
        return _Record(body, end), following
    text = body
    while _continues(text) and following < len(lines):
        more, more_end = _cut(lines, following)
        body, end = body + end + more, more_end
        text = text[:-1] + more.lstrip(b" \t\f")
        following += 1
    try:
        key, value = (unescape(part) for part in split_line(text.decode("latin-1")))
    except MalformedEscapeError as error:
        msg = f"line {first + 1}: {error}"
        raise IocFormatError(msg, hint="restore the file from version control") from error
    return _Record(body, end, key, value), following


def _cut(lines: list[bytes], number: int) -> tuple[bytes, bytes]:
    """A physical line and its line end; the text after the last newline has none."""
    line = lines[number]
    if number == len(lines) - 1:
        return line, b""
    return (line[:-1], b"\r\n") if line.endswith(b"\r") else (line, b"\n")


def _continues(text: bytes) -> bool:
    return (len(text) - len(text.rstrip(b"\\"))) % 2 == 1

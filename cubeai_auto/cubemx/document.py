"""A CubeMX project file (``.ioc``): lossless text below, unescaped keys and values above.

The file is Java ``Properties`` text. What is not edited keeps its bytes: order, line ends,
escapes, trailing blanks, comments, a missing final newline.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
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

_MAX_BYTES = 4 * 1024 * 1024
_MAX_LINES = 200_000
_MARKER = re.compile(rb"(<{7}|>{7}|\|{7})( .*)?|={7}", re.DOTALL)
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_NEWLINES = (b"\n", b"\r\n", b"\r")


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

    Comments, blank lines and merge markers have no key. ``dangling`` marks a last line that ends
    in a backslash: whatever is put behind it becomes part of its value.
    """

    body: bytes
    end: bytes
    key: str | None = None
    value: str = ""
    marker: bool = False
    lines: int = 1
    dangling: bool = False


class IocDocument:
    """A parsed ``.ioc``; ``parse(data).to_bytes() == data`` for every readable file."""

    def __init__(self, records: Iterable[_Record] = (), *, newline: bytes = b"\n") -> None:
        self._records = list(records)
        self._newline = newline
        self._index: dict[str, list[int]] | None = None
        self._sorted: bool | None = None
        self._marked = any(record.marker for record in self._records)

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
            IocFormatError: binary, too large (real files have up to 95 KB and 4,000 lines),
                without any key, or with a malformed escape.
        """
        hint = "pass the .ioc file that STM32CubeMX saved"
        if len(data) > _MAX_BYTES:
            msg = f"larger than {_MAX_BYTES:,} bytes: no CubeMX project"
            raise IocFormatError(msg, hint=hint)
        if max(data.count(b"\n"), data.count(b"\r")) > _MAX_LINES:
            msg = f"more than {_MAX_LINES:,} lines: no CubeMX project"
            raise IocFormatError(msg, hint=hint)
        if b"\0" in data:
            msg = "not a CubeMX project: the file holds null bytes"
            raise IocFormatError(msg, hint=hint)
        records = list(_parse_records(data))
        if not any(record.key for record in records):
            msg = "not a CubeMX project: no line of the form key=value"
            raise IocFormatError(msg, hint=hint)
        ends = [record.end for record in records]
        return cls(records, newline=max(_NEWLINES, key=ends.count))

    def to_bytes(self) -> bytes:
        """The file: unchanged lines as they were, changed ones as CubeMX would write them."""
        return b"".join(record.body + record.end for record in self._records)

    def copy(self) -> IocDocument:
        """An independent document; edits on one do not show in the other."""
        return IocDocument(self._records, newline=self._newline)

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys in file order, unescaped; a duplicate stands once, at its last place."""
        return tuple(sorted(self._places, key=lambda key: self._places[key][-1]))

    def get(self, key: str, default: str | None = None) -> str | None:
        """The unescaped value of an unescaped key."""
        places = self._places.get(key)
        return self._records[places[-1]].value if places else default

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def items(self) -> tuple[tuple[str, str], ...]:
        """Key and value pairs in file order; of a duplicate the last one."""
        return tuple((key, self._records[self._places[key][-1]].value) for key in self.keys)

    def starting(self, prefix: str) -> tuple[str, ...]:
        """The keys that begin with a prefix, in file order."""
        return tuple(key for key in self.keys if key.startswith(prefix))

    def line_of(self, key: str) -> int | None:
        """The 1-based line of a key; of a duplicate the last one."""
        places = self._places.get(key)
        return None if places is None else self._first_line(places[-1])

    @property
    def markers(self) -> tuple[MergeMarker, ...]:
        """Lines that a failed merge left behind."""
        return tuple(
            MergeMarker(line, record.body.decode("latin-1"))
            for line, record in self._numbered()
            if record.marker
        )

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """Keys that stand more than once, in the order of their first place."""
        several = {key for key, places in self._places.items() if len(places) > 1}
        lines: dict[str, list[int]] = {}
        for line, record in self._numbered():
            if record.key in several:
                lines.setdefault(record.key or "", []).append(line)
        return tuple(Duplicate(key, tuple(found)) for key, found in lines.items())

    @property
    def foreign_lines(self) -> tuple[int, ...]:
        """Lines with bytes beyond ASCII; CubeMX writes escapes, and reads these as Latin-1."""
        return tuple(line for line, record in self._numbered() if not record.body.isascii())

    @property
    def cut_line(self) -> int | None:
        """The last line, if it ends in the backslash of a continuation that is not there."""
        last = len(self._records) - 1
        return self._first_line(last) if last >= 0 and self._records[last].dangling else None

    @property
    def numbered_keys(self) -> tuple[tuple[str, int], ...]:
        """Every key with its 1-based line in file order, duplicates included."""
        return tuple((r.key, line) for line, r in self._numbered() if r.key is not None)

    @property
    def canonical(self) -> bool:
        """Whether the keys stand in the order CubeMX writes: by code unit of the unescaped key."""
        if self._sorted is None:
            keys = [_order(record.key) for record in self._records if record.key is not None]
            self._sorted = all(a <= b for a, b in itertools.pairwise(keys))
        return self._sorted

    def set(self, key: str, value: str) -> None:
        """Give a key a value, in place if it exists, else at its sorted position.

        Raises:
            IocEditError: the file has merge markers, the key stands more than once, or the new
                line would come behind one that is cut off.
        """
        place = self._editable(key)
        if place is None:
            self._insert(_rendered(key, value, self._newline))
            return
        old = self._records[place]
        if old.value != value:
            self._records[place] = _rendered(key, value, old.end)

    def delete(self, key: str) -> bool:
        """Remove a key; ``False`` if there is none.

        Raises:
            IocEditError: the file has merge markers, or the key stands more than once.
        """
        place = self._editable(key)
        if place is None:
            return False
        gone = self._records.pop(place)
        self._index, self._sorted = None, None
        if place == len(self._records) and self._records and not gone.end:
            self._records[-1] = replace(self._records[-1], end=b"")
        return True

    def raw_line(self, key: str) -> bytes | None:
        """The bytes of a key's line without its line end; of a duplicate the last one."""
        places = self._places.get(key)
        return None if places is None else self._records[places[-1]].body

    def set_raw_line(self, key: str, line: bytes) -> None:
        """Give a key back the line that :meth:`raw_line` gave of it; its value stays as it is.

        Raises:
            IocEditError: the bytes are not a line that says the present value of the key, or the
                document cannot be edited.
            IocFormatError: the bytes hold a malformed escape.
        """
        place = self._editable(key)
        found = list(_parse_records(line))
        if place is None or len(found) != 1 or found[0].end or found[0].dangling:
            found = []
        if place is None or [(r.key, r.value) for r in found] != [(key, self._records[place].value)]:
            msg = f"no line that gives {key!r} its value: {line[:60]!r}"
            raise IocEditError(msg, hint="restore the file from version control")
        self._records[place] = replace(found[0], end=self._records[place].end)

    def _editable(self, key: str) -> int | None:
        if self._marked:
            first = self.markers[0]
            msg = f"line {first.line} is a merge marker: {first.text!r}"
            raise IocEditError(msg, hint="resolve the merge conflict first")
        places = self._places.get(key, [])
        if len(places) > 1:
            lines = " and ".join(str(self._first_line(place)) for place in places)
            msg = f"the key {key!r} stands on lines {lines}"
            raise IocEditError(msg, hint="keep one of these lines, then try again")
        return places[0] if places else None

    def _insert(self, record: _Record) -> None:
        place = self._place_of(_order(record.key))
        if place and self._records[place - 1].dangling:
            msg = f"line {self._first_line(place - 1)} ends in a backslash: the file is cut off"
            raise IocEditError(msg, hint="restore the file from version control")
        if place == len(self._records) and self._records and not self._records[-1].end:
            self._records[-1] = replace(self._records[-1], end=self._newline)
            record = replace(record, end=b"")
        self._records.insert(place, record)
        self._index = None

    def _place_of(self, wanted: bytes) -> int:
        keyed = [(k, _order(r.key)) for k, r in enumerate(self._records) if r.key is not None]
        if self.canonical:
            return next((k for k, order in keyed if order > wanted), len(self._records))
        smaller = [(order, k) for k, order in keyed if order < wanted]
        return max(smaller)[1] + 1 if smaller else keyed[0][0] if keyed else len(self._records)

    @property
    def _places(self) -> dict[str, list[int]]:
        """The numbers of the records of every key."""
        if self._index is None:
            self._index = {}
            for place, record in enumerate(self._records):
                if record.key is not None:
                    self._index.setdefault(record.key, []).append(place)
        return self._index

    def _numbered(self) -> Iterator[tuple[int, _Record]]:
        line = 1
        for record in self._records:
            yield line, record
            line += record.lines

    def _first_line(self, place: int) -> int:
        return 1 + sum(record.lines for record in self._records[:place])


def _order(key: str | None) -> bytes:
    """The sort key of Java's ``String.compareTo``: UTF-16 code units."""
    return (key or "").encode("utf-16-be", "surrogatepass")


def _rendered(key: str, value: str, end: bytes) -> _Record:
    body = f"{escape_key(key)}={escape_value(value)}".encode("latin-1")
    return _Record(body, end, key, value)


def _parse_records(data: bytes) -> Iterator[_Record]:
    # The pattern also matches the empty rest behind the last line end.
    lines = [(m[1], m[2]) for m in _LINE.finditer(data) if m[0]]
    first = 0
    while first < len(lines):
        following = first + 1
        body = lines[first][0]
        text = body.lstrip(b" \t\f")
        if _MARKER.fullmatch(body):
            yield _Record(*lines[first], marker=True)
        elif not text or text[:1] in {b"#", b"!"}:
            yield _Record(*lines[first])
        else:
            while _continues(lines[following - 1][0]) and following < len(lines):
                following += 1
            yield _record(lines[first:following], first + 1)
        first = following


def _record(lines: list[tuple[bytes, bytes]], number: int) -> _Record:
    """The record of a logical line: one or several physical ones, the first one's number."""
    raw = b"".join(body + end for body, end in lines)
    last, end = lines[-1]
    parts = [lines[0][0], *(body.lstrip(b" \t\f") for body, _ in lines[1:])]
    text = b"".join([*(part[:-1] for part in parts[:-1]), parts[-1]])
    try:
        key, value = (unescape(part) for part in split_line(text.decode("latin-1")))
    except MalformedEscapeError as error:
        msg = f"line {number}: {error}"
        raise IocFormatError(msg, hint="restore the file from version control") from error
    body = raw[: len(raw) - len(end)]
    return _Record(body, end, key, value, lines=len(lines), dangling=_continues(last))


def _continues(text: bytes) -> bool:
    return (len(text) - len(text.rstrip(b"\\"))) % 2 == 1

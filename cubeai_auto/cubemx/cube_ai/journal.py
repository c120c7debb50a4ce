"""The journal of a project: what adding X-CUBE-AI changed, so that removing it gives that back.

Beside ``project.ioc`` stands ``project.cubeai.json``. Heap, stack, caches, the CRC unit and the
flags of a UART cannot be worked out from a project with the pack; the journal has their values from
before. It is written after ``add``, extended after every update and upgrade, used by ``remove``::

    edit = add_cube_ai(document, request)
    journal = Journal.of(edit, request.pack)
    write_atomic(journal_path(ioc), journal.to_json())
    ...
    edit = upgrade_cube_ai(IocDocument.read(ioc), "10.2.0")
    journal = Journal.read(journal_path(ioc)).then(edit)
    ...
    edit = remove_cube_ai(IocDocument.read(ioc), journal)

A value counts only as long as it is still what the edit wrote: what somebody changed afterwards is
theirs. A journal that was not extended, or a project that CubeMX renumbered, is no harm.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.cubemx.cube_ai.undo_values import undo_value
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.edit import Edit, KeyChange
from cubeai_auto.cubemx.escapes import escape_key, escape_value
from cubeai_auto.cubemx.groups import is_ai_text
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, RowList
from cubeai_auto.errors import InputError, UsageError
from cubeai_auto.files import existing_file, refusals, sha256_bytes
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import JsonValue

__all__ = ["Journal", "JournalError", "OriginalLine", "journal_after", "journal_path", "list_of"]

_SCHEMA = "cubeai-auto/ioc-journal/"
_VERSION = 1
_MAX_BYTES = 8 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HINT = "remove without the journal: it stands beside the project as NAME.cubeai.json"


class JournalError(InputError):
    """A file is no journal, or is damaged."""


@dataclass(frozen=True, slots=True)
class OriginalLine:
    """A changed line that stood otherwise than CubeMX writes it; bytes as Latin-1 text."""

    key: str
    line: str


@dataclass(frozen=True, slots=True)
class Journal:
    """What one or several edits changed, taken together.

    Attributes:
        pack: the version that the edits ended with.
        entries: every key whose value differs between the first and the last document, sorted.
        sha256: of the bytes of the first document.
        lines: lines of the first document that no writer would give back from key and value.
        version: of the format.
    """

    pack: str
    entries: tuple[KeyChange, ...]
    sha256: str
    lines: tuple[OriginalLine, ...] = ()
    version: int = _VERSION

    @classmethod
    def of(cls, edit: Edit, pack: str) -> Self:
        """The journal of a first edit, normally that of ``add_cube_ai``.

        Args:
            edit: the edit.
            pack: the version that the project has after it.
        """
        lines = tuple(_unusual_lines(edit.before, edit.changes))
        return cls(pack, edit.changes, sha256_bytes(edit.before.to_bytes()), lines)

    def then(self, edit: Edit) -> Journal:
        """The journal extended by a later edit of the same project (update, upgrade).

        What somebody changed between the edits belongs to them: from such a value on the journal
        starts anew. Rows that moved in between are dropped, ``remove`` then finds them by value.
        """
        before = edit.before
        moved = {
            rows.prefix
            for entry in self.entries
            if (rows := list_of(entry.key)) is not None and before.get(entry.key) != entry.after
        }
        entries = {entry.key: entry for entry in self.entries if _prefix(entry.key) not in moved}
        lines = {line.key: line for line in self.lines}
        for change in edit.changes:
            if _prefix(change.key) in moved:
                continue
            old = entries.pop(change.key, None)
            if old is None:
                lines |= {line.key: line for line in _unusual_lines(before, (change,))}
            if self.covers_add and is_ai_text(change.key):
                first = None
            else:
                first = change.before if old is None else undo_value(old, change.before).value
            if first != change.after:
                entries[change.key] = KeyChange(change.key, first, change.after)
        installed = installed_cube_ai(edit.after)
        return replace(
            self,
            pack=self.pack if installed is None else installed.pack,
            entries=tuple(entries[key] for key in sorted(entries)),
            lines=tuple(lines[key] for key in sorted(lines.keys() & entries.keys())),
        )

    @property
    def covers_add(self) -> bool:
        """Whether the journal begins before X-CUBE-AI was there."""
        own = [entry.before for entry in self.entries if is_ai_text(entry.key)]
        return bool(own) and own.count(None) == len(own)

    def to_json(self) -> str:
        """The text of the file; the same journal gives the same bytes."""
        return json_text(
            {
                "schema": f"{_SCHEMA}{self.version}",
                "pack": self.pack,
                "sha256_before": self.sha256,
                "changed": [
                    {"key": entry.key, "before": entry.before, "after": entry.after}
                    for entry in self.entries
                ],
                "lines": [{"key": line.key, "line": line.line} for line in self.lines],
            }
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """The journal in a file.

        Raises:
            MissingPathError: there is no such file.
            RefusedError: it cannot be read.
            JournalError: it is no journal.
        """
        path = existing_file(path, "the journal")
        with refusals("read", path), path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        try:
            return cls.parse(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            msg = f"{path}: not a journal: not UTF-8 text"
            raise JournalError(msg, hint=_HINT) from error
        except JournalError as error:
            msg = f"{path}: {error.message}"
            raise JournalError(msg, hint=error.hint) from error

    @classmethod
    def parse(cls, text: str) -> Self:
        """The journal of a text that :meth:`to_json` gave.

        Raises:
            JournalError: it is no journal, is damaged, or has a newer format.
        """
        _check(len(text) <= _MAX_BYTES, f"longer than {_MAX_BYTES:,} characters")
        try:
            value: JsonValue = json.loads(text)
        except (ValueError, RecursionError) as error:
            msg = f"not a journal: no usable JSON: {error}"
            raise JournalError(msg, hint=_HINT) from error
        top = _fields(value, {"schema", "pack", "sha256_before", "changed", "lines"}, "the journal")
        _check_schema(_text(top, "schema"))
        sha256 = _text(top, "sha256_before")
        _check(bool(_SHA256.fullmatch(sha256)), "sha256_before is no SHA-256")
        entries = tuple(_entry(item) for item in _items(top, "changed"))
        lines = tuple(_line(item) for item in _items(top, "lines"))
        _check_order("changed", [entry.key for entry in entries])
        _check_order("lines", [line.key for line in lines])
        return cls(_pack(_text(top, "pack")), entries, sha256, lines)


def journal_path(ioc: Path) -> Path:
    """Where the journal of a project stands: ``project.ioc`` has ``project.cubeai.json``."""
    return ioc.with_name(f"{ioc.stem}.cubeai.json")


def journal_after(previous: Journal | None, edit: Edit) -> Journal | None:
    """The journal to keep beside a project after an edit; ``None`` if there is nothing to keep.

    A journal of an X-CUBE-AI that has been removed meanwhile counts no more.

    Args:
        previous: the journal that stands there, if one does.
        edit: an add, update or upgrade.
    """
    if not edit.changes:
        return previous
    if previous is not None and installed_cube_ai(edit.before) is not None:
        return previous.then(edit)
    installed = installed_cube_ai(edit.after)
    return None if installed is None else Journal.of(edit, installed.pack)


def list_of(key: str) -> RowList | None:
    """The numbered list that a key belongs to: as a row, beside a row, or as the counter."""
    for rows in (PINS, IPS, THIRD_PARTIES):
        if key == rows.counter or re.fullmatch(rf"{re.escape(rows.prefix)}[0-9]+(_\w+)?", key):
            return rows
    return None


def _prefix(key: str) -> str | None:
    rows = list_of(key)
    return None if rows is None else rows.prefix


def _unusual_lines(document: IocDocument, changes: Iterable[KeyChange]) -> Iterator[OriginalLine]:
    """The lines of changed keys that a writer would not give back from key and value."""
    for change in changes:
        line = document.raw_line(change.key)
        if line is None or change.before is None:
            continue
        usual = f"{escape_key(change.key)}={escape_value(change.before)}".encode("latin-1")
        if line != usual:
            yield OriginalLine(change.key, line.decode("latin-1"))


def _damaged(what: str) -> JournalError:
    return JournalError(f"not a usable journal: {what}", hint=_HINT)


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise _damaged(what)


def _fields(value: JsonValue, names: set[str], where: str) -> dict[str, JsonValue]:
    if isinstance(value, dict) and value.keys() == names:
        return value
    msg = f"{where} must have exactly {', '.join(sorted(names))}"
    raise _damaged(msg)


def _text(fields: dict[str, JsonValue], name: str) -> str:
    value = fields[name]
    if isinstance(value, str):
        return value
    msg = f"{name} is no text"
    raise _damaged(msg)


def _items(fields: dict[str, JsonValue], name: str) -> list[JsonValue]:
    value = fields[name]
    if isinstance(value, list):
        return value
    msg = f"{name} is no list"
    raise _damaged(msg)


def _entry(value: JsonValue) -> KeyChange:
    fields = _fields(value, {"key", "before", "after"}, "an entry of changed")
    before = None if fields["before"] is None else _text(fields, "before")
    after = None if fields["after"] is None else _text(fields, "after")
    key = _text(fields, "key")
    _check(bool(key) and before != after, f"the entry {key!r} changes nothing")
    return KeyChange(key, before, after)


def _line(value: JsonValue) -> OriginalLine:
    fields = _fields(value, {"key", "line"}, "an entry of lines")
    line = _text(fields, "line")
    _check(bool(line) and max(line) <= "\xff", "a line is empty or holds letters beyond Latin-1")
    return OriginalLine(_text(fields, "key"), line)


def _check_schema(text: str) -> None:
    known = text.startswith(_SCHEMA)
    _check(known, f"its schema is {text[:60]!r}")
    _check(text == f"{_SCHEMA}{_VERSION}", f"its format {text[:60]!r} is not known to this version")


def _check_order(name: str, keys: list[str]) -> None:
    """Sorted, every key once: so a journal has one form."""
    _check(keys == sorted(set(keys)), f"{name} is not sorted by key, or names one twice")


def _pack(text: str) -> str:
    try:
        return str(PackVersion.parse(text))
    except UsageError as error:
        msg = f"pack is no version: {text[:40]!r}"
        raise _damaged(msg) from error

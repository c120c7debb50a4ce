"""The journal beside a project: what ``add`` changed, so that ``remove`` gives the first bytes back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.cubemx.ide.edit import IdeChange, IdeEdit, IdeFormatError, Splice, applied
from cubeai_auto.cubemx.ide.runtime import IdeAdditions, RuntimeLibrary
from cubeai_auto.errors import InputError, UsageError
from cubeai_auto.files import sha256_bytes
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import JsonValue

__all__ = ["JOURNAL_NAME", "FileRecord", "Journal", "JournalError", "read_journal", "record_of"]

JOURNAL_NAME = ".cubeai-auto-ide.json"
_SCHEMA = "cubeai-auto/ide-journal/1"
_MAX_BYTES = 64 * 1024 * 1024


class JournalError(InputError):
    """The journal beside a project is damaged."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """The edit of one file.

    Attributes:
        file: its path relative to the journal's folder, with ``/``.
        before: SHA-256 of the file before the edit.
        after: SHA-256 of the file after it.
        undo: how the bytes before come from the bytes after.
        changes: the same as values, for a file that was edited since.
    """

    file: str
    before: str
    after: str
    undo: tuple[Splice, ...]
    changes: tuple[IdeChange, ...]

    def original(self, data: bytes) -> bytes | None:
        """The file as it was before the edit; ``None`` if it was changed since."""
        if sha256_bytes(data) != self.after:
            return None
        try:
            restored = applied(data, self.undo)
        except IdeFormatError:
            return None
        return restored if sha256_bytes(restored) == self.before else None


@dataclass(frozen=True, slots=True)
class Journal:
    """All edits of one ``add``, and what was added, as seen from the CubeMX project's folder."""

    additions: IdeAdditions
    files: tuple[FileRecord, ...]

    def of(self, file: str) -> FileRecord | None:
        """The record of a file."""
        return next((record for record in self.files if record.file == file), None)

    def to_bytes(self) -> bytes:
        """The journal as JSON."""
        added = self.additions
        library = added.library
        document: dict[str, JsonValue] = {
            "schema": _SCHEMA,
            "additions": {
                "names": list(added.names),
                "sources": list(added.sources),
                "documents": list(added.documents),
                "include_paths": list(added.include_paths),
                "source_folder": added.source_folder,
                "library": None
                if library is None
                else {"version": str(library.version), "core": library.core, "folder": library.folder},
                "generated": added.generated,
            },
            "files": [_file_json(record) for record in self.files],
        }
        return json_text(document).encode("ascii")


def record_of(file: str, edit: IdeEdit) -> FileRecord:
    """The record of an edit."""
    undo: list[Splice] = []
    shift = 0
    for splice in edit.splices:
        start = splice.start + shift
        undo.append(Splice(start, start + len(splice.text), edit.before[splice.start : splice.end]))
        shift += len(splice.text) - (splice.end - splice.start)
    return FileRecord(
        file, sha256_bytes(edit.before), sha256_bytes(edit.after), tuple(undo), edit.changes
    )


def read_journal(data: bytes) -> Journal:
    """The journal of a file's bytes.

    Raises:
        JournalError: it is damaged or of another version.
    """
    hint = f"delete {JOURNAL_NAME}; remove then works without it"
    if len(data) > _MAX_BYTES:
        msg = "the journal is too large"
        raise JournalError(msg, hint=hint)
    try:
        document: object = json.loads(data)
        return _journal(document)
    except (ValueError, TypeError, KeyError, RecursionError, UsageError) as error:
        msg = f"the journal is damaged: {error}"
        raise JournalError(msg, hint=hint) from error


def _file_json(record: FileRecord) -> JsonValue:
    return {
        "file": record.file,
        "before": record.before,
        "after": record.after,
        "undo": [
            {"start": splice.start, "end": splice.end, "text": splice.text.decode("latin-1")}
            for splice in record.undo
        ],
        "changes": [
            {"key": change.key, "before": change.before, "after": change.after}
            for change in record.changes
        ],
    }


def _journal(document: object) -> Journal:
    top = _object(document)
    if top["schema"] != _SCHEMA:
        msg = "another schema"
        raise ValueError(msg)
    added = _object(top["additions"])
    library = added["library"]
    additions = IdeAdditions(
        _texts(added["names"]),
        _texts(added["sources"]),
        _texts(added["documents"]),
        _texts(added["include_paths"]),
        _text(added["source_folder"]),
        None if library is None else _library(_object(library)),
        added["generated"] is True,
    )
    return Journal(additions, tuple(_record(_object(item)) for item in _list(top["files"])))


def _library(item: Mapping[str, object]) -> RuntimeLibrary:
    version = PackVersion.parse(_text(item["version"]))
    return RuntimeLibrary(version, _text(item["core"]), _text(item["folder"]))


def _record(item: Mapping[str, object]) -> FileRecord:
    undo = (_object(splice) for splice in _list(item["undo"]))
    changes = (_object(change) for change in _list(item["changes"]))
    return FileRecord(
        _text(item["file"]),
        _text(item["before"]),
        _text(item["after"]),
        tuple(
            Splice(_number(s["start"]), _number(s["end"]), _text(s["text"]).encode("latin-1"))
            for s in undo
        ),
        tuple(
            IdeChange(_text(c["key"]), _optional(c["before"]), _optional(c["after"])) for c in changes
        ),
    )


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        msg = "an object is missing"
        raise TypeError(msg)
    return value


def _list(value: object) -> Iterable[object]:
    if not isinstance(value, list):
        msg = "a list is missing"
        raise TypeError(msg)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        msg = "a text is missing"
        raise TypeError(msg)
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(item) for item in _list(value))


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        msg = "a number is missing"
        raise TypeError(msg)
    return value

"""Undoing a journal in a project that may have changed since: by key where it fits, else by value."""

from __future__ import annotations

import re

from cubeai_auto.cubemx.cube_ai.journal import Journal, list_of
from cubeai_auto.cubemx.cube_ai.strip import peripheral_pins, strip_peripheral_rows
from cubeai_auto.cubemx.cube_ai.undo_values import is_list, undo_value
from cubeai_auto.cubemx.document import IocDocument, IocEditError, IocFormatError
from cubeai_auto.cubemx.edit import KeyChange
from cubeai_auto.cubemx.groups import is_ai_text
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, RowList, row_numbers

__all__ = ["finish_undoing", "undo_journal"]

_LISTS = (PINS, IPS, THIRD_PARTIES)
_VIRTUAL = re.compile(r"VP_(?P<name>[A-Za-z0-9]+)_VS_\w+\.(?:Mode|Signal)")


def undo_journal(document: IocDocument, journal: Journal) -> list[str]:
    """Give every key that the journal knows its first value, except those of X-CUBE-AI itself.

    A plain value goes back only if it is still what was written. Rows go back by their numbers if
    nobody touched the list, else the peripherals that were brought are taken out by name.

    Returns:
        what could not be undone, for an engineer.
    """
    brought = _brought(journal)
    used = {name for name in brought if _is_used(document, journal, name)}
    notes = [f"{name} stays: it has settings of its own by now" for name in sorted(used)]
    for rows in _LISTS:
        entries = [entry for entry in journal.entries if list_of(entry.key) == rows]
        if not used and _untouched(document, rows, entries):
            for entry in entries:
                _put(document, entry.key, entry.before)
    for name in sorted(brought - used):
        strip_peripheral_rows(document, name)
    kept = tuple(peripheral_pins(name) for name in used)
    plain = [entry for entry in journal.entries if not (is_ai_text(entry.key) or list_of(entry.key))]
    for entry in sorted(plain, key=lambda entry: is_list(entry.key)):
        if not entry.key.startswith(kept):
            keep = used | _kept_parameters(document, journal, entry)
            undone = undo_value(entry, document.get(entry.key), keep)
            _put(document, entry.key, undone.value)
            notes += undone.conflicts
    return notes


def finish_undoing(document: IocDocument, journal: Journal) -> None:
    """What is left when the rows of X-CUBE-AI are gone: counters that were made, unusual lines."""
    for rows in _LISTS:
        made = any(entry.key == rows.counter and entry.before is None for entry in journal.entries)
        if made and not row_numbers(document, rows):
            document.delete(rows.counter)
    first = {entry.key: entry.before for entry in journal.entries}
    for line in journal.lines:
        if document.get(line.key) is None or document.get(line.key) != first.get(line.key):
            continue
        try:
            document.set_raw_line(line.key, line.line.encode("latin-1"))
        except (IocEditError, IocFormatError):
            continue  # not the line of this value: then the usual spelling of it stays


def _brought(journal: Journal) -> set[str]:
    """The peripherals that came with the pack: CRC, on an STM32N6 CACHEAXI."""
    matches = (_VIRTUAL.fullmatch(entry.key) for entry in journal.entries if entry.before is None)
    return {match["name"] for match in matches if match}


def _is_used(document: IocDocument, journal: Journal, name: str) -> bool:
    """Whether somebody has made a peripheral their own: settings, or another mode."""
    wrote = {entry.key: entry.after for entry in journal.entries}
    keys = (*document.starting(f"{name}."), *document.starting(peripheral_pins(name)))
    return any(wrote.get(key) != document.get(key) for key in keys)


def _untouched(document: IocDocument, rows: RowList, entries: list[KeyChange]) -> bool:
    """Whether a list is as it was written, also behind the last row that the journal knows."""
    if any(document.get(entry.key) != entry.after for entry in entries):
        return False
    row = re.compile(rf"{re.escape(rows.prefix)}([0-9]{{1,9}})")
    matches = (row.fullmatch(entry.key) for entry in entries if entry.before is None)
    new = [int(match[1]) for match in matches if match]
    return not new or max(new) == max(row_numbers(document, rows), default=-1)


def _kept_parameters(document: IocDocument, journal: Journal, listed: KeyChange) -> set[str]:
    """The names in a list of parameters whose values were written and have not been undone."""
    first = {entry.key: entry.before for entry in journal.entries}
    prefix = listed.key.removesuffix("IPParameters")
    keys = {name: f"{prefix}{name}" for name in (listed.after or "").split(",")}
    return {
        name
        for name, key in keys.items()
        if key in first and document.get(key) not in {None, first[key]}
    }


def _put(document: IocDocument, key: str, value: str | None) -> None:
    if value is None:
        document.delete(key)
    else:
        document.set(key, value)

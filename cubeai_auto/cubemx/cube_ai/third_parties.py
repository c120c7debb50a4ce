"""The rows of ``Mcu.ThirdParty`` with their satellite keys, which move with the number."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.rows import THIRD_PARTIES, row_numbers, write_rows

__all__ = ["Satellite", "ThirdParty", "insert_third_party", "read_third_parties", "write_third_parties"]


@dataclass(frozen=True, slots=True)
class Satellite:
    """A key beside a row: ``_Instance`` or ``_ContextShortName`` with its value."""

    suffix: str
    value: str


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """A pack of the project."""

    pack: str
    satellites: tuple[Satellite, ...] = ()


def read_third_parties(document: IocDocument) -> tuple[ThirdParty, ...]:
    """The packs in the order of their rows."""
    found = []
    keys = document.starting(THIRD_PARTIES.prefix)
    for number in row_numbers(document, THIRD_PARTIES):
        row = f"{THIRD_PARTIES.prefix}{number}"
        satellites = tuple(
            Satellite(key.removeprefix(row), document.get(key) or "")
            for key in keys
            if key.startswith(f"{row}_")
        )
        found.append(ThirdParty(document.get(row) or "", satellites))
    return tuple(found)


def write_third_parties(document: IocDocument, rows: tuple[ThirdParty, ...]) -> None:
    """Make these the packs of the project, satellites and counter with them.

    Raises:
        IocFormatError: the counter is no number.
        IocEditError: the document cannot be edited.
    """
    wanted = {
        f"{THIRD_PARTIES.prefix}{number}{satellite.suffix}": satellite.value
        for number, row in enumerate(rows)
        for satellite in row.satellites
    }
    pattern = re.compile(re.escape(THIRD_PARTIES.prefix) + r"(0|[1-9][0-9]{0,8})_.*")
    for key in document.starting(THIRD_PARTIES.prefix):
        if pattern.fullmatch(key) and key not in wanted:
            document.delete(key)
    for key, value in wanted.items():
        document.set(key, value)
    write_rows(document, THIRD_PARTIES, tuple(row.pack for row in rows))


def insert_third_party(rows: tuple[ThirdParty, ...], new: ThirdParty) -> tuple[ThirdParty, ...]:
    """The rows with a new one: at its sorted place if the others are sorted, else at the end."""
    ordered = all(a.pack <= b.pack for a, b in itertools.pairwise(rows))
    place = next((k for k, row in enumerate(rows) if ordered and row.pack > new.pack), len(rows))
    return (*rows[:place], new, *rows[place:])

"""The size table: one row an MCU description of the open pin data, written and read as CSV.

A row's ``ref_name`` is ST's name with a letter group, as ``STM32F446R(C-E)Tx``: ``flash_kib`` then has
a value a letter, in their order. ``ram_kib`` and ``ccm_kib`` have one value for all, or one a letter.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from cubeai_auto.errors import InputError

__all__ = [
    "COLUMNS",
    "SOURCE",
    "SizeRow",
    "SizeTableError",
    "core_name",
    "expand",
    "parse_size_table",
    "shipped_rows",
    "size_table_csv",
]

COLUMNS = (
    "ref_name", "family", "line", "package", "cores", "mhz", "flash_kib", "ram_kib", "ccm_kib",
)  # fmt: skip
SOURCE = "STM32_open_pin_data (ST, BSD-3-Clause), CubeMX 6.15.0"
"""What the shipped table was derived from."""

_FILE = "mcu_sizes.csv"
_GROUP = re.compile(r"\(([^()]*)\)")
_MOST_NAMES = 256


class SizeTableError(InputError):
    """A size table is not in its own form."""


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One MCU description; sizes in KiB, the clock in MHz.

    Attributes:
        ref_name: the name, with a letter group where it stands for several parts.
        family: ``STM32L4+``.
        line: ``STM32L4R5/S5``.
        package: ``LQFP144``.
        cores: compiler names, the main core first.
        mhz: the largest clock; ``None`` where ST states none.
        flash_kib: a value, or a value a letter.
        ram_kib: the same; what ST counts into it differs from family to family.
        ccm_kib: the same for core-coupled memory; empty where ST states none.
    """

    ref_name: str
    family: str
    line: str
    package: str
    cores: tuple[str, ...]
    mhz: int | None
    flash_kib: tuple[int, ...]
    ram_kib: tuple[int, ...]
    ccm_kib: tuple[int, ...]


def core_name(text: str) -> str:
    """A core as compilers call it: ``Arm Cortex-M0+`` and ``ARM Cortex-M0+`` are ``cortex-m0plus``."""
    words = text.strip().lower().removeprefix("arm").strip()
    return "-".join(words.replace("+", "plus").split())


def expand(ref_name: str) -> tuple[str, ...]:
    """Every name that a name with letter groups stands for, in the order of the letters.

    Raises:
        SizeTableError: it stands for more names than any part has.
    """
    parts = _GROUP.split(ref_name)
    choices = [part.split("-") if index % 2 else [part] for index, part in enumerate(parts)]
    names = tuple("".join(chosen) for chosen in itertools.islice(itertools.product(*choices), 257))
    if len(names) > _MOST_NAMES:
        msg = f"{ref_name[:60]!r} stands for more than {_MOST_NAMES} parts"
        raise SizeTableError(msg, hint="this is no name of an MCU description")
    return names


def size_table_csv(rows: Iterable[SizeRow]) -> str:
    """The table as text, sorted by name; a list is written with ``;``."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in sorted(rows, key=lambda row: row.ref_name):
        numbers = (";".join(map(str, sizes)) for sizes in (row.flash_kib, row.ram_kib, row.ccm_kib))
        mhz = "" if row.mhz is None else str(row.mhz)
        cores = ";".join(row.cores)
        writer.writerow([row.ref_name, row.family, row.line, row.package, cores, mhz, *numbers])
    return stream.getvalue()


def parse_size_table(text: str, what: str) -> Iterator[SizeRow]:
    """The rows of a table.

    Raises:
        SizeTableError: another head, or a row that is not in the form above.
    """
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = next(lines, [])
        if tuple(head) != COLUMNS:
            msg = f"{what}: the columns are not {', '.join(COLUMNS)}"
            raise SizeTableError(msg, hint="derive the table again")
        for number, line in enumerate(lines, 2):
            yield _row(line, f"{what}:{number}")
    except csv.Error as error:
        msg = f"{what}: {error}"
        raise SizeTableError(msg, hint="derive the table again") from error


def shipped_rows() -> tuple[SizeRow, ...]:
    """The rows of the table that comes with this package."""
    text = (files("cubeai_auto") / "resources" / _FILE).read_text("utf-8")
    return tuple(parse_size_table(text, _FILE))


def _row(cells: list[str], where: str) -> SizeRow:
    try:
        ref_name, family, line, package, cores, mhz, flash, ram, ccm = cells
        sizes = tuple(
            tuple(int(size) for size in cell.split(";") if size) for cell in (flash, ram, ccm)
        )
        clock = int(mhz) if mhz else None
    except ValueError as error:
        msg = f"{where}: not a row of the size table: {error}"
        raise SizeTableError(msg, hint="derive the table again") from error
    return SizeRow(ref_name, family, line, package, tuple(cores.split(";")), clock, *sizes)

"""Part numbers: from any spelling of an STM32 to its sizes.

Spellings: the part number (``STM32F401RET6``, with ``TR`` for tape and reel or without), CubeMX's
``Mcu.UserName`` (``STM32F401RETx``), ``Mcu.Name`` (``STM32F401R(D-E)Tx``), and an incomplete number
that only one part begins with. The table is read at the first look-up.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from cubeai_auto.cubemx.mcu.size_table import SOURCE, SizeRow, expand, shipped_rows
from cubeai_auto.errors import UsageError
from cubeai_auto.quantity import JsonValue, Quantity, missing, reported

__all__ = [
    "AmbiguousPartError",
    "Index",
    "Part",
    "PartError",
    "UnknownPartError",
    "find_part",
    "index_of",
    "part_in",
]

_KIB = 1024
_LONGEST = 64
_SHOWN = 6
# The temperature or voltage digit of a part number, and what stands behind it.
_NUMBERED = re.compile(r"(STM32[A-Z0-9]*[A-Z])[0-9]([A-Z]{0,4})")


class PartError(UsageError):
    """A part number does not name one part; ``candidates`` are those it may mean."""

    def __init__(
        self, message: str, *, candidates: Iterable[str] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.candidates = tuple(candidates)


class UnknownPartError(PartError):
    """No part has this number."""


class AmbiguousPartError(PartError):
    """Several parts begin with this number."""


@dataclass(frozen=True, slots=True)
class Part:
    """An STM32, or the group of them that share a description.

    Attributes:
        name: ``STM32F401RETx``; the ``ref_name`` if a group was asked for.
        ref_name: the description, as CubeMX's ``Mcu.Name`` writes it.
        family: ``STM32F4``, with the ``+`` of ``STM32L4+`` that CubeMX's ``Mcu.Family`` leaves out.
        line: ``STM32F401``.
        package: ``LQFP64``.
        cores: compiler names, the main core first.
        frequency: the largest clock in Hz.
        flash_bytes: flash.
        ram_bytes: RAM as ST's part data count it: some families include tightly coupled or backup
            memory, others do not. For a board, :mod:`cubeai_auto.board` has the regions.
        ccm_bytes: core-coupled memory that the part data state beside it.
        source: the part data.
    """

    name: str
    ref_name: str
    family: str
    line: str
    package: str
    cores: tuple[str, ...]
    frequency: Quantity
    flash_bytes: Quantity
    ram_bytes: Quantity
    ccm_bytes: Quantity
    source: str

    def to_json(self) -> dict[str, JsonValue]:
        """The part as a JSON object."""
        return {
            "name": self.name,
            "ref_name": self.ref_name,
            "family": self.family,
            "line": self.line,
            "package": self.package,
            "cores": list(self.cores),
            "frequency": self.frequency.to_json(),
            "flash_bytes": self.flash_bytes.to_json(),
            "ram_bytes": self.ram_bytes.to_json(),
            "ccm_bytes": self.ccm_bytes.to_json(),
            "source": self.source,
        }


def find_part(number: str) -> Part:
    """The part of that number, in any case.

    A name of a group (``STM32F401R(D-E)Tx``) gives the group: a size that differs within it is missing,
    and the reason lists the values.

    Raises:
        UnknownPartError: there is none; the hint names the nearest ones.
        AmbiguousPartError: several parts begin so; the hint names some.
    """
    return part_in(_shipped(), number)


@dataclass(frozen=True, slots=True)
class Index:
    """A size table by name: descriptions and single parts, each in upper case."""

    groups: Mapping[str, SizeRow]
    parts: Mapping[str, tuple[tuple[SizeRow, int, str], ...]]
    source: str


def index_of(rows: Iterable[SizeRow], source: str) -> Index:
    """The index of a table."""
    groups: dict[str, SizeRow] = {}
    parts: dict[str, tuple[tuple[SizeRow, int, str], ...]] = {}
    for row in rows:
        names = expand(row.ref_name)
        if len(names) > 1:
            groups[row.ref_name.upper()] = row
        for position, name in enumerate(names):
            parts[name.upper()] = (*parts.get(name.upper(), ()), (row, position, name))
    return Index(groups, parts, source)


def part_in(index: Index, number: str) -> Part:
    """The part of that number in an index; see :func:`find_part`."""
    text = number.strip().upper()
    if text in index.groups:
        row = index.groups[text]
        return _part(row, None, row.ref_name, index.source)
    for spelling in _spellings(text):
        found = index.parts.get(spelling, ())
        if len(found) > 1:
            raise _ambiguous(number, [row.ref_name for row, _, _ in found])
        if found:
            return _part(*found[0], index.source)
    begun = _beginning(index, text)
    if len(begun) > 1:
        raise _ambiguous(number, begun)
    if begun:
        return _part(*index.parts[begun[0].upper()][0], index.source)
    raise _unknown(index, number, text)


@cache
def _shipped() -> Index:
    return index_of(shipped_rows(), SOURCE)


def _spellings(text: str) -> Sequence[str]:
    """The text itself, and with its temperature digit as the ``x`` of CubeMX's names."""
    match = _NUMBERED.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return (text,)
    body, suffix = match.groups()
    return (text, f"{body}X{suffix}", f"{body}X{suffix.removesuffix('TR')}")


def _beginning(index: Index, text: str) -> list[str]:
    """The parts that begin with the text; an ``x`` in it stands for any letter."""
    if not re.fullmatch(r"STM32[A-Z0-9]{2,20}", text):
        return []
    pattern = re.compile(text[:5] + text[5:].replace("X", "."))
    return [found[0][2] for name, found in index.parts.items() if pattern.match(name)]


def _ambiguous(number: str, candidates: Sequence[str]) -> AmbiguousPartError:
    shown = ", ".join(candidates[:_SHOWN]) + (", ..." if len(candidates) > _SHOWN else "")
    msg = f"{number[:_LONGEST]!r} stands for {len(candidates)} parts"
    return AmbiguousPartError(msg, candidates=candidates, hint=f"one of {shown}")


def _unknown(index: Index, number: str, text: str) -> UnknownPartError:
    """The error, with the nearest names: among those that share the longest beginning with it."""
    msg = f"no STM32 has the part number {number[:_LONGEST]!r}"
    near: list[str] = []
    for length in range(min(len(text), 10), 6, -1):
        pool = [name for name in index.parts if name.startswith(text[:length])]
        if pool:
            near = difflib.get_close_matches(_spellings(text[:_LONGEST])[-1], pool, n=3, cutoff=0.0)
            break
    names = [index.parts[name][0][2] for name in near]
    hint = f"did you mean {' or '.join(names)}?" if names else "give it as STM32F401RET6"
    return UnknownPartError(msg, candidates=names, hint=hint)


def _part(row: SizeRow, position: int | None, name: str, source: str) -> Part:
    letters = len(expand(row.ref_name))

    def size(sizes: tuple[int, ...], what: str) -> Quantity:
        value = _pick(sizes, position, letters)
        if value is not None:
            return reported(value * _KIB, "B", source)
        if not sizes:
            return missing(f"the part data state no {what} for {row.ref_name}")
        values = ", ".join(map(str, sizes))
        return missing(f"{row.ref_name} stands for parts with {values} KiB of {what}")

    clock = missing(f"the part data state no clock for {row.ref_name}")
    return Part(
        name=name,
        ref_name=row.ref_name,
        family=row.family,
        line=row.line,
        package=row.package,
        cores=row.cores,
        frequency=clock if row.mhz is None else reported(row.mhz * 1_000_000, "Hz", source),
        flash_bytes=size(row.flash_kib, "flash"),
        ram_bytes=size(row.ram_kib, "RAM"),
        ccm_bytes=size(row.ccm_kib, "CCM RAM"),
        source=source,
    )


def _pick(sizes: tuple[int, ...], position: int | None, letters: int) -> int | None:
    """One value for all, or the letter's own; a group has a value only if its letters agree."""
    if len(set(sizes)) == 1:
        return sizes[0]
    if position is None or len(sizes) != letters:
        return None
    return sizes[position]

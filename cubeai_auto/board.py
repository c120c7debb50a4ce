"""Development boards: chip, memories and virtual COM port, each field with its source.

The catalogue is ``resources/boards.toml``. What it says was compared with ST's board files, part data
and device headers; what was not is marked, field by field.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from cubeai_auto.errors import UsageError
from cubeai_auto.quantity import JsonValue

__all__ = [
    "FIELDS",
    "Board",
    "FieldSource",
    "Fpu",
    "Region",
    "RegionKind",
    "Uart",
    "boards",
    "find_board",
]

Fpu = Literal["none", "single", "double"]
RegionKind = Literal[
    "sram", "dtcm", "itcm", "ccm", "axi", "backup", "external-ram", "external-flash"
]  # fmt: skip

FIELDS = ("mcu", "cpn", "core", "fpu", "target", "clock", "flash", "ram", "external", "vcp")
"""The field groups that have a source."""

_DATA_KINDS = frozenset({"sram", "dtcm", "ccm", "axi"})
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Region:
    """A memory: ``origin`` is its first address, ``size`` in bytes.

    Attributes:
        name: as ST calls it.
        origin: the first address.
        size: bytes.
        kind: what it is good for.
        alias: a second address of the same cells, where there is one.
        shared: whether another core owns it.
        note: what else to know, in a few words.
    """

    name: str
    origin: int
    size: int
    kind: RegionKind
    alias: int | None = None
    shared: bool = False
    note: str = ""

    @property
    def holds_data(self) -> bool:
        """Whether a network's activations can lie here: internal, no code, no backup, not shared."""
        return self.kind in _DATA_KINDS and not self.shared

    @property
    def starts(self) -> tuple[int, ...]:
        """Every first address."""
        return (self.origin,) if self.alias is None else (self.origin, self.alias)

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``ram`` or ``external``."""
        return {
            "name": self.name,
            "origin": f"0x{self.origin:08X}",
            "size": self.size,
            "kind": self.kind,
            "alias": None if self.alias is None else f"0x{self.alias:08X}",
            "shared": self.shared,
            "note": self.note or None,
        }


@dataclass(frozen=True, slots=True)
class Uart:
    """A UART of the chip; ``tx`` and ``rx`` are the chip's own pins, seen from the chip."""

    name: str
    tx: str
    rx: str


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Where a field comes from; ``field`` may name a part of one, as ``ram.ITCM``."""

    field: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A development board.

    Attributes:
        name: ST's order code.
        aliases: other spellings, as CubeMX's ``board=`` writes them.
        mcu: the chip as CubeMX's ``Mcu.UserName`` writes it.
        cpn: the chip's part number, where known.
        core: the core that runs the network, ``cortex-m4``.
        other_cores: further cores of the chip.
        fpu: the core's floating-point unit.
        target: the series, as the engines name it.
        clock_hz: the largest clock of the core.
        flash_bytes: internal flash.
        boot_flash: whether internal flash holds a boot loader only, and programs lie outside.
        ram: the internal RAM regions, the one best for activations first where it matters.
        external: memories on the board, memory mapped.
        vcp: the UART that is the ST-LINK's virtual COM port; ``None`` if there is none.
        no_vcp: why there is none.
        note: what else to know.
        sources: where every field comes from.
    """

    name: str
    aliases: tuple[str, ...]
    mcu: str
    cpn: str | None
    core: str
    other_cores: tuple[str, ...]
    fpu: Fpu
    target: str
    clock_hz: int
    flash_bytes: int
    boot_flash: bool
    ram: tuple[Region, ...]
    external: tuple[Region, ...]
    vcp: Uart | None
    no_vcp: str
    note: str
    sources: tuple[FieldSource, ...]

    @property
    def ram_bytes(self) -> int:
        """The sum of the regions that can hold data; one buffer has less."""
        return sum(region.size for region in self.ram if region.holds_data)

    @property
    def unverified(self) -> tuple[str, ...]:
        """The fields, or parts of fields, that were compared with no file."""
        return tuple(source.field for source in self.sources if not source.verified)

    def source(self, field: str) -> FieldSource:
        """The source of a field of :data:`FIELDS`, or of a part of one.

        Raises:
            KeyError: there is no such field.
        """
        by_name = {source.field: source for source in self.sources}
        return by_name[field] if field in by_name else by_name[field.partition(".")[0]]

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``boards``."""
        vcp: JsonValue = None
        if self.vcp is not None:
            vcp = {"uart": self.vcp.name, "tx": self.vcp.tx, "rx": self.vcp.rx}
        return {
            "name": self.name,
            "aliases": list(self.aliases),
            "mcu": self.mcu,
            "cpn": self.cpn,
            "core": self.core,
            "other_cores": list(self.other_cores),
            "fpu": self.fpu,
            "target": self.target,
            "clock_hz": self.clock_hz,
            "flash_bytes": self.flash_bytes,
            "boot_flash": self.boot_flash,
            "ram_bytes": self.ram_bytes,
            "ram": [region.to_json() for region in self.ram],
            "external": [region.to_json() for region in self.external],
            "vcp": vcp,
            "no_vcp": self.no_vcp or None,
            "note": self.note or None,
            "sources": [
                {"field": s.field, "source": s.source, "verified": s.verified} for s in self.sources
            ],
        }


@cache
def boards() -> tuple[Board, ...]:
    """All boards of the catalogue, in its order."""
    text = (files("cubeai_auto") / "resources" / "boards.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return tuple(_board(name, row, table) for name, row in table["board"].items())


def find_board(name: str) -> Board:
    """The board of that name or alias, in any case; ``_`` and blanks count as ``-``.

    Raises:
        UsageError: there is none; the hint names the nearest ones.
    """
    known = {_plain(spelling): board for board in boards() for spelling in (board.name, *board.aliases)}
    board = known.get(_plain(name))
    if board is not None:
        return board
    near = difflib.get_close_matches(_plain(name)[:80], known, n=4, cutoff=0.5)
    names = list(dict.fromkeys(known[spelling].name for spelling in near))
    hint = f"did you mean {' or '.join(names[:3])}? " if names else ""
    msg = f"unknown board {name!r}"
    raise UsageError(msg, hint=f"{hint}cubeai-auto boards lists all {len(boards())}")


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", "-", name.strip()).lower()


def _board(name: str, row: Mapping[str, Any], table: Mapping[str, Any]) -> Board:
    chip = table["chip"][row["chip"]]
    vcp = row["vcp"]
    return Board(
        name=name,
        aliases=tuple(row.get("aliases", ())),
        mcu=row["mcu"],
        cpn=row.get("cpn"),
        core=chip["core"],
        other_cores=tuple(chip.get("other_cores", ())),
        fpu=chip["fpu"],
        target=chip["target"],
        clock_hz=chip["clock_mhz"] * 1_000_000,
        flash_bytes=chip["flash"] * _KIB,
        boot_flash=chip.get("boot_flash", False),
        ram=tuple(_region(region) for region in chip["ram"]),
        external=tuple(_region(region) for region in row.get("external", ())),
        vcp=None if "none" in vcp else Uart(vcp["uart"], vcp["tx"], vcp["rx"]),
        no_vcp=vcp.get("none", ""),
        note="; ".join(part for part in (row.get("note"), chip.get("note")) if part),
        sources=tuple(_sources(row, chip, table)),
    )


def _region(row: Mapping[str, Any]) -> Region:
    if row["kind"] not in get_args(RegionKind):
        msg = f"boards.toml: no such kind of memory: {row['kind']}"
        raise ValueError(msg)
    return Region(
        name=row["name"],
        origin=row["origin"],
        size=row["kib"] * _KIB,
        kind=row["kind"],
        alias=row.get("alias"),
        shared=row.get("shared", False),
        note=row.get("note", ""),
    )


def _sources(
    row: Mapping[str, Any], chip: Mapping[str, Any], table: Mapping[str, Any]
) -> Iterable[FieldSource]:
    """A source for every field that is there; parts follow their field where they differ from it."""
    unverified = {*chip.get("unverified", ()), *row.get("unverified", ())}
    chosen = {**table["default"], **chip.get("from", {}), **row.get("from", {})}
    for field in FIELDS:
        if field in {"cpn", "external"} and field not in row:
            continue
        yield FieldSource(field, table["source"][chosen[field]], field not in unverified)
        regions = {"ram": chip["ram"], "external": row.get("external", ())}.get(field, ())
        for region in regions:
            part = f"{field}.{region['name']}"
            if "from" in region or part in unverified:
                source = table["source"][region.get("from", chosen[field])]
                yield FieldSource(part, source, not unverified & {field, part})

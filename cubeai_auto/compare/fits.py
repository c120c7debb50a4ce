"""Whether a network fits on a board: its footprint against flash and RAM regions.

Three questions. Does what is in flash fit where programs lie? Does one buffer of the size of the
activations fit into regions that adjoin? Does all RAM fit into all of them together? The answers are
for the network alone: the application around it needs room, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cubeai_auto.board import Board, Region, RegionKind
from cubeai_auto.quantity import JsonValue, Quantity, missing, predicted, reported
from cubeai_auto.reports.report import CubeReport, Footprint

__all__ = ["Fit", "FitLine", "Span", "check_fit", "fit_report", "spans"]


@dataclass(frozen=True, slots=True)
class Span:
    """Regions without a gap between them, so that one buffer can lie across them."""

    names: tuple[str, ...]
    origin: int
    size: int

    @property
    def name(self) -> str:
        """The regions' names in the order of their addresses."""
        return " + ".join(self.names)


@dataclass(frozen=True, slots=True)
class FitLine:
    """A need against the room there is.

    Attributes:
        need: bytes the network takes.
        room: bytes of the place.
        headroom: what is left; below zero, what is short.
        place: which memory that is.
        fits: ``None`` if the need is not known.
        reason: what is short, or why nothing is known; empty if it fits.
    """

    need: Quantity
    room: Quantity
    headroom: Quantity
    place: str
    fits: bool | None
    reason: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """The line as a JSON object."""
        return {
            "fits": self.fits,
            "need": self.need.to_json(),
            "room": self.room.to_json(),
            "headroom": self.headroom.to_json(),
            "place": self.place,
        }


@dataclass(frozen=True, slots=True)
class Fit:
    """A footprint on a board.

    Attributes:
        board: its name.
        flash: weights and code against program memory.
        activations: one buffer against the largest span.
        ram: all RAM of the network against all regions.
        regions: the same buffer against every span, the largest first.
        fits: ``False`` if a line does not fit, ``None`` if one is not known, else ``True``.
        reasons: what does not fit, what is not known, and what else to know.
    """

    board: str
    flash: FitLine
    activations: FitLine
    ram: FitLine
    regions: tuple[FitLine, ...]
    fits: bool | None
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """The ``fits`` object of the JSON outputs."""
        return {
            "board": self.board,
            "fits": self.fits,
            "flash": self.flash.to_json(),
            "activations": self.activations.to_json(),
            "ram": self.ram.to_json(),
            "regions": [line.to_json() for line in self.regions],
            "reasons": list(self.reasons),
        }


def fit_report(report: CubeReport, board: Board) -> Fit:
    """The fit of a report's footprint.

    Activations that the report itself spreads over several memory pools need not be one buffer.
    """
    pools = [pool for pool in report.memory_pools if (pool.activations.value or 0) > 0]
    notes = []
    if report.target not in {None, board.target}:
        notes.append(f"the figures are for {report.target}, the board is a {board.target}")
    return check_fit(report.footprint, board, split=len(pools) > 1, notes=notes)


def check_fit(
    footprint: Footprint, board: Board, *, split: bool = False, notes: Iterable[str] = ()
) -> Fit:
    """The fit of a footprint.

    Args:
        footprint: of any engine or side.
        board: from the catalogue.
        split: whether the activations may be spread over regions that do not adjoin.
        notes: added to the reasons.
    """
    found = sorted(spans(board), key=lambda span: -span.size)
    whole = Span(("all data RAM",), 0, board.ram_bytes)
    buffer = footprint.activations
    regions = tuple(_line(buffer, span.size, span.name, board, "ram") for span in found)
    activations = _line(buffer, whole.size, whole.name, board, "ram") if split else regions[0]
    flash = _flash_line(footprint.flash_total, board)
    ram = _line(footprint.ram_total, whole.size, whole.name, board, "ram")
    named = (("flash", flash), ("activations", activations), ("RAM", ram))
    answers = [line.fits for _, line in named]
    return Fit(
        board=board.name,
        flash=flash,
        activations=activations,
        ram=ram,
        regions=regions,
        fits=False if False in answers else None if None in answers else True,
        reasons=(*(f"{name}: {line.reason}" for name, line in named if line.reason), *notes),
    )


def spans(board: Board) -> tuple[Span, ...]:
    """The longest runs of adjoining regions that can hold data, by address.

    A region with an alias counts once: where it adjoins others, else at its origin.
    """
    waiting = sorted((r for r in board.ram if r.holds_data), key=lambda region: region.origin)
    placed = [(_place(region, waiting), region) for region in waiting]
    placed.sort(key=lambda place: place[0])
    runs: list[Span] = []
    for start, region in placed:
        last = runs[-1] if runs else None
        if last is not None and last.origin + last.size == start:
            runs[-1] = Span((*last.names, region.name), last.origin, last.size + region.size)
        else:
            runs.append(Span((region.name,), start, region.size))
    return tuple(runs)


def _place(region: Region, regions: Iterable[Region]) -> int:
    """The first address of a region at which it adjoins another one, else its origin."""
    others = [other for other in regions if other is not region]
    ends = {start + other.size for other in others for start in other.starts}
    heads = {start for other in others for start in other.starts}
    return next(
        (start for start in region.starts if start in ends or start + region.size in heads),
        region.origin,
    )


def _flash_line(need: Quantity, board: Board) -> FitLine:
    """Flash where programs lie: inside the chip, or beside it where the chip has none to spare."""
    outside = [region for region in board.external if region.kind == "external-flash"]
    if (board.boot_flash or board.flash_bytes == 0) and outside:
        place = f"{outside[0].name}, outside the chip"
        return _line(need, outside[0].size, place, board, f"external.{outside[0].name}")
    return _line(need, board.flash_bytes, "internal flash", board, "flash")


def _line(need: Quantity, room: int, place: str, board: Board, field: str) -> FitLine:
    origin = board.source(field)
    source = f"{board.name}, {place}: {origin.source}{'' if origin.verified else ' (not verified)'}"
    there = reported(room, "B", source)
    if need.value is None:
        return FitLine(need, there, missing(need.reason), place, None, f"not known: {need.reason}")
    left = predicted(room - need.value, "B", f"room on {board.name} less what the network takes")
    if need.value <= room:
        return FitLine(need, there, left, place, fits=True)
    kind: RegionKind = "external-ram" if field == "ram" else "external-flash"
    short = f"needs {need.value:,} B, {place} has {room:,} B{_beside(kind, need.value, room, board)}"
    return FitLine(need, there, left, place, fits=False, reason=short)


def _beside(kind: RegionKind, need: float, room: int, board: Board) -> str:
    """The external memory that would hold what does not fit inside, if there is one."""
    for region in board.external:
        if region.kind == kind and need <= region.size != room:
            return f"; the board's {region.name} ({region.size:,} B) would hold it"
    return ""

"""Where flash and RAM go: a bar a side, on one scale for all variants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cubeai_auto.compare.record import Side, VariantRecord
from cubeai_auto.quantity import Quantity
from cubeai_auto.render.names import side_name
from cubeai_auto.render.svg import Svg, element, percent, rect
from cubeai_auto.render.text import Cell, Notes, kib, one_line, size

__all__ = ["Bar", "BarGroup", "Chart", "Part", "footprint_chart", "sides_chart"]

Memory = Literal["flash", "RAM"]

_HEIGHT: Final = 20
_FULL: Final = 100.0
_UNKNOWN_SHARE: Final = 6.0
"""Width of the mark for parts of unknown size, in percent, where not even a total is known."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: its color class, its name and its value."""

    color: str
    name: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Bar:
    """A side: its picture, its parts and their total; ``reason`` if nothing at all is known."""

    side: str
    version: str
    svg: Svg
    parts: tuple[Part, ...]
    total: Cell
    total_kib: str
    reason: str


@dataclass(frozen=True, slots=True)
class BarGroup:
    """The sides of a variant."""

    variant: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars of a kind of memory."""

    memory: Memory
    groups: tuple[BarGroup, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    color: str
    name: str
    quantity: Quantity


def footprint_chart(memory: Memory, variants: Sequence[VariantRecord], notes: Notes) -> Chart:
    """The chart of a kind of memory; variants without any side are left out."""
    return sides_chart(memory, [(v.name, v.comparison.sides) for v in variants], notes)


def sides_chart(memory: Memory, groups: Sequence[tuple[str, Sequence[Side]]], notes: Notes) -> Chart:
    """The chart of named groups of sides, all bars on one scale; groups without any are left out."""
    sides = [side for _, own in groups for side in own]
    scale = max(
        (max(_known(side, memory), _total(side, memory).value or 0) for side in sides), default=0
    )
    return Chart(
        memory,
        tuple(
            BarGroup(one_line(name), tuple(_bar(side, memory, scale, notes) for side in own))
            for name, own in groups
            if own
        ),
    )


def _bar(side: Side, memory: Memory, scale: float, notes: Notes) -> Bar:
    pieces, total = _pieces(side, memory), _total(side, memory)
    parts = tuple(Part(piece.color, piece.name, notes.cell(piece.quantity)) for piece in pieces)
    total_cell = notes.cell(total)
    nothing = not total.known and not any(part.cell.known for part in parts)
    return Bar(
        side=side_name(side.name),
        version=one_line(side.version),
        svg=_picture(side, memory, scale),
        parts=parts,
        total=total_cell,
        total_kib="" if total.value is None or total.value < 10_240 else kib(total.value),
        reason=total_cell.origin if nothing else "",
    )


def _picture(side: Side, memory: Memory, scale: float) -> Svg:
    """The known parts from the left; then hatched what is not known, plain what is not named.

    A line marks the total where it is stated to be less than its parts.
    """
    pieces, total = _pieces(side, memory), _total(side, memory)
    room = _FULL - _UNKNOWN_SHARE
    drawn: list[Svg] = []
    said: list[str] = []
    at = 0.0
    for piece in pieces:
        value = piece.quantity.value
        said.append(f"{piece.name} {'not known' if value is None else size(value)}")
        if value:
            shape = _place(at, at + value, scale, room) | {"class": f"part {piece.color}"}
            drawn.append(rect(shape, f"{said[-1]} ({piece.quantity.how}: {piece.quantity.source})"))
            at += value
    unknown = [piece.name for piece in pieces if not piece.quantity.known]
    if total.value is not None and total.value > at:
        words = f"not known: {', '.join(unknown)}" if unknown else "rest of the total, not attributed"
        shape = _place(at, total.value, scale, room) | {
            "class": "part unknown" if unknown else "part rest"
        }
        drawn.append(rect(shape, words))
    elif total.value is None and unknown:
        place = {"x": percent(at * room, scale * _FULL), "width": f"{_UNKNOWN_SHARE:g}%"}
        shape = {**place, "y": 0.0, "height": float(_HEIGHT), "class": "part unknown"}
        drawn.append(rect(shape, f"not known: {', '.join(unknown)}"))
    if total.value is not None and total.value < at:
        edge = percent(total.value * room, scale * _FULL)
        drawn.append(element("line", {"class": "edge", "x1": edge, "x2": edge, "y1": 0, "y2": _HEIGHT}))
    said.append(f"total {'not known' if total.value is None else size(total.value)}")
    words = f"{side_name(side.name)}, {memory}: {', '.join(said)}"
    frame: dict[str, str | float] = {
        "class": "bar", "role": "img", "aria-label": words, "width": "100%", "height": _HEIGHT,
    }  # fmt: skip
    return element("svg", frame, *drawn)


def _place(start: float, end: float, scale: float, room: float) -> dict[str, str | float]:
    return {
        "x": percent(start * room, scale * _FULL),
        "width": percent((end - start) * room, scale * _FULL),
        "y": 0.0,
        "height": float(_HEIGHT),
    }


def _pieces(side: Side, memory: Memory) -> tuple[_Piece, ...]:
    if memory == "flash":
        return (
            _Piece("c1", "weights", side.weights),
            _Piece("c2", "kernels", side.kernels),
            _Piece("c3", "container or constants", side.container),
            _Piece("c4", "runtime", side.runtime),
        )
    return (
        _Piece("c1", "activations or arena", side.activations),
        _Piece("c2", "inputs and outputs", side.io),
        _Piece("c3", "runtime", side.runtime_ram),
        _Piece("c4", "stack", side.stack),
    )


def _total(side: Side, memory: Memory) -> Quantity:
    return side.flash_total if memory == "flash" else side.ram_total


def _known(side: Side, memory: Memory) -> float:
    return sum(piece.quantity.value or 0 for piece in _pieces(side, memory))

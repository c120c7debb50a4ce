"""How a network fits on its board, as cells and lines for every view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cubeai_auto.compare.fits import Fit, FitLine
from cubeai_auto.compare.record import VariantRecord
from cubeai_auto.quantity import Quantity, missing
from cubeai_auto.render.summary import Group, Row, footprint_of
from cubeai_auto.render.text import Cell, Notes, one_line

__all__ = ["FitRow", "FitView", "fit_cell", "fit_groups", "fit_text", "fit_view", "misfits"]

_NO_BOARD = "the run has no board to fit on"


@dataclass(frozen=True, slots=True)
class FitRow:
    """A need against a memory; ``outcome`` is ``yes``, ``NO`` or ``not known``."""

    label: str
    place: str
    need: Cell
    room: Cell
    left: Cell
    outcome: str


@dataclass(frozen=True, slots=True)
class FitView:
    """All lines of a fit, and its reasons."""

    board: str
    rows: tuple[FitRow, ...]
    reasons: tuple[str, ...]


def fit_cell(fit: Fit, notes: Notes) -> Cell:
    """``yes``, ``NO``, or the reason why it is not known."""
    if fit.fits is None:
        return notes.absent("; ".join(fit.reasons))
    source = f"the network's flash, largest buffer and RAM against {fit.board}"
    return notes.known("yes" if fit.fits else "NO", "predicted", source)


def fit_groups(variants: Sequence[VariantRecord], notes: Notes) -> tuple[Group, ...]:
    """What is left on the board, a column a variant; nothing if no variant was held against one."""
    known = [variant.fit for variant in variants if variant.fit is not None]
    if not known:
        return ()

    def row(label: str, pick: Callable[[Fit], Quantity]) -> Row:
        return Row(label, tuple(notes.cell(_quantity(v, pick)) for v in variants))

    fits = tuple(
        fit_cell(v.fit, notes) if v.fit is not None else notes.cell(_quantity(v, _no_figure))
        for v in variants
    )
    return (
        Group(
            f"Left on {one_line(known[0].board)}",
            (
                Row("fits", fits),
                row("flash", lambda fit: fit.flash.headroom),
                row("RAM for one buffer", lambda fit: fit.activations.headroom),
                row("RAM", lambda fit: fit.ram.headroom),
            ),
        ),
    )


def fit_view(fit: Fit, notes: Notes) -> FitView:
    """The fit in full."""

    def row(label: str, line: FitLine) -> FitRow:
        cells = (notes.cell(line.need), notes.cell(line.room), notes.cell(line.headroom))
        return FitRow(label, one_line(line.place), *cells, outcome_word(line.fits))

    others = (line for line in fit.regions if line != fit.activations)
    return FitView(
        board=one_line(fit.board),
        rows=(
            row("flash", fit.flash),
            row("activations", fit.activations),
            *(row("or there", line) for line in others),
            row("RAM", fit.ram),
        ),
        reasons=tuple(map(one_line, fit.reasons)),
    )


def misfits(fit: Fit | None) -> tuple[str, ...]:
    """What does not fit, a line each."""
    if fit is None:
        return ()
    named = (("flash", fit.flash), ("activations", fit.activations), ("RAM", fit.ram))
    return tuple(
        f"does not fit {one_line(fit.board)}: {name}: {one_line(line.reason)}"
        for name, line in named
        if line.fits is False
    )


def fit_text(fit: Fit) -> str:
    """The fit in plain lines, for ``analyze``."""
    words = {True: "fits", False: "does NOT fit", None: "not known whether it fits"}
    named = [("flash", fit.flash), ("activations", fit.activations), ("RAM", fit.ram)]
    lines = [f"on {one_line(fit.board)}: {words[fit.fits]} (without stack and application)"]
    for name, line in named:
        need, room, left = (_bytes(value) for value in (line.need, line.room, line.headroom))
        lines.append(f"  {name:<12}{need:>16} of {room:>16}, left {left:>16}  {one_line(line.place)}")
    lines += [f"  ! {one_line(reason)}" for reason in fit.reasons]
    return "\n".join(lines) + "\n"


def _bytes(value: Quantity) -> str:
    return "-" if value.value is None else f"{value.value:,} B"


def outcome_word(fits: bool | None) -> str:
    """``yes``, ``NO`` or ``not known``."""
    return "not known" if fits is None else "yes" if fits else "NO"


def _no_figure(_: Fit) -> Quantity:
    return missing(_NO_BOARD)


def _quantity(variant: VariantRecord, pick: Callable[[Fit], Quantity]) -> Quantity:
    if variant.fit is not None:
        return pick(variant.fit)
    return footprint_of(variant, lambda _: missing(_NO_BOARD))

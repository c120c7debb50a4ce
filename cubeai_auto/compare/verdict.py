"""Which deployment takes less, in a sentence with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cubeai_auto.board import Board
from cubeai_auto.compare.conditions import Metric, ratio
from cubeai_auto.compare.crossover import Crossover, FlashLine, crossover, flash_line
from cubeai_auto.compare.fits import Fit, check_fit
from cubeai_auto.compare.ratios import Judged, figure
from cubeai_auto.quantity import JsonValue, Quantity
from cubeai_auto.reports.report import Footprint

__all__ = ["SIDE_NAMES", "Judged", "Verdict", "judge_sides"]

SIDE_NAMES: Final = {
    "cube-ai": "Cube.AI",
    "builtin": "the built-in engine",
    "tflm-reference": "TFLM with reference kernels",
    "tflm-cmsis-nn": "TFLM with CMSIS-NN",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who needs less.

    Attributes:
        flash: the side with the least flash; ``None`` if no two can be compared.
        ram: with the least RAM.
        sentence: the answer for a reader.
        reasons: what it rests on, and what could not be compared.
        crossovers: the sizes at which the winner in flash changes, against each other side.
    """

    flash: str | None
    ram: str | None
    sentence: str
    reasons: tuple[str, ...]
    crossovers: tuple[Crossover, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """The ``verdict`` object."""
        return {
            "flash": self.flash,
            "ram": self.ram,
            "sentence": self.sentence,
            "reasons": list(self.reasons),
            "crossovers": [found.to_json() for found in self.crossovers],
        }


def judge_sides(sides: Sequence[Judged], weights: Quantity, board: Board | None = None) -> Verdict:
    """The verdict over all sides.

    Args:
        sides: all sides of one network.
        weights: bytes of the network's weights, for the crossover.
        board: the board whose headroom is told, if one is known.
    """
    candidates = [judged for judged in sides if judged.candidate]
    reasons: list[str] = []
    flash, flash_of_all = _least("flash", candidates, reasons)
    ram, ram_of_all = _least("ram", candidates, reasons)
    if board is not None:
        for judged in candidates:
            won = tuple(name for name, best in (("flash", flash), ("ram", ram)) if best is judged)
            reasons += _room(judged, won, board)
    return Verdict(
        flash=None if flash is None else flash.side.name,
        ram=None if ram is None else ram.side.name,
        sentence=_sentence((flash, flash_of_all), (ram, ram_of_all)),
        reasons=tuple(dict.fromkeys(reasons)),
        crossovers=_crossovers(flash, candidates, weights),
    )


def _least(metric: Metric, sides: Sequence[Judged], reasons: list[str]) -> tuple[Judged | None, bool]:
    """The side with the smallest figure among those that may be compared with another one.

    Returns:
        That side, and whether it could be compared with every known figure.
    """
    known = sorted(
        ((judged, value) for judged in sides if (value := figure(judged, metric)).value is not None),
        key=lambda item: (item[1].value or 0, item[0].side.name),
    )
    reasons += [
        f"{metric}: {_name(judged)} has no figure: {figure(judged, metric).reason}"
        for judged in sides
        if not figure(judged, metric).known
    ]
    for position, (best, least) in enumerate(known):
        compared = 0
        for other, value in known[position + 1 :]:
            share = ratio(metric, (best.under(metric), least), (other.under(metric), value))
            if share.value is None:
                reasons.append(f"{metric}: {_name(best)} and {_name(other)}: {share.reason}")
                continue
            compared += 1
            reasons.append(
                f"{metric}: {_name(best)} {least.value:,} B ({least.how}), {_name(other)} "
                f"{value.value:,} B ({value.how}): {share.value:.2f}x"
            )
        if compared:
            return best, compared == len(known) - 1
    return None, False


def _room(judged: Judged, won: Sequence[str], board: Board) -> list[str]:
    """What is left on the board by a winner, and what is short for anybody."""
    side = judged.side
    fit = check_fit(
        Footprint(flash_total=side.flash_total, activations=side.activations, ram_total=side.ram_total),
        board,
    )
    lines = [text for name in won if (text := _headroom(name, fit))]
    for name, line in (("flash", fit.flash), ("activations", fit.activations), ("ram", fit.ram)):
        if line.fits is False:
            short = -(line.headroom.value or 0)
            lines.append(f"{board.name} is {short:,} B of {name} short for {_name(judged)}")
    return lines


def _headroom(metric: str, fit: Fit) -> str:
    line = fit.flash if metric == "flash" else fit.ram
    left, room = line.headroom.value, line.room.value
    if left is None or left < 0 or not room:
        return ""
    return f"headroom on {fit.board}: {left:,} B of {metric} left ({left / room:.0%})"


def _sentence(flash: tuple[Judged | None, bool], ram: tuple[Judged | None, bool]) -> str:
    parts: dict[tuple[str, bool], list[str]] = {}
    for metric, (judged, of_all) in (("flash", flash), ("RAM", ram)):
        if judged is not None:
            parts.setdefault((_winner(judged), of_all), []).append(f"the least {metric}")
    if not parts:
        return "No two deployments can be compared."
    text = ", ".join(
        f"{name} needs {' and '.join(what)}" + ("" if of_all else " of those that can be compared")
        for (name, of_all), what in parts.items()
    )
    return f"{text[0].upper()}{text[1:]}."


def _crossovers(
    best: Judged | None, sides: Sequence[Judged], weights: Quantity
) -> tuple[Crossover, ...]:
    if best is None:
        return ()
    own = _line(best, weights)
    if own is None:
        return ()
    found = []
    for judged in sides:
        line = None if judged is best else _line(judged, weights)
        share = ratio(
            "flash",
            (best.conditions, best.side.flash_total),
            (judged.conditions, judged.side.flash_total),
        )
        if line is not None and share.known:
            found.append(crossover(own, line))
    return tuple(found)


def _line(judged: Judged, weights: Quantity) -> FlashLine | None:
    side = judged.side
    return flash_line(_name(judged), side.flash_total, side.container, weights)


def _winner(judged: Judged) -> str:
    """The side's name, marked where its figures are predicted."""
    hows = {judged.side.flash_total.how, judged.side.ram_total.how} - {None}
    return f"{_name(judged)} (predicted)" if hows == {"predicted"} else _name(judged)


def _name(judged: Judged) -> str:
    return SIDE_NAMES.get(judged.side.name, judged.side.name)

"""Which deployment takes less, in a sentence with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.board import Board
from cubeai_auto.compare.conditions import SideConditions, ratio
from cubeai_auto.compare.crossover import Crossover, crossover, flash_line
from cubeai_auto.compare.side import Side
from cubeai_auto.quantity import JsonValue, Quantity

__all__ = ["Judged", "Verdict", "judge_sides"]

_NAMES = {
    "cube-ai": "Cube.AI",
    "builtin": "the built-in engine",
    "tflm-reference": "TFLM with reference kernels",
    "tflm-cmsis-nn": "TFLM with CMSIS-NN",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A side with the conditions of its figures."""

    side: Side
    conditions: SideConditions


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
    reasons: list[str] = []
    flash = _least("flash", [(s, s.side.flash_total) for s in sides], reasons)
    ram = _least("ram", [(s, s.side.ram_total) for s in sides], reasons)
    reasons += _headroom([(w, s, size) for w, s, size in _winners(flash, ram, board)], board)
    return Verdict(
        flash=None if flash is None else flash.side.name,
        ram=None if ram is None else ram.side.name,
        sentence=_sentence(flash, ram),
        reasons=tuple(dict.fromkeys(reasons)),
        crossovers=_crossovers(flash, sides, weights),
    )


def _least(
    metric: str, figures: Sequence[tuple[Judged, Quantity]], reasons: list[str]
) -> Judged | None:
    """The side with the smallest figure among those that may be compared with it."""
    known = sorted(
        ((judged, figure) for judged, figure in figures if figure.value is not None),
        key=lambda item: (item[1].value or 0, item[0].side.name),
    )
    reasons += [
        f"{metric}: {_name(judged)} has no figure: {figure.reason}"
        for judged, figure in figures
        if figure.value is None
    ]
    if not known:
        return None
    best, least = known[0]
    compared = False
    for other, figure in known[1:]:
        share = ratio(
            "flash" if metric == "flash" else "ram",
            (best.conditions, least),
            (other.conditions, figure),
        )
        if share.value is None:
            reasons.append(f"{metric}: {_name(best)} and {_name(other)}: {share.reason}")
            continue
        compared = True
        reasons.append(
            f"{metric}: {_name(best)} {least.value:,} B ({least.how}), {_name(other)} "
            f"{figure.value:,} B ({figure.how}): {share.value:.2f}x"
        )
    return best if compared else None


def _winners(
    flash: Judged | None, ram: Judged | None, board: Board | None
) -> list[tuple[str, Judged, int]]:
    if board is None:
        return []
    found = []
    if flash is not None:
        found.append(("flash", flash, board.flash_bytes))
    if ram is not None:
        found.append(("ram", ram, board.ram_bytes))
    return found


def _headroom(winners: Sequence[tuple[str, Judged, int]], board: Board | None) -> list[str]:
    lines = []
    for metric, judged, room in winners:
        need = judged.side.flash_total if metric == "flash" else judged.side.ram_total
        if need.value is None or board is None or room <= 0:
            continue
        left = room - need.value
        lines.append(
            f"headroom on {board.name}: {left:,} B of {metric} left ({left / room:.0%})"
            if left >= 0
            else f"{board.name} is {-left:,} B of {metric} short"
        )
    return lines


def _sentence(flash: Judged | None, ram: Judged | None) -> str:
    if flash is None and ram is None:
        return "No two deployments can be compared."
    if flash is not None and ram is not None and flash.side.name == ram.side.name:
        text = f"{_name(flash)} needs the least flash and the least RAM."
    else:
        parts = [
            f"{_name(judged)} needs the least {metric}"
            for metric, judged in (("flash", flash), ("RAM", ram))
            if judged is not None
        ]
        text = ", ".join(parts) + "."
    return text[0].upper() + text[1:]


def _crossovers(
    best: Judged | None, sides: Sequence[Judged], weights: Quantity
) -> tuple[Crossover, ...]:
    if best is None:
        return ()
    lines = {
        judged.side.name: flash_line(
            _name(judged), judged.side.flash_total, judged.side.container, weights
        )
        for judged in sides
    }
    own = lines[best.side.name]
    return tuple(
        crossover(own, line)
        for name, line in lines.items()
        if own is not None and line is not None and name != best.side.name
    )


def _name(judged: Judged) -> str:
    return _NAMES.get(judged.side.name, judged.side.name)

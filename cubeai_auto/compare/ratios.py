"""One side's figures over another's, where their conditions allow it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cubeai_auto.compare.conditions import Metric, SideConditions, ratio
from cubeai_auto.compare.side import Side
from cubeai_auto.quantity import JsonValue, Quantity

__all__ = ["Judged", "Ratio", "figure", "ratios"]

_METRICS: tuple[Metric, ...] = ("flash", "ram", "instructions")


@dataclass(frozen=True, slots=True)
class Judged:
    """A side with the conditions of its figures.

    Attributes:
        side: the figures.
        conditions: of flash and RAM.
        work: of the instructions, if they were counted under others.
        candidate: whether it may win; a prediction that a measurement replaced may not.
    """

    side: Side
    conditions: SideConditions
    work: SideConditions | None = None
    candidate: bool = True

    def under(self, metric: Metric) -> SideConditions:
        """The conditions of a metric's figure."""
        if metric == "instructions" and self.work is not None:
            return self.work
        return self.conditions


@dataclass(frozen=True, slots=True)
class Ratio:
    """A side's figure over that of the side it is held ``against``, or why there is no such ratio."""

    metric: Metric
    side: str
    against: str
    value: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``ratios``."""
        return {
            "metric": self.metric,
            "side": self.side,
            "against": self.against,
            "ratio": self.value.to_json(),
        }


def figure(judged: Judged, metric: Metric) -> Quantity:
    """The figure that is compared."""
    side = judged.side
    if metric == "flash":
        return side.flash_total
    return side.ram_total if metric == "ram" else side.instructions


def ratios(sides: Sequence[Judged]) -> tuple[Ratio, ...]:
    """Flash, RAM and instructions of every side over the built-in engine's.

    Where that one is not known, the first side with a figure stands in its place.
    """
    known = [judged for judged in sides if figure(judged, "flash").known or figure(judged, "ram").known]
    ours = [judged for judged in known if judged.side.name == "builtin"]
    base = next(iter((*ours, *known)), None)
    return () if base is None else tuple(_ratios(base, [other for other in sides if other is not base]))


def _ratios(base: Judged, others: Sequence[Judged]) -> Iterator[Ratio]:
    for metric in _METRICS:
        theirs = (base.under(metric), figure(base, metric))
        for other in others:
            value = ratio(metric, (other.under(metric), figure(other, metric)), theirs)
            if value.known:
                value = replace(
                    value, source=f"{other.side.name} over {base.side.name}: {value.source}"
                )
            yield Ratio(metric, other.side.name, base.side.name, value)

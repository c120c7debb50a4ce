"""What may be said of deployments side by side: conditions, verdict and crossovers as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.compare.conditions import Condition
from cubeai_auto.compare.crossover import Crossover
from cubeai_auto.compare.ratios import Ratio
from cubeai_auto.render.names import side_name
from cubeai_auto.render.text import Cell, Notes, one_line

__all__ = ["ConditionRow", "CrossoverLine", "Judgment", "RatioRow", "judgment"]

Outcome = Literal["equal", "by nature", "DIFFERS", "not known"]

_NAMES = {
    "core": "core",
    "fpu_abi": "float ABI",
    "optimization": "optimization",
    "debug": "debug code",
    "io_placement": "inputs and outputs",
    "kernels": "kernels",
    "toolchain": "toolchain",
    "container": "model container",
    "model": "model",
}
_METRICS = {"flash": "flash", "ram": "RAM", "instructions": "instructions"}


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition, with a value a side (``-`` where nobody says) and whether it is the same."""

    name: str
    values: tuple[str, ...]
    outcome: Outcome
    note: str


@dataclass(frozen=True, slots=True)
class CrossoverLine:
    """At which size of the weights the smaller side changes; ``at`` has no value if it never does."""

    below: str
    above: str
    at: Cell

    @property
    def text(self) -> str:
        """The crossover in a sentence."""
        if not self.at.known:
            return f"Flash: {self.at.origin}."
        return f"Flash: {self.below} is smaller below {self.at.text} of weights, {self.above} above."


@dataclass(frozen=True, slots=True)
class RatioRow:
    """A side's figure over another side's; without a value, the two are not comparable."""

    metric: str
    side: str
    against: str
    value: Cell


@dataclass(frozen=True, slots=True)
class Judgment:
    """All that was judged: empty texts and tuples where nothing was."""

    sides: tuple[str, ...]
    conditions: tuple[ConditionRow, ...]
    sentence: str
    reasons: tuple[str, ...]
    crossovers: tuple[CrossoverLine, ...]
    ratios: tuple[RatioRow, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.conditions or self.sentence or self.ratios)


def judgment(comparison: Comparison, notes: Notes) -> Judgment:
    """The judgment of a comparison, a column a side in the comparison's order."""
    sides = tuple(side.name for side in comparison.sides)
    verdict = comparison.verdict
    return Judgment(
        sides=tuple(map(side_name, sides)),
        conditions=tuple(_condition(condition, sides) for condition in comparison.conditions),
        sentence="" if verdict is None else one_line(verdict.sentence),
        reasons=() if verdict is None else tuple(map(one_line, verdict.reasons)),
        crossovers=()
        if verdict is None
        else tuple(_crossover(found, notes) for found in verdict.crossovers),
        ratios=tuple(_ratio(found, notes) for found in comparison.ratios),
    )


def _condition(condition: Condition, sides: tuple[str, ...]) -> ConditionRow:
    values = dict(condition.values)
    outcome: Outcome = "not known"
    if condition.comparable is False:
        outcome = "DIFFERS"
    elif condition.comparable:
        said = {value for _, value in condition.values}
        outcome = "equal" if len(said) <= 1 and not condition.note else "by nature"
    return ConditionRow(
        name=_NAMES.get(condition.name, one_line(condition.name)),
        values=tuple(one_line(values.get(side, "")) or "-" for side in sides),
        outcome=outcome,
        note=one_line(condition.note),
    )


def _crossover(found: Crossover, notes: Notes) -> CrossoverLine:
    return CrossoverLine(
        one_line(found.smaller_below), one_line(found.smaller_above), notes.cell(found.weights)
    )


def _ratio(found: Ratio, notes: Notes) -> RatioRow:
    value = found.value
    return RatioRow(
        metric=_METRICS.get(found.metric, one_line(found.metric)),
        side=side_name(found.side),
        against=side_name(found.against),
        value=notes.absent(value.reason)
        if value.value is None or value.how is None
        else notes.known(f"{value.value:.2f}x", value.how, value.source),
    )

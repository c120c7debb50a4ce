"""Deployments of a network side by side, and what can be said of them."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.compare.conditions import Condition
from cubeai_auto.compare.ratios import Ratio
from cubeai_auto.compare.side import Side
from cubeai_auto.compare.verdict import Verdict
from cubeai_auto.quantity import JsonValue

__all__ = ["Comparison"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Deployments side by side.

    Attributes:
        sides: a deployment each.
        notes: what cannot be said of them, and why.
        conditions: under which conditions the figures were obtained, over all sides.
        verdict: who needs less, with the crossovers; ``None`` if nobody judged.
        ratios: every side's figures over the built-in engine's, or why there is no such ratio.
    """

    sides: tuple[Side, ...]
    notes: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    verdict: Verdict | None = None
    ratios: tuple[Ratio, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """The ``comparison`` object of a run, and the body of the ``compare`` verb's JSON."""
        return {
            "sides": [side.to_json() for side in self.sides],
            "conditions": [condition.to_json() for condition in self.conditions],
            "verdict": None if self.verdict is None else self.verdict.to_json(),
            "ratios": [ratio.to_json() for ratio in self.ratios],
            "notes": list(self.notes),
        }

"""The outcome of each variant: what a reader wants to know before any table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cubeai_auto.compare.record import BudgetCheck, RunRecord, VariantRecord
from cubeai_auto.render.fit_view import fit_cell, misfits
from cubeai_auto.render.summary import emulated, footprint_of, mismatch_cell
from cubeai_auto.render.text import Cell, Notes, number, one_line

__all__ = ["STATE_WORDS", "Figure", "State", "Verdict", "verdict", "verdicts"]

State = Literal["passed", "failed", "refused", "unproven"]

STATE_WORDS: Final[dict[State, str]] = {
    "passed": "passed",
    "failed": "FAILED",
    "refused": "refused",
    "unproven": "not proven",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its name; ``decides`` tells those that a verdict or a choice rests on."""

    label: str
    cell: Cell
    decides: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a variant.

    Attributes:
        variant: its name.
        state: ``failed`` if an output differs or a budget does not hold; ``refused`` if the
            engine does not do the model; ``unproven`` if nothing was compared.
        accuracy: of the deployed variant.
        figures: flash, RAM, instructions, and the mismatches in each place.
        reason: why the engine refused, in a line; empty otherwise.
        details: the further lines of the refusal.
        problems: what did not hold, a line each.
        unknown: what could not be judged, a line each.
        misfits: what does not fit on the board, a line each; a warning, no failure.
    """

    variant: str
    state: State
    accuracy: Cell
    figures: tuple[Figure, ...]
    reason: str = ""
    details: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    misfits: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The state as a reader's word."""
        return STATE_WORDS[self.state]


def verdicts(record: RunRecord, notes: Notes) -> tuple[Verdict, ...]:
    """The verdicts on all variants, in the record's order."""
    return tuple(verdict(variant, record.budgets, notes) for variant in record.variants)


def verdict(variant: VariantRecord, budgets: Sequence[BudgetCheck], notes: Notes) -> Verdict:
    """The verdict on a variant, from its validations and its budgets."""
    name = one_line(variant.name)
    accuracy = notes.cell(variant.accuracy.deployed, "accuracy")
    checks = [check for check in budgets if check.variant == variant.name]
    problems = _problems(variant, checks)
    unknown = tuple(f"budget {one_line(c.name)}: no value" for c in checks if c.passed is None)
    if variant.report is None:
        lines = [one_line(line).strip() for line in variant.refusal.splitlines() if line.strip()]
        reason, *details = lines or ["the engine made no report"]
        return Verdict(name, "refused", accuracy, (), reason, tuple(details), problems, unknown)
    compared = any(result.mismatches is not None for result in variant.validation)
    state: State = "failed" if problems else "passed" if compared else "unproven"
    places = dict.fromkeys(["host", "emulator", *(result.on for result in variant.validation)])
    figures = (
        Figure("flash", notes.cell(footprint_of(variant, lambda r: r.footprint.flash_total))),
        Figure("RAM", notes.cell(footprint_of(variant, lambda r: r.footprint.ram_total))),
        Figure("instructions", notes.cell(emulated(variant, lambda r: r.instructions), "bare"), False),
        *(
            Figure(f"differ, {one_line(place)}", mismatch_cell(variant, place, notes))
            for place in places
        ),
    )
    if variant.fit is not None:
        label = f"fits {one_line(variant.fit.board)}"
        figures = (*figures, Figure(label, fit_cell(variant.fit, notes), decides=False))
    warnings = misfits(variant.fit)
    return Verdict(name, state, accuracy, figures, problems=problems, unknown=unknown, misfits=warnings)


def _problems(variant: VariantRecord, checks: Sequence[BudgetCheck]) -> tuple[str, ...]:
    outputs = (
        f"{number(result.mismatches)} of {number(result.outputs_compared)} outputs differ"
        f" on the {one_line(result.on)}"
        for result in variant.validation
        if result.mismatches
    )
    limits = (f"budget {one_line(check.name)} not held" for check in checks if check.passed is False)
    return (*outputs, *limits)

"""Limits that a deployment has to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.compare.record import BudgetCheck, VariantRecord
from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult

__all__ = ["Budgets", "check_budget"]


@dataclass(frozen=True, slots=True)
class Budgets:
    """Limits of a project; ``None`` is not checked.

    Attributes:
        flash: most bytes of weights, code and libraries.
        ram: most bytes of RAM, stack included.
        arena: most bytes of activations.
        macc: most multiply-accumulate operations.
        instructions: most instructions per inference.
        accuracy: least fraction of the test set classified rightly.
        mismatches: most output elements that differ from the oracle's.
    """

    flash: int | None = None
    ram: int | None = None
    arena: int | None = None
    macc: int | None = None
    instructions: int | None = None
    accuracy: float | None = None
    mismatches: int | None = None


def check_budget(variant: VariantRecord, budgets: Budgets) -> tuple[BudgetCheck, ...]:
    """Every limit against the variant's value.

    A value that could not be obtained is neither kept nor broken (``passed`` is ``None``). A
    variant that the engine refused is deployed nowhere and is not checked.
    """
    if variant.report is None:
        return ()
    footprint = variant.report.footprint
    rows: Sequence[tuple[str, float | None, Quantity]] = (
        ("flash", budgets.flash, footprint.flash_total),
        ("ram", budgets.ram, _ram(variant.report, variant.validation)),
        ("arena", budgets.arena, footprint.activations),
        ("macc", budgets.macc, variant.report.macc),
        ("instructions", budgets.instructions, _instructions(variant.validation)),
        ("accuracy", budgets.accuracy, variant.accuracy.deployed),
        ("mismatches", budgets.mismatches, _mismatches(variant.validation)),
    )
    return tuple(
        BudgetCheck(name, variant.name, limit, value, _kept(name, limit, value))
        for name, limit, value in rows
        if limit is not None
    )


def _kept(name: str, limit: float, value: Quantity) -> bool | None:
    if value.value is None:
        return None
    return value.value >= limit if name == "accuracy" else value.value <= limit


def _ram(report: CubeReport, validation: Sequence[ValidationResult]) -> Quantity:
    ram, stack = report.footprint.ram_total, _stack(validation)
    if ram.value is None or stack.value is None:
        return ram if ram.value is None else stack
    return measured(int(ram.value + stack.value), "B", f"{ram.source}; stack: {stack.source}")


def _stack(validation: Sequence[ValidationResult]) -> Quantity:
    return _first([result.stack for result in validation], "the stack was not measured")


def _instructions(validation: Sequence[ValidationResult]) -> Quantity:
    return _first([result.instructions for result in validation], "instructions were not counted")


def _first(values: Sequence[Quantity], reason: str) -> Quantity:
    """The first value that is known, else the last one's reason."""
    for value in values:
        if value.known:
            return value
    return values[-1] if values else missing(reason)


def _mismatches(validation: Sequence[ValidationResult]) -> Quantity:
    done = [result for result in validation if result.mismatches is not None]
    if not done:
        return missing(validation[-1].reason if validation else "nothing was validated")
    places = " and ".join(f"{result.vectors:,} vectors on {result.on}" for result in done)
    total = sum(result.mismatches or 0 for result in done)
    return measured(total, "1", f"{places}, against {done[0].oracle}")

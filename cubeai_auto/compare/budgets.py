"""Limits that a deployment has to keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto.compare.figures import KeyFigure, key_figures
from cubeai_auto.compare.record import BudgetCheck, VariantRecord

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
    limits: Mapping[str, float | None] = {
        "flash": budgets.flash,
        "ram": budgets.ram,
        "arena": budgets.arena,
        "macc": budgets.macc,
        "instructions": budgets.instructions,
        "accuracy": budgets.accuracy,
        "mismatches": budgets.mismatches,
    }
    return tuple(
        BudgetCheck(figure.name, variant.name, limit, figure.value, _kept(limit, figure))
        for figure in key_figures(variant)
        if (limit := limits[figure.name]) is not None
    )


def _kept(limit: float, figure: KeyFigure) -> bool | None:
    value = figure.value.value
    if value is None:
        return None
    return value >= limit if figure.name == "accuracy" else value <= limit

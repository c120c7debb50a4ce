"""The tables of a run as rows of cells, made once for the console, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cubeai_auto.compare.record import BudgetCheck, Comparison, Side, VariantRecord
from cubeai_auto.quantity import How, Quantity, missing
from cubeai_auto.render.text import Cell, Notes, Style, number, one_line, quantity_text
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult

__all__ = [
    "BudgetRow",
    "Group",
    "Row",
    "budget_rows",
    "emulated",
    "footprint_of",
    "mismatch_cell",
    "result_cell",
    "side_groups",
    "variant_groups",
]

_HOW_BY_PLACE: dict[str, How] = {"emulator": "simulated"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what it is, and a cell a column."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under a common heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A budget ready to be shown; ``limit`` says its direction: ``<= 131,072 B``.

    ``passed`` is ``None`` where there is no value to judge.
    """

    variant: str
    name: str
    limit: str
    value: Cell
    passed: bool | None

    @property
    def outcome(self) -> str:
        """``pass``, ``FAIL`` or ``not known``."""
        return "not known" if self.passed is None else "pass" if self.passed else "FAIL"


def variant_groups(variants: Sequence[VariantRecord], notes: Notes) -> tuple[Group, ...]:
    """The figures of every variant, a column each; all places it was validated in get a line."""

    def row(label: str, style: Style, pick: Callable[[VariantRecord], Quantity]) -> Row:
        return Row(label, tuple(notes.cell(pick(variant), style) for variant in variants))

    def report(pick: Callable[[CubeReport], Quantity]) -> Callable[[VariantRecord], Quantity]:
        return lambda variant: footprint_of(variant, pick)

    places = dict.fromkeys(["host", "emulator"])
    places.update(dict.fromkeys(result.on for variant in variants for result in variant.validation))
    return (
        Group(
            "Accuracy on the test set",
            (
                row("reference (float Keras)", "accuracy", lambda v: v.accuracy.reference),
                row("float32 .tflite in C", "accuracy", lambda v: v.accuracy.float32),
                row("deployed, in C", "accuracy", lambda v: v.accuracy.deployed),
            ),
        ),
        Group(
            "Flash",
            (
                row("weights and biases", "unit", report(lambda r: r.footprint.weights)),
                row("kernels", "unit", report(lambda r: r.footprint.kernel_flash)),
                row("channel constants", "unit", report(lambda r: r.footprint.channel_constants)),
                row("total", "unit", report(lambda r: r.footprint.flash_total)),
            ),
        ),
        Group(
            "RAM",
            (
                row("activations", "unit", report(lambda r: r.footprint.activations)),
                row("total", "unit", report(lambda r: r.footprint.ram_total)),
                row("stack", "unit", lambda v: emulated(v, lambda result: result.stack)),
            ),
        ),
        Group(
            "Work per inference",
            (
                row("MACC", "bare", report(lambda r: r.macc)),
                row(
                    "instructions",
                    "bare",
                    lambda v: emulated(v, lambda result: result.instructions),
                ),
            ),
        ),
        Group(
            "Outputs that differ",
            tuple(
                Row(
                    f"on the {one_line(place)}",
                    tuple(mismatch_cell(variant, place, notes) for variant in variants),
                )
                for place in places
            ),
        ),
        Group(
            "TFLM, for comparison",
            (row("arena, x86-64 host", "unit", lambda v: v.tflm.host_arena.total),),
        ),
    )


def footprint_of(variant: VariantRecord, pick: Callable[[CubeReport], Quantity]) -> Quantity:
    """A figure of the variant's report; without a report, the engine's refusal is the reason."""
    if variant.report is None:
        return missing(
            f"refused: {variant.refusal}" if variant.refusal else "the engine made no report"
        )
    return pick(variant.report)


def emulated(variant: VariantRecord, pick: Callable[[ValidationResult], Quantity]) -> Quantity:
    """A figure that only a run on the target's instruction set gives: board first, then emulator."""
    for place in ("board", "emulator"):
        values = [pick(result) for result in variant.validation if result.on == place]
        if values:
            return next((value for value in values if value.known), values[0])
    if variant.report is None:
        return footprint_of(variant, lambda report: report.macc)
    return missing("not run on an emulator or a board")


def mismatch_cell(variant: VariantRecord, place: str, notes: Notes) -> Cell:
    """How many of the outputs compared in a place differ: ``0 of 3,600``."""
    results = [result for result in variant.validation if result.on == place]
    if results:
        return result_cell(results, place, notes)
    if variant.report is None:
        return notes.absent(footprint_of(variant, lambda report: report.macc).reason)
    return notes.absent(f"not validated on the {place}")


def result_cell(results: Sequence[ValidationResult], place: str, notes: Notes) -> Cell:
    """The outputs that differ in all of these validations, which ran in the same place."""
    compared = [result for result in results if result.mismatches is not None]
    if not compared:
        return notes.absent(next((r.reason for r in results if r.reason), "nothing was compared"))
    wrong = sum(result.mismatches or 0 for result in compared)
    total = sum(result.outputs_compared for result in compared)
    sources = dict.fromkeys(
        f"outputs on the {place} against {result.oracle or 'no oracle'}"
        + (f" ({result.tolerance})" if result.tolerance else "")
        for result in compared
    )
    text = f"{number(wrong)} of {number(total)}"
    return notes.known(text, _HOW_BY_PLACE.get(place, "measured"), "; ".join(sources))


def side_groups(comparison: Comparison, notes: Notes) -> tuple[Group, ...]:
    """The sides of a comparison, a column each, in the vocabulary they share."""

    def row(label: str, style: Style, pick: Callable[[Side], Quantity]) -> Row:
        return Row(label, tuple(notes.cell(pick(side), style) for side in comparison.sides))

    return (
        Group(
            "Flash",
            (
                row("weights", "unit", lambda s: s.weights),
                row("container or constants", "unit", lambda s: s.container),
                row("kernels", "unit", lambda s: s.kernels),
                row("runtime", "unit", lambda s: s.runtime),
                row("total", "unit", lambda s: s.flash_total),
            ),
        ),
        Group(
            "RAM",
            (
                row("activations or arena", "unit", lambda s: s.activations),
                row("inputs and outputs", "unit", lambda s: s.io),
                row("runtime", "unit", lambda s: s.runtime_ram),
                row("stack", "unit", lambda s: s.stack),
                row("total", "unit", lambda s: s.ram_total),
            ),
        ),
        Group(
            "Work per inference",
            (
                row("MACC", "bare", lambda s: s.macc),
                row("instructions", "bare", lambda s: s.instructions),
            ),
        ),
        Group(
            "Accuracy on the test set",
            (row("deployed", "accuracy", lambda s: s.accuracy),),
        ),
    )


def budget_rows(budgets: Sequence[BudgetCheck], notes: Notes) -> tuple[BudgetRow, ...]:
    """The budgets in the order given; an accuracy is a lower limit, all others are upper ones."""
    rows = []
    for check in budgets:
        style: Style = "unit" if check.name in {"flash", "ram", "arena"} else "bare"
        sign = "<="
        if check.name == "accuracy":
            style, sign = "accuracy", ">="
        rows.append(
            BudgetRow(
                variant=one_line(check.variant),
                name=one_line(check.name),
                limit=f"{sign} {quantity_text(check.limit, 'B', style)}",
                value=notes.cell(check.value, style),
                passed=check.passed,
            )
        )
    return tuple(rows)

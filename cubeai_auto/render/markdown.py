"""A run as Markdown: in short, as a comment shows it, or in full for the page beside a CI job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cubeai_auto.compare.record import RunRecord, VariantRecord
from cubeai_auto.render.cubemx_view import cubemx_lines
from cubeai_auto.render.fit_view import fit_groups
from cubeai_auto.render.judgment import judgment
from cubeai_auto.render.markdown_parts import (
    baseline_lines,
    details,
    escaped,
    group_table,
    head,
    judgment_lines,
    legend,
    more,
    reason_lines,
    row,
    value,
    within,
)
from cubeai_auto.render.names import HTML_FILE, JSON_FILE, engine_name, side_name
from cubeai_auto.render.summary import budget_rows, side_groups, variant_groups
from cubeai_auto.render.text import Notes, number
from cubeai_auto.render.verdict import Verdict, verdicts

__all__ = ["render_full_markdown", "render_markdown"]

_MOST_VARIANTS: Final = 6
_MOST_SIDES: Final = 8
_MOST_BUDGETS: Final = 10
_MOST_CHANGES: Final = 6
_MOST_REASONS: Final = 8
_MANY: Final = 60


def render_markdown(record: RunRecord) -> str:
    """The summary, at most 90 lines and mostly less than 60; what does not fit is counted."""
    notes = Notes()
    outcomes = verdicts(record, notes)
    lines = [
        *_heading(record),
        *_variants(outcomes, _MOST_VARIANTS),
        *_sides(record.variants, notes),
        *_dearer(record),
        *_budgets(record, notes, _MOST_BUDGETS),
        *_baseline(record, notes, _MOST_CHANGES),
        *_problems("Not held", [(o.variant, line) for o in outcomes for line in o.problems]),
        *_problems("Warnings", [(o.variant, line) for o in outcomes for line in o.misfits]),
        *_cubemx(record),
        *reason_lines(notes, _MOST_REASONS),
        _ending(),
    ]
    return "\n".join(lines) + "\n"


def render_full_markdown(record: RunRecord) -> str:
    """Everything that a reader of a CI job looks for, in less than 60 kB.

    Sections that would make it longer are left out and named; the HTML page has them.
    """
    notes = Notes()
    outcomes = verdicts(record, notes)
    sections = list(_sections(record, outcomes, notes))
    reasons = details("Not known, and why", reason_lines(notes, _MANY)) if notes.reasons else []
    sections.append(("reasons", reasons))
    return within(sections, [_ending()])


def _sections(
    record: RunRecord, outcomes: Sequence[Verdict], notes: Notes
) -> Iterator[tuple[str, list[str]]]:
    yield "heading", _heading(record)
    yield "variants", _variants(outcomes, _MANY)
    problems = [(o.variant, line) for o in outcomes for line in (*o.problems, *o.unknown)]
    yield "problems", _problems("Not held or not known", problems)
    yield "variants' flash", _across(record)
    yield "warnings", _problems("Warnings", [(o.variant, line) for o in outcomes for line in o.misfits])
    yield "budgets", _budgets(record, notes, _MANY)
    yield "baseline", _baseline(record, notes, _MANY)
    groups = (*variant_groups(record.variants, notes), *fit_groups(record.variants, notes))
    columns = [variant.name for variant in record.variants]
    yield "all figures", details("All figures", group_table(columns, groups))
    for variant in record.variants:
        comparison = variant.comparison
        if comparison.sides:
            title = f"{variant.name}: side by side"
            sides = [side_name(side.name) for side in comparison.sides]
            yield (
                title,
                [
                    *details(title, group_table(sides, side_groups(comparison, notes))),
                    *judgment_lines(judgment(comparison, notes)),
                    *(f"- {escaped(note)}" for note in comparison.notes),
                    "",
                ],
            )


def _heading(record: RunRecord) -> list[str]:
    data = record.dataset
    samples = f"{number(data.train)} training and {number(data.test)} test samples"
    origin = f"{escaped(data.name)} with {samples}" if data.hash else escaped(data.source)
    return [
        f"## {escaped(record.project)} on {escaped(record.board)}",
        "",
        f"{escaped(engine_name(record.engine))}; {origin}; run {escaped(record.key[:12])}"
        + ("; answered from the run folder: no training, no engine work" if record.cached else ""),
        "",
    ]


def _ending() -> str:
    return f"Marks: {legend()}. Sources and more: {HTML_FILE}, {JSON_FILE}."


def _variants(outcomes: Sequence[Verdict], most: int) -> list[str]:
    labels = list(dict.fromkeys(figure.label for o in outcomes for figure in o.figures))
    lines = head(["variant", "outcome", "accuracy", *labels], 2)
    for outcome in outcomes[:most]:
        cells = {figure.label: value(figure.cell) for figure in outcome.figures}
        first = [escaped(outcome.variant), outcome.words, value(outcome.accuracy)]
        lines.append(row([*first, *(cells.get(label, "") for label in labels)]))
    return [*lines, *more(len(outcomes) - most, "variants"), ""]


def _sides(variants: Sequence[VariantRecord], notes: Notes) -> list[str]:
    pairs = [(variant, side) for variant in variants for side in variant.comparison.sides]
    if not pairs:
        return []
    lines = head(["variant", "side", "flash", "RAM", "instructions", "accuracy"], 2)
    for variant, side in pairs[:_MOST_SIDES]:
        cells = (
            notes.cell(side.flash_total),
            notes.cell(side.ram_total),
            notes.cell(side.instructions, "bare"),
            notes.cell(side.accuracy, "accuracy"),
        )
        lines.append(row([escaped(variant.name), escaped(side_name(side.name)), *map(value, cells)]))
    said = [(v.name, v.comparison.verdict.sentence) for v in variants if v.comparison.verdict]
    verdict = "; ".join(
        f"{escaped(name)}: {escaped(text.rstrip('.'))}" for name, text in said[:_MOST_VARIANTS]
    )
    ending = [f"**Verdict:** {verdict}", ""] if said else []
    return [*lines, *more(len(pairs) - _MOST_SIDES, "sides"), "", *ending]


def _across(record: RunRecord) -> list[str]:
    """What variants cost or save against each other, a line a side."""
    lines = [f"- {escaped(gap.sentence)}" for gap in record.across_variants[:_MANY]]
    return [*lines, ""] if lines else []


def _dearer(record: RunRecord) -> list[str]:
    """Variants that cost more flash than float32, against what a smaller file suggests."""
    lines = [gap.sentence for gap in record.across_variants if (gap.flash.value or 0) > 0]
    shown = "; ".join(map(escaped, lines[:_MOST_VARIANTS]))
    return [f"**More flash:** {shown}", *more(len(lines) - _MOST_VARIANTS, "such"), ""] if lines else []


def _budgets(record: RunRecord, notes: Notes, most: int) -> list[str]:
    """Failed budgets come first: they are what a reader of a summary looks for."""
    checks = sorted(record.budgets, key=lambda check: (check.passed is True, check.passed is None))
    if not checks:
        return []
    lines = head(["variant", "budget", "outcome", "limit", "value"], 3)
    lines += [
        row(
            [
                escaped(found.variant),
                escaped(found.name),
                "**FAIL**" if found.passed is False else found.outcome,
                found.limit.replace("<", "&lt;").replace(">", "&gt;"),
                value(found.value),
            ]
        )
        for found in budget_rows(checks[:most], notes)
    ]
    return [*lines, *more(len(checks) - most, "budgets"), ""]


def _baseline(record: RunRecord, notes: Notes, most: int) -> list[str]:
    return [] if record.baseline is None else baseline_lines(record.baseline, notes, most)


def _problems(title: str, lines: Sequence[tuple[str, str]]) -> list[str]:
    problems = [f"{variant}: {line}" for variant, line in lines]
    if not problems:
        return []
    shown = "; ".join(escaped(problem) for problem in problems[:_MOST_BUDGETS])
    return [f"**{title}:** {shown}", *more(len(problems) - _MOST_BUDGETS, "problems"), ""]


def _cubemx(record: RunRecord) -> list[str]:
    lines = cubemx_lines(record.variants)
    if not lines:
        return []
    shown = "; ".join(escaped(f"{line.variant}: {line.text}") for line in lines[:_MOST_VARIANTS])
    return [f"**CubeMX:** {shown}", *more(len(lines) - _MOST_VARIANTS, "projects"), ""]

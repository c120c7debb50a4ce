"""A run as a short Markdown summary, as a CI service shows it beside a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cubeai_auto.compare.record import RunRecord, VariantRecord
from cubeai_auto.render.cubemx_view import cubemx_lines
from cubeai_auto.render.names import HTML_FILE, JSON_FILE, engine_name, side_name
from cubeai_auto.render.summary import budget_rows
from cubeai_auto.render.text import LEGEND, Cell, Notes, mark, number, one_line
from cubeai_auto.render.verdict import Verdict, verdicts

__all__ = ["render_markdown"]

_MOST_VARIANTS: Final = 6
_MOST_SIDES: Final = 8
_MOST_BUDGETS: Final = 10
_MOST_REASONS: Final = 8
_LONGEST: Final = 240
_SPECIAL: Final = frozenset("\\`*_{}[]|#~$@")


def render_markdown(record: RunRecord) -> str:
    """The summary, at most 60 lines; what does not fit is counted and left to the other views."""
    notes = Notes()
    outcomes = verdicts(record, notes)
    data = record.dataset
    marks = ", ".join(f"{mark(how)} {how}" for how, _ in LEGEND)
    lines = [
        f"## {_plain(record.project)} on {_plain(record.board)}",
        "",
        f"{_plain(engine_name(record.engine))}; {_plain(data.name)} with {number(data.train)} training"
        f" and {number(data.test)} test samples; run {_plain(record.key[:12])}"
        + ("; answered from the run folder: no training, no engine work" if record.cached else ""),
        "",
        *_variants(outcomes),
        *_sides(record.variants, notes),
        *_budgets(record, notes),
        *_problems("Not held", [(o.variant, line) for o in outcomes for line in o.problems]),
        *_problems("Warnings", [(o.variant, line) for o in outcomes for line in o.misfits]),
        *_cubemx(record),
        *_reasons(notes),
        f"Marks: {marks}. Sources and more: {HTML_FILE}, {JSON_FILE}.",
    ]
    return "\n".join(lines) + "\n"


def _variants(outcomes: Sequence[Verdict]) -> list[str]:
    labels = list(dict.fromkeys(figure.label for o in outcomes for figure in o.figures))
    lines = _head(["variant", "outcome", "accuracy", *labels], 2)
    for outcome in outcomes[:_MOST_VARIANTS]:
        cells = {figure.label: _value(figure.cell) for figure in outcome.figures}
        row = [_plain(outcome.variant), outcome.words, _value(outcome.accuracy)]
        lines.append(_row([*row, *(cells.get(label, "") for label in labels)]))
    return [*lines, *_more(len(outcomes) - _MOST_VARIANTS, "variants"), ""]


def _sides(variants: Sequence[VariantRecord], notes: Notes) -> list[str]:
    pairs = [(variant, side) for variant in variants for side in variant.comparison.sides]
    if not pairs:
        return []
    lines = _head(["variant", "side", "flash", "RAM", "instructions", "accuracy"], 2)
    for variant, side in pairs[:_MOST_SIDES]:
        cells = (
            notes.cell(side.flash_total),
            notes.cell(side.ram_total),
            notes.cell(side.instructions, "bare"),
            notes.cell(side.accuracy, "accuracy"),
        )
        lines.append(_row([_plain(variant.name), _plain(side_name(side.name)), *map(_value, cells)]))
    return [*lines, *_more(len(pairs) - _MOST_SIDES, "sides"), ""]


def _budgets(record: RunRecord, notes: Notes) -> list[str]:
    """Failed budgets come first: they are what a reader of a summary looks for."""
    checks = sorted(record.budgets, key=lambda check: (check.passed is True, check.passed is None))
    if not checks:
        return []
    lines = _head(["variant", "budget", "outcome", "limit", "value"], 3)
    lines += [
        _row(
            [
                _plain(row.variant),
                _plain(row.name),
                "**FAIL**" if row.passed is False else row.outcome,
                row.limit.replace("<", "&lt;").replace(">", "&gt;"),
                _value(row.value),
            ]
        )
        for row in budget_rows(checks[:_MOST_BUDGETS], notes)
    ]
    return [*lines, *_more(len(checks) - _MOST_BUDGETS, "budgets"), ""]


def _problems(title: str, lines: Sequence[tuple[str, str]]) -> list[str]:
    problems = [f"{variant}: {line}" for variant, line in lines]
    if not problems:
        return []
    shown = "; ".join(_plain(problem) for problem in problems[:_MOST_BUDGETS])
    return [f"**{title}:** {shown}", *_more(len(problems) - _MOST_BUDGETS, "problems"), ""]


def _cubemx(record: RunRecord) -> list[str]:
    lines = cubemx_lines(record.variants)
    if not lines:
        return []
    shown = "; ".join(_plain(f"{line.variant}: {line.text}") for line in lines[:_MOST_VARIANTS])
    return [f"**CubeMX:** {shown}", *_more(len(lines) - _MOST_VARIANTS, "projects"), ""]


def _reasons(notes: Notes) -> list[str]:
    lines = [
        f"- \\[{position}\\] {_plain(reason)}" for position, reason in enumerate(notes.reasons, start=1)
    ][:_MOST_REASONS]
    return [*lines, *_more(len(notes.reasons) - _MOST_REASONS, "reasons"), ""] if lines else []


def _more(count: int, what: str) -> list[str]:
    return ["", f"and {count} more {what}"] if count > 0 else []


def _head(labels: Sequence[str], texts: int) -> list[str]:
    """A table's first lines; the first ``texts`` columns are words, the others are numbers."""
    rule = [("---" if position < texts else "---:") for position in range(len(labels))]
    return [_row([_plain(label) for label in labels]), _row(rule)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _value(cell: Cell) -> str:
    sign = cell.mark if cell.known else cell.mark.replace("[", "\\[").replace("]", "\\]")
    return f"{cell.text} <sup>{sign}</sup>"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, cut where it would fill the page."""
    text = one_line(text)
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "\u2026"
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)

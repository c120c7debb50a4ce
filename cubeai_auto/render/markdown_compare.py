"""A model's deployments side by side as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.render.judgment import judgment
from cubeai_auto.render.markdown_parts import (
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
from cubeai_auto.render.names import side_name
from cubeai_auto.render.summary import side_groups
from cubeai_auto.render.text import Notes, number

__all__ = ["render_compared_markdown"]

_MOST_SIDES: Final = 8
_MOST_REASONS: Final = 8
_MANY: Final = 60


def render_compared_markdown(compared: ComparedModel, *, compact: bool = False) -> str:
    """The comparison in less than 60 kB.

    Args:
        compared: a model's deployments.
        compact: only the totals and the verdict, as for a comment.
    """
    notes = Notes()
    sections = list(_sections(compared, notes, compact=compact))
    if notes.reasons:
        reasons = reason_lines(notes, _MOST_REASONS if compact else _MANY)
        sections.append(("reasons", reasons if compact else details("Not known, and why", reasons)))
    return within(sections, [f"Marks: {legend()}."])


def _sections(
    compared: ComparedModel, notes: Notes, *, compact: bool
) -> Iterator[tuple[str, list[str]]]:
    comparison = compared.comparison
    size = f"{number(compared.model_bytes)} B, SHA-256 {escaped(compared.model_sha256[:16])}"
    yield (
        "heading",
        [f"## {escaped(compared.name)} on {escaped(compared.target)}", "", f"{size}.", ""],
    )
    yield "totals", _totals(compared, notes)
    # What is not shown makes no footnotes.
    judged = judgment(comparison, Notes() if compact else notes)
    if compact:
        if judged.sentence:
            yield "verdict", [f"**Verdict:** {escaped(judged.sentence)}", ""]
        return
    yield "verdict", judgment_lines(judged)
    if comparison.sides:
        sides = [side_name(side.name) for side in comparison.sides]
        yield "all figures", details("All figures", group_table(sides, side_groups(comparison, notes)))
    lines = (*comparison.notes, *compared.notes)
    yield "notes", [*(f"- {escaped(note)}" for note in lines), ""] if lines else []


def _totals(compared: ComparedModel, notes: Notes) -> list[str]:
    sides = compared.comparison.sides
    if not sides:
        return ["No deployment is known.", ""]
    lines = head(["side", "version", "flash", "RAM", "MACC", "instructions", "accuracy"], 2)
    for side in sides[:_MOST_SIDES]:
        cells = (
            notes.cell(side.flash_total),
            notes.cell(side.ram_total),
            notes.cell(side.macc, "bare"),
            notes.cell(side.instructions, "bare"),
            notes.cell(side.accuracy, "accuracy"),
        )
        lines.append(row([escaped(side_name(side.name)), escaped(side.version), *map(value, cells)]))
    return [*lines, *more(len(sides) - _MOST_SIDES, "sides"), ""]

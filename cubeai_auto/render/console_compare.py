"""Deployments side by side on the console, and figures against a baseline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.console import Console, RenderableType
from rich.text import Text

from cubeai_auto.compare.changes import BaselineCheck, State
from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.render.baseline_view import BaselineView, baseline_view
from cubeai_auto.render.console_parts import (
    bullets,
    footnotes,
    item,
    new_table,
    side_heading,
    tables,
    value_text,
)
from cubeai_auto.render.judgment import Judgment, judgment
from cubeai_auto.render.summary import side_groups
from cubeai_auto.render.text import Notes, number, one_line

__all__ = ["baseline_parts", "comparison_parts", "render_baseline", "render_compared"]

_STATE_STYLE: Final[dict[State, str]] = {
    "kept": "green",
    "noise": "green",
    "broken": "bold red",
    "no limit": "",
    "unknown": "yellow",
}
_OUTCOME_STYLE: Final = {"DIFFERS": "bold red", "not known": "yellow", "equal": "green"}
_WIDE: Final = 26
"""Columns that a side takes in the table of conditions; more sides than fit get lines instead."""


def render_compared(compared: ComparedModel, console: Console) -> None:
    """Print a model's deployments side by side, and what may be said of them."""
    notes = Notes()
    for part in _compared(compared, console, notes):
        console.print(part)


def render_baseline(check: BaselineCheck, console: Console) -> None:
    """Print what became of a baseline's figures."""
    notes = Notes()
    for part in (*baseline_parts(check, notes, console), *footnotes(notes)):
        console.print(part)


def _compared(compared: ComparedModel, console: Console, notes: Notes) -> Iterable[RenderableType]:
    size = number(compared.model_bytes)
    yield Text.assemble(
        (one_line(compared.name), "bold"), f", {size} B, on {one_line(compared.target)}"
    )
    yield from comparison_parts("Side by side", compared.comparison, notes, console)
    yield from bullets(compared.notes)
    yield from footnotes(notes)
    if compared.comparison.verdict is not None:
        yield Text(f"\n{one_line(compared.comparison.verdict.sentence)}", style="bold")


def comparison_parts(
    title: str, comparison: Comparison, notes: Notes, console: Console
) -> Iterable[RenderableType]:
    """The sides in one vocabulary, then conditions, verdict and notes."""
    if comparison.sides:
        sides = [side_heading(side.name, side.version) for side in comparison.sides]
        yield from tables(title, sides, side_groups(comparison, notes), console)
    elif comparison.notes:
        yield Text(f"\n{title}", style="bold")
    judged = judgment(comparison, notes)
    if judged:
        yield from _judgment(judged, console)
    yield from bullets(comparison.notes)


def baseline_parts(check: BaselineCheck, notes: Notes, console: Console) -> Iterable[RenderableType]:
    """The figures that changed, are not known or break their limit; then what else is different."""
    view = baseline_view(check, notes)
    yield Text("")
    if view.changed:
        yield from _changes(view, console)
    else:
        yield Text("Baseline", style="bold")
    yield item("*", f"{view.title}: {view.summary}")
    for row in view.changed:
        if row.parts:
            yield item("*", f"{row.variant}, {row.figure}: {row.parts_text}")
    yield from bullets((*view.tools, *view.notes))


def _changes(view: BaselineView, console: Console) -> Iterable[RenderableType]:
    table = new_table("Baseline", console)
    for heading in ("variant", "figure"):
        table.add_column(heading, overflow="fold")
    for heading in ("baseline", "now", "change", "limit"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("")
    for row in view.changed:
        table.add_row(
            Text(row.variant),
            Text(row.figure),
            value_text(row.before),
            value_text(row.now),
            value_text(row.delta),
            Text(row.limit),
            Text(row.outcome, style=_STATE_STYLE[row.state]),
        )
    yield table


def _judgment(judged: Judgment, console: Console) -> Iterable[RenderableType]:
    if judged.conditions:
        yield Text("")
        if _WIDE * (len(judged.sides) + 1) <= console.width:
            table = new_table("Conditions", console)
            for heading in ("", *judged.sides, ""):
                table.add_column(heading, overflow="fold")
            for row in judged.conditions:
                outcome = Text(row.outcome, style=_OUTCOME_STYLE.get(row.outcome, ""))
                table.add_row(Text(row.name), *map(Text, row.values), outcome)
            yield table
        else:
            yield Text("Conditions", style="bold")
            for row in judged.conditions:
                yield item("*", f"{row.name}: {row.outcome}; {_values(judged.sides, row.values)}")
    if judged.ratios:
        yield Text("")
        table = new_table("Ratios", console)
        for heading in ("", "side", "over"):
            table.add_column(heading, overflow="fold")
        table.add_column("", justify="right", overflow="fold")
        for ratio in judged.ratios:
            words = (Text(ratio.metric), Text(ratio.side), Text(ratio.against))
            table.add_row(*words, value_text(ratio.value))
        yield table
    if judged.sentence:
        yield Text("\nVerdict", style="bold")
        yield item("", judged.sentence)
    yield from bullets((*judged.reasons, *(line.text for line in judged.crossovers)))


def _values(sides: tuple[str, ...], values: tuple[str, ...]) -> str:
    """Who says what, sides that say the same together."""
    said: dict[str, list[str]] = {}
    for side, value in zip(sides, values, strict=True):
        said.setdefault(value, []).append(side)
    if len(said) == 1:
        return next(iter(said))
    return "; ".join(f"{value} ({', '.join(who)})" for value, who in said.items())

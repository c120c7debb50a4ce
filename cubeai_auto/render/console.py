"""A run on the console: plain where the terminal is plain, never wider than it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from cubeai_auto.compare.record import RunRecord, VariantRecord
from cubeai_auto.render.console_compare import baseline_parts, comparison_parts
from cubeai_auto.render.console_parts import (
    MARK_STYLE,
    bullets,
    footnotes,
    item,
    make_console,
    new_table,
    safe_box,
    tables,
    value_text,
)
from cubeai_auto.render.cubemx_view import cubemx_lines
from cubeai_auto.render.fit_view import fit_groups
from cubeai_auto.render.model_lines import largest_layers, layer_counts
from cubeai_auto.render.names import HTML_FILE, JSON_FILE, engine_name, in_run_dir
from cubeai_auto.render.summary import BudgetRow, budget_rows, variant_groups
from cubeai_auto.render.text import Notes, number, one_line
from cubeai_auto.render.verdict import State, Verdict, verdicts

__all__ = ["make_console", "render_run", "safe_box"]

_RESULT_WIDTH: Final = 90
_LAYERS_SHOWN: Final = 8
_STATE_STYLE: Final[dict[State, str]] = {
    "passed": "green",
    "failed": "bold red",
    "refused": "yellow",
    "unproven": "yellow",
}


def render_run(record: RunRecord, console: Console) -> None:
    """Print a run: what it was, its figures, and the reasons of what is missing."""
    notes = Notes()
    for part in _parts(record, console, notes):
        console.print(part)


def _parts(record: RunRecord, console: Console, notes: Notes) -> Iterable[RenderableType]:
    yield from _header(record)
    outcomes = verdicts(record, notes)
    if outcomes:
        head = [Text.assemble(o.variant, "\n", (o.words, _STATE_STYLE[o.state])) for o in outcomes]
        groups = (*variant_groups(record.variants, notes), *fit_groups(record.variants, notes))
        yield from tables("Variants", head, groups, console)
    for variant in record.variants:
        title = f"{one_line(variant.name)}: side by side"
        yield from comparison_parts(title, variant.comparison, notes, console)
        yield from _layers(variant, console, notes)
    if record.across_variants:
        yield Text("\nFlash across variants", style="bold")
        yield from bullets(gap.sentence for gap in record.across_variants)
    if record.budgets:
        yield Text("")
        yield _budgets(budget_rows(record.budgets, notes), console)
    if record.baseline is not None:
        yield from baseline_parts(record.baseline, notes, console)
    if record.notes or record.dataset.notes:
        yield Text("\nNotes", style="bold")
        yield from bullets((*record.notes, *record.dataset.notes))
    yield from footnotes(notes)
    yield from _ending(record, outcomes, console)


def _header(record: RunRecord) -> Iterable[RenderableType]:
    data = record.dataset
    counts = f"{number(data.train)} training and {number(data.test)} test samples"
    lines = [
        ("project", one_line(record.project), "bold"),
        ("board", one_line(record.board), ""),
        ("engine", engine_name(record.engine), ""),
        ("data", f"{one_line(data.name)}, {counts}, {number(len(data.classes))} classes", ""),
        ("", one_line(data.source), MARK_STYLE),
        ("run", f"{one_line(record.key)[:12]}, made {one_line(record.created)}", ""),
    ]
    grid = Table.grid(Column(style=MARK_STYLE), Column(overflow="fold"), padding=(0, 2, 0, 0))
    for label, value, style in lines:
        grid.add_row(label, Text(value, style=style))
    yield grid


def _layers(variant: VariantRecord, console: Console, notes: Notes) -> Iterable[RenderableType]:
    """The layers that take the most instructions, where they were counted."""
    report = variant.report
    largest = () if report is None else largest_layers(report, _LAYERS_SHOWN)
    if report is None or not largest:
        return
    counted = [layer.instructions.value or 0 for layer in report.layers if layer.instructions.known]
    rest = f", the largest {len(largest)} of {len(counted)}" if len(largest) < len(counted) else ""
    table = new_table(f"{one_line(variant.name)}: instructions by layer{rest}", console)
    table.add_column("layer", overflow="fold")
    for heading in ("instructions", "share", "per MACC"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("what slows it", overflow="fold", style=MARK_STYLE)
    for layer in largest:
        counts = layer_counts(layer, sum(counted), notes)
        name = f"{layer.id} {one_line(layer.type)}"
        taken, ratio = value_text(counts.instructions), value_text(counts.per_macc)
        table.add_row(Text(name), taken, Text(counts.share), ratio, Text(one_line(layer.slow)))
    yield Text("")
    yield table


def _budgets(rows: Sequence[BudgetRow], console: Console) -> Table:
    table = new_table("Budgets", console)
    for heading in ("variant", "budget"):
        table.add_column(heading, overflow="fold")
    for heading in ("limit", "value"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("")
    for row in rows:
        style = "yellow" if row.passed is None else "green" if row.passed else "bold red"
        outcome = Text(row.outcome, style=style)
        table.add_row(
            Text(row.variant), Text(row.name), Text(row.limit), value_text(row.value), outcome
        )
    return table


def _ending(
    record: RunRecord, outcomes: Sequence[Verdict], console: Console
) -> Iterable[RenderableType]:
    yield Text("")
    if outcomes and console.width >= _RESULT_WIDTH:
        yield _results(outcomes, console)
    else:
        yield from (_short_result(outcome) for outcome in outcomes)
    for outcome in outcomes:
        lines = (*outcome.problems, *outcome.misfits, *outcome.unknown)
        yield from (item("!", f"{outcome.variant}: {line}") for line in lines)
    yield Text("")
    if record.cached:
        yield Text("answered from the run folder: no training, no engine work", style="cyan")
    for line in cubemx_lines(record.variants):
        where = f"{line.path} ({line.text})" if line.path else f"{line.text} ({line.variant})"
        yield Text(f"CubeMX  {where}", overflow="fold")
    for label, name in (("report", HTML_FILE), ("values", JSON_FILE)):
        yield Text(f"{label}  {in_run_dir(record.run_dir, name)}", overflow="fold")


def _short_result(outcome: Verdict) -> Text:
    words = (outcome.words, _STATE_STYLE[outcome.state])
    accuracy = value_text(outcome.accuracy)
    return Text.assemble((outcome.variant, "bold"), ": ", words, ", accuracy ", accuracy)


def _results(outcomes: Sequence[Verdict], console: Console) -> Table:
    """The lines a reader sees last: every variant with the figures that decide."""
    figures = list(dict.fromkeys(f.label for o in outcomes for f in o.figures if f.decides))
    table = new_table("Result", console)
    table.add_column("", overflow="fold")
    table.add_column("", no_wrap=True)
    for label in ("accuracy", *figures):
        table.add_column(label, justify="right", overflow="fold")
    for outcome in outcomes:
        cells = {figure.label: value_text(figure.cell) for figure in outcome.figures}
        table.add_row(
            Text(outcome.variant, style="bold"),
            Text(outcome.words, style=_STATE_STYLE[outcome.state]),
            value_text(outcome.accuracy),
            *(cells.get(label, Text("")) for label in figures),
        )
    return table

"""A run on the console: plain where the terminal is plain, never wider than it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from typing import IO, Final

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from cubeai_auto.compare.record import RunRecord, VariantRecord
from cubeai_auto.quantity import How
from cubeai_auto.render.cubemx_view import cubemx_lines
from cubeai_auto.render.fit_view import fit_groups
from cubeai_auto.render.model_lines import largest_layers, layer_counts
from cubeai_auto.render.names import HTML_FILE, JSON_FILE, engine_name, in_run_dir, side_name
from cubeai_auto.render.summary import BudgetRow, Group, budget_rows, side_groups, variant_groups
from cubeai_auto.render.text import LEGEND, Cell, Notes, mark, number, one_line
from cubeai_auto.render.verdict import State, Verdict, verdicts

__all__ = ["make_console", "render_run", "safe_box"]

_PIPE_WIDTH: Final = 100
_RESULT_WIDTH: Final = 90
_LABEL_WIDTH: Final = 28
_CELL_WIDTH: Final = 22
_LAYERS_SHOWN: Final = 8
_MARK_STYLE: Final = "dim"
_STATE_STYLE: Final[dict[State, str]] = {
    "passed": "green",
    "failed": "bold red",
    "refused": "yellow",
    "unproven": "yellow",
}
_PLAIN: Final = box.Box("    \n    \n -- \n    \n    \n -- \n    \n    \n", ascii=True)


def make_console(quiet: bool, file: IO[str] | None = None, width: int | None = None) -> Console:
    r"""A console for this package's output: no markup, no guessed highlighting.

    Args:
        quiet: print nothing.
        file: where to; standard output if ``None``. Letters that its encoding lacks are
            written as ``\u0161`` from then on, instead of ending the program.
        width: columns; ``None`` asks the terminal, and takes 100 where there is none.
    """
    console = Console(file=file, width=width, quiet=quiet, highlight=False, markup=False, emoji=False)
    if width is None and not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPE_WIDTH
    if isinstance(console.file, io.TextIOWrapper):
        console.file.reconfigure(errors="backslashreplace")
    return console


def safe_box(console: Console) -> box.Box:
    """The table style that the console's encoding can show."""
    return box.SIMPLE if console.encoding.startswith("utf") else _PLAIN


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
        yield from _tables("Variants", head, groups, console)
    for variant in record.variants:
        comparison = variant.comparison
        title = f"{one_line(variant.name)}: side by side"
        if comparison.sides:
            sides = [_side(side.name, side.version) for side in comparison.sides]
            yield from _tables(title, sides, side_groups(comparison, notes), console)
        elif comparison.notes:
            yield Text(f"\n{title}", style="bold")
        yield from _bullets(comparison.notes)
        yield from _layers(variant, console, notes)
    if record.budgets:
        yield Text("")
        yield _budgets(budget_rows(record.budgets, notes), console)
    if record.notes or record.dataset.notes:
        yield Text("\nNotes", style="bold")
        yield from _bullets((*record.notes, *record.dataset.notes))
    yield from _footnotes(notes)
    yield from _ending(record, outcomes, console)


def _header(record: RunRecord) -> Iterable[RenderableType]:
    data = record.dataset
    counts = f"{number(data.train)} training and {number(data.test)} test samples"
    lines = [
        ("project", one_line(record.project), "bold"),
        ("board", one_line(record.board), ""),
        ("engine", engine_name(record.engine), ""),
        ("data", f"{one_line(data.name)}, {counts}, {number(len(data.classes))} classes", ""),
        ("", one_line(data.source), _MARK_STYLE),
        ("run", f"{one_line(record.key)[:12]}, made {one_line(record.created)}", ""),
    ]
    grid = Table.grid(Column(style=_MARK_STYLE), Column(overflow="fold"), padding=(0, 2, 0, 0))
    for label, value, style in lines:
        grid.add_row(label, Text(value, style=style))
    yield grid


def _tables(
    title: str, columns: Sequence[Text], groups: Sequence[Group], console: Console
) -> Iterable[RenderableType]:
    """One table, or several below each other where the columns do not fit side by side."""
    label_width = max(10, min(_LABEL_WIDTH - 2, console.width - _CELL_WIDTH - 2))
    at_once = max(1, (console.width - _LABEL_WIDTH) // _CELL_WIDTH)
    for start in range(0, len(columns), at_once):
        chosen = slice(start, start + at_once)
        yield Text("")
        table = _table(title if start == 0 else f"{title} (continued)", console)
        table.add_column("", width=label_width, overflow="fold")
        for column in columns[chosen]:
            table.add_column(column, justify="right", min_width=_CELL_WIDTH - 2, overflow="fold")
        for group in groups:
            table.add_row(Text(group.title, style="bold"))
            for row in group.rows:
                table.add_row(Text(f"  {row.label}"), *(_value(cell) for cell in row.cells[chosen]))
        yield table


def _layers(variant: VariantRecord, console: Console, notes: Notes) -> Iterable[RenderableType]:
    """The layers that take the most instructions, where they were counted."""
    report = variant.report
    largest = () if report is None else largest_layers(report, _LAYERS_SHOWN)
    if report is None or not largest:
        return
    counted = [layer.instructions.value or 0 for layer in report.layers if layer.instructions.known]
    rest = f", the largest {len(largest)} of {len(counted)}" if len(largest) < len(counted) else ""
    table = _table(f"{one_line(variant.name)}: instructions by layer{rest}", console)
    table.add_column("layer", overflow="fold")
    for heading in ("instructions", "share", "per MACC"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("what slows it", overflow="fold", style=_MARK_STYLE)
    for layer in largest:
        counts = layer_counts(layer, sum(counted), notes)
        name = f"{layer.id} {one_line(layer.type)}"
        taken, ratio = _value(counts.instructions), _value(counts.per_macc)
        table.add_row(Text(name), taken, Text(counts.share), ratio, Text(one_line(layer.slow)))
    yield Text("")
    yield table


def _budgets(rows: Sequence[BudgetRow], console: Console) -> Table:
    table = _table("Budgets", console)
    for heading in ("variant", "budget"):
        table.add_column(heading, overflow="fold")
    for heading in ("limit", "value"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("")
    for row in rows:
        style = "yellow" if row.passed is None else "green" if row.passed else "bold red"
        outcome = Text(row.outcome, style=style)
        table.add_row(Text(row.variant), Text(row.name), Text(row.limit), _value(row.value), outcome)
    return table


def _table(title: str, console: Console) -> Table:
    return Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=safe_box(console),
        header_style="bold",
        border_style=_MARK_STYLE,
        pad_edge=False,
        show_edge=False,
    )


def _side(name: str, version: str) -> Text:
    text = Text(side_name(name))
    return text.append(f"\n{one_line(version)}", style="dim not bold") if version else text


def _value(cell: Cell) -> Text:
    return Text.assemble(cell.text, " ", (cell.mark, _MARK_STYLE if cell.known else "yellow"))


def _bullets(lines: Iterable[str]) -> Iterable[RenderableType]:
    for line in lines:
        yield _item("*", line)


def _item(sign: str, line: str, indent: int = 2) -> RenderableType:
    grid = Table.grid(
        Column(justify="right", no_wrap=True), Column(overflow="fold"), padding=(0, 1, 0, 0)
    )
    grid.add_row(Text(sign), Text(one_line(line)))
    return Padding(grid, (0, 0, 0, indent))


def _footnotes(notes: Notes) -> Iterable[RenderableType]:
    legend = ", ".join(f"{mark(how)} {how}" for how, _ in LEGEND)
    yield Text.assemble("\n", ("Where the values come from", "bold"), f"  ({legend})")
    by_how: dict[How, list[str]] = {how: [] for how, _ in LEGEND}
    for how, source in notes.sources:
        by_how[how].append(source)
    for how, sources in by_how.items():
        for source in sources:
            yield _item(mark(how), source)
    if notes.reasons:
        yield Text("\nNot known, and why", style="bold")
        for position, reason in enumerate(notes.reasons, start=1):
            yield _item(f"[{position}]", reason)


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
        yield from (_item("!", f"{outcome.variant}: {line}") for line in lines)
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
    accuracy = _value(outcome.accuracy)
    return Text.assemble((outcome.variant, "bold"), ": ", words, ", accuracy ", accuracy)


def _results(outcomes: Sequence[Verdict], console: Console) -> Table:
    """The lines a reader sees last: every variant with the figures that decide."""
    figures = list(dict.fromkeys(f.label for o in outcomes for f in o.figures if f.decides))
    table = _table("Result", console)
    table.add_column("", overflow="fold")
    table.add_column("", no_wrap=True)
    for label in ("accuracy", *figures):
        table.add_column(label, justify="right", overflow="fold")
    for outcome in outcomes:
        cells = {figure.label: _value(figure.cell) for figure in outcome.figures}
        table.add_row(
            Text(outcome.variant, style="bold"),
            Text(outcome.words, style=_STATE_STYLE[outcome.state]),
            _value(outcome.accuracy),
            *(cells.get(label, Text("")) for label in figures),
        )
    return table

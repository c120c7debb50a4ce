"""The pieces that every console view is made of: plain where the terminal is plain, never wider."""

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

from cubeai_auto.quantity import How
from cubeai_auto.render.names import side_name
from cubeai_auto.render.summary import Group
from cubeai_auto.render.text import LEGEND, Cell, Notes, mark, one_line

__all__ = [
    "MARK_STYLE",
    "bullets",
    "footnotes",
    "item",
    "make_console",
    "new_table",
    "safe_box",
    "side_heading",
    "tables",
    "value_text",
]

MARK_STYLE: Final = "dim"

_PIPE_WIDTH: Final = 100
_LABEL_WIDTH: Final = 28
_CELL_WIDTH: Final = 22
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


def tables(
    title: str, columns: Sequence[Text], groups: Sequence[Group], console: Console
) -> Iterable[RenderableType]:
    """One table, or several below each other where the columns do not fit side by side."""
    label_width = max(10, min(_LABEL_WIDTH - 2, console.width - _CELL_WIDTH - 2))
    at_once = max(1, (console.width - _LABEL_WIDTH) // _CELL_WIDTH)
    for start in range(0, len(columns), at_once):
        chosen = slice(start, start + at_once)
        yield Text("")
        table = new_table(title if start == 0 else f"{title} (continued)", console)
        table.add_column("", width=label_width, overflow="fold")
        for column in columns[chosen]:
            table.add_column(column, justify="right", min_width=_CELL_WIDTH - 2, overflow="fold")
        for group in groups:
            table.add_row(Text(group.title, style="bold"))
            for row in group.rows:
                table.add_row(Text(f"  {row.label}"), *(value_text(cell) for cell in row.cells[chosen]))
        yield table


def new_table(title: str, console: Console) -> Table:
    """An empty table in the package's style."""
    return Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=safe_box(console),
        header_style="bold",
        border_style=MARK_STYLE,
        pad_edge=False,
        show_edge=False,
    )


def side_heading(name: str, version: str) -> Text:
    """A column's heading: the side, and its version below."""
    text = Text(side_name(name))
    return text.append(f"\n{one_line(version)}", style="dim not bold") if version else text


def value_text(cell: Cell) -> Text:
    """A value with its mark, a missing one in yellow."""
    return Text.assemble(cell.text, " ", (cell.mark, MARK_STYLE if cell.known else "yellow"))


def bullets(lines: Iterable[str]) -> Iterable[RenderableType]:
    """An item a line."""
    for line in lines:
        yield item("*", line)


def item(sign: str, line: str, indent: int = 2) -> RenderableType:
    """A line behind a sign, its further lines below its first."""
    grid = Table.grid(
        Column(justify="right", no_wrap=True), Column(overflow="fold"), padding=(0, 1, 0, 0)
    )
    grid.add_row(Text(sign), Text(one_line(line)))
    return Padding(grid, (0, 0, 0, indent))


def footnotes(notes: Notes) -> Iterable[RenderableType]:
    """The sources of all values, and the reasons of those that are missing."""
    legend = ", ".join(f"{mark(how)} {how}" for how, _ in LEGEND)
    yield Text.assemble("\n", ("Where the values come from", "bold"), f"  ({legend})")
    by_how: dict[How, list[str]] = {how: [] for how, _ in LEGEND}
    for how, source in notes.sources:
        by_how[how].append(source)
    for how, sources in by_how.items():
        for source in sources:
            yield item(mark(how), source)
    if notes.reasons:
        yield Text("\nNot known, and why", style="bold")
        for position, reason in enumerate(notes.reasons, start=1):
            yield item(f"[{position}]", reason)

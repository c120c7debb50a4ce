"""The pieces that every Markdown view is made of: escaped text, tables, and a limit on their size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from cubeai_auto.compare.changes import BaselineCheck
from cubeai_auto.render.baseline_view import BaselineRow, baseline_view
from cubeai_auto.render.judgment import Judgment
from cubeai_auto.render.summary import Group
from cubeai_auto.render.text import LEGEND, Cell, Notes, mark, one_line

__all__ = [
    "LARGEST",
    "baseline_lines",
    "details",
    "escaped",
    "group_table",
    "head",
    "judgment_lines",
    "legend",
    "more",
    "reason_lines",
    "row",
    "value",
    "within",
]

LARGEST: Final = 60_000
"""Most bytes of a view: a comment on a pull request holds 65,536 characters."""

_LONGEST: Final = 240
_SPECIAL: Final = frozenset("\\`*_{}[]|#~$@")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, cut where it would fill the page."""
    text = one_line(text)
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "\u2026"
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)


def head(labels: Sequence[str], texts: int) -> list[str]:
    """A table's first lines; the first ``texts`` columns are words, the others are numbers."""
    rule = [("---" if position < texts else "---:") for position in range(len(labels))]
    return [row([escaped(label) for label in labels]), row(rule)]


def row(cells: Sequence[str]) -> str:
    """A line of a table; the cells are escaped already."""
    return f"| {' | '.join(cells)} |"


def value(cell: Cell) -> str:
    """A value with its mark."""
    sign = cell.mark if cell.known else cell.mark.replace("[", "\\[").replace("]", "\\]")
    return f"{escaped(cell.text)} <sup>{sign}</sup>"


def more(count: int, what: str) -> list[str]:
    """How many were left out, if any were."""
    return ["", f"and {count} more {what}"] if count > 0 else []


def legend() -> str:
    """What the marks mean."""
    return ", ".join(f"{mark(how)} {how}" for how, _ in LEGEND)


def reason_lines(notes: Notes, most: int) -> list[str]:
    """Why values are missing, a line a footnote."""
    lines = [
        f"- \\[{position}\\] {escaped(reason)}"
        for position, reason in enumerate(notes.reasons, start=1)
    ][:most]
    return [*lines, *more(len(notes.reasons) - most, "reasons"), ""] if lines else []


def group_table(columns: Sequence[str], groups: Sequence[Group]) -> list[str]:
    """Groups of rows with a column each, as one table."""
    lines = head(["", *columns], 1)
    for group in groups:
        lines.append(row([f"**{escaped(group.title)}**", *("" for _ in columns)]))
        lines += [row([escaped(line.label), *map(value, line.cells)]) for line in group.rows]
    return [*lines, ""]


def details(summary: str, lines: Iterable[str]) -> list[str]:
    """Lines that a reader unfolds."""
    # Inside an HTML block a backslash escapes nothing, so that entities have to.
    special = _SPECIAL | {"&", "<", ">"}
    title = "".join(f"&#{ord(char)};" if char in special else char for char in one_line(summary))
    return [f"<details><summary>{title}</summary>", "", *lines, "</details>", ""]


def judgment_lines(judged: Judgment) -> list[str]:
    """Verdict with its reasons and crossovers, ratios, conditions."""
    lines: list[str] = []
    if judged.sentence:
        lines += [f"**Verdict:** {escaped(judged.sentence)}", ""]
        lines += [f"- {escaped(text)}" for text in judged.reasons]
        lines += [f"- {escaped(crossing.text)}" for crossing in judged.crossovers]
        lines.append("")
    if judged.ratios:
        lines += head(["ratio", "side", "over", ""], 3)
        for found in judged.ratios:
            words = (found.metric, found.side, found.against)
            lines.append(row([*map(escaped, words), value(found.value)]))
        lines.append("")
    if judged.conditions:
        lines += head(["condition", *judged.sides, ""], len(judged.sides) + 2)
        lines += [
            row([escaped(text) for text in (line.name, *line.values, line.outcome)])
            for line in judged.conditions
        ]
        lines.append("")
    return lines


def baseline_lines(check: BaselineCheck, notes: Notes, most: int) -> list[str]:
    """What changed since the baseline; broken limits come first."""
    view = baseline_view(check, notes)
    lines = [f"**Baseline** {escaped(view.title)}: {escaped(view.summary)}", ""]
    if view.changed:
        lines += head(["variant", "figure", "outcome", "baseline", "now", "change", "limit"], 3)
        lines += [_change(changed) for changed in view.changed[:most]]
        lines += [*more(len(view.changed) - most, "changes"), ""]
        parts = [
            f"{changed.variant} {changed.figure}: {changed.parts_text}"
            for changed in view.changed[:most]
            if changed.parts
        ]
        lines += [f"Made of: {'; '.join(map(escaped, parts))}", ""] if parts else []
    others = [*view.tools, *view.notes]
    shown = "; ".join(map(escaped, others[:most]))
    return [
        *lines,
        *([f"Also different: {shown}", *more(len(others) - most, "differences"), ""] if others else []),
    ]


def within(sections: Iterable[tuple[str, Sequence[str]]], ending: Sequence[str]) -> str:
    """The sections that fit into :data:`LARGEST` bytes; the names of the others are told.

    Args:
        sections: a name and lines each, the most important first.
        ending: the last lines, which always have room.
    """
    room = LARGEST - _size(ending) - 1_000
    lines: list[str] = []
    left_out: list[str] = []
    for name, section in sections:
        size = _size(section)
        if size <= room:
            lines += section
            room -= size
        else:
            left_out.append(name)
    if left_out:
        names = ", ".join(map(escaped, left_out))
        cut = names if len(names.encode()) < 800 else f"{len(left_out)} sections"
        lines += [f"Left out for size: {cut}.", ""]
    return "\n".join([*lines, *ending]) + "\n"


def _change(changed: BaselineRow) -> str:
    outcome = f"**{changed.outcome}**" if changed.state == "broken" else escaped(changed.outcome)
    cells = (changed.before, changed.now, changed.delta)
    names = (escaped(changed.variant), escaped(changed.figure))
    return row([*names, outcome, *map(value, cells), escaped(changed.limit)])


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-8", "backslashreplace")) + 1 for line in lines)

"""A run against its baseline, as rows for every view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cubeai_auto.compare.changes import BaselineCheck, Change, Growth, PartChange, State
from cubeai_auto.quantity import Quantity
from cubeai_auto.render.text import Cell, Notes, Style, number, one_line

__all__ = [
    "STATE_WORDS",
    "BaselineRow",
    "BaselineView",
    "PartRow",
    "baseline_view",
    "change_text",
    "growth_text",
]

STATE_WORDS: Final[dict[State, str]] = {
    "kept": "kept",
    "noise": "below the floor",
    "broken": "BROKEN",
    "no limit": "no limit",
    "unknown": "not known",
}
_STYLES: Final[dict[str, Style]] = {"accuracy": "accuracy", "macc": "bare", "instructions": "bare"}
_PARTS: Final = {
    "container": "container or constants",
    "rest": "not attributed",
}


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of a change: its name, the two values and the difference."""

    name: str
    before: Cell
    now: Cell
    delta: Cell


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """A figure of a variant; ``parts_text`` says what changed in it: ``kernels +96 B``."""

    variant: str
    figure: str
    before: Cell
    now: Cell
    delta: Cell
    limit: str
    state: State
    reason: str
    parts: tuple[PartRow, ...]

    @property
    def outcome(self) -> str:
        """The state as a reader's word."""
        return STATE_WORDS[self.state]

    @property
    def parts_text(self) -> str:
        """The attribution in a line; empty if there is none."""
        return ", ".join(f"{part.name} {part.delta.text}" for part in self.parts)


@dataclass(frozen=True, slots=True)
class BaselineView:
    """All figures; ``changed`` are those that a reader has to look at, ``same`` did not move."""

    file: str
    created: str
    floor: int
    rows: tuple[BaselineRow, ...]
    changed: tuple[BaselineRow, ...]
    same: int
    tools: tuple[str, ...]
    notes: tuple[str, ...]
    reason: str

    @property
    def title(self) -> str:
        """The baseline's file and age, and the floor."""
        text = f"{self.file} of {self.created}" if self.created else self.file
        return f"{text}; changes below {number(self.floor)} B are noise" if self.floor else text

    @property
    def summary(self) -> str:
        """``2 figures BROKEN, 1 changed, 1 not known, 8 as they were``; the reason if not compared."""
        if self.reason:
            return self.reason
        broken = sum(row.state == "broken" for row in self.rows)
        unknown = sum(row.state == "unknown" for row in self.rows)
        moved = len(self.rows) - broken - unknown - self.same
        counts = (
            (broken, "BROKEN"),
            (moved, "changed"),
            (unknown, "not known"),
            (self.same, "as before"),
        )
        return ", ".join(f"{count} {word}" for count, word in counts if count) or "no figures"


def baseline_view(check: BaselineCheck, notes: Notes) -> BaselineView:
    """The view of a check, figures in the record's order."""
    rows = tuple(_row(change, notes) for change in check.changes)
    changed = tuple(row for row, change in zip(rows, check.changes, strict=True) if _to_look_at(change))
    order = {"broken": 0, "unknown": 2}
    unknown = sum(row.state == "unknown" for row in rows)
    shown = sum(row.state == "unknown" for row in changed)
    return BaselineView(
        file=one_line(check.file),
        created=one_line(check.created),
        floor=max((change.floor for change in check.changes), default=0),
        rows=rows,
        changed=tuple(sorted(changed, key=lambda row: order.get(row.state, 1))),
        same=len(rows) - unknown - (len(changed) - shown),
        tools=tuple(
            f"{one_line(tool.name)}: {_version(tool.before)} in the baseline, {_version(tool.now)} now"
            for tool in check.tools
        ),
        notes=tuple(map(one_line, check.notes)),
        reason=one_line(check.reason),
    )


def _to_look_at(change: Change) -> bool:
    """Whether something moved or broke its limit, or is missing where it was there or is limited."""
    if change.state == "unknown":
        return change.limit is not None or change.before.known
    return change.state == "broken" or bool(change.delta.value)


def change_text(change: Change) -> str:
    """A broken limit in a sentence, with what made it."""
    notes = Notes()
    row = _row(change, notes)
    text = f"baseline {row.figure}: {row.before.text} to {row.now.text}, {row.delta.text}"
    text += f", limit {row.limit}"
    return f"{text} ({row.parts_text})" if row.parts else text


def growth_text(limit: Growth | None, figure: str) -> str:
    """A limit with its direction: ``+2 %``, ``+512 B``, ``-1 point``; empty without one."""
    if limit is None:
        return ""
    if limit.share is not None:
        return f"+{number(limit.share * 100)} %"
    if figure == "accuracy":
        return f"-{number((limit.amount or 0) * 100)} points"
    unit = "" if figure in _STYLES else " B"
    return f"+{number(limit.amount or 0)}{unit}"


def _row(change: Change, notes: Notes) -> BaselineRow:
    style = _STYLES.get(change.figure, "unit")
    return BaselineRow(
        variant=one_line(change.variant),
        figure=one_line(change.figure),
        before=notes.cell(change.before, style),
        now=notes.cell(change.now, style),
        delta=_delta(change.delta, change.before, style, notes),
        limit=growth_text(change.limit, change.figure),
        state=change.state,
        reason=one_line(change.reason),
        parts=_parts(change.parts, style, notes),
    )


def _parts(parts: Sequence[PartChange], style: Style, notes: Notes) -> tuple[PartRow, ...]:
    return tuple(
        PartRow(
            name=_PARTS.get(part.name, one_line(part.name)),
            before=notes.cell(part.before, style),
            now=notes.cell(part.now, style),
            delta=_delta(part.delta, None, style, notes),
        )
        for part in parts
    )


def _delta(delta: Quantity, before: Quantity | None, style: Style, notes: Notes) -> Cell:
    """A difference with its sign, and its share of what there was."""
    if delta.value is None or delta.how is None:
        return notes.absent(delta.reason)
    if style == "accuracy":
        text = f"{delta.value * 100:+.2f} points"
    else:
        sign = "+" if delta.value > 0 else ""
        unit = " B" if style == "unit" else ""
        text = f"{sign}{number(delta.value)}{unit}"
        if delta.value and before is not None and before.value:
            text += f" ({delta.value / before.value:+.1%})".replace("%", " %")
    return notes.known(text, delta.how, delta.source)


def _version(version: str | None) -> str:
    return "absent" if version is None else one_line(version)

"""The option table: how each version of ST's tool spells what a request can hold."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from cubeai_auto.engines.stedgeai.versions import ToolVersion, numbers

__all__ = [
    "CommandRow",
    "Kind",
    "OptionRow",
    "Span",
    "TargetRow",
    "ValueRow",
    "command_rows",
    "option_rows",
    "rows_for",
    "supports",
    "target_rows",
]

Kind = Literal[
    "address", "choice", "comma", "connection", "flag", "identifier", "integer", "list",
    "numbers", "optional", "path", "repeat", "target", "text",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """The packs from ``first`` to ``last``, both included; an empty text is no limit."""

    first: str = ""
    last: str = ""

    def covers(self, version: ToolVersion) -> bool:
        """Whether a version lies inside; ``last = "8.1"`` includes 8.1.x."""
        pack = version.grammar
        if self.first and pack < numbers(self.first):
            return False
        last = numbers(self.last) if self.last else ()
        return not last or pack[: len(last)] <= last

    def __str__(self) -> str:
        if self.first and self.last:
            return f"X-CUBE-AI {self.first} to {self.last}"
        if self.first:
            return f"X-CUBE-AI {self.first} or newer"
        return f"X-CUBE-AI {self.last} or older" if self.last else "all versions"


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One allowed value: what a request calls it, how it is written, and where."""

    value: str
    text: str
    span: Span
    default_until: str = ""


@dataclass(frozen=True, slots=True)
class OptionRow:
    """How a field of a request is spelt in a span of versions; the file explains each key."""

    name: str
    field: str
    kind: Kind
    commands: tuple[str, ...]
    span: Span
    aliases: tuple[str, ...] = ()
    values: tuple[ValueRow, ...] = ()
    means: bool = True
    default_until: str = ""
    default_from: str = ""
    accepted_only: bool = False
    pattern: str = ""
    also: str = ""
    exclusive: str = ""
    bare_until: str = ""
    minimum: int | None = None
    maximum: int | None = None
    alternative: str = ""

    def is_default(self, version: ToolVersion) -> bool:
        """Whether the version does what this flag says without being told."""
        until, since = self.default_until, self.default_from
        return bool(
            (until and Span(last=until).covers(version)) or (since and Span(since).covers(version))
        )

    def fits(self, text: str) -> bool:
        """Whether the value is one that this row is about."""
        return not self.pattern or re.fullmatch(self.pattern, text) is not None


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command of the tool."""

    name: str
    span: Span
    aliases: tuple[str, ...] = ()
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A value of ``--target``."""

    name: str
    span: Span


_Table = Mapping[str, object]


@cache
def _document() -> _Table:
    text = (files("cubeai_auto") / "resources" / "stedgeai_options.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def command_rows() -> tuple[CommandRow, ...]:
    """The commands, in the order of the table."""
    return tuple(
        CommandRow(_str(row, "name"), _span(row), _strings(row, "aliases"), _str(row, "alternative"))
        for row in _tables(_document()["command"])
    )


@cache
def target_rows() -> tuple[TargetRow, ...]:
    """The targets, in the order of the table."""
    table = _document()["target"]
    if not isinstance(table, dict):
        msg = "stedgeai_options.toml: [target] is not a table"
        raise TypeError(msg)
    return tuple(TargetRow(name, _span(row)) for name, row in table.items())


@cache
def option_rows() -> tuple[OptionRow, ...]:
    """The rows of the option table, in its order, which is the order options are written in."""
    return tuple(_row(row) for row in _tables(_document()["option"]))


def rows_for(command: str, version: ToolVersion) -> tuple[OptionRow, ...]:
    """The rows that hold for a command in a version."""
    return tuple(row for row in option_rows() if command in row.commands and row.span.covers(version))


def supports(field: str, command: str, version: ToolVersion) -> bool:
    """Whether a field of a request can be written for a command of a version."""
    return any(row.field == field and not row.accepted_only for row in rows_for(command, version))


def _row(row: _Table) -> OptionRow:
    kind: Kind = row["kind"]  # type: ignore[assignment]  # a test checks the table's kinds
    minimum, maximum = row.get("minimum"), row.get("maximum")
    return OptionRow(
        name=_str(row, "name"),
        field=_str(row, "field"),
        kind=kind,
        commands=_strings(row, "commands"),
        span=_span(row),
        aliases=_strings(row, "aliases"),
        values=tuple(_value(value) for value in _list(row.get("values", []))),
        means=row.get("means", True) is True,
        default_until=_str(row, "default_until"),
        default_from=_str(row, "default_from"),
        accepted_only=row.get("accepted_only", False) is True,
        pattern=_str(row, "pattern"),
        also=_str(row, "also"),
        exclusive=_str(row, "exclusive"),
        bare_until=_str(row, "bare_until"),
        minimum=minimum if isinstance(minimum, int) else None,
        maximum=maximum if isinstance(maximum, int) else None,
        alternative=_str(row, "alternative"),
    )


def _value(entry: object) -> ValueRow:
    if isinstance(entry, dict):
        value = _str(entry, "value")
        return ValueRow(
            value, str(entry.get("text", value)), _span(entry), _str(entry, "default_until")
        )
    return ValueRow(str(entry), str(entry), Span())


def _span(row: _Table) -> Span:
    return Span(_str(row, "first"), _str(row, "last"))


def _str(row: _Table, key: str) -> str:
    return str(row.get(key, ""))


def _strings(row: _Table, key: str) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(row.get(key, [])))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _tables(value: object) -> list[_Table]:
    return [row for row in _list(value) if isinstance(row, dict)]

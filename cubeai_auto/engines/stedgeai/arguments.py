"""The command line of a request for a tool version: a pure function over the option table.

What the version cannot honor is refused here, before anything runs.
"""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from typing import NoReturn

from cubeai_auto.engines.stedgeai.connection import Connection
from cubeai_auto.engines.stedgeai.options import (
    OptionRow,
    Span,
    command_rows,
    option_rows,
    rows_for,
    target_rows,
)
from cubeai_auto.engines.stedgeai.requests import ToolRequest
from cubeai_auto.engines.stedgeai.rules import check_rules
from cubeai_auto.engines.stedgeai.versions import ToolVersion
from cubeai_auto.errors import UsageError

__all__ = ["build", "check_value", "question"]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]+|\d+")
_Value = bool | int | str | tuple[str, ...] | tuple[float, ...] | Connection


def build(request: ToolRequest, version: ToolVersion) -> tuple[str, ...]:
    """The arguments behind the program's name; an unknown version gets the newest known grammar.

    Raises:
        UsageError: the version lacks the command, an option or a value, or options contradict
            each other; the message names option and version, the hint an alternative.
    """
    _check_command(request.command, version)
    check_rules(request, version)
    arguments = [request.command]
    rows = rows_for(request.command, version)
    for field in dict.fromkeys(row.field for row in option_rows() if request.command in row.commands):
        arguments += _field(request, field, rows, version)
    return tuple(arguments)


def question(field: str, version: ToolVersion) -> str:
    """The spelling of a question to the tool itself: ``version``, ``tools_version``, ``help``."""
    return next(row.name for row in rows_for("tool", version) if row.field == field)


def check_value(row: OptionRow, text: str, version: ToolVersion) -> None:
    """Check one written value against its row.

    Raises:
        UsageError: it is not of the option's type, or the version does not have it.
    """
    match row.kind:
        case "identifier" if _IDENTIFIER.fullmatch(text) is None:
            _refuse(f"{row.name} {text!r} is not a C identifier", "use letters, digits and _")
        case "address" if _ADDRESS.fullmatch(text) is None:
            _refuse(f"{row.name} {text!r} is not an address", "write it like 0x90000000")
        case "integer":
            _check_integer(row, text)
        case "target":
            _check_target(row, text, version)
        case _ if not row.fits(text):
            _refuse(f"{row.name} does not take {text!r}", f"it must look like {row.pattern}")
        case _:
            pass


def _check_command(command: str, version: ToolVersion) -> None:
    for row in command_rows():
        if row.name == command and not row.span.covers(version):
            _refuse(f"{version} has no command {command} ({row.span})", row.alternative)


def _field(
    request: ToolRequest, field: str, rows: tuple[OptionRow, ...], version: ToolVersion
) -> list[str]:
    value: _Value | None = getattr(request, field)
    if value is None or value == () or (value is False and not _three_states(field)):
        return []
    candidates = [row for row in rows if row.field == field and not row.accepted_only]
    if isinstance(value, bool):
        return _flag(request.command, field, value, candidates, version)
    everywhere = [row for row in option_rows() if row.field == field and not row.accepted_only]
    for row in candidates:
        if row.also and getattr(request, row.also) != value:
            break
        return _written(row, value, version)
    if _joint_twin_written(request, field, value, rows):
        return []
    if any(_is_default_value(row, value, version) for row in everywhere):
        return []
    raise _missing(everywhere, version)


def _flag(
    command: str, field: str, value: bool, candidates: list[OptionRow], version: ToolVersion
) -> list[str]:
    same = [row for row in option_rows() if row.field == field and row.means == value]
    if any(row.is_default(version) for row in same):
        return []
    for row in candidates:
        if row.means == value:
            return [row.name]
    raise _missing([row for row in same if command in row.commands], version)


def _three_states(field: str) -> bool:
    return any(row.field == field and not row.means for row in option_rows())


def _joint_twin_written(
    request: ToolRequest, field: str, value: _Value, rows: tuple[OptionRow, ...]
) -> bool:
    """Whether an option that sets two fields already says this one."""
    return any(row.also == field and getattr(request, row.field) == value for row in rows)


def _is_default_value(row: OptionRow, value: _Value, version: ToolVersion) -> bool:
    return any(
        entry.value == value and entry.default_until and Span(last=entry.default_until).covers(version)
        for entry in row.values
    )


def _written(row: OptionRow, value: _Value, version: ToolVersion) -> list[str]:
    texts = _texts(row, value, version)
    for text in texts:
        check_value(row, text, version)
    match row.kind:
        case "repeat":
            return [part for text in texts for part in _pair(row.name, text)]
        case "list" | "numbers":
            return [row.name, *texts]
        case "comma":
            return _pair(row.name, ",".join(texts))
        case "optional" if texts == [""]:
            return [row.name]
        case _:
            return _pair(row.name, texts[0])


def _pair(name: str, text: str) -> list[str]:
    """Two words, or one with ``=`` where the value would look like an option."""
    return [f"{name}={text}"] if text.startswith("-") else [name, text]


def _texts(row: OptionRow, value: _Value, version: ToolVersion) -> list[str]:
    if isinstance(value, Connection):
        bare = bool(row.bare_until) and Span(last=row.bare_until).covers(version)
        return [value.text(bare=bare)]
    if isinstance(value, tuple):
        return [_number(v) if isinstance(v, float) else _allowed(row, v, version) for v in value]
    if row.kind == "optional" and row.values:
        parts = str(value).split(",")
        return [",".join(_allowed(row, part, version) for part in parts)]
    return [_allowed(row, str(value), version)]


def _number(value: float) -> str:
    if not math.isfinite(value):
        _refuse(f"{value} is not a finite number", "give numbers that a float32 can hold")
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _allowed(row: OptionRow, value: str, version: ToolVersion) -> str:
    """How an allowed value is written in a version.

    Raises:
        UsageError: it is not allowed, or not in this version.
    """
    if not row.values:
        return value
    entries = [entry for entry in row.values if entry.value == value]
    for entry in entries:
        if entry.span.covers(version):
            return entry.text
    if entries:
        spans = " / ".join(dict.fromkeys(str(entry.span) for entry in entries))
        _refuse(f"{version} does not know {row.name} {value} ({spans})", row.alternative)
    known = ", ".join(dict.fromkeys(e.value for e in row.values if e.span.covers(version)))
    near = get_close_matches(value, [entry.value for entry in row.values], 1)
    hint = f"did you mean {near[0]}?" if near and near[0] else f"it takes: {known}"
    msg = f"{row.name} does not take {value!r} in {version}"
    raise UsageError(msg, hint=hint)


def _check_integer(row: OptionRow, text: str) -> None:
    if re.fullmatch(r"-?\d+", text) is None:
        _refuse(f"{row.name} {text!r} is not a whole number", "give a number")
    number = int(text)
    if row.minimum is not None and number < row.minimum:
        _refuse(f"{row.name} must be at least {row.minimum}, not {number}", "give a larger number")
    if row.maximum is not None and number > row.maximum:
        _refuse(f"{row.name} must be at most {row.maximum}, not {number}", "give a smaller number")


def _check_target(row: OptionRow, text: str, version: ToolVersion) -> None:
    for target in target_rows():
        if target.name == text:
            if not target.span.covers(version):
                _refuse(
                    f"{version} does not know {row.name} {text} ({target.span})",
                    "choose another target, or use a version that has it",
                )
            return
    names = [target.name for target in target_rows() if target.span.covers(version)]
    near = get_close_matches(text.lower(), names, 1)
    hint = f"did you mean {near[0]}?" if near else "targets: " + ", ".join(names)
    _refuse(f"{row.name} {text!r} is not a target of {version}", hint)


def _missing(everywhere: list[OptionRow], version: ToolVersion) -> UsageError:
    """The refusal of a field that the version has no option for."""
    row = everywhere[0]
    spans = " / ".join(f"{r.name}: {r.span}" for r in everywhere)
    hint = next((r.alternative for r in everywhere if r.alternative), "use a version that has it")
    return UsageError(f"{version} has no {row.name} ({spans})", hint=hint)


def _refuse(message: str, hint: str) -> NoReturn:
    raise UsageError(message, hint=hint or None)

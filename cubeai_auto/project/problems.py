"""What is wrong with a project file, in sentences that say where, what, and what would be right."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cubeai_auto.errors import ConfigError
from cubeai_auto.project.describe import describe_tables, find_key
from cubeai_auto.project.locate import KeyPath
from cubeai_auto.project.names import nearest

__all__ = ["Problem", "config_error", "explain", "show", "unknown_key"]

_MOST = 20
"""Problems listed in one error."""

_WIDEST = 60
"""Characters of a wrong value that are repeated in a message."""

_BARE = re.compile(r"true|false|[0-9]+(\.[0-9]+)?", re.ASCII)
"""What would be a number or a boolean if it had no quotes."""

_HINT = "docs/project-file.md describes every key"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake.

    Attributes:
        path: the way to the key.
        text: what is wrong, without the place.
        line: the 1-based line in the project file, where known.
        on_command_line: whether a ``--set`` is to blame rather than the file.
    """

    path: KeyPath
    text: str
    line: int | None = None
    on_command_line: bool = False


def explain(error: ValidationError) -> list[tuple[KeyPath, str]]:
    """The mistakes in single values as pairs of a path and a sentence.

    Conflicts between keys are left out: :func:`cubeai_auto.project.config.conflicts` finds them
    even where single values are wrong as well.
    """
    found: list[tuple[KeyPath, str]] = []
    for item in error.errors(include_url=False):
        path, kind = item["loc"], item["type"]
        reason = str(item.get("ctx", {}).get("error", ""))
        if kind == "extra_forbidden":
            found.append((path, unknown_key(path)))
        elif kind == "missing":
            found.append((path, _missing(path)))
        elif len(path) > 1:
            found.append((path, _wrong_value(path, item["input"], kind, reason)))
        elif kind != "value_error":
            found.append((path, f"'{path[0]}' is a table: write [{path[0]}] and its keys below it"))
    return found


def unknown_key(path: KeyPath) -> str:
    """The sentence for a key that does not exist, with the nearest one that does."""
    tables = {table.name: [key.name for key in table.keys] for table in describe_tables()}
    first, last = str(path[0]), str(path[-1])
    siblings = list(tables) if len(path) == 1 else tables.get(first, [])
    elsewhere = [f"{table}.{key}" for table, keys in tables.items() for key in keys if key == last]
    meant = nearest(last, siblings) if len(path) <= 2 else None
    if meant is None and elsewhere:
        meant = elsewhere[0]
    if meant is None and len(path) == 2 and first not in tables:
        meant = nearest(first, tables)
    advice = f"did you mean '{meant}'?" if meant else f"known here: {', '.join(siblings or tables)}"
    return f"unknown key {_quoted(path)}; {advice}"


def config_error(problems: Sequence[Problem], file: Path) -> ConfigError:
    """All mistakes in one error: those of the file by line, then those of the command line."""
    ordered = sorted(problems, key=_rank)
    first = ordered[0]
    rest = [_placed(problem, file) for problem in ordered[1:_MOST]]
    if len(ordered) > _MOST:
        rest.append(f"... and {len(ordered) - _MOST} more")
    own = _placed(first, file) if first.on_command_line else first.text
    return ConfigError(
        "\n".join([own, *rest]),
        file=None if first.on_command_line else file,
        line=first.line,
        key=_dotted(first.path) or None,
        hint=_HINT,
    )


def show(value: object) -> str:
    """A value as TOML would have it, cut to a readable length."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, int) and value.bit_length() > 64:  # Python refuses to print the largest
        return "a number beyond 64 bits"
    if isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    elif isinstance(value, list):
        text = f"[{', '.join(show(item) for item in value[:_WIDEST])}]"
    elif isinstance(value, bool | int | float | str):
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def _rank(problem: Problem) -> tuple[bool, bool, int]:
    return problem.on_command_line, problem.line is None, problem.line or 0


def _missing(path: KeyPath) -> str:
    key = find_key(_dotted(path))
    if key is not None:
        return (
            f"{_quoted(path)} is missing: {key.description[0].lower()}{key.description[1:].rstrip('.')}"
        )
    keys = (key for table in describe_tables() if table.name == path[0] for key in table.keys)
    needed = " and ".join(f"'{key.name}'" for key in keys if key.required)
    return f"the table [{path[0]}] is missing" + (f": it has {needed}" if needed else "")


def _wrong_value(path: KeyPath, value: object, kind: str, reason: str) -> str:
    text = f"'{_dotted(path)}' cannot be {show(value)}"
    key = find_key(_dotted(path[:2]))
    if key is None:
        return text
    text += f"; allowed: {key.allowed if len(path) == 2 else key.item_allowed}"
    advice = reason or _advice(value, kind, key.choices)
    return f"{text}; {advice}" if advice else text


def _advice(value: object, kind: str, choices: tuple[str, ...]) -> str:
    """What was probably meant, going by the kind of pydantic's error."""
    if not isinstance(value, str):
        return (
            "text is written in quotes"
            if kind in {"string_type", "path_type", "is_instance_of"}
            else ""
        )
    meant = nearest(value.strip("[]"), choices)
    if meant is not None:
        return f'a list is written ["{meant}"]' if kind == "tuple_type" else f'did you mean "{meant}"?'
    if kind in {"int_type", "float_type", "bool_type"} and _BARE.fullmatch(value):
        return "write it without quotes"
    return ""


def _placed(problem: Problem, file: Path) -> str:
    if problem.on_command_line:
        return f"--set: {problem.text}"
    line = "" if problem.line is None else f":{problem.line}"
    return f"{file}{line}: {problem.text}"


def _dotted(path: KeyPath) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _quoted(path: KeyPath) -> str:
    """The dotted key in quotes, with nothing in it that could garble a terminal."""
    name = json.dumps(_dotted(path), ensure_ascii=False)[1:-1]
    name = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return f"'{name if len(name) <= _WIDEST else name[: _WIDEST - 3] + '...'}'"

"""What ``--set KEY=VALUE`` says, read and laid over the tables of a project file."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.project.problems import Problem, show, unknown_key

__all__ = ["Override", "lay_over", "read_overrides"]

_LONGEST = 4096
"""Characters of one ``--set``; a path fits, and nothing that is slow to parse."""


@dataclass(frozen=True, slots=True)
class Override:
    """One value from the command line.

    Attributes:
        path: the keys on the way to it; two of them for all there is in a project file.
        value: as ``tomllib`` gives it.
    """

    path: tuple[str, ...]
    value: object


def read_overrides(texts: Sequence[str]) -> tuple[list[Override], list[Problem]]:
    """Read ``table.key=value`` texts.

    A value is TOML. What is no TOML value is text: a bare word or a path needs no quotes. An
    inline table sets several keys of a table: ``dataset={name="mnist", path="mnist"}``.

    Returns:
        The values in the order given, and what is wrong with the texts.
    """
    overrides: list[Override] = []
    problems: list[Problem] = []
    for given in texts:
        text = given.encode("utf-8", "replace").decode("utf-8")
        key, equals, value = text.partition("=")
        path = tuple(part.strip() for part in key.split("."))
        if text != given:  # the shell hands over any bytes; Python keeps odd ones as surrogates
            problems.append(Problem((), f"{show(given)} is not UTF-8", on_command_line=True))
        elif len(text) > _LONGEST:
            problems.append(Problem((), f"longer than {_LONGEST} characters", on_command_line=True))
        elif not equals or not all(path):
            wrong = f"{show(text)} is not of the form table.key=value"
            problems.append(Problem((), wrong, on_command_line=True))
        else:
            overrides += _flatten(path, _value(value.strip()))
    return overrides, problems


def lay_over(tables: dict[str, object], overrides: Sequence[Override]) -> list[Problem]:
    """Put values from the command line into the parsed project file; the last one wins.

    Args:
        tables: the parsed file, changed in place.
        overrides: what to set.

    Returns:
        Keys that lead to no place. Other unknown keys are left to the check of the whole.
    """
    problems: list[Problem] = []
    for override in overrides:
        table, *keys = override.path
        if not keys:
            tables[table] = override.value
            continue
        if len(keys) > 1:
            problems.append(Problem(override.path, unknown_key(override.path), on_command_line=True))
            continue
        inside = tables.setdefault(table, {})
        if isinstance(inside, dict):  # anything else is reported as what it is
            inside[keys[0]] = override.value
    return problems


def _flatten(path: tuple[str, ...], value: object) -> list[Override]:
    if isinstance(value, dict) and (value or len(path) == 1):
        return [item for key, inner in value.items() for item in _flatten((*path, str(key)), inner)]
    return [Override(path, value)]


def _value(text: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return parsed["value"] if len(parsed) == 1 else text  # text with a line feed could be two keys

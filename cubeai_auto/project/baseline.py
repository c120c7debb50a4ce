"""The baseline file of a project: read, checked, and written in a form that people review."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from cubeai_auto.compare.baseline import BASELINE_SCHEMA, Baseline, check_baseline
from cubeai_auto.compare.changes import BaselineCheck, BaselineLimits, Growth
from cubeai_auto.compare.record import RunRecord
from cubeai_auto.errors import InputError
from cubeai_auto.files import existing_file, refusals, write_atomic
from cubeai_auto.project.config import BaselineTable
from cubeai_auto.project.loading import LoadedConfig
from cubeai_auto.quantity import JsonValue

__all__ = [
    "BaselineError",
    "baseline_text",
    "compare_with_baseline",
    "read_baseline",
    "stored_baseline",
    "write_baseline",
]

_LARGEST_FILE = 4 * 2**20
_MOST_PROBLEMS = 3
_UPDATE = "make it anew: cubeai-auto baseline PROJECT --update"


class BaselineError(InputError):
    """A baseline file is damaged, or of a version that is not known here."""


@cache
def _adapter() -> TypeAdapter[Baseline]:
    return TypeAdapter(Baseline)


def stored_baseline(loaded: LoadedConfig) -> Baseline | None:
    """The baseline of a project; ``None`` if there is no such file.

    Raises:
        BaselineError: there is one, and it cannot be used.
        MissingPathError: its path is a folder.
        RefusedError: it cannot be read.
    """
    file = loaded.config.baseline.file
    with refusals("find", file):
        exists = file.exists()
    return read_baseline(file) if exists else None


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file.

    Raises:
        MissingPathError: it does not exist or is a folder.
        BaselineError: it is damaged, or of another version.
        RefusedError: it cannot be read.
    """
    existing_file(path, "the baseline")
    with refusals("read", path), path.open("rb") as stream:
        content = stream.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        msg = f"the baseline {path} is larger than {_LARGEST_FILE // 2**20} MiB"
        raise BaselineError(msg, hint=_UPDATE)
    try:
        baseline = _adapter().validate_json(content, strict=True)
    except ValidationError as error:
        msg = f"the baseline {path} cannot be read: {_problems(error)}"
        raise BaselineError(msg, hint=_UPDATE) from error
    except (OverflowError, ValueError, RecursionError) as error:
        msg = f"the baseline {path} cannot be read: {error}"
        raise BaselineError(msg, hint=_UPDATE) from error
    problem = _inconsistent(baseline)
    if problem:
        msg = f"the baseline {path} {problem}"
        raise BaselineError(msg, hint=_UPDATE)
    return baseline


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline file.

    Raises:
        MissingPathError: its path is a folder.
        RefusedError: the disk is full, ...
    """
    if path.is_dir():
        existing_file(path, "the baseline")
    write_atomic(path, baseline_text(baseline))


def baseline_text(baseline: Baseline) -> str:
    """The file's text: a line a figure, so that a change is a line in a diff."""
    return _lines(baseline.to_json(), "") + "\n"


def compare_with_baseline(
    loaded: LoadedConfig, record: RunRecord, baseline: Baseline | None
) -> RunRecord:
    """The record with what became of the baseline's figures.

    A project that has no baseline file and no table ``[baseline]`` has none to compare with.
    """
    table = loaded.config.baseline
    file = _shown(table.file, loaded.directory)
    check: BaselineCheck | None = None
    if baseline is not None:
        check = check_baseline(record, baseline, _limits(table), file)
    elif "baseline" in loaded.config.given():
        reason = f"there is no {file} yet: cubeai-auto baseline PROJECT --update makes it"
        check = BaselineCheck(file, "", reason=reason)
    return replace(record, baseline=check)


def _limits(table: BaselineTable) -> BaselineLimits:
    return BaselineLimits(
        flash=table.flash,
        ram=table.ram,
        arena=table.arena,
        macc=table.macc,
        instructions=table.instructions,
        accuracy=None if table.accuracy is None else Growth(amount=table.accuracy),
        floor=table.floor,
    )


def _shown(file: Path, directory: Path) -> str:
    """The path as seen from the project folder, where it lies below it."""
    return str(file.relative_to(directory)) if file.is_relative_to(directory) else str(file)


def _problems(error: ValidationError) -> str:
    found = [
        f"{'.'.join(map(str, item['loc']))}: {item['msg']}" if item["loc"] else item["msg"]
        for item in error.errors(include_url=False, include_input=False)
    ]
    more = f"; and {len(found) - _MOST_PROBLEMS} more" if len(found) > _MOST_PROBLEMS else ""
    return "; ".join(found[:_MOST_PROBLEMS]) + more


def _inconsistent(baseline: Baseline) -> str:
    if baseline.schema != BASELINE_SCHEMA:
        return f"is of the form {baseline.schema[:80]!r}; this version reads {BASELINE_SCHEMA}"
    names = [variant.name for variant in baseline.variants]
    if len(names) != len(set(names)):
        return "has a variant twice"
    for variant in baseline.variants:
        lists = [[figure.name for figure in variant.figures]]
        lists += [[part.name for part in figure.parts] for figure in variant.figures]
        if any(len(own) != len(set(own)) for own in lists):
            return f"has a figure of {variant.name[:80]!r} twice"
    return ""


def _lines(value: JsonValue, indent: str) -> str:
    """JSON with a line for each object or list that holds no other object of objects."""
    if not isinstance(value, dict | list) or _flat(value):
        return json.dumps(value, allow_nan=False)
    inner = indent + "  "
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {_lines(item, inner)}" for key, item in value.items()]
        opening, closing = "{", "}"
    else:
        items = [_lines(item, inner) for item in value]
        opening, closing = "[", "]"
    body = ",\n".join(inner + item for item in items)
    return f"{opening}\n{body}\n{indent}{closing}" if items else opening + closing


def _flat(value: dict[str, JsonValue] | list[JsonValue]) -> bool:
    """Whether a value fits on a line: a quantity, or a name with its quantity."""
    items = list(value.values()) if isinstance(value, dict) else value
    if isinstance(value, list) and items:
        return False
    return all(
        not isinstance(item, dict | list)
        or not item
        or (isinstance(item, dict) and not any(isinstance(i, dict | list) for i in item.values()))
        for item in items
    )

"""From a project folder to its typed configuration, with the source of every value."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from cubeai_auto.errors import MissingPathError
from cubeai_auto.files import existing_file, refusals
from cubeai_auto.project.config import ProjectConfig, conflicts
from cubeai_auto.project.document import read_document
from cubeai_auto.project.locate import KeyPath, line_of
from cubeai_auto.project.names import nearest
from cubeai_auto.project.overrides import lay_over, read_overrides
from cubeai_auto.project.problems import Problem, config_error, explain

__all__ = ["PROJECT_FILE", "LoadedConfig", "load_config"]

PROJECT_FILE = "project.toml"

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A project's configuration and where each value comes from.

    Attributes:
        directory: the absolute project folder.
        file: the absolute path of its ``project.toml``.
        config: the values; every path in it is absolute.
        sources: for every dotted key ``"project.toml:12"``, ``"--set"`` or ``"default"``; a table
            that is absent altogether stands there by its own name. Read-only.
        overrides: the ``--set`` texts it was loaded with.
    """

    directory: Path
    file: Path
    config: ProjectConfig
    sources: Mapping[str, str]
    overrides: tuple[str, ...] = ()


def load_config(project_dir: Path, overrides: Sequence[str] = ()) -> LoadedConfig:
    """Read a project folder's ``project.toml``.

    Relative paths in the file are relative to the project folder, those in ``overrides`` to the
    working directory; ``~`` is the home directory in both. Whether a path exists is not checked.

    Args:
        project_dir: the folder.
        overrides: texts ``table.key=value`` as given to ``--set``; the last one for a key wins.

    Raises:
        MissingPathError: there is no such folder, or no ``project.toml`` in it.
        ConfigError: the file or an override has mistakes; all of them are listed.
        RefusedError: the file cannot be read.
    """
    file = _project_file(project_dir)
    document = read_document(file)
    settings, problems = read_overrides(overrides)
    problems += lay_over(document.tables, settings)
    places = _Places(document.lines, frozenset(setting.path for setting in settings))

    config: ProjectConfig | None = None
    try:
        config = ProjectConfig.model_validate(document.tables)
    except ValidationError as error:
        problems += [places.problem(path, text) for path, text in explain(error)]
        problems += [
            places.problem(tuple(key.split(".")), text)
            for key, text in conflicts(_given(document.tables))
        ]
    if config is None or problems:
        raise config_error(problems, file)
    with refusals("find", project_dir):
        directory = project_dir.resolve()
        here = Path.cwd() if settings else directory
    config = _with_absolute_paths(config, places, directory, here)
    sources = MappingProxyType(dict(places.sources(config)))
    return LoadedConfig(directory, directory / PROJECT_FILE, config, sources, tuple(overrides))


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each value stands: a line of the file, or the command line."""

    lines: Mapping[KeyPath, int]
    overridden: frozenset[KeyPath]

    def on_command_line(self, path: KeyPath) -> bool:
        return any(path[:length] in self.overridden for length in range(1, len(path) + 1))

    def problem(self, path: KeyPath, text: str) -> Problem:
        absent = path[:1] not in self.lines
        added = absent and any(setting[:1] == path[:1] for setting in self.overridden)
        if added or self.on_command_line(path):
            return Problem(path, text, on_command_line=True)
        return Problem(path, text, line_of(self.lines, path))

    def sources(self, config: ProjectConfig) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for name, table in _tables(config):
            paths: list[KeyPath] = (
                [(name, key) for key in type(table).model_fields] if table else [(name,)]
            )
            for path in paths:
                line = self.lines.get(path)
                source = "default" if line is None else f"{PROJECT_FILE}:{line}"
                found.append(
                    (".".join(map(str, path)), "--set" if self.on_command_line(path) else source)
                )
        return found


def _project_file(folder: Path) -> Path:
    with refusals("find", folder):
        if not folder.is_dir():
            if folder.exists():
                msg = f"the project is a folder, but this is a file: {folder}"
                raise MissingPathError(msg, hint=f"give the folder that holds {PROJECT_FILE}")
            msg = f"the project folder does not exist: {folder}"
            raise MissingPathError(msg, hint=_other_folder(folder))
        file = folder / PROJECT_FILE
        if not file.exists():
            msg = f"there is no {PROJECT_FILE} in {folder}"
            raise MissingPathError(msg, hint=f"give the folder that holds {PROJECT_FILE}")
        if not existing_file(file, PROJECT_FILE).is_file():
            msg = f"{PROJECT_FILE} is not a regular file: {file}"
            raise MissingPathError(msg, hint="replace it by a text file")
    return file


def _other_folder(folder: Path) -> str:
    """The next step after a misspelled folder name."""
    beside = sorted(path.parent.name for path in folder.parent.glob(f"*/{PROJECT_FILE}"))
    meant = nearest(folder.name, beside)
    return (
        f"did you mean {folder.parent / meant}?"
        if meant
        else f"give the folder that holds {PROJECT_FILE}"
    )


def _given(tables: Mapping[str, object]) -> frozenset[str]:
    names = set(tables)
    for table, keys in tables.items():
        if isinstance(keys, dict):
            names |= {f"{table}.{key}" for key in keys}
    return frozenset(names)


def _tables(config: ProjectConfig) -> list[tuple[str, BaseModel | None]]:
    """The tables by their names in the file."""
    return [
        (field.alias or attribute, getattr(config, attribute))
        for attribute, field in ProjectConfig.model_fields.items()
    ]


def _with_absolute_paths(
    config: ProjectConfig, places: _Places, directory: Path, here: Path
) -> ProjectConfig:
    """The same configuration with every path absolute and free of ``..``."""
    replaced: dict[str, BaseModel] = {}
    for attribute, field in ProjectConfig.model_fields.items():
        table = getattr(config, attribute)
        if not isinstance(table, BaseModel):
            continue
        absolute: dict[str, Path] = {}
        for key, value in table:
            if isinstance(value, Path):
                base = here if places.on_command_line((field.alias or attribute, key)) else directory
                absolute[key] = Path(os.path.normpath(base / _from_home(value)))
        if absolute:
            replaced[attribute] = _copy(table, absolute)
    return _copy(config, replaced)


def _copy(model: _Model, update: Mapping[str, object]) -> _Model:
    """A copy with other values, of which those given and those left at a default stay apart."""
    copied = model.model_copy(update=update)
    copied.model_fields_set.intersection_update(model.model_fields_set)
    return copied


def _from_home(path: Path) -> Path:
    if path.parts[:1] != ("~",):
        return path
    try:
        return path.expanduser()
    except RuntimeError:  # nobody's home is known: then it is a name like any other
        return path

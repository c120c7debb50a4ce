"""What a folder has to edit: the project files of STM32CubeIDE, CMake and make, and the sources."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal, TypeAlias

from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.cubemx.ide.runtime import (
    APPLICATION_FOLDER,
    NetworkFiles,
    generated_sources,
)
from cubeai_auto.errors import MissingPathError, UsageError
from cubeai_auto.files import refusals

__all__ = ["FileKind", "IdeFile", "IdeFolder", "ide_files", "network_files"]

FileKind: TypeAlias = Literal["cproject", "project", "cmake", "makefile"]

_IDE_FOLDER = "STM32CubeIDE"
_GENERATED = ("cmake", "stm32cubemx", "CMakeLists.txt")
_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")


@dataclass(frozen=True, slots=True)
class IdeFile:
    """A project file.

    Attributes:
        kind: what it is.
        path: where it is.
        way: the relative path from its folder to the CubeMX project's root; ``.`` if it is there.
    """

    kind: FileKind
    path: Path
    way: str


@dataclass(frozen=True, slots=True)
class IdeFolder:
    """A project.

    Attributes:
        folder: as it was given; the journal stands here.
        root: the root of the CubeMX project, where ``X-CUBE-AI`` and ``Middlewares`` are.
        files: the files to edit; ``.project`` only beside a ``.cproject``.
        generated: the CMake file that CubeMX writes anew each time, which is only read.
    """

    folder: Path
    root: Path
    files: tuple[IdeFile, ...]
    generated: Path | None

    def of(self, kind: FileKind) -> IdeFile | None:
        """The file of a kind."""
        return next((file for file in self.files if file.kind == kind), None)


def ide_files(folder: Path) -> IdeFolder:
    """The project files of a folder.

    ``.cproject`` may stand in the folder or in ``STM32CubeIDE`` below it, as CubeMX puts it with
    *Generate Under Root* switched off; that folder stands for the whole project.

    Raises:
        MissingPathError: the folder does not exist, or has no project file.
        UsageError: there are several IDE projects below it, one for each core or context.
        RefusedError: it cannot be read.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        msg = f"the project folder {what}: {folder}"
        raise MissingPathError(msg)
    with refusals("read", folder):
        above = folder.parent if folder.name else folder.resolve().parent
        nested = folder.resolve().name == _IDE_FOLDER and not (folder / "X-CUBE-AI").is_dir()
        if nested and (folder / ".cproject").is_file() and not (above / ".cproject").is_file():
            return ide_files(above)
        place = next((f for f in (folder, folder / _IDE_FOLDER) if (f / ".cproject").is_file()), None)
        root = _root_of(folder) if place == folder else folder
        found: list[IdeFile] = []
        if place is not None:
            way = _way(place, root)
            found.append(IdeFile("cproject", place / ".cproject", way))
            if (place / ".project").is_file():
                found.append(IdeFile("project", place / ".project", way))
        if (folder / "CMakeLists.txt").is_file():
            found.append(IdeFile("cmake", folder / "CMakeLists.txt", _way(folder, root)))
        makefile = next((folder / name for name in _MAKEFILES if (folder / name).is_file()), None)
        if makefile is not None:
            found.append(IdeFile("makefile", makefile, _way(folder, root)))
        if not found:
            raise _nothing(folder)
        generated = folder.joinpath(*_GENERATED)
        return IdeFolder(folder, root, tuple(found), generated if generated.is_file() else None)


def _nothing(folder: Path) -> UsageError:
    deeper = sorted({*folder.glob("*/.cproject"), *folder.glob(f"{_IDE_FOLDER}/*/.cproject")})
    if deeper:
        names = ", ".join(path.parent.relative_to(folder).as_posix() for path in deeper)
        msg = f"{folder} holds several IDE projects: {names}"
        return UsageError(msg, hint="name the folder of the one that runs the network")
    msg = f"no .cproject, CMakeLists.txt or Makefile in {folder}"
    return MissingPathError(msg, hint="generate the project with CubeMX first")


def _root_of(folder: Path) -> Path:
    """The CubeMX project of a folder that holds a ``.cproject``."""
    if (folder / "X-CUBE-AI").is_dir():
        return folder
    full = folder.resolve()
    if full.parent.name != _IDE_FOLDER:
        return folder
    above = folder / ".." / ".."
    return above / full.name if (above / full.name).is_dir() else above


def _way(start: Path, goal: Path) -> str:
    """The relative path between two folders, with ``/``; absolute where there is none."""
    try:
        return PurePath(os.path.relpath(goal.resolve(), start.resolve())).as_posix()
    except ValueError:
        return goal.resolve().as_posix()


def network_files(
    project: IdeFolder,
    names: Sequence[str],
    *,
    sources: Path | None = None,
    version: PackVersion | None = None,
    required: bool = True,
) -> tuple[NetworkFiles, tuple[str, ...]]:
    """The sources of networks, and notes on them.

    Args:
        project: the project.
        names: the C names of the networks.
        sources: the folder of the C files; relative paths start in the project, or else in the
            current directory. By default the one where CubeMX puts them, ``X-CUBE-AI/App``.
        version: of the pack that generates them; ``None`` for the built-in engine.
        required: whether they must be there, unless CubeMX is still to generate them.

    Raises:
        MissingPathError: required sources are not there.
        UsageError: a name or a path cannot stand in a project file.
    """
    folder = project.root / APPLICATION_FOLDER
    if sources is not None:
        folder = _sources(project, sources, required=required)
    with refusals("read", folder):
        present = sorted(path.name for path in folder.glob("*.c")) if folder.is_dir() else []
        reports = [f"{name}_generate_report.txt" for name in names]
        documents = tuple(name for name in reports if (folder / name).is_file())
    expected = generated_sources(names, version)
    missing = [name for name in (f"{name}.c" for name in names) if name not in present]
    notes: tuple[str, ...] = ()
    if missing and required and (version is None or sources is not None):
        msg = f"{folder} has no {', '.join(missing)}"
        hint = "generate the sources first: cubeai-auto generate MODEL --output DIR --name NAME"
        raise MissingPathError(msg, hint=hint)
    if missing:
        if required:
            notes = (f"{', '.join(missing)} is not there yet: CubeMX has to generate it",)
        present = list(dict.fromkeys([*present, *expected]))
    relative = _way(project.root, folder)
    return NetworkFiles(tuple(names), relative, tuple(present), documents), notes


def _sources(project: IdeFolder, sources: Path, *, required: bool) -> Path:
    for candidate in (project.root / sources, sources):
        if candidate.is_dir():
            return candidate
    if not required:
        return project.root / sources
    msg = f"the folder of the sources does not exist: {sources}"
    raise MissingPathError(msg, hint="give a folder in the project or a path from here")

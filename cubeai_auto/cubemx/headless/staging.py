"""A project copied aside, and what a generation changed in the copy."""

from __future__ import annotations

import fnmatch
import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from cubeai_auto.cubemx.headless.user_code import lost_sections, user_sections
from cubeai_auto.files import refusals

__all__ = ["FileChange", "Snapshot", "changes_between", "copy_project", "damage", "snapshot"]

_LEFT_OUT = frozenset({".git", ".svn", ".hg", "Debug", "Release", "build", "node_modules", ".metadata"})
_GENERATED = (
    "*.ioc", ".mxproject", ".project", ".cproject", ".extSettings", "*.launch", "*.ld", "*.icf",
    "*.sct", "*.uvprojx", "*.uvoptx", "*.ewp", "*.eww", "*.ewd", "startup_*.s", "*/startup_*.s",
    "Makefile", "cmake/stm32cubemx/*", "cmake/gcc-arm-none-eabi.cmake", "CMakePresets.json",
    "Drivers/*", "Middlewares/*", "X-CUBE-AI/*", "*/X-CUBE-AI/*", ".ai/*", "LICENSE_X-CUBE-AI.txt",
    "*/RTE_Components.h", "*/syscalls.c", "*/sysmem.c", "*/system_stm32*.c", "*_hal_conf.h",
    ".settings/*",
)  # fmt: skip

Snapshot = dict[PurePosixPath, bytes]
"""The files of a project by relative path."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that differs after a generation; ``before`` or ``after`` is ``None`` where absent."""

    path: PurePosixPath
    before: bytes | None
    after: bytes | None

    @property
    def kind(self) -> Literal["added", "changed", "removed"]:
        """What happened to it."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def copy_project(folder: Path, target: Path) -> None:
    """Copy a project without build output and version control.

    Raises:
        RefusedError: the operating system refused.
    """
    with refusals("copy", folder):
        shutil.copytree(
            folder, target, symlinks=True, ignore=lambda _, names: _LEFT_OUT.intersection(names)
        )


def snapshot(folder: Path) -> Snapshot:
    """The content of every regular file of a project.

    Raises:
        RefusedError: a file cannot be read.
    """
    found: Snapshot = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        for name in sorted(names):
            path = Path(place) / name
            if path.is_symlink() or not path.is_file():
                continue
            with refusals("read", path):
                found[PurePosixPath(path.relative_to(folder).as_posix())] = path.read_bytes()
    return found


def changes_between(before: Snapshot, after: Snapshot) -> tuple[FileChange, ...]:
    """The files that differ, by path."""
    return tuple(
        FileChange(path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )


def damage(changes: tuple[FileChange, ...]) -> tuple[str, ...]:
    """What a generation took from the user: changed sections, changed or removed files."""
    found: list[str] = []
    for change in changes:
        if change.before is None:
            continue
        if user_sections(change.before):
            lost = lost_sections(change.before, change.after or b"")
            found += [f"{change.path}: the user code section {name!r} changed" for name in lost]
        elif not _generated(change.path):
            found.append(f"{change.path}: {change.kind}, and it is not a file that CubeMX owns")
    return tuple(found)


def _generated(path: PurePosixPath) -> bool:
    return any(fnmatch.fnmatchcase(str(path), pattern) for pattern in _GENERATED)

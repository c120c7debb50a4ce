"""Generate a project's code with CubeMX: on a copy, judged, compared, then moved into place."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cubeai_auto import process
from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.edit import Edit
from cubeai_auto.cubemx.headless.discovery import CubeMX
from cubeai_auto.cubemx.headless.display import with_display
from cubeai_auto.cubemx.headless.judge import FAREWELL, judge, why_it_hangs
from cubeai_auto.cubemx.headless.lock import exclusive
from cubeai_auto.cubemx.headless.script import generation_script
from cubeai_auto.cubemx.headless.staging import (
    FileChange,
    Snapshot,
    changes_between,
    copy_project,
    damage,
    snapshot,
)
from cubeai_auto.cubemx.transaction import Replacement, replace_all
from cubeai_auto.errors import CheckFailedError, ToolFailedError, ToolTimeoutError
from cubeai_auto.files import existing_file, refusals, temporary_folder, write_atomic

__all__ = ["Generation", "generate_code"]

_LOG = Path(".stm32cubemx") / "STM32CubeMX.log"
_LOG_BYTES = 4 * 1024 * 1024
_SHOWN = 12
_EXPECTED = ("main.c", ".mxproject")


@dataclass(frozen=True, slots=True)
class Generation:
    """What CubeMX made of a project.

    Attributes:
        ioc: the project file.
        command: what was run.
        edit: the project file before and after; CubeMX rewrites it on every generation.
        changes: every file that differs, the project file included.
        warnings: what CubeMX said that is no failure.
        applied: whether the project was changed; ``False`` for a dry run.
    """

    ioc: Path
    command: str
    edit: Edit
    changes: tuple[FileChange, ...]
    warnings: tuple[str, ...]
    applied: bool


def generate_code(
    ioc: Path,
    tool: CubeMX,
    *,
    toolchain: str | None = None,
    timeout: float = 600.0,
    dry_run: bool = False,
    log: Path | None = None,
    home: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Generation:
    """Run CubeMX on a copy of the project and take over what it generated.

    Args:
        ioc: the project file; its folder is the project.
        tool: the CubeMX to run.
        toolchain: for which toolchain, or what the project says.
        timeout: seconds for the run, and again for waiting for another one.
        dry_run: only tell what would change.
        log: file that receives everything CubeMX printed.
        home: the user's folder, where CubeMX writes its log.
        environment: instead of this process's, to find a display.

    Raises:
        MissingPathError: there is no such project.
        IocFormatError: the project file cannot be read.
        ToolMissingError: CubeMX or the display it needs is not there.
        ToolTimeoutError: it did not finish; the message says what it most likely waits for.
        ToolFailedError: it ran, and what it said or wrote shows that it failed.
        CheckFailedError: it would take something from the user; nothing was changed.
        RefusedError: the operating system refused.
    """
    ioc = existing_file(ioc, "the .ioc file").absolute()
    before = IocDocument.read(ioc)
    with temporary_folder() as work:
        staged = work / ioc.parent.name
        copy_project(ioc.parent, staged)
        old = snapshot(staged)
        printed, command = _run(
            staged / ioc.name, tool, toolchain, timeout, work, log, home or Path.home(), environment
        )
        verdict = judge(printed)
        new = snapshot(staged)
        problems = list(verdict.problems) or _unproduced(old, new, staged, work)
        if not problems:
            after = IocDocument.read(staged / ioc.name)
            problems = _lost(before, after)
        else:
            after = before
        if problems:
            msg = "CubeMX did not generate the project: " + "; ".join(problems[:_SHOWN])
            raise ToolFailedError(
                msg,
                command=command,
                tail=tuple(printed.rstrip().splitlines()[-_SHOWN:]),
                log=log,
                hint="open the project in CubeMX once and generate it there",
            )
    changes = changes_between(old, new)
    if taken := damage(changes):
        msg = f"CubeMX would change what is yours; nothing was changed in {ioc.parent}:\n" + "\n".join(
            f"  {line}" for line in taken[:_SHOWN]
        )
        raise CheckFailedError(msg, hint="commit your files, and set KeepUserCode in the project")
    if not dry_run:
        _apply(ioc.parent, changes)
    return Generation(ioc, command, Edit(before, after), changes, verdict.warnings, not dry_run)


def _run(
    ioc: Path,
    tool: CubeMX,
    toolchain: str | None,
    timeout: float,
    work: Path,
    log: Path | None,
    home: Path,
    environment: Mapping[str, str] | None,
) -> tuple[str, str]:
    """Everything that CubeMX said, and the command."""
    script = work / "generate.mx"
    write_atomic(script, generation_script(ioc, toolchain=toolchain))
    command = with_display((*tool.command, "-q", str(script)), environment=environment)
    started = time.time()
    lock = Path(tempfile.gettempdir()) / f"cubeai-auto-cubemx-{_user()}.lock"
    with exclusive(lock, timeout=timeout, command=" ".join(command)):
        try:
            done = process.run(
                command, timeout=timeout, cwd=work, log=log, ok_codes=None, farewell=FAREWELL
            )
        except ToolTimeoutError as error:
            said = "\n".join([*error.tail, _own_log(home, started)])
            reason, hint = why_it_hangs(said)
            msg = f"CubeMX did not finish within {timeout:g} s: {reason}"
            raise ToolTimeoutError(
                msg, command=error.command, tail=error.tail, log=log, hint=hint
            ) from error
    return "\n".join([done.stdout, done.stderr, _own_log(home, started)]), done.command


def _user() -> str:
    return str(os.getuid()) if sys.platform != "win32" else "user"


def _own_log(home: Path, started: float) -> str:
    """What CubeMX wrote into its own log since the run began."""
    path = home / _LOG
    try:
        if path.stat().st_mtime < started - 1:
            return ""
        with path.open("rb") as stream:
            return stream.read(_LOG_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _unproduced(old: Snapshot, new: Snapshot, staged: Path, script_folder: Path) -> list[str]:
    """Which of the files that every generation writes were not written."""
    made_at = (script_folder / "generate.mx").stat().st_mtime
    problems = []
    for name in _EXPECTED:
        paths = [path for path in new if path.name == name]
        if not any(
            old.get(path) != new[path] or _changed_at(staged / path) >= made_at for path in paths
        ):
            problems.append(f"no fresh {name}")
    return problems


def _changed_at(path: Path) -> float:
    with refusals("look at", path):
        return path.stat().st_mtime


def _lost(before: IocDocument, after: IocDocument) -> list[str]:
    """What CubeMX dropped from the project file without a word."""
    wanted, kept = installed_cube_ai(before), installed_cube_ai(after)
    if wanted is None:
        return []
    if kept is None:
        return [f"the project file has lost X-CUBE-AI {wanted.pack}"]
    names = {network.name for network in wanted.networks} - {network.name for network in kept.networks}
    return [f"the project file has lost the network {name!r}" for name in sorted(names)]


def _apply(folder: Path, changes: tuple[FileChange, ...]) -> None:
    made: list[Path] = []
    try:
        for change in changes:
            if change.after is not None:
                made += _make_folders((folder / change.path).parent)
        replace_all([Replacement(_inside(folder, c.path), c.before, c.after) for c in changes])
    except BaseException:
        for path in reversed(made):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        raise


def _inside(folder: Path, path: PurePosixPath) -> Path:
    return folder.joinpath(*path.parts)


def _make_folders(path: Path) -> list[Path]:
    missing = [parent for parent in (path, *path.parents) if not parent.exists()]
    with refusals("make", path):
        path.mkdir(parents=True, exist_ok=True)
    return list(reversed(missing))

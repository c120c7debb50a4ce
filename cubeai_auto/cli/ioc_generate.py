"""``ioc generate``: the code of a project, by STM32CubeMX without its window."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.cli.ioc_read import IocVerb
    from cubeai_auto.cubemx.headless import Generation
    from cubeai_auto.quantity import JsonValue

__all__ = ["VERBS"]

_TIMEOUT = 600.0


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cubemx", type=Path, metavar="PATH", help="the program or the folder it is installed in"
    )
    parser.add_argument("--toolchain", help="such as STM32CubeIDE or CMake; else what the project says")
    parser.add_argument(
        "--timeout", type=_seconds, default=_TIMEOUT, metavar="SECONDS", help="default 600"
    )
    parser.add_argument("--log", type=Path, metavar="FILE", help="keep all that CubeMX prints there")
    parser.add_argument("--dry-run", action="store_true", help="generate, compare, change nothing")


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        msg = f"not a time in seconds: {text}"
        raise ValueError(msg)
    return value


def _generate(options: argparse.Namespace) -> int:
    """Generate, and tell which files changed."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.cubemx.headless import generate_code, search_cubemx
    from cubeai_auto.files import existing_file

    ioc = existing_file(options.file, "the .ioc file")
    done = generate_code(
        ioc,
        search_cubemx(options.cubemx).require(),
        toolchain=options.toolchain,
        timeout=options.timeout,
        dry_run=options.dry_run,
        log=options.log,
    )
    payload: dict[str, JsonValue] = {
        "schema": "cubeai-auto/ioc-generate/1",
        "file": str(options.file),
        "command": done.command,
        "applied": done.applied,
        "files": [{"file": str(change.path), "change": change.kind} for change in done.changes],
        "changed": [
            {"key": change.key, "before": change.before, "after": change.after}
            for change in done.edit.changes
        ],
        "warnings": list(done.warnings),
    }
    emit(options, payload, "\n".join(_lines(done)))
    return 0


def _lines(done: Generation) -> list[str]:
    from cubeai_auto.render.text import one_line

    lines = [f"{change.kind:<8} {one_line(str(change.path))}" for change in done.changes]
    lines += [f"warning: {one_line(warning)}" for warning in done.warnings]
    if not done.changes:
        lines.append("nothing changed: the code is up to date")
    elif not done.applied:
        lines.append("dry run: nothing was changed")
    return lines


VERBS: tuple[IocVerb, ...] = (
    ("generate", "generate the project's code with CubeMX, on a copy first", _declare, _generate),
)

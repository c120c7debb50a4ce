"""``cubeai-auto ide``: networks into the project files of STM32CubeIDE, CMake and make, and out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cubeai_auto.cli.verb import add_output_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cubeai_auto.cubemx.ide import IdeAdditions, IdeFolder, IdePlan
    from cubeai_auto.quantity import JsonValue

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "ide"
HELP = (
    "add a network's sources, include paths and runtime library to a project of STM32CubeIDE, CMake or "
    "make, and take them out again"
)
_BUILTIN, _CUBE_AI = "builtin", "cube-ai"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs below this one."""
    verbs = parser.add_subparsers(dest="ide_verb", metavar="WHAT", required=True)
    for name, text in (
        ("add", "add networks to every project file of a folder"),
        ("remove", "take them out; after `add` the files are as they were"),
    ):
        sub = verbs.add_parser(name, help=text, description=text)
        _declare(sub, adding=name == "add")
        add_output_arguments(sub, nested=True)
        sub.set_defaults(verb=f"ide-{name}")


def _declare(parser: argparse.ArgumentParser, *, adding: bool) -> None:
    only = "" if adding else "; needed only where `add` left no journal"
    parser.add_argument(
        "folder", metavar="FOLDER", type=Path,
        help="holds .cproject, STM32CubeIDE/.cproject, CMakeLists.txt or Makefile",
    )  # fmt: skip
    parser.add_argument(
        "--name", action="append", default=[], metavar="NAME",
        help="a network's C name (default: network); more than once for several",
    )  # fmt: skip
    parser.add_argument(
        "--sources", type=Path, metavar="DIR",
        help=f"the folder of the C files (default: X-CUBE-AI/App, where CubeMX puts them){only}",
    )  # fmt: skip
    parser.add_argument(
        "--engine", choices=(_CUBE_AI, _BUILTIN), default=_CUBE_AI,
        help="whose C files: cube-ai (default) needs ST's runtime library, builtin needs none",
    )  # fmt: skip
    parser.add_argument("--pack", metavar="VERSION", help="of X-CUBE-AI, such as 10.2.0")
    parser.add_argument("--core", metavar="CORE", help="cm0, cm4, cm7, cm33 or cm55")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, print the diff")


def run(options: argparse.Namespace) -> int:
    """Plan, write, tell."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.cubemx.ide import apply_plan, ide_files, plan_add, plan_remove

    adding = options.ide_verb == "add"
    project = ide_files(options.folder)
    additions, notes = _additions(options, project, adding=adding)
    if adding:
        plan = plan_add(project, additions)
    else:
        plan = plan_remove(project, additions, names=options.name)
    if not options.dry_run:
        apply_plan(plan)
    notes = tuple(dict.fromkeys((*notes, *plan.notes)))
    emit(options, _payload(options, plan, notes), "\n".join(_lines(options, plan, notes)))
    return 0


def _additions(
    options: argparse.Namespace, project: IdeFolder, *, adding: bool
) -> tuple[IdeAdditions, tuple[str, ...]]:
    """What shall be added, or looked for."""
    from cubeai_auto.cubemx.cube_ai.names import PackVersion
    from cubeai_auto.cubemx.ide import RuntimeLibrary, additions_for, network_files
    from cubeai_auto.cubemx.ide.runtime import CORES, core_name
    from cubeai_auto.errors import UsageError

    library = None
    if options.engine == _CUBE_AI:
        for option in ("pack", "core") if adding else ():
            if getattr(options, option) is None:
                msg = f"--{option} is needed for ST's runtime library"
                raise UsageError(msg, hint="for C files of the built-in engine: --engine builtin")
        # Where nothing is added, every version and core is looked for.
        pack = PackVersion.parse(options.pack or "10.2.0")
        library = RuntimeLibrary(pack, core_name(options.core or CORES[0]))
    files, notes = network_files(
        project,
        options.name or ["network"],
        sources=options.sources,
        version=library.version if library else None,
        required=adding,
    )
    if adding and library is not None and library.version.note:
        notes += (library.version.note,)
    return additions_for(files, library), notes


def _payload(
    options: argparse.Namespace, plan: IdePlan, notes: tuple[str, ...]
) -> dict[str, JsonValue]:
    return {
        "schema": f"cubeai-auto/{options.verb}/1",
        "folder": str(options.folder),
        "files": [
            {
                "file": str(file.path),
                "changed": [
                    {"key": change.key, "before": change.before, "after": change.after}
                    for change in file.changes
                ],
                "written": file.before != file.after and not options.dry_run,
            }
            for file in plan.files
        ],
        "notes": list(notes),
        "dry_run": options.dry_run,
        "journal": None if plan.journal_after is None else str(plan.journal),
    }


def _lines(options: argparse.Namespace, plan: IdePlan, notes: tuple[str, ...]) -> Iterator[str]:
    from cubeai_auto.cubemx.ide.edit import readable_diff
    from cubeai_auto.render.text import one_line

    for file in plan.changed:
        if options.dry_run:
            yield from map(one_line, readable_diff(file.before, file.after, file.file))
            continue
        yield f"{one_line(str(file.path))}: {len(file.changes)} values changed"
        for change in file.changes:
            for mark, value in (("-", change.before), ("+", change.after)):
                if value is not None:
                    yield one_line(f"  {mark} {change.key}: {value}")
    if not plan.changed:
        yield "nothing to change"
    for note in notes:
        yield one_line(f"note: {note}")
    if plan.journal_after is not None and not options.dry_run:
        yield one_line(f"journal: {plan.journal}")

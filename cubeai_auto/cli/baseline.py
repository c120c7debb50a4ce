"""``cubeai-auto baseline``: store a project's figures, or show what became of those stored."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.compare.baseline import Baseline
    from cubeai_auto.compare.record import RunRecord
    from cubeai_auto.project import Project

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "baseline"
HELP = "show what changed since a project's figures were stored; --update stores the current ones"

_CHECK_FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    parser.add_argument("project", metavar="PROJECT_DIR", type=Path, help="a folder with project.toml")
    parser.add_argument(
        "--update", action="store_true", help="store the current figures as the baseline"
    )
    parser.add_argument(
        "--engine", choices=("auto", "builtin", "stedgeai"), help="instead of the file's"
    )
    parser.add_argument("--output", type=Path, metavar="DIR", help="the run folder")
    parser.add_argument(
        "--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="override a setting"
    )


def run(options: argparse.Namespace) -> int:
    """Run the project, or take the same run from its folder, and hold it against the baseline.

    Returns:
        0; 1 if a figure grew more than its limit and nothing was stored.

    Raises:
        MissingPathError: there is no baseline to compare with.
        CheckFailedError: outputs differ from the oracle's, so that nothing was stored.
        CubeAIError: of the kind that fits what else went wrong.
    """
    from cubeai_auto.cli.progress import StderrNarrator
    from cubeai_auto.project import load_project
    from cubeai_auto.project.progress import Silent

    narrator = Silent() if options.quiet else StderrNarrator()
    project = load_project(options.project, options.set)
    before = _before(project, update=options.update)
    try:
        if options.update:
            record = project.store_baseline(options.engine, output=options.output, progress=narrator)
        else:
            record = project.run(options.engine, output=options.output, progress=narrator)
    finally:
        if isinstance(narrator, StderrNarrator):
            narrator.close()
    _show(project, record, before, options)
    broken = record.baseline is not None and record.baseline.broken
    return _CHECK_FAILED if broken else 0


def _before(project: Project, *, update: bool) -> Baseline | None:
    """The baseline as it was; one that is about to be replaced may be damaged.

    Raises:
        MissingPathError: there is none, and none is about to be made.
        BaselineError: it is damaged, and is needed.
    """
    from cubeai_auto.errors import MissingPathError
    from cubeai_auto.project.baseline import BaselineError, stored_baseline

    try:
        found = stored_baseline(project.loaded)
    except BaselineError:
        if update:
            return None
        raise
    if found is None and not update:
        msg = f"there is no baseline: {project.loaded.config.baseline.file}"
        raise MissingPathError(msg, hint="--update stores the current figures")
    return found


def _show(
    project: Project, record: RunRecord, before: Baseline | None, options: argparse.Namespace
) -> None:
    """The changes since the baseline as it was, and what was stored."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.compare.baseline import make_baseline
    from cubeai_auto.project.baseline import compare_with_baseline

    check = None
    if before is not None:
        check = compare_with_baseline(project.loaded, record, before).baseline
    file = str(project.loaded.config.baseline.file)
    baseline = make_baseline(record)
    if options.json is not None:
        payload = {
            **baseline.to_json(),
            "file": file,
            "updated": options.update,
            "check": None if check is None else check.to_json(),
        }
        emit(options, payload, "")
    if options.json == "-":
        return
    from cubeai_auto.render.console import make_console
    from cubeai_auto.render.console_compare import render_baseline
    from cubeai_auto.render.text import one_line

    console = make_console(options.quiet)
    if check is not None:
        render_baseline(check, console)
    if options.update:
        figures = [figure for variant in baseline.variants for figure in variant.figures]
        known = sum(figure.value.known for figure in figures)
        console.print(f"\nstored {known} of {len(figures)} figures in {one_line(file)}")
        for variant in baseline.variants:
            gaps = [figure for figure in variant.figures if not figure.value.known]
            for gap in gaps:
                reason = one_line(gap.value.reason)
                console.print(f"  ! {one_line(variant.name)}, {gap.name}: not known: {reason}")

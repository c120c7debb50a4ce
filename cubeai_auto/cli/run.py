"""``cubeai-auto run``: a project from its data to a proven deployment."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cubeai_auto.cli.checks import add_check_arguments, exit_code
from cubeai_auto.cli.exports import add_export_arguments, export_files, write_exports

if TYPE_CHECKING:
    from cubeai_auto.compare.record import RunRecord

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "run"
HELP = "run a project: train, convert, generate C, validate, compare, check budgets"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    parser.add_argument("project", metavar="PROJECT_DIR", type=Path, help="a folder with project.toml")
    parser.add_argument(
        "--engine", choices=("auto", "builtin", "stedgeai"), help="instead of the file's"
    )
    parser.add_argument(
        "--variant", action="append", default=[], metavar="V", help="only this variant; may be repeated"
    )
    parser.add_argument("--output", type=Path, metavar="DIR", help="the run folder")
    parser.add_argument(
        "--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="override a setting"
    )
    add_check_arguments(parser)
    add_export_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Run the project and show the record.

    Returns:
        0; 1 if an output differs from the oracle's, a budget is broken or a figure grew more over
        the baseline than its limit; 3 with ``--strict`` if a tool was missing; 5 if the engine
        refused every variant.
    """
    from cubeai_auto.cli.progress import StderrNarrator
    from cubeai_auto.project import load_project
    from cubeai_auto.project.progress import Silent

    export_files(options)
    narrator = Silent() if options.quiet else StderrNarrator()
    try:
        record = load_project(options.project, options.set).run(
            options.engine,
            variants=options.variant,
            output=options.output,
            progress=narrator,
        )
    finally:
        if isinstance(narrator, StderrNarrator):
            narrator.close()
    write_exports(options, record)
    _show(record, options)
    return exit_code(record, strict=options.strict, check=options.check)


def _show(record: RunRecord, options: argparse.Namespace) -> None:
    from cubeai_auto.cli.output import emit

    if options.json is not None:
        emit(options, record.to_json(), "")
    if options.json != "-":
        from cubeai_auto.render.console import make_console, render_run

        render_run(record, make_console(options.quiet))

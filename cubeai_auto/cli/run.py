"""``cubeai-auto run``: a project from its data to a proven deployment."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.compare.record import RunRecord

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "run"
HELP = "run a project: train, convert, generate C, validate, compare, check budgets"

_CHECK_FAILED = 1
_TOOL_MISSING = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    parser.add_argument(
        "project", metavar="PROJECT_DIR", type=Path, help="a folder with project.toml"
    )
    parser.add_argument("--engine", choices=("auto", "builtin", "stedgeai"), help="instead of the file's")
    parser.add_argument(
        "--variant", action="append", default=[], metavar="V", help="only this variant; may be repeated"
    )
    parser.add_argument("--output", type=Path, metavar="DIR", help="the run folder")
    parser.add_argument(
        "--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="override a setting"
    )
    parser.add_argument(
        "--strict", action="store_true", help="end with 3 if anything could not be measured here"
    )


def run(options: argparse.Namespace) -> int:
    """Run the project and show the record.

    Returns:
        0; 1 if an output differs from the oracle's or a budget is broken; 3 with ``--strict`` if
        a tool was missing.
    """
    from cubeai_auto.cli.progress import StderrNarrator
    from cubeai_auto.project import load_project
    from cubeai_auto.project.progress import Silent

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
    _show(record, options)
    return _exit_code(record, strict=options.strict)


def _show(record: RunRecord, options: argparse.Namespace) -> None:
    from cubeai_auto.cli.output import emit

    if options.json is not None:
        emit(options, record.to_json(), "")
    if options.json != "-":
        from cubeai_auto.render.console import make_console, render_run

        render_run(record, make_console(options.quiet))


def _exit_code(record: RunRecord, *, strict: bool) -> int:
    results = [result for variant in record.variants for result in variant.validation]
    differs = any(result.mismatches for result in results)
    if differs or any(check.passed is False for check in record.budgets):
        return _CHECK_FAILED
    unmeasured = any(result.mismatches is None for result in results) or any(
        variant.tflm.loadable is None or _unlinked(variant.report) for variant in record.variants
    )
    return _TOOL_MISSING if strict and unmeasured else 0


def _unlinked(report: object) -> bool:
    from cubeai_auto.reports.report import CubeReport

    return isinstance(report, CubeReport) and not report.footprint.flash_total.known

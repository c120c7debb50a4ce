"""``cubeai-auto run``: a project from its data to a proven deployment."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.compare.record import RunRecord, VariantRecord

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "run"
HELP = "run a project: train, convert, generate C, validate, compare, check budgets"

_CHECK_FAILED = 1
_TOOL_MISSING = 3
_UNSUPPORTED = 5


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
    parser.add_argument(
        "--strict", action="store_true", help="end with 3 if anything could not be measured here"
    )


def run(options: argparse.Namespace) -> int:
    """Run the project and show the record.

    Returns:
        0; 1 if an output differs from the oracle's or a budget is broken; 3 with ``--strict`` if
        a tool was missing; 5 if the engine refused every variant.
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
    if all(variant.report is None for variant in record.variants):
        return _UNSUPPORTED
    results = [result for variant in record.variants for result in variant.validation]
    differs = any(result.mismatches for result in results)
    if differs or any(check.passed is False for check in record.budgets):
        return _CHECK_FAILED
    missing = strict and any(_unmeasured(variant) for variant in record.variants)
    return _TOOL_MISSING if missing else 0


def _unmeasured(variant: VariantRecord) -> bool:
    """Whether a tool that the project asks for was not there."""
    from cubeai_auto.project.variant import NOT_ASKED

    without_tflm = variant.tflm.loadable is None and variant.tflm.reason != NOT_ASKED
    unlinked = variant.report is not None and not variant.report.footprint.flash_total.known
    return without_tflm or unlinked or any(r.mismatches is None for r in variant.validation)

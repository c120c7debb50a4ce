"""The files that ``run`` and ``compare`` write on request: Markdown, HTML, CSV, JUnit."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.compare.compared import ComparedModel
    from cubeai_auto.compare.record import RunRecord

__all__ = ["add_export_arguments", "export_files", "write_exports"]


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--markdown``, ``--compact``, ``--html``, ``--csv`` and ``--junit``."""
    group = parser.add_argument_group("files")
    group.add_argument(
        "--markdown", type=Path, metavar="FILE", help="for a step summary; less than 60 kB"
    )
    group.add_argument(
        "--compact", action="store_true", help="the Markdown as a short comment: outcome and totals"
    )
    group.add_argument(
        "--html", type=Path, metavar="FILE", help="one page with charts, which opens offline"
    )
    group.add_argument("--csv", type=Path, metavar="FILE", help="every figure, a line each")
    group.add_argument("--junit", type=Path, metavar="FILE", help="every check, a test case each")


def export_files(options: argparse.Namespace) -> dict[str, Path]:
    """The files that were asked for by kind; called before the work, so that mistakes end it early.

    Raises:
        UsageError: two of them are the same file.
    """
    from cubeai_auto.errors import UsageError

    wanted: dict[str, Path] = {
        name: path
        for name in ("markdown", "html", "csv", "junit")
        if (path := getattr(options, name)) is not None
    }
    if len({path.absolute() for path in wanted.values()}) != len(wanted):
        msg = "two of the files to write are the same"
        raise UsageError(msg, hint="give each of --markdown, --html, --csv and --junit its own")
    return wanted


def write_exports(options: argparse.Namespace, result: RunRecord | ComparedModel) -> None:
    """Write the files that were asked for; none is touched before all texts are made.

    Args:
        options: of the command line.
        result: what the verb obtained.

    Raises:
        RefusedError: a file cannot be written.
        UsageError: two of them are the same file.
    """
    from cubeai_auto.files import write_atomic

    wanted = export_files(options)
    texts = {name: _text(name, result, compact=options.compact) for name in wanted}
    for name, path in wanted.items():
        write_atomic(path, texts[name])


def _text(kind: str, result: RunRecord | ComparedModel, *, compact: bool) -> str:
    from cubeai_auto.compare.record import RunRecord

    if isinstance(result, RunRecord):
        return _run_text(kind, result, compact=compact)
    return _compared_text(kind, result, compact=compact)


def _run_text(kind: str, record: RunRecord, *, compact: bool) -> str:
    if kind == "markdown":
        from cubeai_auto.render.markdown import render_full_markdown, render_markdown

        return render_markdown(record) if compact else render_full_markdown(record)
    if kind == "html":
        from cubeai_auto.render.html import render_html

        return render_html(record)
    if kind == "csv":
        from cubeai_auto.render.csv_out import run_csv

        return run_csv(record)
    from cubeai_auto.render.junit import run_junit

    return run_junit(record)


def _compared_text(kind: str, compared: ComparedModel, *, compact: bool) -> str:
    if kind == "markdown":
        from cubeai_auto.render.markdown_compare import render_compared_markdown

        return render_compared_markdown(compared, compact=compact)
    if kind == "html":
        from cubeai_auto.render.compare_html import render_compared_html

        return render_compared_html(compared)
    if kind == "csv":
        from cubeai_auto.render.csv_out import compared_csv

        return compared_csv(compared)
    from cubeai_auto.render.junit import compared_junit

    return compared_junit(compared)

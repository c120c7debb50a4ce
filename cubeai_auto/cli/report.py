"""``cubeai-auto report``: any report file of ST's tools in one form, and two of them compared."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.quantity import JsonValue, Quantity
    from cubeai_auto.reports import CubeReport, ReportDiff, ReportProblem

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "report"
HELP = (
    "read reports of stm32ai and stedgeai (text, console capture, _report.json, _c_graph.json, "
    "_c_info.json) and of the built-in engine into one form"
)
_UNITS_LEFT_OUT = frozenset({"1", "MACC"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("files", metavar="FILE", nargs="*", help="a report file of any kind")
    parser.add_argument(
        "--diff",
        metavar=("A", "B"),
        nargs=2,
        help="two reports: what changed in totals, API and layers",
    )


def run(options: argparse.Namespace) -> int:
    """Print the reports; all files are read, and every problem is told.

    Returns:
        0, or the exit code of the worst problem where several files were given.

    Raises:
        UsageError: no file was given.
        MissingPathError: the only file does not exist.
        InputError: the only file is no report.
    """
    from cubeai_auto.cli.output import emit
    from cubeai_auto.errors import UsageError
    from cubeai_auto.reports import diff_reports, load_reports

    paths = [*options.files, *(options.diff or ())]
    if not paths:
        msg = "no report file was given"
        raise UsageError(msg, hint="name one or more files, or --diff A B")
    batch = load_reports(paths)
    if len(paths) == 1 and batch.problems:
        raise batch.problems[0].error
    payload: dict[str, JsonValue] = {
        "schema": "cubeai-auto/report/1",
        "reports": [report.to_json() for report in batch.reports],
    }
    texts = [_text(report) for report in batch.reports[: len(options.files)]]
    if options.diff:
        # The last two, unless one of them could not be read.
        failed = {problem.file for problem in batch.problems}
        if failed.isdisjoint(options.diff):
            diff = diff_reports(*batch.reports[-2:])
            payload["diff"] = diff.to_json()
            texts = [_text(report) for report in batch.reports[:-2]] + [_diff_text(diff)]
        else:
            payload["diff"] = None
    if batch.problems:
        payload["errors"] = [_problem(problem) for problem in batch.problems]
    emit(options, payload, "\n".join(texts))
    for problem in batch.problems:
        _complain(problem)
    return max((problem.error.exit_code for problem in batch.problems), default=0)


def _problem(problem: ReportProblem) -> dict[str, JsonValue]:
    return {
        "file": problem.file,
        "type": type(problem.error).__name__,
        "message": problem.error.message,
        "hint": problem.error.hint,
        "exit_code": problem.error.exit_code,
    }


def _complain(problem: ReportProblem) -> None:
    text = f"error: {problem.error.message}\n"
    if problem.error.hint:
        text += f"hint: {problem.error.hint}\n"
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _text(report: CubeReport) -> str:
    from cubeai_auto.render.text import one_line
    from cubeai_auto.reports.text import report_text

    lines = [report_text(report, None).rstrip("\n")]
    lines += [f"error: {one_line(error)}" for error in report.errors]
    for row in report.validation:
        metrics = (
            ("acc", row.acc), ("rmse", row.rmse), ("mae", row.mae), ("l2r", row.l2r),
            ("nse", row.nse), ("cos", row.cos),
        )  # fmt: skip
        figures = "  ".join(f"{name} {_number(q)}" for name, q in metrics if q.known)
        lines.append(f"validation {one_line(row.name)}: {figures}")
    if report.profile is not None and report.profile.duration.known:
        lines.append(f"time a sample: {_number(report.profile.duration)} ms")
    return "\n".join(lines) + "\n"


def _diff_text(diff: ReportDiff) -> str:
    from cubeai_auto.render.text import one_line

    lines = [f"{diff.before.file}  ->  {diff.after.file}", ""]
    lines += [f"note: {one_line(note)}" for note in diff.notes]
    for fact in diff.facts:
        before, after = fact.before or "-", fact.after or "-"
        shown = f"{before}  ->  {after}" if fact.changed else before
        lines.append(f"{fact.name:<16} {one_line(shown)}")
    lines.append("")
    for total in diff.totals:
        if not total.before.known and not total.after.known:
            continue
        unit = total.after.unit or total.before.unit
        change = "" if total.difference is None else f"{total.difference:+,}"
        lines.append(
            f"{total.name:<16} {_number(total.before):>14} {_number(total.after):>14} {change:>12} "
            f"{'' if unit in _UNITS_LEFT_OUT else unit}".rstrip()
        )
    changed = [layer for layer in diff.layers if layer.state != "same"]
    lines += ["", f"layers: {len(diff.layers) - len(changed)} the same, {len(changed)} not"]
    for layer in changed:
        old = "-" if layer.before is None else _number(layer.before.macc)
        new = "-" if layer.after is None else _number(layer.after.macc)
        lines.append(f"  {layer.state:<8} {one_line(layer.name):<40} MACC {old} -> {new}")
    return "\n".join(lines) + "\n"


def _number(quantity: Quantity) -> str:
    if quantity.value is None:
        return "-"
    if isinstance(quantity.value, int):
        return f"{quantity.value:,}"
    return f"{quantity.value:.6g}"

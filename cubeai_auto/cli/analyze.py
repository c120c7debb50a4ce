"""``cubeai-auto analyze``: what a model costs on a target, without leaving code."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cubeai_auto.cli.model_arguments import add_model_arguments, engine_from, request_from

if TYPE_CHECKING:
    from cubeai_auto.quantity import JsonValue

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "analyze"
HELP = "report weights, activations, MACC and code size of a model on a target"

_DEFAULT_TARGET = "stm32f4"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    add_model_arguments(parser)
    parser.add_argument(
        "--board",
        metavar="NAME",
        help="say whether it fits; the board's series, unless --target is given",
    )
    parser.set_defaults(target=None)


def run(options: argparse.Namespace) -> int:
    """Analyze and print the report; 0 whether it fits the board or not.

    Raises:
        UsageError: an unknown board or target.
    """
    from cubeai_auto.board import find_board
    from cubeai_auto.cli.output import emit
    from cubeai_auto.compare.fits import fit_report
    from cubeai_auto.render.fit_view import fit_text
    from cubeai_auto.reports.text import report_text

    board = None if options.board is None else find_board(options.board)
    if options.target is None:
        options.target = _DEFAULT_TARGET if board is None else board.target
    result = engine_from(options).analyze(request_from(options))
    payload: dict[str, JsonValue] = {
        "schema": "cubeai-auto/analyze/1",
        **result.report.to_json(),
        "files": [],
    }
    if result.memory is not None:
        payload["memory_map"] = result.memory.to_json()
    text = report_text(result.report, result.memory)
    if board is not None:
        fit = fit_report(result.report, board)
        payload["fits"] = fit.to_json()
        text += "\n" + fit_text(fit)
    emit(options, payload, text)
    return 0

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    add_model_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Analyze and print the report."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.reports.text import report_text

    result = engine_from(options).analyze(request_from(options))
    payload: dict[str, JsonValue] = {
        "schema": "cubeai-auto/analyze/1",
        **result.report.to_json(),
        "files": [],
    }
    if result.memory is not None:
        payload["memory_map"] = result.memory.to_json()
    emit(options, payload, report_text(result.report, result.memory))
    return 0

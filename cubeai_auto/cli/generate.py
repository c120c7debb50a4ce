"""``cubeai-auto generate``: C sources and a report."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cubeai_auto.cli.model_arguments import add_model_arguments, engine_from, request_from

if TYPE_CHECKING:
    from cubeai_auto.quantity import JsonValue

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "generate"
HELP = "compile a model to standalone C sources, with a report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    add_model_arguments(parser)
    parser.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="folder for the C files and reports"
    )


def run(options: argparse.Namespace) -> int:
    """Generate and print the report."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.reports.text import report_text

    result = engine_from(options).generate(request_from(options), options.output)
    files = [str(options.output / name) for name in result.report.generated_files]
    payload: dict[str, JsonValue] = {
        "schema": "cubeai-auto/generate/1",
        **result.report.to_json(),
        "files": list(files),
        "directory": str(options.output),
    }
    if result.memory is not None:
        payload["memory_map"] = result.memory.to_json()
    emit(options, payload, report_text(result.report, result.memory) + f"\nWritten to {options.output}")
    return 0

"""``cubeai-auto supported-ops``: what an engine compiles."""

from __future__ import annotations

import argparse

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "supported-ops"
HELP = "list the operators, types and limits of an engine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    parser.add_argument("--engine", choices=("auto", "builtin", "stedgeai"), default="auto")


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.engines import find_engine

    engine = find_engine(options.engine)
    operators = engine.supported_operators()
    lines = [f"{engine.title} {engine.version}", ""]
    lines += [f"{op.name:<18} {', '.join(op.dtypes):<40} {op.limits}" for op in operators]
    emit(
        options,
        {
            "schema": "cubeai-auto/supported-ops/1",
            "engine": engine.name,
            "version": engine.version,
            "operators": [
                {"name": op.name, "dtypes": list(op.dtypes), "limits": op.limits} for op in operators
            ],
        },
        "\n".join(lines),
    )
    return 0

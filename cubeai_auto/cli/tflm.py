"""``cubeai-auto tflm``: whether TensorFlow Lite Micro loads a model, and what it then needs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.quantity import Quantity
    from cubeai_auto.tflm.footprint import TflmFootprint

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "tflm"
HELP = (
    "ask TensorFlow Lite Micro on this machine whether it loads a model, and for its arena "
    "(a model it cannot load is a result, not an error)"
)
_LABEL_WIDTH = 46
_VALUE_WIDTH = 11


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("model", metavar="MODEL", type=Path, help="a .tflite file")
    parser.add_argument(
        "--log",
        metavar="FILE",
        type=Path,
        help="append everything TFLM prints to this file, as it prints it",
    )


def run(options: argparse.Namespace) -> int:
    """Print the footprint.

    Returns:
        0, also for a model that TFLM cannot load (``"loadable": false`` and its reason); 3 if
        TFLM is not here to be asked (``"loadable": null``).

    Raises:
        MissingPathError: the model does not exist.
        ModelFormatError: it is damaged or no model.
        ToolTimeoutError: TFLM did not finish.
    """
    from cubeai_auto.cli.output import emit
    from cubeai_auto.errors import ToolMissingError
    from cubeai_auto.tflite import load_model
    from cubeai_auto.tflm import host_footprint

    graph = load_model(options.model)
    footprint = host_footprint(options.model, graph, log=options.log)
    emit(options, {"schema": "cubeai-auto/tflm/1", **footprint.to_json()}, _text(footprint))
    if footprint.loadable is None:
        sys.stderr.write(f"error: {footprint.reason}\n")
        return ToolMissingError.exit_code
    return 0


def _text(footprint: TflmFootprint) -> str:
    from cubeai_auto.render.text import one_line

    loads = {True: "yes", False: "no", None: "unknown"}[footprint.loadable]
    lines = [
        f"{one_line(footprint.model)} under TensorFlow Lite Micro {footprint.version}".rstrip(),
        f"  operators: {', '.join(map(one_line, footprint.operators)) or 'none'}",
        f"  TFLM loads it: {loads}" + (f" - {one_line(footprint.reason)}" if footprint.reason else ""),
        "",
        _row("flash: the model file", footprint.flash_model),
    ]
    arena = footprint.host_arena
    if footprint.loadable:
        lines += [
            "",
            "  Arena of the interpreter on this x86-64 host, not the Cortex-M figure:",
            _row("total", arena.total),
            _row("  head: tensors, planned over time", arena.head),
            _row("  tail: persistent data", arena.tail),
            *(_row(f"    {one_line(name)}", value) for name, value in arena.categories.items()),
        ]
    lines.append("")
    if footprint.arena_used.known or footprint.arena_required.known:
        lines.append(_row("arena used on a Cortex-M", footprint.arena_used))
        lines.append(_row("smallest arena that works on a Cortex-M", footprint.arena_required))
    else:
        lines.append(_row("Arena on a Cortex-M:", footprint.arena_used))
    return "\n".join(lines)


def _row(label: str, value: Quantity) -> str:
    if value.value is None:
        return f"  {label} not known: {value.reason}"
    return f"  {label:<{_LABEL_WIDTH}} {value.value:>{_VALUE_WIDTH},} {value.unit}"

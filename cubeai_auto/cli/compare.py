"""``cubeai-auto compare``: Cube.AI, the built-in engine and TFLM side by side for one model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cubeai_auto.cli.exports import add_export_arguments, write_exports
from cubeai_auto.cli.model_arguments import add_model_arguments, request_from

if TYPE_CHECKING:
    from cubeai_auto.compare.compared import ComparedModel
    from cubeai_auto.project.compared import CompareRequest

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "compare"
HELP = "Cube.AI, the built-in engine and TFLM side by side: flash, RAM, work, and who needs less"

_DEFAULT_TARGET = "stm32f4"
_CHECK_FAILED, _TOOL_MISSING = 1, 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    add_model_arguments(parser)
    parser.set_defaults(target=None)
    more = parser.add_argument_group("what else is known")
    more.add_argument(
        "--board", metavar="NAME", help="tell its headroom; its series, unless --target is given"
    )
    more.add_argument(
        "--cube-report",
        type=Path,
        metavar="FILE",
        help="a report of Cube.AI's on this model, instead of its tool and of a prediction",
    )
    more.add_argument("--elf", type=Path, metavar="FILE", help="a firmware with this model under TFLM")
    more.add_argument(
        "--map", type=Path, metavar="FILE", help="its map (GNU ld, IAR, Keil), which is more exact"
    )
    more.add_argument(
        "--firmware-opt",
        metavar="LEVEL",
        help="how that firmware's TFLM was compiled (Os, mixed, O2, O3), for no file says it",
    )
    work = parser.add_argument_group("running the built-in engine's code in the emulator")
    work.add_argument("--samples", type=int, default=10, help="random vectors (default: 10)")
    work.add_argument("--seed", type=int, default=1, help="of the random vectors (default: 1)")
    work.add_argument("--timeout", type=float, default=600.0, help="seconds for each program")
    work.add_argument(
        "--strict", action="store_true", help="end with 3 if a tool is missing to measure something"
    )
    add_export_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Compare and show; sides that may not be compared are a result.

    Returns:
        0; 1 if an output of the built-in engine's code differs from TFLM's; 3 with ``--strict`` if
        compiler or emulator are missing.

    Raises:
        UsageError: an unknown target, board or optimization.
        MissingPathError: the model, the report, the ELF file or the map does not exist.
        InputError: one of them cannot be read; an ELF file without symbols is one of these.
        ToolMissingError: ST's tool was asked for and is not there.
    """
    from cubeai_auto.cli.output import write_error
    from cubeai_auto.cli.progress import StderrNarrator
    from cubeai_auto.project.compared import compare_model
    from cubeai_auto.project.progress import Silent

    request = _request(options)
    narrator = Silent() if options.quiet else StderrNarrator()
    try:
        found = compare_model(request, narrator)
    finally:
        if isinstance(narrator, StderrNarrator):
            narrator.close()
    write_exports(options, found.compared)
    _show(found.compared, options)
    if found.mismatches:
        return _CHECK_FAILED
    if options.strict and found.unmeasured:
        for reason in found.unmeasured:
            write_error(f"error: not measured: {reason}")
        return _TOOL_MISSING
    return 0


def _request(options: argparse.Namespace) -> CompareRequest:
    from cubeai_auto.board import find_board
    from cubeai_auto.errors import UsageError
    from cubeai_auto.project.compared import CompareRequest

    if not options.timeout > 0:
        msg = f"--timeout must be more than 0 s, not {options.timeout:g}"
        raise UsageError(msg)
    board = None if options.board is None else find_board(options.board)
    if options.target is None:
        options.target = _DEFAULT_TARGET if board is None else board.target
    return CompareRequest(
        request=request_from(options),
        board=board,
        engine=options.engine,
        tool=options.tool,
        versions=options.versions,
        cube_report=options.cube_report,
        elf=options.elf,
        map=options.map,
        firmware_opt=options.firmware_opt,
        samples=options.samples,
        seed=options.seed,
        timeout=options.timeout,
    )


def _show(compared: ComparedModel, options: argparse.Namespace) -> None:
    from cubeai_auto.cli.output import emit

    if options.json is not None:
        emit(options, compared.to_json(), "")
    if options.json != "-":
        from cubeai_auto.render.console import make_console
        from cubeai_auto.render.console_compare import render_compared

        render_compared(compared, make_console(options.quiet))

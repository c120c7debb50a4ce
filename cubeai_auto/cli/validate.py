"""``cubeai-auto validate``: run generated code and compare every output with the oracle."""

from __future__ import annotations

import argparse
from pathlib import Path

from cubeai_auto.cli.model_arguments import add_model_arguments, engine_from, request_from

__all__ = ["HELP", "NAME", "add_arguments", "run"]

_MISSING = 3

NAME = "validate"
HELP = "run the generated code and compare every output with TFLM's"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    add_model_arguments(parser)
    parser.add_argument(
        "--on",
        choices=("host", "emulator", "board"),
        default="host",
        help="where to run (default: host)",
    )
    parser.add_argument("--samples", type=int, default=200, help="random vectors (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="of the random vectors (default: 1)")
    parser.add_argument(
        "--inputs", type=Path, metavar="FILE.npz", help="vectors from a file instead of random ones"
    )
    parser.add_argument(
        "--independent",
        action="store_true",
        help="reset a recurrent network before every vector; by default the vectors are one sequence",
    )
    parser.add_argument(
        "--work",
        type=Path,
        metavar="DIR",
        help="keep builds and logs there (default: a temporary folder)",
    )
    parser.add_argument(
        "--connection", metavar="PORT", help="of the board, for ST's tool: serial:COM6:115200"
    )
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds for each program")


def run(options: argparse.Namespace) -> int:
    """Validate and print what differed; 1 if anything did."""
    from cubeai_auto.cli.output import emit, write_error
    from cubeai_auto.engines import ValidationRequest, random_inputs, read_inputs
    from cubeai_auto.errors import ToolMissingError, UsageError
    from cubeai_auto.files import temporary_folder
    from cubeai_auto.reports.text import validation_text
    from cubeai_auto.reports.validation import not_validated
    from cubeai_auto.tflite import load_model
    from cubeai_auto.tflm.wheel import INSTALL_HINT

    if options.samples < 1:
        msg = f"--samples must be at least 1, not {options.samples}"
        raise UsageError(msg)
    if not options.timeout > 0:
        msg = f"--timeout must be more than 0 s, not {options.timeout:g}"
        raise UsageError(msg)
    request = request_from(options)
    graph = load_model(options.model)
    inputs = (
        random_inputs(graph, options.samples, options.seed)
        if options.inputs is None
        else read_inputs(options.inputs, graph)
    )
    engine = engine_from(options)
    code = 0
    with temporary_folder() as temporary:
        work = options.work or temporary
        try:
            result = engine.validate(
                request,
                ValidationRequest(
                    options.on, inputs, work, options.timeout, independent=options.independent
                ),
            ).result
            code = _MISSING if result.oracle is None else 0 if result.passed else 1
            hint = INSTALL_HINT
        except ToolMissingError as error:
            result = not_validated(options.on, engine.name, error.message)
            code, hint = error.exit_code, error.hint or ""
    payload = {"schema": "cubeai-auto/validate/1", **result.to_json()}
    emit(options, payload, validation_text(result))
    if code == _MISSING:
        write_error(f"error: {result.reason}" + (f"\nhint: {hint}" if hint else ""))
    return code

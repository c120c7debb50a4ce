"""The frame of the command line: arguments, exit codes, and errors as sentences.

Exit codes: 0 done, all checks passed; 1 ran, and a check failed; 2 wrong use or configuration;
3 a tool is missing; 4 a tool failed or the operating system refused; 5 unreadable or unsupported
input; 6 a tool timed out; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from cubeai_auto import __version__
from cubeai_auto.cli import (
    analyze,
    boards,
    doctor,
    generate,
    ide,
    ioc,
    report,
    run,
    supported_ops,
    tflm,
    validate,
)
from cubeai_auto.cli.verb import Verb, add_output_arguments
from cubeai_auto.errors import CubeAIError

__all__ = ["build_parser", "entry", "main"]

_VERBS: tuple[Verb, ...] = (
    run,
    analyze,
    generate,
    validate,
    report,
    tflm,
    ioc,
    ide,
    supported_ops,
    boards,
    doctor,
)
_INTERRUPTED = 130
_INTERNAL = 4


def build_parser() -> argparse.ArgumentParser:
    """The parser of all verbs."""
    parser = argparse.ArgumentParser(
        prog="cubeai-auto",
        description="Takes a neural network to an STM32 without a mouse.",
        epilog="Exit codes: 0 done, 1 a check failed, 2 wrong use, 3 tool missing, 4 tool failed, "
        "5 unusable input, 6 timeout, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"cubeai-auto {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in _VERBS:
        sub = verbs.add_parser(verb.NAME, help=verb.HELP, description=verb.HELP)
        verb.add_arguments(sub)
        add_output_arguments(sub)
        sub.set_defaults(run_verb=verb.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the result is the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.run_verb(options)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)  # noqa: T201
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader went away; point stdout elsewhere so that the exit does not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except CubeAIError as error:
        return _explain(error, options)
    except Exception as error:
        _trace(error, options)
        print(f"internal error: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        print("hint: run again with --verbose and report the traceback", file=sys.stderr)  # noqa: T201
        return _INTERNAL
    return code


def entry() -> NoReturn:
    """What the console script calls: :func:`main`, then the end of the process."""
    code = main()
    if code == _INTERRUPTED:
        # Native code that saw the interrupt first can make a normal exit end by the signal instead.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _explain(error: CubeAIError, options: argparse.Namespace) -> int:
    """Say what happened on standard error, and in the JSON if one was asked for."""
    text = f"error: {error.message}"
    if error.hint:
        text += f"\nhint: {error.hint}"
    encoding = sys.stderr.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)  # noqa: T201
    if options.json is not None:
        from cubeai_auto.cli.output import emit

        try:
            emit(
                options,
                {
                    "schema": f"cubeai-auto/{options.verb}/1",
                    "error": {
                        "type": type(error).__name__,
                        "message": error.message,
                        "hint": error.hint,
                        "exit_code": error.exit_code,
                    },
                },
                "",
            )
        except CubeAIError as second:
            print(f"error: {second.message}", file=sys.stderr)  # noqa: T201
    _trace(error, options)
    return error.exit_code


def _trace(error: Exception, options: argparse.Namespace) -> None:
    """With ``--verbose``, where the error came from."""
    if options.verbose:
        import traceback

        traceback.print_exception(error)

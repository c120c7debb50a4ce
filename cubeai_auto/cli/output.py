"""How a verb hands over its result: JSON to a file or to standard output, text for the reader."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from cubeai_auto.errors import RefusedError
from cubeai_auto.files import write_atomic
from cubeai_auto.quantity import JsonValue

__all__ = ["emit", "write_error", "write_stdout"]

_STDOUT = "-"


def emit(options: argparse.Namespace, payload: Mapping[str, JsonValue], text: str) -> None:
    """Write the JSON where ``--json`` says, and print the text unless something forbids it.

    The JSON has its ``schema`` key first, is indented by two, ASCII only and the same for the
    same values. With ``--json -`` nothing but the JSON goes to standard output; ``--quiet``
    leaves out the text.

    Args:
        options: of the command line; ``json`` and ``quiet`` are used, if they are there.
        payload: the JSON object, with a key ``schema``.
        text: the same for a reader; nothing is printed if it is empty.

    Raises:
        RefusedError: the file or standard output cannot be written.
        ValueError: the payload names no schema.
    """
    from cubeai_auto.jsontext import json_text

    if "schema" not in payload:
        msg = "the JSON of a verb needs a schema key"
        raise ValueError(msg)
    target: str | Path | None = getattr(options, "json", None)
    if target is not None:
        document = json_text({"schema": payload["schema"], **payload})
        if str(target) == _STDOUT:
            write_stdout(document)
            return
        write_atomic(Path(target), document)
    if text and not getattr(options, "quiet", False):
        write_stdout(text.rstrip("\n") + "\n")


def write_stdout(text: str) -> None:
    """Write to standard output; what its encoding cannot say is written as an escape.

    Raises:
        RefusedError: the disk behind it is full, ...; a reader that went away stays a
            :class:`BrokenPipeError`.
    """
    encoding = sys.stdout.encoding or "utf-8"
    printable = text.encode(encoding, errors="backslashreplace").decode(encoding)
    try:
        sys.stdout.write(printable)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        msg = f"cannot write to standard output: {error.strerror or error}"
        raise RefusedError(msg, hint="check free disk space and permissions") from error


def write_error(text: str) -> None:
    """Write a line to standard error; what its encoding cannot say is written as an escape."""
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(text.encode(encoding, errors="backslashreplace").decode(encoding) + "\n")

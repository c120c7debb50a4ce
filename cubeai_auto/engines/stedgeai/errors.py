"""Failures of ST's tool as typed errors, each with its own words, code and class, and a next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cubeai_auto.engines.stedgeai.messages import Category, ToolMessage
from cubeai_auto.errors import (
    CubeAIError,
    ToolFailedError,
    ToolMissingError,
    ToolTimeoutError,
    UnsupportedModelError,
    UsageError,
)

__all__ = [
    "BenchError",
    "ConsentError",
    "LicenseError",
    "ModelRefusedError",
    "OptionRefusedError",
    "ToolCrashError",
    "error_for",
]


class ModelRefusedError(UnsupportedModelError):
    """ST's tool does not take the model; ``said`` is its message."""

    said: ToolMessage


class OptionRefusedError(UsageError):
    """ST's tool does not take an option; ``said`` is its message."""

    said: ToolMessage


class BenchError(ToolFailedError):
    """Board, port or firmware are not as validation needs them; ``said`` is the tool's message."""

    said: ToolMessage


class ToolCrashError(ToolFailedError):
    """ST's tool failed by a fault of its own; ``said`` is its message."""

    said: ToolMessage


class ConsentError(ToolTimeoutError):
    """ST's tool waits for an answer, as a first run does; ``said`` is what it asked."""

    said: ToolMessage


class LicenseError(ToolMissingError):
    """ST's tool wants its license accepted first; ``said`` is its message."""

    said: ToolMessage


_Failure = (
    ModelRefusedError | OptionRefusedError | LicenseError | BenchError | ConsentError | ToolCrashError
)
_FAILURES: Mapping[Category, type[BenchError | ConsentError | ToolCrashError]] = {
    "bench": BenchError,
    "consent": ConsentError,
}


def error_for(
    messages: Sequence[ToolMessage],
    *,
    command: str,
    returncode: int | None,
    tail: Sequence[str],
    log: Path | None,
) -> CubeAIError:
    """The typed error for what the tool said; the first message decides."""
    if not messages:
        crashed = returncode is not None and (returncode < 0 or returncode >= 0xC0000000)
        words = "was ended by a signal" if crashed else "failed without a message that is known"
        said = ToolMessage(f"the tool {words}", "", "", "crash", "read the log")
    else:
        said = messages[0]
    text = f"ST's tool: {said}"
    if len(messages) > 1:
        text += "".join(f"\n  also: {message}" for message in messages[1:4])
    where = "" if log is None else f"\n  log: {log}"
    error: _Failure
    match said.category:
        case "model":
            error = ModelRefusedError(text + where, hint=said.hint)
        case "option":
            error = OptionRefusedError(text + where, hint=said.hint)
        case "license":
            error = LicenseError(text + where, hint=said.hint)
        case _:
            kind = _FAILURES.get(said.category, ToolCrashError)
            error = kind(
                text, command=command, returncode=returncode, tail=tail, log=log, hint=said.hint
            )
    error.said = said
    return error

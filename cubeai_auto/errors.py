"""Every error this package raises on purpose, each with the exit code the shell sees.

The command line is the only place that turns these into exits; library code just raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

__all__ = [
    "CheckFailedError",
    "ConfigError",
    "CubeAIError",
    "DatasetError",
    "InputError",
    "MissingPathError",
    "ModelFormatError",
    "RefusedError",
    "ToolFailedError",
    "ToolMissingError",
    "ToolTimeoutError",
    "UnsupportedModelError",
    "UsageError",
]


class CubeAIError(Exception):
    """The root of all errors raised on purpose.

    Args:
        message: what happened, in one sentence.
        hint: the one next step that most often helps.
    """

    exit_code: ClassVar[int] = 4

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CheckFailedError(CubeAIError):
    """The work was done, and a check on its result did not hold."""

    exit_code: ClassVar[int] = 1


class UsageError(CubeAIError):
    """The caller asked for something that makes no sense."""

    exit_code: ClassVar[int] = 2


class MissingPathError(UsageError):
    """A path the caller gave does not exist or is of the wrong kind."""


class ConfigError(UsageError):
    """A project file or a ``--set`` does not fit the project schema.

    Args:
        file: where the offending key stands; ``None`` for a key given on the command line.
        line: its 1-based line, where known.
        key: the dotted key.
    """

    def __init__(
        self,
        message: str,
        *,
        file: Path | None = None,
        line: int | None = None,
        key: str | None = None,
        hint: str | None = None,
    ) -> None:
        where = "" if file is None else f"{file}:{line}: " if line is not None else f"{file}: "
        super().__init__(where + message, hint=hint)
        self.file = file
        self.line = line
        self.key = key


class ToolMissingError(CubeAIError):
    """An external program or an optional package is needed and was not found."""

    exit_code: ClassVar[int] = 3


class RefusedError(CubeAIError):
    """The operating system refused: disk full, permission, read-only file system."""


class ToolFailedError(CubeAIError):
    """An external program ran and failed.

    Args:
        command: the copyable command line.
        returncode: its exit status; ``None`` if it could not be started.
        tail: the last lines it printed.
        log: the file with everything it printed.
    """

    def __init__(
        self,
        message: str,
        *,
        command: str,
        returncode: int | None = None,
        tail: Sequence[str] = (),
        log: Path | None = None,
        hint: str | None = None,
    ) -> None:
        lines = [message, f"  command: {command}"]
        if returncode is not None:
            lines.append(f"  exit status: {returncode}")
        lines += [f"  | {line}" for line in tail]
        if log is not None:
            lines.append(f"  log: {log}")
        super().__init__("\n".join(lines), hint=hint)
        self.command = command
        self.returncode = returncode
        self.tail = tuple(tail)
        self.log = log


class ToolTimeoutError(ToolFailedError):
    """An external program did not finish in time and was ended with all its children."""

    exit_code: ClassVar[int] = 6


class InputError(CubeAIError):
    """A file is damaged, of another kind than expected, or not supported."""

    exit_code: ClassVar[int] = 5


class ModelFormatError(InputError):
    """A file is not a readable TensorFlow Lite model."""


class UnsupportedModelError(InputError):
    """A readable model uses something the chosen engine does not do."""


class DatasetError(InputError):
    """A data set is damaged or does not fit the input contract of the network."""

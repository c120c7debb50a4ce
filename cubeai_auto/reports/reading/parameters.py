"""Facts from the command line that a report quotes."""

from __future__ import annotations

import re

__all__ = ["c_api_of", "command_of", "model_of", "model_type_of", "option", "target_of"]

_COMMANDS = {
    "analyze": "analyze", "analyse": "analyze", "generate": "generate",
    "validate": "validate", "quantize": "quantize", "supported-ops": "supported-ops",
}  # fmt: skip
_SUFFIXES = {"tflite": "tflite", "onnx": "onnx", "h5": "keras", "hdf5": "keras", "keras": "keras"}
_MODEL = re.compile(r"(?:^|\s)(?:-m|--model)[ =](.+?)(?=\s-{1,2}[A-Za-z]|$)")
_FILE = re.compile(r"\.\w+$|[/\\]")


def command_of(parameters: str) -> str | None:
    """The command a line starts with; ``analyze`` also for ``analyse`` and for no command."""
    words = parameters.split(None, 1)
    if not words:
        return None
    first = words[0].lower()
    return _COMMANDS.get(first) or ("analyze" if first.startswith("-") else None)


def option(parameters: str, *names: str) -> str | None:
    """The value of the first of these options: ``--name VALUE`` or ``--name=VALUE``."""
    words = parameters.split()
    for index, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if flag in names:
            if equals:
                return value
            following = words[index + 1] if index + 1 < len(words) else "-"
            if not following.startswith("-"):
                return following
    return None


def model_of(parameters: str) -> str | None:
    """The model file of a command line; it may hold blanks."""
    match = _MODEL.search(parameters)
    return match.group(1).strip().strip("\"'") if match else None


def model_type_of(parameters: str, path: str) -> str:
    """The kind of model: ``--type``, or by the file's suffix; empty if neither tells."""
    stated = option(parameters, "-t", "--type")
    return stated or _SUFFIXES.get(path.rpartition(".")[2].lower(), "")


def target_of(parameters: str) -> str | None:
    """The series of a command line; up to 8.1 ``--target`` was a memory pool file instead."""
    for name in ("--series", "--target"):
        value = option(parameters, name)
        if value is not None and not _FILE.search(value):
            return value.lower()
    return None


def c_api_of(parameters: str) -> str | None:
    """The embedded API a command line asks for: ``st-ai`` or ``legacy``."""
    return option(parameters, "--c-api")

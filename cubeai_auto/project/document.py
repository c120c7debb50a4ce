"""The text of a ``project.toml``: read with limits, parsed, and located."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.errors import ConfigError
from cubeai_auto.files import refusals
from cubeai_auto.project.locate import KeyPath, locate_keys

__all__ = ["MAX_BYTES", "MAX_LINE", "Document", "read_document"]

MAX_BYTES = 65_536
"""Largest project file; a hundred times what one needs."""

MAX_LINE = 2_000
"""Longest line in characters. ``tomllib`` takes quadratic time for a dotted key of many parts."""

_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_AT_END = " (at end of document)"


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file.

    Attributes:
        tables: what ``tomllib`` made of it; the caller owns it.
        lines: the line of each key.
    """

    tables: dict[str, object]
    lines: Mapping[KeyPath, int]


def read_document(file: Path) -> Document:
    """Read and parse a TOML file.

    Raises:
        ConfigError: it is not UTF-8, starts with a byte-order mark, is not TOML, is nested too
            deeply, or is larger than :data:`MAX_BYTES` or wider than :data:`MAX_LINE`.
        RefusedError: it cannot be read.
    """
    text = _text(file)
    try:
        tables: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem, line = _split(str(error), text)
        msg = f"not valid TOML: {problem}"
        raise ConfigError(msg, file=file, line=line, hint="correct the line") from error
    except (ValueError, RecursionError) as error:  # a number of 5000 digits; a thousand brackets
        msg = "not readable: a value is too long or nested too deeply"
        raise ConfigError(msg, file=file, hint="shorten it") from error
    return Document(tables, locate_keys(text))


def _text(file: Path) -> str:
    with refusals("read", file), file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        msg = f"larger than {MAX_BYTES} bytes; this is not a project file"
        raise ConfigError(msg, file=file, hint="give the folder of a project")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        msg = "starts with a byte-order mark"
        raise ConfigError(msg, file=file, line=1, hint="save it as UTF-8 without a byte-order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        msg = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise ConfigError(msg, file=file, line=line, hint="save it as UTF-8") from error
    for number, line_text in enumerate(text.split("\n"), 1):
        if len(line_text) > MAX_LINE:
            msg = f"a line of more than {MAX_LINE} characters"
            raise ConfigError(msg, file=file, line=number, hint="break it into several lines")
    return text


def _split(message: str, text: str) -> tuple[str, int]:
    """The message of ``tomllib`` without the place, and the line it names."""
    if message.endswith(_AT_END):
        return f"{message.removesuffix(_AT_END)}, the file ends too early", len(text.splitlines()) or 1
    match = _AT_LINE.search(message)
    if match is None:
        return message, 1
    return f"{message[: match.start()]} in column {match[2]}", int(match[1])

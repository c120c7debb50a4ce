"""Lines that stand on the console and outside of every section: errors, and CubeMX's trailer."""

from __future__ import annotations

import re

from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.lines import LineReader
from cubeai_auto.reports.reading.numbers import leading_integer

__all__ = ["error_in", "read_loose", "read_trailer"]

_ERROR = re.compile(
    r" {0,8}((?:E\d{3}\s?\(\w+\)|(?:TOOL|INTERNAL|USER|LOAD|IO) ERROR|NOT IMPLEMENTED|\w+ ERROR): ?.*)"
)
_COMMAND = re.compile(
    r"(?:^|[/\\\s\"'])(?:stedgeai|stm32ai)(?:\.exe)?[\"']?\s+((?:analy[sz]e|generate|validate)\b.*)"
)
_LABEL = re.compile(
    r"\s*(Total Flash|Total Ram|Weights|Library|Activations|Input|Output):\s+([\d,]+) B\b"
)


def error_in(line: str) -> str | None:
    """The tool's error message of a line, such as ``E010(InvalidModelError): ...``."""
    if ":" not in line[:40]:
        return None
    match = _ERROR.match(line)
    return None if match is None else match[1].strip()


def read_loose(line: str, draft: Draft) -> None:
    """A line outside of every section: the date, the command line or an error counts."""
    if (error := error_in(line)) is not None:
        draft.error(error)
        return
    if "Shell execution has FAILED" in line:
        draft.note("the tool's own test link failed: no sizes of the runtime")
    key, colon, value = line.partition(":")
    key = key.strip()
    if not colon:
        return
    if key == "Created date":
        draft.created = value.strip()
    elif key == "Parameters":
        draft.parameters = value.strip()
    elif draft.parameters is None and (match := _COMMAND.search(line)) is not None:
        draft.parameters = match[1].strip()


def read_trailer(title: str, reader: LineReader, draft: Draft) -> None:
    """CubeMX's own summary: totals, and the runtime as ``Library``, once for each memory."""
    figures: dict[str, int] = {}
    memory = ""
    line: str | None = title
    if _LABEL.match(title) is None:
        return
    while line is not None:
        match = _LABEL.match(line)
        if match is None:
            if line.strip():
                reader.push(line)
                break
        else:
            if match[1].startswith("Total"):
                memory = match[1]
            figures[f"{memory} {match[1]}"] = leading_integer(match[2]) or 0
        line = reader.take()
    footprint = draft.footprint
    for key, name in (
        ("Total Flash Total Flash", "flash_total"),
        ("Total Ram Total Ram", "ram_total"),
        ("Total Flash Library", "kernel_flash"),
        ("Total Ram Library", "kernel_ram"),
    ):
        if key not in figures:
            continue
        known: int | None = getattr(footprint, name)
        if known is None:
            setattr(footprint, name, figures[key])
        else:
            draft.expect(f"CubeMX's {key.lower()}", figures[key], known)
    draft.expect("CubeMX's weights", figures.get("Total Flash Weights"), footprint.weights)
    draft.expect("CubeMX's activations", figures.get("Total Ram Activations"), footprint.activations)

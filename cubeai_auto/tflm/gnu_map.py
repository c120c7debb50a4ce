"""The map file of GNU ld (and of other linkers that write its layout): input sections with their sizes.

Layout: binutils, ``-Map``. A line with a name in the first column is an output section, one that begins
with a blank an input section; a long name has its figures on the next line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["MARK", "InputSection", "OutputSection", "Region", "read_gnu_map"]

MARK = "Linker script and memory map"
"""The heading of the part with the sections."""

_LONGEST_LINE = 4096
_REGIONS = "Memory Configuration"
_REGION = re.compile(r"(\S+)\s+0x([0-9a-fA-F]+)\s+0x([0-9a-fA-F]+)(?:\s+(\S+))?$")
_FIGURES = re.compile(r"\s+0x([0-9a-fA-F]+)\s+0x([0-9a-fA-F]+)(?:\s+(\S.*))?$")
_OUTPUT = re.compile(r"([^\s*/(]\S*)(\s.*)?$")
_INPUT = re.compile(r" (\*fill\*|[^\s*]\S*)(\s.*)?$")
_LOAD = re.compile(r"load address 0x([0-9a-fA-F]+)")


@dataclass(frozen=True, slots=True)
class Region:
    """A memory of the linker script; ``attributes`` such as ``xrw``, empty if it states none."""

    name: str
    origin: int
    size: int
    attributes: str


@dataclass(frozen=True, slots=True)
class InputSection:
    """A piece of an output section: its own name, bytes, and the object file it is from."""

    name: str
    size: int
    file: str


@dataclass(slots=True)
class OutputSection:
    """A section of the program; ``loaded`` if its initial content is stored at another address."""

    name: str
    address: int
    size: int
    loaded: bool
    pieces: list[InputSection]


def read_gnu_map(text: str) -> tuple[tuple[Region, ...], tuple[OutputSection, ...]]:
    """The memories and the output sections of a map file, in its order."""
    before, _, after = text.partition(MARK)
    regions = tuple(_regions(before.rpartition(_REGIONS)[2] if _REGIONS in before else ""))
    return regions, tuple(_sections(after))


def _regions(text: str) -> Iterator[Region]:
    for line in text.splitlines():
        if found := _REGION.match(line[:_LONGEST_LINE]):
            name, origin, size, attributes = found.groups()
            if name != "*default*":
                yield Region(name, int(origin, 16), int(size, 16), attributes or "")


def _sections(text: str) -> Iterator[OutputSection]:
    current: OutputSection | None = None
    pending = ""
    for whole in text.splitlines():
        line = whole[:_LONGEST_LINE]
        figures = _FIGURES.match(line)
        if figures and pending:
            name, pending = pending, ""
            if name.startswith(" "):
                _add(current, name[1:], figures)
            else:
                current = _output(name, figures, line)
                yield current
            continue
        pending = ""
        output, piece = _OUTPUT.match(line), _INPUT.match(line)
        match = output or piece
        if match is None:
            continue
        name, rest = match.groups()
        inner = _FIGURES.match(rest or "")
        if not rest or not rest.strip():
            pending = name if output else f" {name}"
        elif inner and output:
            current = _output(name, inner, line)
            yield current
        elif inner:
            _add(current, name, inner)


def _output(name: str, figures: re.Match[str], line: str) -> OutputSection:
    address, size = int(figures[1], 16), int(figures[2], 16)
    load = _LOAD.search(line)
    loaded = load is not None and int(load[1], 16) != address
    return OutputSection(name, address, size, loaded, [])


def _add(current: OutputSection | None, name: str, figures: re.Match[str]) -> None:
    if current is not None and (figures[3] or name == "*fill*"):
        current.pieces.append(InputSection(name, int(figures[2], 16), figures[3] or ""))

"""Map files of IAR's ilink and Keil's armlink: sizes of modules and of objects.

Layouts: IAR C/C++ Development Guide, "Linker map file"; Arm Compiler armlink User Guide,
"--info=sizes" and "--symbols". Not tried on files of the real tools.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["ModuleSizes", "VendorMap", "read_iar_map", "read_keil_map"]

_LONGEST_LINE = 1024
_IAR_COLUMNS = ("ro code", "ro data", "rw data")
_IAR_SYMBOL = re.compile(
    r"(\S+)\s+0x[0-9a-fA-F'_]+\s+0x([0-9a-fA-F'_]+)\s+(?:Code|Data)\s+\w+\s+(\S+)(?:\s+\[\d+\])?\s*$"
)
_IAR_GROUP = re.compile(r"(\S.*): \[(\d+)\]\s*$")
_IAR_LIBRARY = re.compile(r"(?:dl|rt|m\d|sh)\w*_\w*\.a$")
_IAR_NUMBER = re.compile(r"\s\d{1,3}(?:[ '_]?\d{3})*$|\s\d+$")
_KEIL_HEADING = re.compile(r"\s+Code \(inc\. data\)\s+RO Data\s+RW Data\s+ZI Data\s+Debug\s*(.*)$")
_KEIL_ROW = re.compile(r"\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S.*?)\s*$")
_KEIL_SYMBOL = re.compile(
    r"\s+(\S+)\s+0x[0-9a-fA-F]+\s+(?:Data|Number|(?:Thumb|ARM) Code)\s+(\d+)\s+(\S+?)\(\S*\)\s*$"
)
_KEIL_TOTAL = re.compile(r"\s+Total (ROM|RW)\s+Size [^0-9]*?\)\s+(\d+)\s")


@dataclass(frozen=True, slots=True)
class ModuleSizes:
    """A module: code, constants and initial values in flash, variables in RAM, in bytes.

    ``path`` names its folder or library where the map tells; ``library`` if it comes from the
    compiler's own library, or may.
    """

    name: str
    path: str
    code: int
    constants: int
    initial: int
    ram: int
    library: bool = False

    @property
    def flash(self) -> int:
        """Bytes in flash."""
        return self.code + self.constants + self.initial


@dataclass(slots=True)
class VendorMap:
    """What a map says: modules; objects as (module, name, bytes); totals, where it states them."""

    kind: str
    modules: list[ModuleSizes] = field(default_factory=list)
    objects: list[tuple[str, str, int]] = field(default_factory=list)
    flash_total: int | None = None
    ram_total: int | None = None


def read_iar_map(text: str) -> VendorMap:
    """The module summary and the entry list of an IAR map."""
    found = VendorMap("IAR")
    found.modules += _iar_modules(text.partition("*** MODULE SUMMARY")[2].partition("\n*****")[0])
    for line in text.partition("*** ENTRY LIST")[2].splitlines():
        if symbol := _IAR_SYMBOL.match(line[:_LONGEST_LINE]):
            found.objects.append((symbol[3], symbol[1], _hex(symbol[2])))
    return found


def _iar_modules(text: str) -> Iterator[ModuleSizes]:
    ends: list[int] = []
    group, waiting = "", ""
    for whole in text.splitlines():
        line = whole[:_LONGEST_LINE]
        if not ends:
            if all(column in line for column in _IAR_COLUMNS):
                ends = [line.index(column) + len(column) for column in _IAR_COLUMNS]
            continue
        if heading := _IAR_GROUP.match(line):
            group, waiting = heading[1], ""
            continue
        name, figures = _iar_row(line, ends)
        if not any(figures):
            waiting = name
            continue
        name, waiting = name or waiting, ""
        if name.endswith("Total:"):
            group = ""
        elif name:
            archive = re.split(r"[/\\]", group)[-1]
            library = bool(_IAR_LIBRARY.match(archive))
            path = f"{group}({name})" if archive.endswith(".a") else f"{group}/{name}"
            code, constants, variables = figures
            yield ModuleSizes(name, path, code, constants, 0, variables, library)


def _iar_row(line: str, ends: Sequence[int]) -> tuple[str, tuple[int, int, int]]:
    """A row's name and its figures; they end below the headings, and a blank one is 0."""
    head = line[: ends[0]]
    code = _IAR_NUMBER.search(head) if len(line) >= ends[0] else None
    name = (head if code is None else head[: code.start()]).strip()
    constants, variables = (
        re.sub(r"[\s'_]", "", line[start:end]) for start, end in itertools.pairwise(ends)
    )
    if not (constants or "0").isdecimal() or not (variables or "0").isdecimal():
        return line.strip(), (0, 0, 0)
    first = 0 if code is None else int(re.sub(r"[\s'_]", "", code[0]))
    return name, (first, int(constants or 0), int(variables or 0))


def read_keil_map(text: str) -> VendorMap:
    """The component sizes, the symbols and the totals of an armlink map."""
    found = VendorMap("Keil")
    heading = ""
    for whole in text.splitlines():
        line = whole[:_LONGEST_LINE]
        if title := _KEIL_HEADING.match(line):
            heading = title[1].strip()
        elif row := _KEIL_ROW.match(line):
            module = _keil_module(row, heading)
            if module is not None:
                found.modules.append(module)
        elif total := _KEIL_TOTAL.match(line):
            if total[1] == "ROM":
                found.flash_total = int(total[2])
            else:
                found.ram_total = int(total[2])
        elif symbol := _KEIL_SYMBOL.match(line):
            found.objects.append((symbol[3], symbol[1], int(symbol[2])))
    return found


def _keil_module(row: re.Match[str], heading: str) -> ModuleSizes | None:
    name = row[7]
    if heading not in {"Object Name", "Library Member Name"} or name.endswith("Totals"):
        return None
    code, constants, initial, zeroed = int(row[1]), int(row[3]), int(row[4]), int(row[5])
    library = heading == "Library Member Name"
    return ModuleSizes(name, name, code, constants, initial, initial + zeroed, library)


def _hex(digits: str) -> int:
    return int(re.sub(r"['_]", "", digits), 16)

"""Blocks of a Neural-ART report: compiler, memory pools, user buffers, ranges and epochs."""

from __future__ import annotations

import dataclasses
import re

from cubeai_auto.quantity import reported
from cubeai_auto.reports.cgraph import Epoch
from cubeai_auto.reports.memory import MemoryPool
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.lines import LineReader
from cubeai_auto.reports.reading.numbers import byte_size, leading_integer
from cubeai_auto.reports.reading.parameters import option

__all__ = ["read_compilation", "read_epochs", "read_memory", "read_ranges", "read_user_io"]

_SIZE = r"[\d.]+\s*[kKMG]?i?B"
_RANGE = re.compile(r"\s+(\S+)\s+\[0x([0-9A-Fa-f]{1,16}) - 0x([0-9A-Fa-f]{1,16})\]:\s+(.*)")
_FIGURES = re.compile(
    rf"(?P<used>{_SIZE})\s+/\s+(?P<size>{_SIZE})\s+\(.*?\)\s+-- weights:\s+(?P<weights>{_SIZE})"
    rf"\s+\(.*?\)\s+activations:\s+(?P<activations>{_SIZE})"
)
_TOTAL = re.compile(
    rf"Total:\s+{_SIZE}\s+-- weights:\s+(?P<weights>{_SIZE})\s+activations:\s+(?P<activations>{_SIZE})"
)
_USER = re.compile(rf"inputs \(({_SIZE})\)|outputs \(({_SIZE})\)")
_EPOCH = re.compile(r"\s*epoch (\d{1,9})\s+(-?[A-Z?]+-?)\s*(?:\(([^)]*)\))?")
_EPOCH_ROW = re.compile(r"\s*\|\s*epoch_(\d{1,9})\s*\|\s*([\w?]*)\s*\|([^|]*)\|")
_EPOCH_TOTAL = re.compile(r"\s*Total number of epochs:?\s+(\d{1,9})")
_SOFTWARE = re.compile(
    r"of which (\d{1,9}) implemented in software|pure software \(SW\) epochs\s+(\d{1,9})"
)
_KINDS = {
    "HW": "hardware", "SW": "software", "EC": "epoch controller", "HYBRID": "hybrid",
}  # fmt: skip
_FLASH_RULE = "===="
_ROUNDING = 1049


def read_compilation(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Compilation details``: the Neural-ART compiler's version."""
    for line in reader.body():
        key, colon, value = line.strip().partition(":")
        if colon and key == "Compiler version":
            draft.note(f"Neural-ART compiler {value.strip()}")
        elif colon and key == "Compiler arguments":
            # "-g network.c" names the C file and with it the network.
            draft.c_name = (option(value, "-g") or "").removesuffix(".c")


def read_memory(title: str, reader: LineReader, draft: Draft) -> None:
    """``Memory usage information``: pools, and the only place of weights and activations.

    Sizes have three decimals of units that are powers of 1024: exact to the byte in kB, to about
    1 kB in MB. A pool's size is its end minus its start.
    """
    draft.neural_art = True
    if "included in activations" in title:
        draft.footprint.why["inputs"] = draft.footprint.why["outputs"] = "inside activations"
    sums = {"weights": 0, "activations": 0}
    rounded: set[str] = set()
    total: re.Match[str] | None = None
    for line in reader.body():
        if line.startswith(_FLASH_RULE):
            break
        match = _RANGE.fullmatch(line)
        figures = None if match is None else _FIGURES.match(match[4])
        if match is None or figures is None:
            total = total or _TOTAL.match(line)
            if match is not None:
                draft.note(f"line {reader.number}: unreadable memory pool")
            continue
        start, end = int(match[2], 16), int(match[3], 16)
        for kind in sums:
            sums[kind] += _bytes(figures[kind])
            if "M" in figures[kind] or "G" in figures[kind]:
                rounded.add(kind)
        draft.pools.append(
            MemoryPool(
                name=match[1],
                size=reported(max(end - start, 0), "B", draft.source),
                used=reported(_bytes(figures["used"]), "B", draft.source),
                weights=reported(_bytes(figures["weights"]), "B", draft.source),
                activations=reported(_bytes(figures["activations"]), "B", draft.source),
                address=f"0x{match[2]}",
            )
        )
    if total is None:
        draft.note("the memory pools end without their total: the report may be cut off")
        return
    for kind, size in sums.items():
        stated = _bytes(total[kind])
        # Each figure is rounded by itself, to a thousandth of its unit.
        if abs(size - stated) > _ROUNDING * (len(draft.pools) + 1):
            draft.note(f"the pools' {kind} add up to {size:,} B where their total says {stated:,} B")
    footprint = draft.footprint
    footprint.weights, footprint.activations = sums["weights"], sums["activations"]
    draft.rounded = rounded


def read_user_io(title: str, _reader: LineReader, draft: Draft) -> None:
    """``Memory to be allocated by the user: inputs (192.000 kB), outputs (294.000 kB)``."""
    for match in _USER.finditer(title):
        if match[1] is not None:
            draft.footprint.inputs = _bytes(match[1])
        else:
            draft.footprint.outputs = _bytes(match[2])


def read_ranges(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Used memory ranges``: first and end address in use of each pool that is used."""
    ranges: dict[str, str] = {}
    for line in reader.body():
        if line.startswith(_FLASH_RULE):
            break
        if (match := _RANGE.fullmatch(line)) is not None:
            ranges[match[1]] = match[4].strip()
    draft.pools = [dataclasses.replace(pool, used_range=ranges.get(pool.name)) for pool in draft.pools]


def read_epochs(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Epochs details`` as a list (2.1, 2.2) or as a grid (3.0, 4.0)."""
    total: int | None = None
    software: int | None = None
    for line in reader.body():
        match = _EPOCH_ROW.fullmatch(line) or _EPOCH.fullmatch(line)
        if match is not None:
            kind = _KINDS.get(match[2].strip("-").upper(), "unknown")
            draft.epochs.append(Epoch(int(match[1]), kind, (match[3] or "").strip()))
            continue
        if (found := _EPOCH_TOTAL.match(line)) is not None:
            total = int(found[1])
        if (found := _SOFTWARE.search(line)) is not None:
            software = leading_integer(found[1] or found[2])
    draft.expect("the number of epochs listed", len(draft.epochs), total)
    listed = sum(epoch.kind == "software" for epoch in draft.epochs)
    draft.expect("the number of software epochs listed", listed, software)


def _bytes(text: str) -> int:
    return round(byte_size(text) or 0)

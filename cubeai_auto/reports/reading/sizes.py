"""Size tables: what the linked runtime takes, from 7.2 (relocatable) and 8.0 on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cubeai_auto.reports.memory import MemoryPool
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.lines import LineReader
from cubeai_auto.reports.reading.numbers import byte_size, integer, leading_integer
from cubeai_auto.reports.reading.tables import read_table

__all__ = ["read_pools", "read_relocatable", "read_size_summary", "read_sizes"]

_SUMMARY = re.compile(r"\s+(RT total|TOTAL)\s+([\d,]+)(?:\s+[\d.]+%)?\s+([\d,]+)")
_TARGET = re.compile(r"\"(?P<target>[^\"]+)\"")
_RELOCATABLE = re.compile(r"\s{0,4}(\S+(?: \S+)?)\s{2,}([\d,]+)(?: \+ |\*|\s|$)")
_NPU = "npu"
_FIGURES = 4


@dataclass(frozen=True, slots=True)
class _Sections:
    text: int = 0
    rodata: int = 0
    data: int = 0
    bss: int = 0

    @property
    def flash(self) -> int:
        """Initial values of ``data`` stand in flash too."""
        return self.text + self.rodata + self.data

    @property
    def ram(self) -> int:
        return self.data + self.bss

    def plus(self, other: _Sections) -> _Sections:
        return _Sections(
            self.text + other.text, self.rodata + other.rodata,
            self.data + other.data, self.bss + other.bss,
        )  # fmt: skip


def read_sizes(title: str, reader: LineReader, draft: Draft) -> None:
    """The table ``module text rodata data bss``; the compiler's own libraries are in RT total."""
    target = _TARGET.search(title)
    if target is not None:
        draft.shown_target = draft.shown_target or target["target"].removesuffix(_NPU)
    footprint = draft.footprint
    modules = _Sections()
    runtime: _Sections | None = None
    total: _Sections | None = None
    for line in reader.body():
        module, row = _row(line)
        if row is None:
            continue
        if module == "RT total":
            runtime = row
            if modules != row:
                draft.note("the size table's modules do not add up to its RT total")
        elif module == "TOTAL":
            total = row
        elif runtime is None:
            modules = modules.plus(row)
            if module.startswith("lib (toolchain)"):
                footprint.toolchain_flash, footprint.toolchain_ram = row.flash, row.ram
        elif module == "states":
            footprint.states = row.ram
        else:
            _read_part(module, row, draft)
    if runtime is not None:
        footprint.kernel_flash, footprint.kernel_ram = runtime.flash, runtime.ram
        draft.note("kernel_flash and kernel_ram contain the toolchain's bytes (RT total)")
    if total is not None:
        footprint.flash_total, footprint.ram_total = total.flash, total.ram


def _row(line: str) -> tuple[str, _Sections | None]:
    """Module and sizes of a row: four figures at its end, and what stands before them."""
    cells = line.rsplit(None, _FIGURES)
    figures = [integer(cell) for cell in cells[1:]]
    if len(figures) != _FIGURES or any(figure is None for figure in figures):
        return "", None
    return cells[0].strip("* "), _Sections(*(figure or 0 for figure in figures))


def _read_part(module: str, row: _Sections, draft: Draft) -> None:
    """Weights, activations and I/O as linked; exact for Neural-ART, which prints them nowhere else."""
    footprint = draft.footprint
    if module == "weights":
        # On MCU targets the linked weights are rounded up to 8 bytes: the header's figure stays.
        if draft.neural_art or footprint.weights is None:
            footprint.weights = row.flash
    elif module == "activations":
        if draft.neural_art or footprint.activations is None:
            footprint.activations = row.ram
        draft.expect("the size table's activations", row.ram, footprint.activations)
    elif module == "io":
        there = (footprint.inputs or 0) + (footprint.outputs or 0)
        draft.expect("the size table's io", row.ram, there)
    else:
        draft.note(f"the size table has a row {module!r} that is not known")


def read_size_summary(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Summary``: flash and RAM of the runtime and of everything."""
    footprint = draft.footprint
    for line in reader.body():
        match = _SUMMARY.match(line)
        if match is None:
            continue
        flash, ram = leading_integer(match[2]), leading_integer(match[3])
        if match[1] == "TOTAL":
            draft.expect("the summary's total flash", flash, footprint.flash_total or flash)
            draft.expect("the summary's total RAM", ram, footprint.ram_total or ram)
            footprint.flash_total, footprint.ram_total = flash, ram
        else:
            draft.expect("the summary's runtime flash", flash, footprint.kernel_flash or flash)
            draft.expect("the summary's runtime RAM", ram, footprint.kernel_ram or ram)
            footprint.kernel_flash, footprint.kernel_ram = flash, ram


def read_relocatable(title: str, reader: LineReader, draft: Draft) -> None:
    """``Runtime memory layout`` of a relocatable binary; bytes of the relocation are apart."""
    target = _TARGET.search(title)
    if target is not None:
        draft.shown_target = draft.shown_target or target["target"]
    figures: dict[str, int] = {}
    blank = False
    for line in reader.body():
        if not line.strip():
            if blank or figures:
                break
            blank = True
            continue
        match = _RELOCATABLE.match(line)
        if match is not None and (size := leading_integer(match[2])) is not None:
            figures[match[1].strip("* ")] = size
    footprint = draft.footprint
    footprint.kernel_flash = figures.get("FLASH size")
    footprint.kernel_ram = figures.get("RAM size")
    parts = [figures.get(name) for name in ("txt", "rodata", "data", "bss")]
    if all(part is not None for part in parts):
        text, rodata, data, bss = (part or 0 for part in parts)
        draft.expect("the relocatable layout's flash", text + rodata + data, footprint.kernel_flash)
        draft.expect("the relocatable layout's RAM", data + bss, footprint.kernel_ram)
    for name in ("flash_total", "ram_total", "toolchain_flash", "toolchain_ram"):
        footprint.why[name] = "the layout of a relocatable binary does not state it"
    if "bin size" in figures:
        draft.note(f"relocatable binary: {figures['bin size']:,} B")


def read_pools(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Memory-pools summary (activations/ domain)``."""
    table = read_table(reader)
    if table is None:
        return
    columns, rows = table
    name_at, size_at = columns.index("name"), columns.index("usable")
    used_at, count_at = columns.index("used"), columns.index("buffer")
    for row in rows:
        text = row.strip()
        if text.startswith("Warning:"):
            draft.note(text)
            continue
        used = columns.cell(row, used_at)
        draft.pools.append(
            MemoryPool(
                name=columns.cell(row, name_at),
                size=draft.figure(_bytes(columns.cell(row, size_at)), "B", "unreadable"),
                used=draft.figure(0 if used == "-" else _bytes(used), "B", "unreadable"),
                buffers=integer(columns.cell(row, count_at)),
            )
        )


def _bytes(text: str) -> int | None:
    size = byte_size(text)
    return None if size is None else round(size)

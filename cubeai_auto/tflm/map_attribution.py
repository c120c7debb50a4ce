"""An existing firmware's map file, attributed by object files: GNU ld, IAR, Keil."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cubeai_auto.errors import InputError
from cubeai_auto.files import existing_file, refusals
from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.tflm.attribution import Attribution, Part, RamParts, flash_parts
from cubeai_auto.tflm.gnu_map import MARK, InputSection, OutputSection, Region, read_gnu_map
from cubeai_auto.tflm.parts import part_of_object
from cubeai_auto.tflm.vendor_maps import ModuleSizes, VendorMap, read_iar_map, read_keil_map

__all__ = ["LinkOverflowError", "attribute_map"]

_LARGEST_MAP = 256 << 20
_IAR_MARK, _KEIL_MARK = "*** MODULE SUMMARY", "Image component sizes"
_OVERFLOW = re.compile(r"region [`']?([\w.]{1,80})['`]? overflowed by (\d{1,20}) bytes?")
_NOT_LOADED = re.compile(
    r"\.(?:debug|comment|ARM\.attributes|stab|note|line|symtab|strtab|shstrtab|rela?\.|dyn"
    r"|gnu\.(?:version|hash|attributes|build))"
)
_ZEROED = re.compile(r"\.?_?(?:s?bss|noinit|COMMON|heap|stack)\b|.*(?:heap|stack|arena)")
_ZEROED_PIECE = re.compile(r"\.(?:s?bss|noinit)|COMMON|\*fill\*|\.\w*(?:arena|noinit)")
_RAM_NAME = re.compile(r"(?<!g)ram|tcm|ccm", re.IGNORECASE)
_RAM_START, _RAM_END = 0x2000_0000, 0x4000_0000
_MODEL_NAME = re.compile(r"model|tflite|network", re.IGNORECASE)
_MODEL_SLACK = 64


class LinkOverflowError(InputError):
    """The linker's output says that the program does not fit into a memory."""


def attribute_map(path: Path, model_bytes: int | None = None) -> Attribution:
    """Attribute a firmware's flash and RAM.

    Args:
        path: a map file of GNU ld, IAR's ilink or Keil's armlink.
        model_bytes: size of the ``.tflite`` file; the object of that size is the model.

    Raises:
        MissingPathError: there is no such file.
        RefusedError: it cannot be read.
        LinkOverflowError: it is the output of a link that did not fit.
        InputError: it is none of these maps, or too damaged to be read.
    """
    existing_file(path, "the map file")
    with refusals("read", path):
        size = path.stat().st_size
        text = "" if size > _LARGEST_MAP else path.read_text("utf-8", errors="replace")
    if size > _LARGEST_MAP:
        msg = f"{path} has {size:,} bytes, too many for a map file"
        raise InputError(msg, hint="give the map file that the linker wrote")
    _refuse_overflow(path, text)
    if MARK in text:
        return _gnu(path, text, model_bytes)
    if _IAR_MARK in text:
        return _vendor(path, read_iar_map(text), model_bytes)
    if _KEIL_MARK in text:
        return _vendor(path, read_keil_map(text), model_bytes)
    msg = f"{path} is not a map file of GNU ld, IAR or Keil"
    raise InputError(msg, hint="GNU ld writes one with -Wl,-Map=FILE")


def _refuse_overflow(path: Path, text: str) -> None:
    found = _OVERFLOW.findall(text)
    if found:
        words = ", ".join(f"{int(count):,} bytes of {region} are missing" for region, count in found)
        msg = f"{path}: the firmware does not fit: {words}"
        raise LinkOverflowError(msg, hint="use a smaller model, or int8 registrations")


def _gnu(path: Path, text: str, model_bytes: int | None) -> Attribution:
    regions, sections = read_gnu_map(text)
    sections = tuple(s for s in sections if s.size and not _NOT_LOADED.match(s.name))
    flash = [s for s in sections if _in_flash(s, regions)]
    if not sum(len(section.pieces) for section in flash):
        msg = f"{path} is a map file of GNU ld without any section in flash: it is damaged"
        raise InputError(msg, hint="link again and give the whole map file")
    pieces = [piece for section in flash for piece in section.pieces]
    model = _model_of(pieces, model_bytes)
    attributed: list[tuple[Part, int]] = [
        ("model" if piece is model else part_of_object(piece.file), piece.size)
        for piece in pieces
        if piece.file and piece.name != "*fill*"
    ]
    source = f"{path.name}: GNU ld map, by object file"
    total = sum(section.size for section in flash)
    absent = "the map shows no object of this model's size"
    parts = flash_parts(attributed, total, source, absent)
    writable = [section for section in sections if _in_ram(section, regions)]
    ram = RamParts(
        measured(sum(section.size for section in writable), "B", source),
        _arena((piece for section in writable for piece in section.pieces), source),
    )
    return Attribution(str(path), "GNU ld map", True, parts, ram)


def _in_ram(section: OutputSection, regions: Iterable[Region]) -> bool:
    """Whether the section takes RAM: by its memory's attributes, else by the address."""
    for region in regions:
        if region.origin <= section.address < region.origin + region.size:
            if region.attributes:
                return "w" in region.attributes.lower().partition("!")[0]
            return bool(_RAM_NAME.search(region.name))
    return _RAM_START <= section.address < _RAM_END or section.name in {".data", ".bss"}


def _in_flash(section: OutputSection, regions: Iterable[Region]) -> bool:
    """Whether the section's content is stored: all that is not RAM, and RAM with initial values."""
    if not _in_ram(section, regions):
        return True
    zeroed = _ZEROED.match(section.name) or (
        all(_ZEROED_PIECE.match(piece.name) for piece in section.pieces)
    )
    return not zeroed and (section.loaded or section.name.startswith((".data", ".tdata")))


def _model_of(pieces: Iterable[InputSection], model_bytes: int | None) -> InputSection | None:
    """The piece that is as large as the model; one that is named like a model before others."""
    if not model_bytes:
        return None
    fitting = [p for p in pieces if model_bytes <= p.size <= model_bytes + _MODEL_SLACK]
    fitting = [p for p in fitting if p.name.startswith((".rodata", ".data", ".constdata"))] or fitting
    named = [p for p in fitting if _MODEL_NAME.search(p.name) or _MODEL_NAME.search(p.file)]
    return min(named or fitting, key=lambda piece: piece.size, default=None)


def _arena(pieces: Iterable[InputSection], source: str) -> Quantity:
    found = [piece for piece in pieces if "arena" in piece.name.lower()]
    if not found:
        return missing("no section of the firmware is named after an arena")
    largest = max(found, key=lambda piece: piece.size)
    return measured(largest.size, "B", f"{source}; {largest.name}")


def _vendor(path: Path, read: VendorMap, model_bytes: int | None) -> Attribution:
    """IAR and Keil state code, constants and variables of every module."""
    if not read.modules:
        msg = f"{path} is a map file of {read.kind} without a table of modules: it is damaged"
        raise InputError(msg, hint="link again and give the whole map file")
    with_tflm = any("micro_interpreter" in module.name.lower() for module in read.modules)
    source = f"{path.name}: {read.kind} map, by module"
    model = _vendor_model(read, model_bytes)
    pieces: list[tuple[Part, int]] = []
    for module in read.modules:
        part = part_of_object(module.path, with_tflm=with_tflm)
        if part == "application" and module.library:
            part = "libraries"
        size = module.flash
        if model is not None and model[0] == module.name and size >= model[1]:
            pieces.append(("model", model[1]))
            size -= model[1]
            model = None
        pieces.append((part, size))
    absent = "the map shows no object of this model's size"
    total = read.flash_total if read.flash_total is not None else sum(m.flash for m in read.modules)
    ram_total = read.ram_total if read.ram_total is not None else sum(m.ram for m in read.modules)
    return Attribution(
        str(path),
        f"{read.kind} map",
        False,
        flash_parts(pieces, total, source, absent),
        RamParts(
            measured(ram_total, "B", source),
            missing("modules are listed, not variables"),
        ),
        (f"built to the documented layout of {read.kind}'s map files, not tried on a real one by us",),
    )


def _vendor_model(read: VendorMap, model_bytes: int | None) -> tuple[str, int] | None:
    """The module that holds an object as large as the model, and that object's size."""
    if not model_bytes:
        return None
    fitting = [
        (module, size)
        for module, _, size in read.objects
        if model_bytes <= size <= model_bytes + _MODEL_SLACK
    ]
    if fitting:
        return min(fitting, key=lambda pair: pair[1])
    holding: list[ModuleSizes] = [m for m in read.modules if _MODEL_NAME.search(m.name)]
    held = [m for m in holding if model_bytes <= m.constants <= model_bytes + _MODEL_SLACK]
    return (held[0].name, held[0].constants) if held else None

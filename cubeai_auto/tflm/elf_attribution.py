"""An existing firmware's ELF file, attributed by its symbols.

The model array is found by its content, else by its symbol's name. All other symbols are attributed by
name; a map file of the linker tells more exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.errors import InputError
from cubeai_auto.files import existing_file, refusals
from cubeai_auto.firmware.elf import ElfImage, Section, Symbol, read_elf
from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.tflm.attribution import Attribution, Part, RamParts, flash_parts
from cubeai_auto.tflm.parts import part_of_symbol

__all__ = ["attribute_elf"]

_ARM = (40).to_bytes(2, "little")
_MACHINE_AT = slice(18, 20)
_MAP_HINT = "give the linker's map file instead: --map FILE (GNU ld writes one with -Wl,-Map=FILE)"
_GUESSED = (
    "symbols are attributed by name: templates and library functions are guesses; "
    "a map file is more exact"
)
_SOURCE = "sizes of symbols, attributed by name"


@dataclass(frozen=True, slots=True)
class _Model:
    """Where the model lies: from ``start``, ``size`` bytes of flash; ``how`` it was found."""

    start: int
    size: int
    how: str


def attribute_elf(path: Path, model: bytes | None = None) -> Attribution:
    """Attribute a firmware's flash and RAM.

    Args:
        path: the ELF file that the linker wrote, with its symbols.
        model: the ``.tflite`` file's content, to look for.

    Raises:
        MissingPathError: there is no such file.
        RefusedError: it cannot be read.
        InputError: it is no ELF file for Arm, is damaged, or has no symbols.
    """
    image = read_elf(path)
    with refusals("read", existing_file(path, "the ELF file")):
        content = path.read_bytes()
    if content[_MACHINE_AT] != _ARM:
        msg = f"{path} is an ELF file for another processor than Arm"
        raise InputError(msg, hint="give the firmware's ELF file")
    flash = [s for s in image.sections if s.allocated and s.stored and s.size]
    if not flash:
        msg = f"{path} holds nothing that would be loaded: it is no linked program"
        raise InputError(msg, hint="give the .elf that the linker wrote, not an object file")
    if not image.symbols:
        msg = f"{path} has no symbols: nothing in it can be attributed"
        raise InputError(msg, hint=_MAP_HINT)
    found = _by_content(flash, content, model) or _by_name(image, flash, model)
    source = f"{path.name}: {_SOURCE}"
    pieces = list(_pieces(_unique(image.symbols, flash), found))
    if found is not None:
        pieces.append(("model", found.size))
    parts = flash_parts(
        pieces, sum(s.size for s in flash), source, "the firmware holds no array of this model"
    )
    notes = [_GUESSED]
    if found is not None:
        notes.append(f"the model array was found by its {found.how}")
    return Attribution(str(path), "ELF", True, parts, _ram(image, source), tuple(notes))


def _unique(symbols: Iterable[Symbol], flash: Iterable[Section]) -> list[Symbol]:
    """Symbols in flash, one for each address: aliases and constructors come several times."""
    places = {section.name for section in flash}
    largest: dict[int, Symbol] = {}
    for symbol in symbols:
        if symbol.section in places:
            known = largest.get(symbol.address)
            if known is None or symbol.size > known.size:
                largest[symbol.address] = symbol
    return [largest[address] for address in sorted(largest)]


def _pieces(symbols: Iterable[Symbol], model: _Model | None) -> Iterator[tuple[Part, int]]:
    """Part and bytes of every symbol that no earlier symbol, nor the model, covers."""
    covered = 0
    for symbol in symbols:
        start, end = max(symbol.address, covered), symbol.address + symbol.size
        if end <= start:
            continue
        size = end - start
        if model is not None:
            shared = min(end, model.start + model.size) - max(start, model.start)
            size -= max(0, shared)
        covered = end
        if size:
            yield part_of_symbol(symbol.name, symbol.file), size


def _by_content(flash: Iterable[Section], content: bytes, model: bytes | None) -> _Model | None:
    """The model's own bytes in a section that goes into flash."""
    if not model:
        return None
    for section in flash:
        end = section.offset + section.size
        at = content.find(model, section.offset, end)
        if at >= 0:
            return _Model(section.address + at - section.offset, len(model), "content")
    return None


def _by_name(image: ElfImage, flash: Iterable[Section], model: bytes | None) -> _Model | None:
    """The largest object whose name says that it is a model; with another content, then."""
    places = {section.name for section in flash}
    named = [
        symbol
        for symbol in image.symbols
        if not symbol.function
        and symbol.section in places
        and any(word in symbol.name.lower() for word in ("model", "tflite"))
    ]
    if not named:
        return None
    largest = max(named, key=lambda symbol: symbol.size)
    what = f"name only ({largest.name}); its content is not this model's" if model else "name"
    return _Model(largest.address, largest.size, what)


def _ram(image: ElfImage, source: str) -> RamParts:
    writable = [s for s in image.sections if s.allocated and s.writable and s.size]
    places = {section.name for section in writable}
    arenas = [
        symbol
        for symbol in image.symbols
        if not symbol.function and symbol.section in places and "arena" in symbol.name.lower()
    ]
    total = measured(sum(s.size for s in writable), "B", source)
    return RamParts(total, _arena(arenas, source))


def _arena(found: list[Symbol], source: str) -> Quantity:
    if not found:
        return missing("no variable of the firmware is named after an arena")
    largest = max(found, key=lambda symbol: symbol.size)
    return measured(largest.size, "B", f"{source}; {largest.name}")

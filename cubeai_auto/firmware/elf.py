"""Sections and symbols of an ELF file, with their sizes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from cubeai_auto.errors import InputError
from cubeai_auto.files import existing_file, refusals

__all__ = ["ElfImage", "Section", "Symbol", "read_elf"]

_SECTION_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Section:
    """A section: address and size in bytes.

    Attributes:
        allocated: it takes memory on the target.
        writable: that memory is RAM.
        stored: its content is in the file, so it also takes flash.
        offset: where in the file.
    """

    name: str
    address: int
    size: int
    allocated: bool
    writable: bool
    stored: bool
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named object or function: address without the Thumb bit, and size in bytes.

    ``file`` is the source file of a local symbol, where the table states it.
    """

    name: str
    address: int
    size: int
    section: str
    function: bool
    file: str = ""


@dataclass(frozen=True, slots=True)
class ElfImage:
    """All sections, and all symbols that name an object or a function with a size."""

    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]

    def size_of(self, name: str) -> int:
        """Bytes of all sections of that name; 0 if the linker made none."""
        return sum(section.size for section in self.sections if section.name == name)

    def symbol_at(self, address: int) -> Symbol | None:
        """The function that covers an address."""
        for symbol in self.symbols:
            if symbol.function and symbol.address <= address < symbol.address + symbol.size:
                return symbol
        return None


def read_elf(path: Path) -> ElfImage:
    """Read an ELF file.

    Raises:
        MissingPathError: there is no such file.
        InputError: it is not an ELF file or is damaged.
        RefusedError: it cannot be read.
    """
    existing_file(path, "the ELF file")
    with refusals("read", path), path.open("rb") as stream:
        try:
            return _image(ELFFile(stream))
        except OSError:
            raise
        except Exception as error:  # pyelftools meets damage with many kinds of exception
            msg = f"{path} is not a readable ELF file: {str(error) or type(error).__name__}"
            raise InputError(msg, hint="give the .elf that the linker wrote") from error


def _image(elf: ELFFile) -> ElfImage:
    count = elf.num_sections()
    if not 0 < count < _SECTION_LIMIT:
        msg = f"it claims {count} sections"
        raise ValueError(msg)
    sections: list[Section] = []
    symbols: list[Symbol] = []
    end = elf.stream.seek(0, 2)
    for raw in elf.iter_sections():
        flags, stored = int(raw["sh_flags"]), raw["sh_type"] != "SHT_NOBITS"
        if stored and int(raw["sh_offset"]) + int(raw["sh_size"]) > end:
            msg = f"section {raw.name!r} lies outside the file"
            raise ValueError(msg)
        sections.append(
            Section(
                name=str(raw.name),
                address=int(raw["sh_addr"]),
                size=int(raw["sh_size"]),
                allocated=bool(flags & SH_FLAGS.SHF_ALLOC),
                writable=bool(flags & SH_FLAGS.SHF_WRITE),
                stored=stored,
                offset=int(raw["sh_offset"]),
            )
        )
    for raw in elf.iter_sections():
        if isinstance(raw, SymbolTableSection):
            symbols += _symbols(raw, [section.name for section in sections])
    return ElfImage(tuple(sections), tuple(symbols))


def _symbols(table: SymbolTableSection, names: list[str]) -> list[Symbol]:
    found: list[Symbol] = []
    file = ""
    for raw in table.iter_symbols():
        if raw["st_info"]["type"] == "STT_FILE":
            file = str(raw.name)
        kind, index = raw["st_info"]["type"], raw["st_shndx"]
        if kind not in {"STT_OBJECT", "STT_FUNC"} or not isinstance(index, int) or raw["st_size"] == 0:
            continue
        function = kind == "STT_FUNC"
        address = int(raw["st_value"]) & ~1 if function else int(raw["st_value"])
        source = file if raw["st_info"]["bind"] == "STB_LOCAL" else ""
        size = int(raw["st_size"])
        found.append(Symbol(str(raw.name), address, size, names[index], function, source))
    return found

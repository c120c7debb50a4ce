"""How an Arm ELF file was built: what its attributes and comments say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import ARMAttributesSection, SymbolTableSection

from cubeai_auto.errors import InputError
from cubeai_auto.files import existing_file, refusals

__all__ = ["ElfBuild", "elf_build"]

_ARCHITECTURES = {
    11: ("cortex-m0", "cortex-m0plus"),
    12: ("cortex-m0", "cortex-m0plus"),
    10: ("cortex-m3",),
    13: ("cortex-m4", "cortex-m7"),
    16: ("cortex-m23",),
    17: ("cortex-m33", "cortex-m35p"),
    21: ("cortex-m52", "cortex-m55", "cortex-m85"),
}
"""``Tag_CPU_arch`` of the Arm ABI's addenda, as far as it is a Cortex-M."""

_COMMENT = re.compile(rb"GCC: [^\0]{1,120}|[^\0]{0,60}clang version [^\0]{1,80}")
_DIGITS = re.compile(r"cortex-m\d+\w*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ElfBuild:
    """What an ELF file says of its build; empty where it says nothing.

    Attributes:
        cores: the Cortex-M cores that the architecture fits; one if the file names it.
        fpu_abi: ``hard`` if floating-point arguments go in FPU registers, else ``soft``.
        compiler: its comment.
        debug: ``no``, ``logs`` or ``asserts and logs``: what is linked.
    """

    cores: tuple[str, ...]
    fpu_abi: str
    compiler: str
    debug: str


def elf_build(path: Path) -> ElfBuild:
    """Read the Arm attributes, the compiler's comment, and whether asserts or logs are linked.

    Raises:
        MissingPathError: there is no such file.
        InputError: it is not an ELF file or is damaged.
        RefusedError: it cannot be read.
    """
    existing_file(path, "the ELF file")
    with refusals("read", path), path.open("rb") as stream:
        try:
            return _read(ELFFile(stream))
        except OSError:
            raise
        except Exception as error:  # pyelftools meets damage with many kinds of exception
            msg = f"{path} is not a readable ELF file: {str(error) or type(error).__name__}"
            raise InputError(msg, hint="give the .elf that the linker wrote") from error


def _read(elf: ELFFile) -> ElfBuild:
    attributes = _attributes(elf)
    comment = elf.get_section_by_name(".comment")
    found = None if comment is None else _COMMENT.search(comment.data())
    return ElfBuild(
        cores=_cores(attributes),
        fpu_abi="" if not attributes else "hard" if attributes.get("TAG_ABI_VFP_ARGS") == 1 else "soft",
        compiler="" if found is None else found.group().decode("utf-8", "replace"),
        debug=_debug(elf),
    )


def _attributes(elf: ELFFile) -> dict[str, object]:
    for section in elf.iter_sections():
        if isinstance(section, ARMAttributesSection):
            return {
                attribute.tag: attribute.value
                for subsection in section.subsections
                for scope in subsection.iter_subsubsections(scope="TAG_FILE")
                for attribute in scope.iter_attributes()
            }
    return {}


def _cores(attributes: dict[str, object]) -> tuple[str, ...]:
    named = _DIGITS.fullmatch(str(attributes.get("TAG_CPU_NAME", "")))
    if named:
        return (named.group().lower(),)
    architecture = attributes.get("TAG_CPU_ARCH")
    return _ARCHITECTURES.get(architecture, ()) if isinstance(architecture, int) else ()


def _debug(elf: ELFFile) -> str:
    """``asserts and logs``, ``logs`` or ``no``: by the functions of TFLM and of the C library."""
    table = elf.get_section_by_name(".symtab")
    if not isinstance(table, SymbolTableSection):
        return ""
    names = [str(symbol.name) for symbol in table.iter_symbols()]
    if "__assert_func" in names:
        return "asserts and logs"
    return "logs" if any("MicroPrintf" in name for name in names) else "no"

"""The compilers and the emulator: found, or a clear word on what to install."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.discovery import Place, Tool, ToolSearch, discover, in_path, matches, parse_version
from cubeai_auto.errors import ToolFailedError, ToolMissingError
from cubeai_auto.files import temporary_folder

__all__ = [
    "ARM_GCC_HINT",
    "HOST_COMPILER_HINT",
    "LINK_SPECS",
    "QEMU_HINT",
    "arm_gcc",
    "check_newlib",
    "host_compiler",
    "qemu",
    "search_arm_gcc",
    "search_host_compiler",
    "search_qemu",
]

ARM_GCC_HINT = (
    "sudo apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"
    " (or set ARM_NONE_EABI_GCC to the compiler)"
)
HOST_COMPILER_HINT = "sudo apt-get install gcc libc6-dev (or set CC to a compiler)"
QEMU_HINT = "sudo apt-get install qemu-system-arm (or set QEMU_SYSTEM_ARM to the emulator)"

# newlib-nano and stub system calls: what STM32CubeIDE and CubeMX projects link by default.
LINK_SPECS = ("--specs=nano.specs", "--specs=nosys.specs")


def search_arm_gcc() -> ToolSearch:
    """Look for the cross compiler: ``ARM_NONE_EABI_GCC``, ``PATH``, usual folders."""
    return _search("arm-none-eabi-gcc")


def search_qemu() -> ToolSearch:
    """Look for the emulator: ``QEMU_SYSTEM_ARM``, ``PATH``, usual folders."""
    return _search("qemu-system-arm")


def search_host_compiler() -> ToolSearch:
    """Look for a C compiler of this machine: ``CC``, then ``cc``, ``gcc``, ``clang`` in ``PATH``."""
    places = [in_path(name) for name in ("cc", "gcc", "clang")]
    wanted = os.environ.get("CC", "").strip()
    if wanted:
        place = in_path(wanted)
        places.insert(0, Place(place.path, "CC", place.refused and "CC does not name one program"))
    return discover("host C compiler", places, ["--version"], parse_version)


def arm_gcc() -> Tool:
    """The cross compiler.

    Raises:
        ToolMissingError: there is none; the message lists where it was looked for.
    """
    return search_arm_gcc().require(hint=ARM_GCC_HINT)


def qemu() -> Tool:
    """The emulator.

    Raises:
        ToolMissingError: there is none; the message lists where it was looked for.
    """
    return search_qemu().require(hint=QEMU_HINT)


def host_compiler() -> Tool:
    """The C compiler of this machine.

    Raises:
        ToolMissingError: there is none; the message lists where it was looked for.
    """
    return search_host_compiler().require(hint=HOST_COMPILER_HINT)


def _search(name: str) -> ToolSearch:
    """Look in the variable, in ``PATH`` and where ``resources/firmware_tools.toml`` says.

    A variable that is set decides alone: a misspelt path must not silently become another tool.
    """
    table = tomllib.loads(
        (files("cubeai_auto") / "resources" / "firmware_tools.toml").read_text("utf-8")
    )
    variable, patterns = table[name]["variable"], table[name]["patterns"]
    wanted = os.environ.get(variable, "").strip()
    places = [in_path(name), *(place for text in patterns for place in matches(text, os.environ))]
    if wanted:
        path = Path(wanted).expanduser().absolute()
        ignored = f"not looked at, because {variable} is set"
        places = [
            Place(path / name if path.is_dir() else path, variable),
            *(Place(place.path, place.origin, place.refused or ignored) for place in places),
        ]
    return discover(name, places, ["--version"], parse_version)


@cache
def check_newlib(compiler: Path, flags: tuple[str, ...]) -> None:
    """Make sure that the C library's headers and archives for these target flags are there.

    Debian packs them apart from the compiler.

    Raises:
        ToolMissingError: an empty program that includes ``stdint.h``, ``string.h`` and ``math.h``
            does not build; the message carries the compiler's words.
    """
    with temporary_folder() as folder:
        source = folder / "empty.c"
        source.write_text(
            "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n"
            "int main(void) { return 0; }\n",
            encoding="utf-8",
        )
        command: list[str | Path] = [
            compiler,
            *flags,
            *LINK_SPECS,
            source.name,
            "-lm",
            "-o",
            "empty.elf",
        ]
        try:
            process.run(command, timeout=60, cwd=folder, env={"LC_ALL": "C"})
        except ToolFailedError as error:
            words = "\n".join(f"  | {line}" for line in error.tail)
            msg = f"{compiler} has no usable C library (newlib) for {' '.join(flags)}\n{words}"
            raise ToolMissingError(msg, hint="sudo apt-get install libnewlib-arm-none-eabi") from error

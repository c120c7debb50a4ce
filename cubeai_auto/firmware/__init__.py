"""Build generated code, run it on this machine and in an emulator, and measure what it takes.

The names below are loaded when first used, so that looking for tools loads no numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.firmware.elf import ElfImage, read_elf
    from cubeai_auto.firmware.emulator import EmulatorRun, run_on_emulator
    from cubeai_auto.firmware.footprint import LinkedFootprint, link_footprint
    from cubeai_auto.firmware.host import HostRun, run_on_host
    from cubeai_auto.firmware.toolchain import search_arm_gcc, search_host_compiler, search_qemu
    from cubeai_auto.firmware.vectors import OutputSpec

__all__ = [
    "ElfImage",
    "EmulatorRun",
    "HostRun",
    "LinkedFootprint",
    "OutputSpec",
    "link_footprint",
    "read_elf",
    "run_on_emulator",
    "run_on_host",
    "search_arm_gcc",
    "search_host_compiler",
    "search_qemu",
]

_MODULES = {
    "ElfImage": "elf",
    "EmulatorRun": "emulator",
    "HostRun": "host",
    "LinkedFootprint": "footprint",
    "OutputSpec": "vectors",
    "link_footprint": "footprint",
    "read_elf": "elf",
    "run_on_emulator": "emulator",
    "run_on_host": "host",
    "search_arm_gcc": "toolchain",
    "search_host_compiler": "toolchain",
    "search_qemu": "toolchain",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)

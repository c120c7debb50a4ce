"""A program with the names of a firmware that runs a model in TFLM, and nothing behind them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.firmware.toolchain import arm_gcc

__all__ = ["HARD", "SOFT", "MadeFirmware", "make_firmware"]

HARD = ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
SOFT = ("-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft")

_SCRIPT = """\
MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 512K
         RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 128K }
SECTIONS {
  .text : { *(.text* .rodata*) } > FLASH
  .bss (NOLOAD) : { *(.bss* COMMON) } > RAM
}
"""
_SOURCE = """\
typedef unsigned char byte;
__attribute__((aligned(16), used)) const byte network_model[] = {%s};
byte tensor_arena[%d];
volatile int sink;
void _ZN6tflite16MicroInterpreter6InvokeEv(void) { sink = tensor_arena[0] + network_model[1]; }
void arm_fully_connected_s8(void) { sink = 2; }
%s
void _start(void) { _ZN6tflite16MicroInterpreter6InvokeEv(); %s }
"""


@dataclass(frozen=True)
class MadeFirmware:
    """The linked program and its map."""

    elf: Path
    map: Path


def make_firmware(
    folder: Path,
    model: bytes,
    *,
    flags: tuple[str, ...] = HARD,
    arena: int = 4_096,
    cmsis_nn: bool = True,
    asserts: bool = False,
    stripped: bool = False,
) -> MadeFirmware:
    """Compile and link it.

    Args:
        folder: is made.
        model: the array in it.
        flags: core and float ABI.
        arena: bytes of ``tensor_arena``.
        cmsis_nn: whether a function of CMSIS-NN is called.
        asserts: whether the C library's assertion handler is there.
        stripped: without symbols.
    """
    folder.mkdir(parents=True)
    calls = ["arm_fully_connected_s8();"] if cmsis_nn else []
    more = ""
    if asserts:
        more = "void __assert_func(void) { sink = 3; }"
        calls.append("__assert_func();")
    text = _SOURCE % (",".join(map(str, model)), arena, more, " ".join(calls))
    (folder / "main.c").write_text(text, "ascii")
    (folder / "memory.ld").write_text(_SCRIPT, "ascii")
    linker = ["-Wl,--entry=_start", "-Wl,-Map=firmware.map", "-T", "memory.ld"]
    options = ["-Os", "-fno-inline", "-ffunction-sections", "-fdata-sections", "-nostdlib"]
    options += ["-s"] if stripped else []
    process.run(
        [arm_gcc().path, *flags, *options, *linker, "main.c", "-o", "firmware.elf"],
        cwd=folder,
        timeout=120,
    )
    return MadeFirmware(folder / "firmware.elf", folder / "firmware.map")

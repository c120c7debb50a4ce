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
_SOURCES = {
    "network_model.c": "__attribute__((aligned(16))) const unsigned char network_model[] = {%s};\n",
    "micro_interpreter.c": """\
extern const unsigned char network_model[];
unsigned char tensor_arena[%d];
void _ZN6tflite16MicroInterpreter6InvokeEv(int at) { tensor_arena[at] = network_model[at]; }
""",
    "arm_fully_connected_s8.c": "volatile int nn; void arm_fully_connected_s8(void) { nn = 2; }\n",
    "main.c": """\
void _ZN6tflite16MicroInterpreter6InvokeEv(int);
void arm_fully_connected_s8(void);
volatile int sink;
__attribute__((noinline)) void __assert_func(void) { sink = 3; }
void _start(void) { _ZN6tflite16MicroInterpreter6InvokeEv(sink); %s }
""",
}


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
    calls += ["__assert_func();"] if asserts else []
    values = {
        "network_model.c": ",".join(map(str, model)),
        "micro_interpreter.c": arena,
        "main.c": " ".join(calls),
    }
    for name, text in _SOURCES.items():
        (folder / name).write_text(text % values[name] if name in values else text, "ascii")
    (folder / "memory.ld").write_text(_SCRIPT, "ascii")
    gcc, options = arm_gcc().path, ["-Os", "-ffunction-sections", "-fdata-sections"]
    process.run([gcc, *flags, *options, "-c", *_SOURCES], cwd=folder, timeout=120)
    objects = [name.replace(".c", ".o") for name in _SOURCES]
    linker = ["-Wl,--gc-sections", "-Wl,--entry=_start", "-Wl,-Map=firmware.map", "-T", "memory.ld"]
    linker += ["-nostdlib", *(["-s"] if stripped else [])]
    process.run([gcc, *flags, *linker, *objects, "-o", "firmware.elf"], cwd=folder, timeout=120)
    return MadeFirmware(folder / "firmware.elf", folder / "firmware.map")

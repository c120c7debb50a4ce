"""Build generated code for an emulated STM32F405 and run it there: outputs, instructions, stack.

The machine is QEMU's ``netduinoplus2``. With ``-icount shift=0`` its clock advances by 1 ns for
each instruction, so a timer of the chip counts instructions, and two runs give the same number.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto import process
from cubeai_auto.discovery import Tool
from cubeai_auto.errors import ToolFailedError
from cubeai_auto.files import refusals, templates_dir
from cubeai_auto.firmware.compile import (
    HARNESS_FLAGS,
    compile_sources,
    fresh_folder,
    harness_definitions,
    network_flags,
    network_sources,
)
from cubeai_auto.firmware.faults import failure_of
from cubeai_auto.firmware.link import Memory, link
from cubeai_auto.firmware.toolchain import LINK_SPECS, arm_gcc, check_newlib, qemu
from cubeai_auto.firmware.vectors import OutputSpec, read_outputs, write_inputs
from cubeai_auto.target import Target, find_target

__all__ = ["FLASH_BYTES", "MACHINE", "RAM_BYTES", "EmulatorRun", "run_on_emulator"]

MACHINE = "netduinoplus2"
FLASH_BYTES = 1024 * 1024
RAM_BYTES = 192 * 1024
_MEMORIES = (Memory("FLASH", FLASH_BYTES), Memory("RAM", RAM_BYTES, " with 4,096 for the stack"))

_MEASURES = struct.Struct("<IIQQII")
_MEASURES_MAGIC = 0x31304D43
# The instruction sets that a Cortex-M4 executes as they are.
_RUNS_ON_M4 = ("cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4")


@dataclass(frozen=True, slots=True)
class EmulatorRun:
    """What a run in the emulator gave.

    Attributes:
        outputs: one array for each output, shape ``(vectors, *shape)``.
        instructions_min: the fewest instructions of one inference: from the first instruction of
            ``stai_<name>_run`` to its return, both included, the call itself not; those that an
            IT block skips are counted. Not a time: flash wait states, caches and the cycles of
            an instruction are not modelled.
        instructions_max: the most.
        stack_bytes: deepest stack of ``stai_<name>_run`` and what it calls, below the frame of
            the function that calls it; without interrupts. With the legacy API both figures
            are those of ``ai_<name>_run`` and a call around it.
        total_stack_bytes: deepest stack of the whole program.
        machine: emulator, version, machine, counting mode, and for which core the code was built.
        compiler: the compiler's own name for itself.
        flags: the target and language flags of the generated code.
        warnings: the compiler's and linker's warnings, generated code and harness.
        seconds: wall-clock duration of the emulation, without compiling.
    """

    outputs: tuple[npt.NDArray[np.generic], ...]
    instructions_min: int
    instructions_max: int
    stack_bytes: int
    total_stack_bytes: int
    machine: str
    compiler: str
    flags: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: float


def run_on_emulator(
    sources: Path,
    name: str,
    inputs: Sequence[npt.NDArray[np.generic]],
    outputs: Sequence[OutputSpec],
    *,
    target: Target,
    work: Path,
    opt_level: str = "O2",
    fast_float: bool = False,
    c_api: str = "st-ai",
    extra_flags: Sequence[str] = (),
    timeout: float = 120.0,
) -> EmulatorRun:
    """Compile the sources with the emulator harness, run every vector, give outputs and measures.

    Code for Cortex-M0, M0+ and M3 runs on the emulated Cortex-M4 as it is. For other cores the
    code is built for the Cortex-M4 instead, and ``machine`` says so.

    Args:
        sources: the folder of generated C files.
        name: the network's C name.
        inputs: one array for each input, as the C code stores it; the first axis counts vectors.
        outputs: type and shape of each output.
        target: selects the compiler flags.
        work: a scratch folder; ``work/emulator`` is made anew and keeps program, vectors and log.
        opt_level: ``"O2"``, ... for the generated code.
        fast_float: allow fused multiply-add.
        c_api: the API that the harness calls, ``st-ai`` or ``legacy``.
        extra_flags: for the generated code.
        timeout: seconds the emulation may take.

    Raises:
        UsageError: vectors or network name make no sense.
        MissingPathError: the sources are not there.
        ToolMissingError: compiler, C library or emulator are not there.
        UnsupportedModelError: the network does not fit into the emulated memory.
        ToolFailedError: the code does not compile, a call of the API failed, the code faulted,
            the stack overflowed, or the outputs have another size.
        ToolTimeoutError: the emulation did not end in time.
    """
    files = network_sources(sources, name)
    compiler, emulator = arm_gcc(), qemu()
    built_for = target if target.core in _RUNS_ON_M4 else find_target("stm32f4")
    check_newlib(compiler.path, built_for.flags)
    build = fresh_folder(work / "emulator")
    log = build / "build.log"
    count = write_inputs(build / "inputs.bin", inputs)
    flags = (
        *built_for.flags,
        *network_flags(opt_level, fast_float=fast_float, extra_flags=extra_flags),
    )
    program, warnings = _build(
        compiler, files, build, built_for.flags, flags, harness_definitions(name, c_api), log
    )
    done = process.run(
        _command(emulator, program),
        timeout=timeout,
        cwd=build,
        log=log,
        ok_codes=None,
        hint="the generated code may not end; a larger time limit helps if it is only slow",
    )
    if done.returncode != 0:
        raise failure_of(done, program, log)
    vectors, fewest, most, run_stack, total_stack = _measures(build / "measures.bin", done.command)
    if vectors != count:
        msg = f"the network ran {vectors:,} vectors instead of {count:,}"
        raise ToolFailedError(
            msg, command=done.command, log=log, hint="the inputs do not fit the network"
        )
    return EmulatorRun(
        outputs=read_outputs(build / "outputs.bin", outputs, count, done.command),
        instructions_min=fewest,
        instructions_max=most,
        stack_bytes=run_stack,
        total_stack_bytes=total_stack,
        machine=_machine(emulator, target, built_for),
        compiler=compiler.banner,
        flags=flags,
        warnings=warnings,
        seconds=done.seconds,
    )


def _build(
    compiler: Tool,
    files: Sequence[Path],
    build: Path,
    target_flags: tuple[str, ...],
    flags: tuple[str, ...],
    definitions: tuple[str, ...],
    log: Path,
) -> tuple[Path, tuple[str, ...]]:
    templates = templates_dir()
    common, machine = templates / "emulator", templates / "emulator" / MACHINE
    includes = (files[0].parent, templates / "harness", common)
    network = compile_sources(
        compiler, files, build, "network", flags=flags, includes=includes, log=log
    )
    harness = compile_sources(
        compiler,
        [common / "emulator_main.c", common / "semihosting.c", machine / "startup.c"],
        build,
        "harness",
        flags=(*target_flags, *HARNESS_FLAGS, *definitions),
        includes=includes,
        log=log,
    )
    script = build / "memory.ld"
    with refusals("write", script):
        script.write_bytes((machine / "memory.ld").read_bytes())
    program, link_warnings = link(
        compiler,
        [*harness.objects, *network.objects],
        "network.elf",
        build,
        flags=(*target_flags, *LINK_SPECS, "-nostartfiles", "-Wl,--gc-sections", "-T", "memory.ld"),
        memories=_MEMORIES,
        log=log,
    )
    return program, (*network.warnings, *harness.warnings, *link_warnings)


def _command(emulator: Tool, program: Path) -> list[str | Path]:
    return [
        emulator.path,
        *("-machine", MACHINE, "-nodefaults", "-no-user-config", "-display", "none"),
        *("-monitor", "none", "-serial", "none", "-icount", "shift=0"),
        *("-semihosting-config", "enable=on,target=native", "-kernel", program.name),
    ]


def _measures(path: Path, command: str) -> tuple[int, int, int, int, int]:
    with refusals("read", path):
        data = path.read_bytes()
    if len(data) != _MEASURES.size or _MEASURES.unpack(data)[0] != _MEASURES_MAGIC:
        msg = "the emulated program left no usable measures"
        raise ToolFailedError(msg, command=command, hint="report this with the log")
    _, vectors, fewest, most, run_stack, total_stack = _MEASURES.unpack(data)
    return vectors, fewest, most, run_stack, total_stack


def _machine(emulator: Tool, target: Target, built_for: Target) -> str:
    text = f"QEMU {emulator.version} {MACHINE} (STM32F405, Cortex-M4), -icount shift=0"
    if built_for != target:
        return (
            f"{text}; code built for {built_for.core}, because QEMU has no STM32 with a {target.core}"
        )
    return text if target.core == "cortex-m4" else f"{text}; code built for {target.core}"

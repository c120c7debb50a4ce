"""Build generated code for an emulated Cortex-M and run it there: outputs, instructions, stack.

With ``-icount`` the emulator's clock advances by a fixed time for each instruction, so a timer of
the machine counts instructions, and two runs give the same number.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto import process
from cubeai_auto.discovery import Tool
from cubeai_auto.errors import ToolFailedError, UnsupportedModelError
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
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.machines import Choice, Machine, choices
from cubeai_auto.firmware.toolchain import LINK_SPECS, arm_gcc, check_newlib, qemu
from cubeai_auto.firmware.vectors import OutputSpec, read_outputs, write_inputs
from cubeai_auto.target import Target

__all__ = ["EmulatorRun", "run_on_emulator"]

_MEASURES = struct.Struct("<IIQQII")
_MEASURES_MAGIC = 0x31304D43


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
        layers: instructions of each node of the network, in its order, in the inference that took
            ``instructions_max``; those around the nodes count with the first, so that the sum is
            the whole. Empty for a network that does not call back once a node.
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
    layers: tuple[int, ...] = ()


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
    independent: bool = False,
    c_api: str = "st-ai",
    extra_flags: Sequence[str] = (),
    timeout: float = 120.0,
) -> EmulatorRun:
    """Compile the sources with the emulator harness, run every vector, give outputs and measures.

    An STM32 with the target's core is emulated where QEMU has one, else a board with that core or
    a larger core that executes the same code; ``machine`` says so. A network that is too large for
    the first machine runs on a larger one.

    Args:
        sources: the folder of generated C files.
        name: the network's C name.
        inputs: one array for each input, as the C code stores it; the first axis counts vectors.
        outputs: type and shape of each output.
        target: selects the compiler flags.
        work: a scratch folder; ``work/emulator`` is made anew and keeps program, vectors and log.
        opt_level: ``"O2"``, ... for the generated code.
        fast_float: allow fused multiply-add.
        independent: reset the states of a recurrent network before every vector; otherwise the
            vectors are one sequence.
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
    possible = choices(target)
    target_flags = possible[0].built_for.flags
    check_newlib(compiler.path, target_flags)
    build = fresh_folder(work / "emulator")
    log = build / "build.log"
    count = write_inputs(build / "inputs.bin", inputs)
    flags = (
        *target_flags,
        *network_flags(opt_level, fast_float=fast_float, extra_flags=extra_flags),
    )
    definitions = harness_definitions(name, c_api, independent=independent)
    chosen, program, warnings = _built(compiler, files, definitions, build, possible, flags, log)
    done = process.run(
        _command(emulator, chosen.machine, program),
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
        machine=f"QEMU {emulator.version} {chosen.note}",
        compiler=compiler.banner,
        flags=flags,
        warnings=warnings,
        seconds=done.seconds,
        layers=_layers(build / "layers.bin", done.command),
    )


def _built(
    compiler: Tool,
    files: Sequence[Path],
    definitions: tuple[str, ...],
    build: Path,
    possible: Sequence[Choice],
    flags: tuple[str, ...],
    log: Path,
) -> tuple[Choice, Path, tuple[str, ...]]:
    """The program for the first machine into which it fits."""
    for choice in possible[:-1]:
        with contextlib.suppress(UnsupportedModelError):
            return choice, *_build(compiler, files, definitions, build, choice, flags, log)
    return possible[-1], *_build(compiler, files, definitions, build, possible[-1], flags, log)


def _build(
    compiler: Tool,
    files: Sequence[Path],
    definitions: tuple[str, ...],
    build: Path,
    choice: Choice,
    flags: tuple[str, ...],
    log: Path,
) -> tuple[Path, tuple[str, ...]]:
    machine, target_flags = choice.machine, choice.built_for.flags
    common = templates_dir() / "emulator"
    includes = (files[0].parent, templates_dir() / "harness", common, common / machine.counter)
    network = compile_sources(
        compiler, files, build, "network", flags=flags, includes=includes, log=log
    )
    harness = compile_sources(
        compiler,
        [common / "emulator_main.c", common / "semihosting.c", common / "startup.c"],
        build,
        "harness",
        flags=(*target_flags, *HARNESS_FLAGS, *machine.definitions, *definitions),
        includes=includes,
        log=log,
    )
    for script in (common / "sections.ld", common / machine.name / "memory.ld"):
        with refusals("write", build / script.name):
            (build / script.name).write_bytes(script.read_bytes())
    program, link_warnings = link(
        compiler,
        [*harness.objects, *network.objects],
        "network.elf",
        build,
        flags=(*target_flags, *LINK_SPECS, "-nostartfiles", "-Wl,--gc-sections", "-T", "memory.ld"),
        memories=machine.memories,
        log=log,
    )
    return program, (*network.warnings, *harness.warnings, *link_warnings)


def _command(emulator: Tool, machine: Machine, program: Path) -> list[str | Path]:
    return [
        emulator.path,
        *("-machine", machine.name, "-nodefaults", "-no-user-config", "-display", "none"),
        *("-monitor", "none", "-serial", "none", "-icount", f"shift={machine.icount_shift}"),
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


def _layers(path: Path, command: str) -> tuple[int, ...]:
    """Instructions of each node, without those of the callback that read the counter.

    Empty if they cannot be told: where the compiler reaches the callback in one instruction more
    at some nodes than at others, or the network does other work when it is watched.
    """
    if not path.exists():
        return ()
    with refusals("read", path):
        counts = np.frombuffer(path.read_bytes(), "<u8").astype(np.int64)
    if len(counts) < 3:
        msg = "the emulated program left no usable counts of its layers"
        raise ToolFailedError(msg, command=command, hint="report this with the log")
    plain, called_back, ends = int(counts[0]), int(counts[1]), counts[2:]
    each, rest = divmod(called_back - plain, len(ends))
    later = [int(count) - each for count in np.diff(ends)]
    if rest != 0 or each <= 0 or min(later, default=0) < 0:
        return ()
    return (plain - sum(later), *later)

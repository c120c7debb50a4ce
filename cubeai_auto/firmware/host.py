"""Build generated code with this machine's compiler and run it over many vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto import process
from cubeai_auto.errors import ToolFailedError
from cubeai_auto.files import templates_dir
from cubeai_auto.firmware.compile import (
    HARNESS_FLAGS,
    compile_sources,
    fresh_folder,
    harness_definitions,
    network_flags,
    network_sources,
)
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import host_compiler
from cubeai_auto.firmware.vectors import OutputSpec, read_outputs, write_inputs

__all__ = ["HostRun", "run_on_host"]

_SANITIZE = (
    "-g",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
)
# Networks allocate nothing, and the leak checker does not work everywhere (containers, debuggers).
_SANITIZER_OPTIONS = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}


@dataclass(frozen=True, slots=True)
class HostRun:
    """What a run on this machine gave.

    Attributes:
        outputs: one array for each output, shape ``(vectors, *shape)``.
        seconds: wall-clock duration of the run, without compiling.
        warnings: the compiler's warnings, generated code and harness.
        compiler: the compiler's own name for itself.
    """

    outputs: tuple[npt.NDArray[np.generic], ...]
    seconds: float
    warnings: tuple[str, ...]
    compiler: str


def run_on_host(
    sources: Path,
    name: str,
    inputs: Sequence[npt.NDArray[np.generic]],
    outputs: Sequence[OutputSpec],
    *,
    work: Path,
    opt_level: str = "O2",
    sanitize: bool = False,
    fast_float: bool = False,
    independent: bool = False,
    c_api: str = "st-ai",
    extra_flags: Sequence[str] = (),
    timeout: float = 120.0,
) -> HostRun:
    """Compile the sources with the host harness, run every vector, give all outputs.

    Args:
        sources: the folder of generated C files.
        name: the network's C name.
        inputs: one array for each input, as the C code stores it; the first axis counts vectors.
        outputs: type and shape of each output.
        work: a scratch folder; ``work/host`` is made anew and keeps program, vectors and log.
        opt_level: ``"O2"``, ...
        sanitize: address and undefined-behavior sanitizers; the first finding is an error.
        fast_float: allow fused multiply-add.
        independent: reset the states of a recurrent network before every vector; otherwise the
            vectors are one sequence.
        c_api: the API that the harness calls, ``st-ai`` or ``legacy``.
        extra_flags: for the generated code.
        timeout: seconds the run may take.

    Raises:
        UsageError: vectors or network name make no sense.
        MissingPathError: the sources are not there.
        ToolMissingError: there is no host compiler.
        ToolFailedError: the code does not compile, a call of the API failed, a sanitizer found
            something, or the outputs have another size.
        ToolTimeoutError: the run did not end in time.
    """
    files = network_sources(sources, name)
    compiler = host_compiler()
    build = fresh_folder(work / "host")
    log = build / "build.log"
    count = write_inputs(build / "inputs.bin", inputs)
    harness = templates_dir() / "harness"
    includes = (sources.absolute(), harness)
    checks = _SANITIZE if sanitize else ()
    flags = (*network_flags(opt_level, fast_float=fast_float, extra_flags=extra_flags), *checks)
    network = compile_sources(
        compiler, files, build, "network", flags=flags, includes=includes, log=log
    )
    main = compile_sources(
        compiler,
        [harness / "host_main.c"],
        build,
        "harness",
        flags=(
            *HARNESS_FLAGS,
            *checks,
            *harness_definitions(name, c_api, independent=independent),
        ),
        includes=includes,
        log=log,
    )
    program, link_warnings = link(
        compiler, [*main.objects, *network.objects], "network.exe", build, flags=checks, log=log
    )
    done = process.run(
        [program, "inputs.bin", "outputs.bin"],
        timeout=timeout,
        cwd=build,
        env=_SANITIZER_OPTIONS,
        log=log,
        ok_codes=None,
        hint="the generated code may not end",
    )
    if done.returncode != 0:
        msg = f"the network failed on this machine: {_complaint(done.stderr, done.returncode)}"
        raise ToolFailedError(
            msg,
            command=done.command,
            returncode=done.returncode,
            tail=done.stderr.splitlines()[:12],
            log=log,
            hint="run it with sanitizers: they name the line" if not sanitize else "see the log",
        )
    arrays = read_outputs(build / "outputs.bin", outputs, count, done.command)
    warnings = (*network.warnings, *main.warnings, *link_warnings)
    return HostRun(arrays, done.seconds, warnings, compiler.banner)


def _complaint(stderr: str, returncode: int) -> str:
    """The one line that says what happened."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for mark in ("runtime error:", "ERROR: AddressSanitizer", "failed with code"):
        for line in lines:
            if mark in line:
                return line
    if lines:
        return lines[-1]
    return f"ended by signal {-returncode}" if returncode < 0 else f"exit status {returncode}"

"""Compile C files to objects, with the compiler's own words when that fails."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.discovery import Tool
from cubeai_auto.errors import MissingPathError, ToolFailedError, UsageError
from cubeai_auto.files import refusals
from cubeai_auto.process import Completed

__all__ = [
    "HARNESS_FLAGS",
    "Compiled",
    "compile_sources",
    "fresh_folder",
    "harness_definitions",
    "network_flags",
    "network_sources",
    "refusal",
    "warnings_of",
]

_WARNING_FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion")
_OPT_LEVELS = ("O0", "O1", "O2", "O3", "Os", "Og", "Oz")
_MESSAGE_LINES = 16

# Without loop patterns GCC makes no memset or memcpy calls of its own, so all library code in a
# linked program is there because the network needs it.
HARNESS_FLAGS = (
    *_WARNING_FLAGS,
    "-O2",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-tree-loop-distribute-patterns",
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """Object files, relative to the folder of the build, and the warnings they gave."""

    objects: tuple[Path, ...]
    warnings: tuple[str, ...]


def network_flags(
    opt_level: str = "O2", *, fast_float: bool = False, extra_flags: Sequence[str] = ()
) -> tuple[str, ...]:
    """The flags for generated code, the same for size, instructions and host runs.

    Args:
        opt_level: ``"O2"``, ``"Os"``, ...
        fast_float: let the compiler contract ``a * b + c`` into a fused operation, which rounds
            once instead of twice and so no longer gives the oracle's bits.
        extra_flags: appended, so they win.

    Raises:
        UsageError: there is no such optimization level.
    """
    if opt_level not in _OPT_LEVELS:
        msg = f"no such optimization level: {opt_level!r}"
        raise UsageError(msg, hint="one of " + ", ".join(_OPT_LEVELS))
    return (
        *_WARNING_FLAGS,
        "-ffunction-sections",
        "-fdata-sections",
        f"-{opt_level}",
        f"-ffp-contract={'fast' if fast_float else 'off'}",
        *extra_flags,
    )


def network_sources(folder: Path, name: str) -> tuple[Path, ...]:
    """The C files of a generated network, sorted, as absolute paths.

    Raises:
        UsageError: ``name`` is not a C identifier.
        MissingPathError: the folder, its ``<name>.h`` or its C files do not exist.
    """
    if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) is None:
        msg = f"{name!r} is not a C identifier"
        raise UsageError(msg, hint="letters, digits and underscores, not starting with a digit")
    if not folder.is_dir():
        msg = f"the folder of generated sources does not exist: {folder}"
        raise MissingPathError(msg)
    if not (folder / f"{name}.h").is_file():
        msg = f"there is no {name}.h in {folder}"
        raise MissingPathError(msg, hint="give the network name that was used to generate the code")
    found = sorted(path.absolute() for path in folder.glob("*.c"))
    if not found:
        msg = f"there are no C files in {folder}"
        raise MissingPathError(msg)
    return tuple(found)


def harness_definitions(
    name: str, c_api: str = "st-ai", *, independent: bool = False
) -> tuple[str, ...]:
    """The macros that tell the harness which network it runs, and by which API.

    Args:
        name: the network's C name.
        c_api: ``st-ai`` or ``legacy``.
        independent: a recurrent network starts anew with every vector.
    """
    return (
        f"-DNN_NAME={name}",
        f"-DNN_UPPER={name.upper()}",
        f'-DNN_HEADER="{name}.h"',
        *(("-DNN_LEGACY", f'-DNN_DATA_HEADER="{name}_data.h"') if c_api == "legacy" else ()),
        *(("-DNN_INDEPENDENT=1",) if independent else ()),
    )


def fresh_folder(path: Path) -> Path:
    """An empty folder at ``path``; what an earlier build left there is removed.

    Raises:
        RefusedError: the operating system does not allow it.
    """
    with refusals("prepare", path):
        if path.exists():
            shutil.rmtree(path)
        path.mkdir(parents=True)
    return path.absolute()


def compile_sources(
    compiler: Tool,
    sources: Sequence[Path],
    build: Path,
    folder: str,
    *,
    flags: Sequence[str],
    includes: Sequence[Path] = (),
    timeout: float = 300.0,
    log: Path | None = None,
) -> Compiled:
    """Compile C files into ``build/folder``, one object each.

    Args:
        compiler: a GCC or a compiler with GCC's options.
        sources: absolute paths with distinct names.
        build: the folder of the build.
        folder: a folder of its own for these objects, so that a linker script can name them.
        flags: target and language flags.
        includes: absolute folders of headers.
        timeout: seconds.
        log: receives command and messages.

    Raises:
        ToolFailedError: the compiler refuses the code; the message is the compiler's.
        ToolTimeoutError: it did not end in time.
    """
    objects = build / folder
    with refusals("make", objects):
        objects.mkdir(parents=True, exist_ok=True)
    options = [item for include in includes for item in ("-I", include.as_posix())]
    command: list[str | Path] = [
        compiler.path,
        *flags,
        *options,
        "-c",
        *(source.as_posix() for source in sources),
    ]
    done = process.run(
        command, timeout=timeout, cwd=objects, env={"LC_ALL": "C"}, log=log, ok_codes=None
    )
    if done.returncode != 0:
        raise refusal(done, log, "the compiler refuses the sources")
    produced = tuple(Path(folder, f"{source.stem}.o") for source in sources)
    return Compiled(produced, warnings_of(done))


def warnings_of(done: Completed) -> tuple[str, ...]:
    """The lines of a compiler's or linker's output that warn."""
    return tuple(line for line in done.stderr.splitlines() if "warning:" in line)


def refusal(done: Completed, log: Path | None, message: str) -> ToolFailedError:
    """The error that shows the first complaints, not the last lines of a cascade."""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("collect2:")]
    first = next(
        (i for i, line in enumerate(lines) if re.search(r"error:|undefined reference", line)), 0
    )
    return ToolFailedError(
        message,
        command=done.command,
        returncode=done.returncode,
        tail=lines[first : first + _MESSAGE_LINES],
        log=log,
        hint="the messages above are the compiler's own",
    )

"""Link objects to a program, with bytes needed and available when it does not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.discovery import Tool
from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.firmware.compile import refusal, warnings_of

__all__ = ["Memory", "link"]


@dataclass(frozen=True, slots=True)
class Memory:
    """A region of a linker script: its size, and what is set aside in it (for messages)."""

    region: str
    size_bytes: int
    note: str = ""


def link(
    compiler: Tool,
    objects: Sequence[Path],
    output: str,
    build: Path,
    *,
    flags: Sequence[str],
    libraries: Sequence[str] = ("-lm",),
    memories: Sequence[Memory] = (),
    timeout: float = 120.0,
    log: Path | None = None,
) -> tuple[Path, tuple[str, ...]]:
    """Link objects into ``build/output``; gives the program and the linker's warnings.

    The linker runs in ``build`` and sees relative names, so patterns in a linker script match
    whatever the folder is called.

    Args:
        compiler: the compiler that also compiled.
        objects: relative to ``build``.
        output: name of the program.
        build: the folder of the build.
        flags: target flags and linker options.
        libraries: after the objects.
        memories: the memories of the linker script, for the message when one is too small.
        timeout: seconds.
        log: receives command and messages.

    Raises:
        UnsupportedModelError: the program does not fit into the memories of the linker script;
            the message says how many bytes are needed and available.
        ToolFailedError: any other refusal, in the linker's words.
        ToolTimeoutError: it did not end in time.
    """
    command: list[str | Path] = [
        compiler.path,
        *flags,
        *(item.as_posix() for item in objects),
        *libraries,
        "-o",
        output,
    ]
    done = process.run(command, timeout=timeout, cwd=build, env={"LC_ALL": "C"}, log=log, ok_codes=None)
    if done.returncode != 0:
        overflows = re.findall(r"region `(\w+)' overflowed by (\d+) bytes?", done.stderr)
        if overflows:
            raise _too_large([(region, int(count)) for region, count in overflows], memories)
        raise refusal(done, log, "the linker refuses the program")
    return build / output, warnings_of(done)


def _too_large(
    overflows: Sequence[tuple[str, int]], memories: Sequence[Memory]
) -> UnsupportedModelError:
    """Bytes needed and available, from the linker's count of what is missing."""
    known = {memory.region: memory for memory in memories}
    parts: list[str] = []
    for region, missing in overflows:
        memory = known.get(region)
        if memory is None:
            parts.append(f"{missing:,} bytes of {region} are missing")
        else:
            need = f"{memory.size_bytes + missing:,} bytes of {region} are needed"
            parts.append(f"{need}{memory.note}, {memory.size_bytes:,} are there")
    msg = f"the network does not fit: {'; '.join(parts)}"
    return UnsupportedModelError(msg, hint="use a smaller network, or run it on the host")

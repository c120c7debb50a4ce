"""What an emulated program's exit status and last words mean, as a typed error."""

from __future__ import annotations

import re
from pathlib import Path

from cubeai_auto.errors import ToolFailedError
from cubeai_auto.firmware.elf import read_elf
from cubeai_auto.process import Completed

__all__ = ["failure_of"]

# As in emulator_main.c and startup.c.
_EXIT_API, _EXIT_FILE, _EXIT_STACK, _EXIT_FAULT = 96, 97, 98, 99
_RAM_START = 0x20000000


def failure_of(done: Completed, program: Path, log: Path) -> ToolFailedError:
    """The typed error for what the exit status and the printed lines say."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    last = lines[-1] if lines else "without a message"
    lockup = next((line for line in lines if "lockup" in line.lower()), None)
    if lockup is not None:
        message = f"the emulated core locked up: {lockup}"
    elif done.returncode == _EXIT_FAULT and _below_ram(last):
        message = f"the stack overflowed in the emulator: {last}"
    elif done.returncode == _EXIT_FAULT:
        message = f"the code faulted in the emulator{_where(last, program)}: {last}"
    elif done.returncode == _EXIT_STACK:
        message = f"the stack overflowed in the emulator: {last}"
    elif done.returncode == _EXIT_API:
        message = f"the network refused a call in the emulator: {last}"
    elif done.returncode == _EXIT_FILE:
        message = f"the emulated program could not use a file: {last}"
    else:
        message = f"the emulator ended with status {done.returncode}: {last}"
    return ToolFailedError(
        message,
        command=done.command,
        returncode=done.returncode,
        tail=lines[-12:],
        log=log,
        hint="run it on the host with sanitizers: they name the line",
    )


def _below_ram(fault: str) -> bool:
    """Whether the stack pointer of a fault message left RAM at its lower end."""
    found = re.search(r"\bsp=0x([0-9a-f]{8})", fault)
    return found is not None and int(found.group(1), 16) < _RAM_START


def _where(fault: str, program: Path) -> str:
    """The function in which the program counter of a fault message lies."""
    found = re.search(r"\bpc=0x([0-9a-f]{8})", fault)
    symbol = None if found is None else read_elf(program).symbol_at(int(found.group(1), 16))
    return "" if symbol is None else f" in {symbol.name}"

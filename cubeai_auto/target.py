"""Targets: an STM32 series or board, its core, and the flags that compile for it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cubeai_auto.errors import UsageError

__all__ = ["Board", "Target", "boards", "find_board", "find_target", "targets"]


@dataclass(frozen=True, slots=True)
class Target:
    """An STM32 series as the compiler sees it.

    Attributes:
        name: the series in ST's spelling for ``--target`` (``stm32f4``).
        core: ``cortex-m4`` and so on.
        flags: the compiler flags that select core, FPU and float ABI.
        dsp: whether the core has the DSP extension (SMLAD, SXTB16).
        fpu: whether it has at least a single-precision FPU.
    """

    name: str
    core: str
    flags: tuple[str, ...]
    dsp: bool
    fpu: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A development board: memory sizes in bytes, clock in Hz; ``source`` says where from."""

    name: str
    mcu: str
    target: str
    clock_hz: int
    flash_bytes: int
    ram_bytes: int
    source: str


@cache
def targets() -> tuple[Target, ...]:
    """All known targets, from ``resources/targets.toml``."""
    table = tomllib.loads((files("cubeai_auto") / "resources" / "targets.toml").read_text("utf-8"))
    return tuple(
        Target(name, row["core"], tuple(row["flags"]), row["dsp"], row["fpu"])
        for name, row in table["target"].items()
    )


@cache
def boards() -> tuple[Board, ...]:
    """All known boards, from ``resources/targets.toml``."""
    table = tomllib.loads((files("cubeai_auto") / "resources" / "targets.toml").read_text("utf-8"))
    return tuple(
        Board(
            name, row["mcu"], row["target"], row["clock_hz"],
            row["flash_bytes"], row["ram_bytes"], row["source"],
        )
        for name, row in table["board"].items()
    )  # fmt: skip


def find_target(name: str) -> Target:
    """The target of that name, in any case.

    Raises:
        UsageError: there is none; the message lists what is known.
    """
    for target in targets():
        if target.name == name.lower():
            return target
    msg = f"unknown target {name!r}"
    raise UsageError(msg, hint="known targets: " + ", ".join(t.name for t in targets()))


def find_board(name: str) -> Board:
    """The board of that name, in any case.

    Raises:
        UsageError: there is none; the message lists what is known.
    """
    for board in boards():
        if board.name.lower() == name.lower():
            return board
    msg = f"unknown board {name!r}"
    raise UsageError(msg, hint="known boards: " + ", ".join(b.name for b in boards()))

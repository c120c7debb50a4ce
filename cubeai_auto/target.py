"""Targets: an STM32 series, its core, and the flags that compile for it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cubeai_auto.errors import UsageError

__all__ = ["Target", "find_target", "targets"]


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


@cache
def targets() -> tuple[Target, ...]:
    """All known targets, from ``resources/targets.toml``."""
    table = tomllib.loads((files("cubeai_auto") / "resources" / "targets.toml").read_text("utf-8"))
    return tuple(
        Target(name, row["core"], tuple(row["flags"]), row["dsp"], row["fpu"])
        for name, row in table["target"].items()
    )


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

"""The machines that QEMU emulates for us, and which of them stands for a core.

QEMU has no STM32 with a Cortex-M0, M0+, M7, M33 or M55. Where no STM32 of the core is emulated, an
Arm MPS2 board with it is, or a larger core that executes the same instructions; what a run says
of its machine then names it as the core's equivalent, not as the chip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cubeai_auto.firmware.link import Memory
from cubeai_auto.target import Target, find_target

__all__ = ["MACHINES", "Choice", "Machine", "choices"]

_KIB = 1024


@dataclass(frozen=True, slots=True)
class Machine:
    """A QEMU machine.

    Attributes:
        name: as QEMU knows it; also the folder of its linker script.
        chip: the emulated chip or board.
        core: its core.
        counter: the folder of its ``counter.h``.
        definitions: what the counter needs to know.
        icount_shift: virtual time is 2^shift ns an instruction; such that counts are exact.
        flash_bytes: memory for program and weights.
        ram_bytes: memory for everything else.
    """

    name: str
    chip: str
    core: str
    counter: Literal["stm32", "mps2"]
    definitions: tuple[str, ...]
    icount_shift: int
    flash_bytes: int
    ram_bytes: int

    @property
    def memories(self) -> tuple[Memory, ...]:
        """The regions of the linker script."""
        return (
            Memory("FLASH", self.flash_bytes),
            Memory("RAM", self.ram_bytes, " with 4,096 for the stack"),
        )


_MPS2_TIMER = ("-DCOUNTER_TIMER=0x40000000u", "-DCOUNTER_TICK_NS=40u")  # 25 MHz
_MPS2_SECURE_TIMER = ("-DCOUNTER_TIMER=0x50000000u", "-DCOUNTER_TICK_NS=50u")  # 20 MHz

MACHINES: tuple[Machine, ...] = (
    Machine(
        "netduinoplus2", "STM32F405", "cortex-m4", "stm32", (), 0, 1024 * _KIB, 192 * _KIB
    ),
    Machine("netduino2", "STM32F205", "cortex-m3", "stm32", (), 0, 1024 * _KIB, 128 * _KIB),
    Machine(
        "mps2-an386", "MPS2", "cortex-m4", "mps2", _MPS2_TIMER, 8, 4096 * _KIB, 4096 * _KIB
    ),
    Machine(
        "mps2-an500", "MPS2", "cortex-m7", "mps2", _MPS2_TIMER, 8, 4096 * _KIB, 4096 * _KIB
    ),
    Machine(
        "mps2-an505", "MPS2", "cortex-m33", "mps2", _MPS2_SECURE_TIMER, 8, 4096 * _KIB, 4096 * _KIB
    ),
)  # fmt: skip

# For each core the machines to try, smallest first, and the target to build for if not its own.
_FOR_CORE: dict[str, tuple[tuple[str, ...], str | None]] = {
    "cortex-m0": (("netduino2", "netduinoplus2"), None),
    "cortex-m0plus": (("netduino2", "netduinoplus2"), None),
    "cortex-m3": (("netduino2", "netduinoplus2"), None),
    "cortex-m4": (("netduinoplus2", "mps2-an386"), None),
    "cortex-m7": (("mps2-an500",), None),
    "cortex-m33": (("mps2-an505",), None),
}
_OTHERWISE = (("mps2-an505",), "stm32u5")


@dataclass(frozen=True, slots=True)
class Choice:
    """A machine to run on, the target to build for, and what a reader has to know of it."""

    machine: Machine
    built_for: Target
    note: str


def choices(target: Target) -> tuple[Choice, ...]:
    """The machines for a target, the one to prefer first; a later one has more memory."""
    names, other = _FOR_CORE.get(target.core, _OTHERWISE)
    built_for = target if other is None else find_target(other)
    by_name = {machine.name: machine for machine in MACHINES}
    return tuple(
        Choice(by_name[name], built_for, _note(by_name[name], target, built_for)) for name in names
    )


def _note(machine: Machine, target: Target, built_for: Target) -> str:
    text = (
        f"{machine.name} ({machine.chip}, {_core(machine.core)}), -icount shift={machine.icount_shift}"
    )
    if built_for.core != target.core:
        return f"{text}; code built for {built_for.core} in place of {target.core}"
    if machine.core != target.core:
        return f"{text}; code built for {target.core}"
    return text if machine.counter == "stm32" else f"{text}; the core of {target.name}, not its chip"


def _core(name: str) -> str:
    return name.replace("cortex-m", "Cortex-M").replace("plus", "+")

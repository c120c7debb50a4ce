"""What a network on the NPU of an STM32N6 (Neural-ART) needs beside the usual parameters.

Everything here comes from one real project (STM32N657, pack 10.1.0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cubeai_auto.errors import UsageError

__all__ = ["RUNTIME", "MemoryPool", "NeuralArt"]

RUNTIME = "STM32Cube.AI Neural-ART\u2122 runtime"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class MemoryPool:
    """A memory the NPU's compiler may use.

    Attributes:
        name: as in the compiler's memory pool file, for example ``npuRAM5``.
        driver: what CubeMX calls the memory, for example ``AXISRAM5``.
        start: address of its first byte.
        size: KiB given to the compiler, 0 for none.
        max: KiB the memory has.
        order: the rank in which the compiler fills it.
        used: bytes that the network uses, from the report.
    """

    name: str
    driver: str
    start: int
    size: int
    max: int
    order: int
    used: int = 0

    def __post_init__(self) -> None:
        if not _WORD.fullmatch(self.name) or not _WORD.fullmatch(self.driver):
            msg = f"{self.name!r} on {self.driver!r} is no memory pool"
            raise UsageError(
                msg, hint="name pool and driver as CubeMX does, for example npuRAM5, AXISRAM5"
            )
        numbers = (self.start, self.size, self.max, self.order, self.used)
        if not all(0 <= number <= 0xFFFFFFFF for number in numbers):
            msg = f"the memory pool {self.name} has a number that no 32-bit machine can hold"
            raise UsageError(msg, hint="give addresses and bytes from 0 to 0xffffffff")


@dataclass(frozen=True, slots=True)
class NeuralArt:
    """The choice of the NPU for all networks of a request.

    Attributes:
        profile: the compiler's profile, for example ``n6-allmems-O3``.
        pools: the memories, in CubeMX' order; from a report, so only together with an analysis.
        cpu_mhz: clock of the CPU; by default that of the project.
        npu_mhz: clock of the NPU; by default that of the project.
    """

    profile: str
    pools: tuple[MemoryPool, ...] = ()
    cpu_mhz: int | None = None
    npu_mhz: int | None = None

    def __post_init__(self) -> None:
        if not _WORD.fullmatch(self.profile):
            msg = f"{self.profile!r} is no profile of the NPU's compiler"
            raise UsageError(msg, hint="name one of its profiles, for example n6-allmems-O3")

"""Cortex-M cores, as far as TensorFlow Lite Micro's memory depends on them."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.errors import UsageError

__all__ = ["CORES", "Core", "find_core"]


@dataclass(frozen=True, slots=True)
class Core:
    """A core.

    Attributes:
        name: as in ``-mcpu=``.
        dsp: whether it has the DSP extension, as ST and Arm build it by default; CMSIS-NN then asks
            for other scratch buffers.
        mve: whether it has the vector extension (Helium), for which no rule is known here.
        measured: whether the arena was measured on it.
    """

    name: str
    dsp: bool
    mve: bool
    measured: bool


CORES = (
    Core("cortex-m0", dsp=False, mve=False, measured=False),
    Core("cortex-m0plus", dsp=False, mve=False, measured=False),
    Core("cortex-m3", dsp=False, mve=False, measured=False),
    Core("cortex-m4", dsp=True, mve=False, measured=True),
    Core("cortex-m7", dsp=True, mve=False, measured=True),
    Core("cortex-m23", dsp=False, mve=False, measured=False),
    Core("cortex-m33", dsp=True, mve=False, measured=True),
    Core("cortex-m35p", dsp=True, mve=False, measured=False),
    Core("cortex-m52", dsp=True, mve=True, measured=False),
    Core("cortex-m55", dsp=True, mve=True, measured=False),
    Core("cortex-m85", dsp=True, mve=True, measured=False),
)
"""Every core this package knows."""

_BY_NAME = {core.name: core for core in CORES}


def find_core(name: str) -> Core:
    """The core of that name, in any case; ``cortex-m4f`` is the M4, ``cortex-m0+`` the M0plus.

    Raises:
        UsageError: there is none; the hint lists all.
    """
    plain = name.strip().lower().replace("+", "plus")
    for spelling in (plain, plain.removesuffix("f")):
        if spelling in _BY_NAME:
            return _BY_NAME[spelling]
    msg = f"unknown core {name!r}"
    raise UsageError(msg, hint="known cores: " + ", ".join(_BY_NAME))

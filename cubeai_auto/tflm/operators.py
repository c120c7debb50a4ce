"""TensorFlow Lite Micro's operators: their structures in the arena, and how they are registered.

The table is ``resources/tflm_operators.csv``; its head says how it was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from cubeai_auto.errors import UsageError
from cubeai_auto.tflm.resource import table_rows

__all__ = [
    "COMMIT",
    "CUSTOM_OPERATORS",
    "Kernels",
    "OperatorFacts",
    "kernel_set",
    "operator_facts",
]

COMMIT = "90b983c"
"""The commit of tflite-micro that every table here was measured with."""

Kernels = Literal["reference", "cmsis-nn"]
"""The two kernel sets: TFLM's own, and CMSIS-NN where it has one."""

CUSTOM_OPERATORS: Mapping[str, str] = {
    "CIRCULAR_BUFFER": "CircularBuffer",
    "SignalDelay": "Delay",
    "SignalEnergy": "Energy",
    "SignalFftAutoScale": "FftAutoScale",
    "SignalFilterBank": "FilterBank",
    "SignalFilterBankLog": "FilterBankLog",
    "SignalFilterBankSpectralSubtraction": "FilterBankSpectralSubtraction",
    "SignalFilterBankSquareRoot": "FilterBankSquareRoot",
    "SignalFramer": "Framer",
    "SignalIrfft": "Irfft",
    "SignalOverlapAdd": "OverlapAdd",
    "SignalPCAN": "PCAN",
    "SignalRfft": "Rfft",
    "SignalStacker": "Stacker",
    "SignalWindow": "Window",
    "TFLM_DECODE": "Decode",
    "TFLite_Detection_PostProcess": "DetectionPostprocess",
    "ethos-u": "EthosU",
}
"""Custom operators that TFLM itself has, with the resolver's method that adds each."""


@dataclass(frozen=True, slots=True)
class OperatorFacts:
    """A builtin operator of TFLM; sizes in bytes on a 32-bit Arm core.

    Attributes:
        name: the builtin's name.
        add: what follows ``Add`` in the resolver's method.
        int8: whether there is a registration of the int8 kernel alone.
        params: the parsed options, aligned to ``align``.
        reference, cmsis_nn: the kernel's own structure, by kernel set.
        verified: activation types for which the arena was compared with a measured one.
    """

    name: str
    add: str
    int8: bool
    params: int
    align: int
    reference: int
    cmsis_nn: int
    verified: frozenset[str]

    def structure(self, kernels: Kernels) -> int:
        """Bytes of the structure that the operator's ``Init`` allocates."""
        return self.reference if kernels == "reference" else self.cmsis_nn


@cache
def operator_facts() -> Mapping[str, OperatorFacts]:
    """Every builtin operator that TFLM has a kernel for, by name."""
    return {
        row["op"]: OperatorFacts(
            name=row["op"],
            add=row["add"],
            int8=row["int8"] == "yes",
            params=int(row["params"]),
            align=int(row["align"]),
            reference=int(row["reference"]),
            cmsis_nn=int(row["cmsis_nn"]),
            verified=frozenset(row["verified"].split()),
        )
        for row in table_rows("tflm_operators.csv")
    }


def kernel_set(name: str) -> Kernels:
    """The kernel set of that name, in any case; ``cmsis_nn`` is TFLM's own spelling.

    Raises:
        UsageError: there is none.
    """
    plain = name.strip().lower().replace("_", "-")
    for known in get_args(Kernels):
        if plain == known:
            return "reference" if known == "reference" else "cmsis-nn"
    msg = f"unknown kernel set {name!r}"
    raise UsageError(msg, hint="known sets: " + ", ".join(get_args(Kernels)))

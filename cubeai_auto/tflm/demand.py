"""What an operator asks of the arena, and for which build."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.tflm.operators import Kernels

__all__ = ["NOTHING", "Demand", "Setting", "int_array"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What an operator's demand depends on besides the model: kernels, and the DSP extension."""

    kernels: Kernels
    dsp: bool


@dataclass(frozen=True, slots=True)
class Demand:
    """Bytes asked for while an operator is prepared, in the order of the requests.

    ``persistent`` stays in the tail; ``scratch`` is planned into the head, for the operator's own
    step. A scratch request of 0 bytes counts as a request.
    """

    persistent: tuple[int, ...] = ()
    scratch: tuple[int, ...] = ()


NOTHING = Demand()
"""No request."""


def int_array(count: int) -> int:
    """Bytes of TFLM's integer array: its length, and the values."""
    return 4 + 4 * count

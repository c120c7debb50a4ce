"""A number that knows its unit, how it was obtained, and where.

Nothing in this package prints or stores a bare figure: a value that could not be obtained is a
:class:`Quantity` without a value and with a reason, never 0 or -1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["How", "JsonValue", "Quantity", "measured", "missing", "predicted", "reported", "simulated"]

How = Literal["measured", "reported", "predicted", "simulated"]
JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with unit and provenance, or a reason why there is none.

    Args:
        value: the number; ``None`` if it could not be obtained.
        unit: ``"B"``, ``"1"`` (a fraction or a count), ``"MACC"``, ``"instructions"``, ...
        how: ``measured`` (a real tool or run gave it), ``reported`` (another tool's report or
            publication says so), ``predicted`` (computed from known rules), ``simulated``
            (an emulator gave it).
        source: the tool, file or rule behind the value.
        reason: why there is no value.

    Raises:
        ValueError: a value without provenance, a missing value without a reason, or a value
            that is not finite.
    """

    value: int | float | None
    unit: str = ""
    how: How | None = None
    source: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.value is None:
            if not self.reason:
                msg = "a missing value needs a reason"
                raise ValueError(msg)
        elif not math.isfinite(self.value):
            msg = f"not a finite number: {self.value}"
            raise ValueError(msg)
        elif self.how is None or not self.source or not self.unit:
            msg = f"the value {self.value} needs a unit, how it was obtained, and a source"
            raise ValueError(msg)

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the JSON outputs: value with provenance, or null with a reason."""
        if self.value is None:
            return {"value": None, "reason": self.reason}
        return {"value": self.value, "unit": self.unit, "how": self.how, "source": self.source}


def measured(value: float, unit: str, source: str) -> Quantity:
    """A value that a real run or a real file gave."""
    return Quantity(value, unit, "measured", source)


def reported(value: float, unit: str, source: str) -> Quantity:
    """A value that another tool's report or a publication states."""
    return Quantity(value, unit, "reported", source)


def predicted(value: float, unit: str, source: str) -> Quantity:
    """A value computed from known rules, without a run."""
    return Quantity(value, unit, "predicted", source)


def simulated(value: float, unit: str, source: str) -> Quantity:
    """A value that an emulator gave."""
    return Quantity(value, unit, "simulated", source)


def missing(reason: str) -> Quantity:
    """No value, and why."""
    return Quantity(None, reason=reason)

"""At which size of a network the runtime with the smaller flash changes.

Flash is close to a line in the size of the weights: what a runtime costs without any (kernels,
runtime, libraries), plus the weights, plus what it adds to each byte of them (a container, per-channel
constants). Two such lines meet in at most one point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cubeai_auto.quantity import JsonValue, Quantity, missing, predicted

__all__ = ["Crossover", "FlashLine", "crossover", "flash_line"]

_LARGEST = 2**31


@dataclass(frozen=True, slots=True)
class FlashLine:
    """Flash as ``fixed + slope * weights``, all in bytes."""

    side: str
    fixed: float
    slope: float


@dataclass(frozen=True, slots=True)
class Crossover:
    """Where two sides cost the same flash.

    Attributes:
        smaller_below: the side with the smaller flash for smaller networks (or for all).
        smaller_above: for larger ones.
        weights: bytes of weights where they meet; missing if one is smaller at every size.
    """

    smaller_below: str
    smaller_above: str
    weights: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """The ``crossover`` object."""
        return {
            "smaller_below": self.smaller_below,
            "smaller_above": self.smaller_above,
            "weights": self.weights.to_json(),
        }


def flash_line(side: str, total: Quantity, container: Quantity, weights: Quantity) -> FlashLine | None:
    """The line through this network's figures; ``None`` if one of them is not known.

    Args:
        side: its name.
        total: all flash.
        container: what holds the weights, the weights included if they lie inside it.
        weights: the bytes of weights of the network itself.
    """
    if total.value is None or weights.value is None or weights.value <= 0:
        return None
    beside = container.value if container.value is not None else 0
    held = beside if beside >= weights.value else weights.value + beside
    return FlashLine(side, total.value - held, held / weights.value)


def crossover(a: FlashLine, b: FlashLine) -> Crossover:
    """Where two lines meet, for networks with the same layers and other sizes."""
    small = a if (a.fixed, a.slope) <= (b.fixed, b.slope) else b
    large = b if small is a else a
    if small.slope <= large.slope:
        why = f"{small.side} is smaller than {large.side} at every size"
        return Crossover(small.side, small.side, missing(why))
    at = (large.fixed - small.fixed) / (small.slope - large.slope)
    if at > _LARGEST or not math.isfinite(at):
        return Crossover(
            small.side, small.side, missing(f"{small.side} is smaller than {large.side} up to 2 GiB")
        )
    source = "flash as a line in the weights, through this network's figures"
    return Crossover(small.side, large.side, predicted(round(at), "B", source))

"""The activations of a network over time."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.quantity import JsonValue

__all__ = ["Buffer", "MemoryMap"]


@dataclass(frozen=True, slots=True)
class Buffer:
    """A planned buffer: ``offset`` and ``size`` in bytes, live in the steps first..last."""

    name: str
    offset: int
    size: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class MemoryMap:
    """The activations over time: one step per operator, in execution order.

    ``live_bound`` is the largest sum of simultaneously live bytes: no plan can be smaller.
    """

    size: int
    live_bound: int
    steps: tuple[str, ...]
    buffers: tuple[Buffer, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """The ``memory_map`` object."""
        return {
            "size": self.size,
            "live_bound": self.live_bound,
            "gap": self.size - self.live_bound,
            "steps": list(self.steps),
            "buffers": [
                {
                    "name": b.name,
                    "offset": b.offset,
                    "size": b.size,
                    "first": b.first,
                    "last": b.last,
                }
                for b in self.buffers
            ],
        }

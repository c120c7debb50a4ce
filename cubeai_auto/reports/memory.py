"""Where a network stands in memory: pools, and the activations over time."""

from __future__ import annotations

from dataclasses import dataclass, field

from cubeai_auto.quantity import JsonValue, Quantity, missing

__all__ = ["Buffer", "MemoryMap", "MemoryPool"]


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


@dataclass(frozen=True, slots=True)
class MemoryPool:
    """A memory of the target, or a pool of one, and what the network takes of it.

    Attributes:
        name: as the tool names it (``npuRAM5``, ``heap_overlay_pool``).
        size: bytes; missing if the pool is unlimited or the size is not stated.
        used: bytes taken.
        weights: bytes of ``used`` that hold weights, where the tool tells.
        activations: bytes of ``used`` that hold activations, where the tool tells.
        address: first address, as the tool writes it.
        used_range: first and end address in use, as the tool writes them.
        buffers: number of buffers in it.
    """

    name: str
    size: Quantity
    used: Quantity
    weights: Quantity = field(default_factory=lambda: missing("not stated by the report"))
    activations: Quantity = field(default_factory=lambda: missing("not stated by the report"))
    address: str | None = None
    used_range: str | None = None
    buffers: int | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``memory_pools`` list."""
        return {
            "name": self.name,
            "size": self.size.to_json(),
            "used": self.used.to_json(),
            "weights": self.weights.to_json(),
            "activations": self.activations.to_json(),
            "address": self.address,
            "used_range": self.used_range,
            "buffers": self.buffers,
        }

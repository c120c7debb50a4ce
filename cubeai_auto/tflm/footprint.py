"""What TensorFlow Lite Micro needs for a model: the value of the ``tflm`` verb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cubeai_auto.quantity import JsonValue, Quantity, missing

__all__ = ["Arena", "TflmFootprint"]

_NOT_PREDICTED = "the Cortex-M footprint is not predicted by this version"


@dataclass(frozen=True, slots=True)
class Arena:
    """A tensor arena, in bytes: head (planned tensors), tail (persistent data), their sum.

    ``categories`` are TFLM's own names of the recorded tail allocations.
    """

    total: Quantity
    head: Quantity
    tail: Quantity
    categories: Mapping[str, Quantity] = field(default_factory=dict)

    def to_json(self) -> dict[str, JsonValue]:
        """The ``host_arena`` object."""
        return {
            "total": self.total.to_json(),
            "head": self.head.to_json(),
            "tail": self.tail.to_json(),
            "categories": {name: value.to_json() for name, value in self.categories.items()},
        }


@dataclass(frozen=True, slots=True)
class TflmFootprint:
    """Footprint of a model under TFLM.

    Attributes:
        model: the model's name.
        loadable: whether TFLM can load it; ``None`` if no TFLM was there to ask.
        reason: TFLM's own words if it cannot, or why it was not asked.
        host_arena: the arena of the x86-64 host interpreter. **Not** the Cortex-M arena: 64-bit
            pointers and recording allocators make it larger.
        arena_used: ``arena_used_bytes()`` on a 32-bit Cortex-M.
        arena_required: the smallest arena that works there.
        flash_model: the ``.tflite`` file, which stays in flash.
        operators: distinct operators, sorted.
        version: the TFLM behind the figures; empty if there was none.
    """

    model: str
    loadable: bool | None
    reason: str
    host_arena: Arena
    arena_used: Quantity
    arena_required: Quantity
    flash_model: Quantity
    operators: tuple[str, ...]
    version: str

    def to_json(self) -> dict[str, JsonValue]:
        """The JSON of the ``tflm`` verb, without its schema key.

        What belongs to a prediction for a Cortex-M (core, kernels, optimization, its arena and
        flash) is null, with the reason where there is room for one.
        """
        gap = missing(_NOT_PREDICTED).to_json()
        return {
            "model": self.model,
            "loadable": self.loadable,
            "reason": self.reason or None,
            "core": None,
            "kernels": None,
            "opt": None,
            "tflm_commit": None,
            "tflm_version": self.version or None,
            "host_arena": self.host_arena.to_json(),
            "arena_used": self.arena_used.to_json(),
            "arena_required": self.arena_required.to_json(),
            "arena": {"head": gap, "tail": gap, "categories": {}},
            "flash": {"model": self.flash_model.to_json(), "core": gap, "kernels": gap, "total": gap},
            "operators": list(self.operators),
            "unverified_operators": [],
        }

"""What TensorFlow Lite Micro needs for a model: the value of the ``tflm`` verb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cubeai_auto.quantity import JsonValue, Quantity, missing
from cubeai_auto.tflm.attribution import Attribution

__all__ = ["Arena", "NodeMemory", "TflmFlash", "TflmFootprint"]

_NOT_PREDICTED = missing("not predicted")


@dataclass(frozen=True, slots=True)
class Arena:
    """A tensor arena, in bytes: head (planned tensors), tail (persistent data), their sum.

    ``categories`` are TFLM's own names of the recorded tail allocations; in a prediction those
    that TFLM does not record follow, and all of them add up to the tail.
    """

    total: Quantity
    head: Quantity
    tail: Quantity
    categories: Mapping[str, Quantity] = field(default_factory=dict)

    def to_json(self) -> dict[str, JsonValue]:
        """The ``host_arena`` object."""
        return {"total": self.total.to_json(), **self.parts_json()}

    def parts_json(self) -> dict[str, JsonValue]:
        """The ``arena`` object: the same without the sum."""
        return {
            "head": self.head.to_json(),
            "tail": self.tail.to_json(),
            "categories": {name: value.to_json() for name, value in self.categories.items()},
        }


_NO_ARENA = Arena(_NOT_PREDICTED, _NOT_PREDICTED, _NOT_PREDICTED)


@dataclass(frozen=True, slots=True)
class NodeMemory:
    """What one operator allocates in the arena while it is prepared, in bytes.

    ``persistent`` stays in the tail, ``scratch`` is planned into the head.
    """

    index: int
    operator: str
    persistent: tuple[int, ...]
    scratch: tuple[int, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``nodes``."""
        return {
            "index": self.index,
            "operator": self.operator,
            "persistent": list(self.persistent),
            "scratch": list(self.scratch),
        }


@dataclass(frozen=True, slots=True)
class TflmFlash:
    """Flash of a firmware with TFLM and one model.

    Attributes:
        core: in a prediction TFLM, C library, startup and an empty main, without any operator.
        kernels: what the model's operators add.
        total: the program with the model.
        static_ram: RAM without arena and stack.
    """

    core: Quantity = _NOT_PREDICTED
    kernels: Quantity = _NOT_PREDICTED
    total: Quantity = _NOT_PREDICTED
    static_ram: Quantity = _NOT_PREDICTED


@dataclass(frozen=True, slots=True)
class TflmFootprint:
    """Footprint of a model under TFLM.

    Attributes:
        model: the model's name.
        loadable: whether TFLM can load it; ``None`` if that is not known.
        reason: TFLM's own words if it cannot, or what is not known.
        host_arena: the arena of the x86-64 host interpreter. **Not** the Cortex-M arena: 64-bit
            pointers and recording allocators make it larger.
        arena_used: ``arena_used_bytes()`` on a 32-bit Cortex-M.
        arena_required: the smallest arena that works there.
        flash_model: the ``.tflite`` file, which stays in flash.
        operators: distinct operators, sorted.
        version: the TFLM that was asked on the host; empty if there was none.
        core, kernels, opt, build, registrations: what the prediction is for.
        commit: the commit of TFLM that it rests on.
        arena: the predicted arena on the Cortex-M.
        flash: the predicted flash, and RAM outside the arena.
        nodes: the predicted memory of every operator that asks for some.
        unverified_operators: operators whose arena was never compared with a measured one.
        notes: what else to know.
        measured: a real firmware's sizes, which replace the predicted ones.
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
    core: str | None = None
    kernels: str | None = None
    opt: str | None = None
    build: str | None = None
    registrations: str | None = None
    commit: str | None = None
    arena: Arena = _NO_ARENA
    flash: TflmFlash = TflmFlash()
    nodes: tuple[NodeMemory, ...] = ()
    unverified_operators: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    measured: Attribution | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """The JSON of the ``tflm`` verb, without its schema key."""
        return {
            "model": self.model,
            "loadable": self.loadable,
            "reason": self.reason or None,
            "core": self.core,
            "kernels": self.kernels,
            "opt": self.opt,
            "build": self.build,
            "registrations": self.registrations,
            "tflm_commit": self.commit,
            "tflm_version": self.version or None,
            "host_arena": self.host_arena.to_json(),
            "arena_used": self.arena_used.to_json(),
            "arena_required": self.arena_required.to_json(),
            "arena": self.arena.parts_json(),
            "flash": self._flash_json(),
            "ram": self._ram_json(),
            "operators": list(self.operators),
            "unverified_operators": list(self.unverified_operators),
            "nodes": [node.to_json() for node in self.nodes],
            "notes": list(self.notes),
            "measured": None if self.measured is None else self.measured.to_json(),
        }

    def _flash_json(self) -> dict[str, JsonValue]:
        """The measured parts where there are some, with the predicted ones beside them."""
        predicted: dict[str, JsonValue] = {
            "model": self.flash_model.to_json(),
            "core": self.flash.core.to_json(),
            "kernels": self.flash.kernels.to_json(),
            "total": self.flash.total.to_json(),
        }
        if self.measured is None:
            return predicted
        return {**self.measured.flash.to_json(), "predicted": predicted}

    def _ram_json(self) -> dict[str, JsonValue]:
        predicted: dict[str, JsonValue] = {"static": self.flash.static_ram.to_json()}
        if self.measured is None:
            return predicted
        return {**self.measured.ram.to_json(), "predicted": predicted}

"""How long a network took where a tool ran it, as its report says."""

from __future__ import annotations

from dataclasses import dataclass, field

from cubeai_auto.quantity import JsonValue, Quantity, missing

__all__ = ["LayerTiming", "Profile"]

_UNKNOWN = "not stated by the report"


def _not_stated() -> Quantity:
    return missing(_UNKNOWN)


@dataclass(frozen=True, slots=True)
class LayerTiming:
    """One node of a run.

    ``id`` is the C node's, ``None`` for what lies between nodes; ``duration`` is in ms a sample,
    ``share`` a fraction of the network's time, ``cycles`` of the CPU.
    """

    id: int | None
    name: str
    type: str = ""
    duration: Quantity = field(default_factory=_not_stated)
    share: Quantity = field(default_factory=_not_stated)
    cycles: Quantity = field(default_factory=_not_stated)

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``layers`` list of ``profile``."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "duration": self.duration.to_json(),
            "share": self.share.to_json(),
            "cycles": self.cycles.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Profile:
    """A run of the generated code: ``mode`` is ``host`` or ``target`` where the report says so.

    ``duration`` is in ms a sample; ``stack`` and ``heap`` are in bytes.
    """

    mode: str | None = None
    device: str | None = None
    runtime: str | None = None
    samples: int | None = None
    duration: Quantity = field(default_factory=_not_stated)
    cycles: Quantity = field(default_factory=_not_stated)
    cycles_per_macc: Quantity = field(default_factory=_not_stated)
    stack: Quantity = field(default_factory=_not_stated)
    heap: Quantity = field(default_factory=_not_stated)
    layers: tuple[LayerTiming, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """The ``profile`` object of the report JSON."""
        return {
            "mode": self.mode,
            "device": self.device,
            "runtime": self.runtime,
            "samples": self.samples,
            "duration": self.duration.to_json(),
            "cycles": self.cycles.to_json(),
            "cycles_per_macc": self.cycles_per_macc.to_json(),
            "stack": self.stack.to_json(),
            "heap": self.heap.to_json(),
            "layers": [layer.to_json() for layer in self.layers],
        }

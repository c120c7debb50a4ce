"""A layer of a report: what it is, what it costs by rule, and what it took where it ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cubeai_auto.quantity import JsonValue, Quantity, missing

__all__ = ["LayerInfo", "with_instructions"]

_UNKNOWN = "not stated by the report"


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer: ``type`` is the operator in the model's own terms, ``params`` counts elements.

    ``original`` is the operator's name in the source framework, ``size`` the bytes of its
    parameters, where a report states them. ``instructions`` are those of one inference in the
    emulator. ``slow`` says why the layer takes more of them for a multiplication than the fastest
    layers do: border, few channels, alignment, a bound that is not proven; empty if nothing of
    the kind is known.
    """

    id: int
    name: str
    type: str
    shape: tuple[int, ...]
    params: int | None
    macc: Quantity
    original: str | None = None
    size: int | None = None
    instructions: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    slow: str = ""

    @property
    def instructions_per_macc(self) -> Quantity:
        """Instructions for each multiplication and addition, as counted by ``macc``."""
        taken, macc = self.instructions, self.macc
        if taken.value is None or taken.how is None:
            return taken
        if not macc.value:
            return missing(macc.reason or "no MACC")
        source = f"instructions ({taken.source}) over MACC ({macc.source})"
        return Quantity(taken.value / macc.value, "instructions/MACC", taken.how, source)

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``layers`` list."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "shape": list(self.shape),
            "params": self.params,
            "macc": self.macc.to_json(),
            "instructions": self.instructions.to_json(),
            "instructions_per_macc": self.instructions_per_macc.to_json(),
            "slow": self.slow or None,
            "original": self.original,
            "size": self.size,
        }


def with_instructions(layers: Sequence[LayerInfo], ran: Sequence[LayerInfo]) -> tuple[LayerInfo, ...]:
    """The layers of a report with the instructions of a run of the same network."""
    found = {layer.id: layer.instructions for layer in ran}
    return tuple(
        replace(layer, instructions=found.get(layer.id, layer.instructions)) for layer in layers
    )

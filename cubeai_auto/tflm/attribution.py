"""A firmware's memory by part: the model, TensorFlow Lite Micro, libraries, the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cubeai_auto.quantity import JsonValue, Quantity, measured, missing

__all__ = ["Attribution", "FlashParts", "Part", "RamParts", "flash_parts"]

Part = Literal["model", "core", "kernels", "cmsis_nn", "libraries", "application"]
"""Who a piece of a firmware belongs to; ``application`` is the rest."""

_PARTS: tuple[Part, ...] = ("model", "core", "kernels", "cmsis_nn", "libraries", "application")


@dataclass(frozen=True, slots=True)
class FlashParts:
    """Flash of a firmware, in bytes.

    Attributes:
        model: the model array.
        core: TFLM without its kernels.
        kernels: TFLM's kernels.
        cmsis_nn: CMSIS-NN.
        libraries: C and C++ libraries, compiler run time.
        application: everything else, fill bytes included.
        total: all of it.
    """

    model: Quantity
    core: Quantity
    kernels: Quantity
    cmsis_nn: Quantity
    libraries: Quantity
    application: Quantity
    total: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """The ``flash`` object."""
        return {
            **{part: _of(self, part).to_json() for part in _PARTS},
            "total": self.total.to_json(),
        }


@dataclass(frozen=True, slots=True)
class RamParts:
    """Static RAM of a firmware, in bytes: all of it, and the tensor arena in it."""

    total: Quantity
    arena: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """The ``ram`` object."""
        return {"total": self.total.to_json(), "arena": self.arena.to_json()}


@dataclass(frozen=True, slots=True)
class Attribution:
    """What a firmware's ELF or map says.

    Attributes:
        file: where it was read.
        kind: what it is, for a reader (``"GNU ld map"``).
        tested: whether this reader was tried on real files of that kind by us.
        flash, ram: the parts.
        notes: what else to know.
    """

    file: str
    kind: str
    tested: bool
    flash: FlashParts
    ram: RamParts
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """The ``measured`` object."""
        return {
            "file": self.file,
            "kind": self.kind,
            "tested": self.tested,
            "flash": self.flash.to_json(),
            "ram": self.ram.to_json(),
            "notes": list(self.notes),
        }


def flash_parts(
    pieces: Iterable[tuple[Part, int]], total: int, source: str, no_model: str
) -> FlashParts:
    """The parts from attributed pieces; what no piece covers belongs to the application.

    Args:
        pieces: part and bytes.
        total: all flash of the firmware.
        source: the provenance.
        no_model: why the model array is not known, if no piece is the model.
    """
    sums: dict[Part, int] = dict.fromkeys(_PARTS, 0)
    for part, size in pieces:
        sums[part] += size
    sums["application"] += total - sum(sums.values())
    values = {part: measured(size, "B", source) for part, size in sums.items()}
    if not sums["model"]:
        values["model"] = missing(no_model)
    return FlashParts(
        model=values["model"],
        core=values["core"],
        kernels=values["kernels"],
        cmsis_nn=values["cmsis_nn"],
        libraries=values["libraries"],
        application=values["application"],
        total=measured(total, "B", source),
    )


def _of(parts: FlashParts, name: Part) -> Quantity:
    value: Quantity = getattr(parts, name)
    return value

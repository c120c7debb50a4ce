"""The C side of a deployed network as ST's tools describe it: nodes, arrays and NPU epochs."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.quantity import JsonValue

__all__ = ["CArray", "CNode", "Epoch"]


@dataclass(frozen=True, slots=True)
class CNode:
    """A node of the generated C code.

    ``m_id`` is the layer of the model it comes from, ``macc`` its multiply-accumulates, ``rom`` the
    bytes of its weights (nodes may share arrays: the sum can exceed the network's weights).
    """

    id: int
    name: str
    type: str
    macc: int | None
    rom: int | None
    m_id: int | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``c_nodes`` list."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "macc": self.macc,
            "rom": self.rom,
            "m_id": self.m_id,
        }


@dataclass(frozen=True, slots=True)
class CArray:
    """An array of the generated C code: ``pool`` and ``format`` in the tool's own words."""

    name: str
    items: int | None
    bytes: int | None
    pool: str
    type: str
    format: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``c_arrays`` list."""
        return {
            "name": self.name,
            "items": self.items,
            "bytes": self.bytes,
            "pool": self.pool,
            "type": self.type,
            "format": self.format,
        }


@dataclass(frozen=True, slots=True)
class Epoch:
    """A step of the Neural-ART accelerator.

    ``kind`` is ``hardware``, ``software``, ``hybrid``, ``epoch controller`` or ``unknown``;
    ``operation`` is only stated for software.
    """

    id: int
    kind: str
    operation: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``epochs`` list."""
        return {"id": self.id, "kind": self.kind, "operation": self.operation or None}

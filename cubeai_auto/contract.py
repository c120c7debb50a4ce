"""The input contract: how raw sensor data or pixels become the network's input.

Recorded with every run, checked before data is used, and exported into the generated header, so
that the firmware feeds the network what it was trained on.
"""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.quantity import JsonValue

__all__ = ["InputContract"]


@dataclass(frozen=True, slots=True)
class InputContract:
    """Preprocessing as numbers: ``real = (raw - offset) * scale``, element by element.

    Attributes:
        description: one line for a firmware engineer.
        raw_dtype: type of a raw element (``uint8``, ``int16``, ``float32``).
        raw_min: smallest raw value allowed.
        raw_max: largest raw value allowed.
        offset: subtracted from the raw value.
        scale: multiplied afterwards.
        shape: shape of one sample as the network sees it, without the batch.
        layout: the order of the elements in memory.
        background: for pictures, the raw value of an empty pixel; ``None`` elsewhere.
    """

    description: str
    raw_dtype: str
    raw_min: float
    raw_max: float
    offset: float
    scale: float
    shape: tuple[int, ...]
    layout: str
    background: float | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """The ``input_contract`` object of ``run.json`` and of the generated report."""
        return {
            "description": self.description,
            "raw_dtype": self.raw_dtype,
            "raw_min": self.raw_min,
            "raw_max": self.raw_max,
            "offset": self.offset,
            "scale": self.scale,
            "shape": list(self.shape),
            "layout": self.layout,
            "background": self.background,
        }

"""The input contract: how raw sensor data or pixels become the network's input.

Recorded with every run, checked before data is used, and exported into the generated header, so
that the firmware feeds the network what it was trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cubeai_auto.quantity import JsonValue

__all__ = ["InputContract", "Preparation", "SensorSignal"]

Preparation = Literal["none", "magnitude", "ten-features"]
"""What is computed from a window of sensor values before the network sees it: nothing; the length
of each sample's vector as one more channel; ten features of the whole window."""


@dataclass(frozen=True, slots=True)
class SensorSignal:
    """What the numbers of a sensor mean, and what is computed from a window of them.

    Attributes:
        quantity: what is measured, such as ``acceleration``.
        axes: the name of each column of a window.
        raw_unit: unit of a raw value: ``g``, ``mg``, ``m/s^2``, ``counts`` or ``as recorded``.
        unit: unit of ``(raw - offset) * scale``.
        full_scale: the largest magnitude on one axis, in ``unit``. For ``counts`` it is that of the
            raw value 32768, so that one count is ``full_scale / 32768``.
        rate: samples a second.
        window: samples of one window.
        step: samples from one window to the next, in the data the network was trained on.
        preparation: what is computed from the scaled window.
        center: subtracted from each prepared value of a sample; empty for zeros.
        gain: multiplied afterwards; empty for ones.
    """

    quantity: str
    axes: tuple[str, ...]
    raw_unit: str
    unit: str
    full_scale: float
    rate: float
    window: int
    step: int
    preparation: Preparation = "none"
    center: tuple[float, ...] = ()
    gain: tuple[float, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """The ``sensor`` object of an input contract."""
        return {
            "quantity": self.quantity,
            "axes": list(self.axes),
            "raw_unit": self.raw_unit,
            "unit": self.unit,
            "full_scale": self.full_scale,
            "rate": self.rate,
            "window": self.window,
            "step": self.step,
            "preparation": self.preparation,
            "center": list(self.center),
            "gain": list(self.gain),
        }


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
        sensor: for windows of a sensor, units, rate, and what is computed from the scaled values;
            ``None`` elsewhere.
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
    sensor: SensorSignal | None = None

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Shape of one raw sample: that of the network's input, or a window of a sensor's axes."""
        if self.sensor is None or self.sensor.preparation == "none":
            return self.shape
        return (self.sensor.window, len(self.sensor.axes))

    def to_json(self) -> dict[str, JsonValue]:
        """The ``input_contract`` object of ``run.json`` and of the generated report."""
        stated: dict[str, JsonValue] = {
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
        return stated if self.sensor is None else stated | {"sensor": self.sensor.to_json()}

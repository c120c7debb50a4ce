"""The input contract as C: constants, and one expression from a raw value to the stored one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cubeai_auto.codegen.fixed_point import round_half_away
from cubeai_auto.codegen.literals import c_comment, c_float, c_string
from cubeai_auto.contract import InputContract, SensorSignal
from cubeai_auto.tflite.graph import Tensor

__all__ = ["ContractHeader", "SensorHeader", "contract_header"]

_RAW_RANGES = {"uint8": (0, 255), "int8": (-128, 127)}
_RAW_TYPES = {
    "uint8": "uint8_t", "int8": "int8_t", "uint16": "uint16_t", "int16": "int16_t",
    "uint32": "uint32_t", "int32": "int32_t", "float32": "float", "float64": "double",
}  # fmt: skip


_PREPARED = {
    "magnitude": "each sample's values and the length of their vector",
    "ten-features": "ten features of the window",
}


@dataclass(frozen=True, slots=True)
class SensorHeader:
    """A sensor's signal in C literals; ``prepared`` is empty where the window itself is the input."""

    quantity: str
    axes: str
    axis_count: int
    raw_unit: str
    unit: str
    full_scale: str
    rate: str
    window: int
    step: int
    prepared: str


@dataclass(frozen=True, slots=True)
class ContractHeader:
    """The contract in C literals; ``from_raw`` is empty where no short exact rule exists.

    ``raw_type`` is empty for a type that C does not have.
    """

    description: str
    layout: str
    raw_type: str
    raw_min: str
    raw_max: str
    offset: str
    scale: str
    background: str
    from_raw: str
    sensor: SensorHeader | None = None


def contract_header(contract: InputContract, tensor: Tensor) -> ContractHeader:
    """The header's part for one network input."""
    return ContractHeader(
        description=c_comment(contract.description),
        layout=c_comment(contract.layout),
        raw_type=_RAW_TYPES.get(contract.raw_dtype, ""),
        raw_min=_literal(contract.raw_min),
        raw_max=_literal(contract.raw_max),
        offset=c_float(contract.offset),
        scale=c_float(contract.scale),
        background="" if contract.background is None else _literal(contract.background),
        from_raw=_from_raw(contract, tensor),
        sensor=None if contract.sensor is None else _sensor(contract.sensor),
    )


def _sensor(signal: SensorSignal) -> SensorHeader:
    return SensorHeader(
        quantity=c_comment(signal.quantity),
        axes=c_comment(", ".join(signal.axes)),
        axis_count=len(signal.axes),
        raw_unit=c_string(signal.raw_unit),
        unit=c_string(signal.unit),
        full_scale=c_float(signal.full_scale),
        rate=c_float(signal.rate),
        window=signal.window,
        step=signal.step,
        prepared=_PREPARED.get(signal.preparation, ""),
    )


def _literal(value: float) -> str:
    """A whole number as such, else a float."""
    return str(int(value)) if float(value).is_integer() else c_float(value)


def _from_raw(contract: InputContract, tensor: Tensor) -> str:
    """An expression in ``raw`` that equals preprocessing and quantization for every raw value."""
    if contract.sensor is not None and contract.sensor.preparation != "none":
        return ""  # an input value is more than one raw value
    if tensor.dtype == "float32":
        offset = f" - {c_float(contract.offset)}" if contract.offset else ""
        return f"((float)(raw){offset}) * {c_float(contract.scale)}"
    limits = _RAW_RANGES.get(contract.raw_dtype)
    if limits is None or tensor.quantization is None:
        return ""
    low, high = (-128, 127) if tensor.dtype == "int8" else (0, 255)
    raw = range(max(limits[0], int(contract.raw_min)), min(limits[1], int(contract.raw_max)) + 1)
    stored = []
    for value in raw:
        real = (np.float32(value) - np.float32(contract.offset)) * np.float32(contract.scale)
        step = round_half_away(float(real / np.float32(tensor.quantization.scale)))
        stored.append(min(max(step + tensor.quantization.zero_point, low), high))
    shift = stored[0] - raw[0]
    if any(value - number != shift for number, value in zip(raw, stored, strict=True)):
        return ""
    ctype = "int8_t" if tensor.dtype == "int8" else "uint8_t"
    moved = f" {'-' if shift < 0 else '+'} {abs(shift)}" if shift else ""
    return f"({ctype})((raw){moved})"

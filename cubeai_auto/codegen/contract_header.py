"""The input contract as C: constants, and one expression from a raw value to the stored one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cubeai_auto.codegen.fixed_point import round_half_away
from cubeai_auto.codegen.literals import c_comment, c_float
from cubeai_auto.contract import InputContract
from cubeai_auto.tflite.graph import Tensor

__all__ = ["ContractHeader", "contract_header"]

_RAW_RANGES = {"uint8": (0, 255), "int8": (-128, 127)}
_RAW_TYPES = {
    "uint8": "uint8_t", "int8": "int8_t", "uint16": "uint16_t", "int16": "int16_t",
    "uint32": "uint32_t", "int32": "int32_t", "float32": "float", "float64": "double",
}  # fmt: skip


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
    )


def _literal(value: float) -> str:
    """A whole number as such, else a float."""
    return str(int(value)) if float(value).is_integer() else c_float(value)


def _from_raw(contract: InputContract, tensor: Tensor) -> str:
    """An expression in ``raw`` that equals preprocessing and quantization for every raw value."""
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

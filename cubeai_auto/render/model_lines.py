"""Layers, inputs and outputs of a network as lines of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.quantity import Quantity
from cubeai_auto.render.text import Cell, Notes, number, one_line
from cubeai_auto.reports.report import LayerInfo, TensorInfo

__all__ = ["LayerLine", "TensorLine", "layer_line", "shape_text", "tensor_lines"]


@dataclass(frozen=True, slots=True)
class LayerLine:
    """A line of the table of layers."""

    id: int
    name: str
    type: str
    shape: str
    params: Cell
    macc: Cell
    instructions: Cell
    per_macc: Cell
    slow: str


@dataclass(frozen=True, slots=True)
class TensorLine:
    """An input or output; ``stored`` is the formula from a real value to the stored one."""

    role: str
    name: str
    dtype: str
    shape: str
    bytes: str
    scale: str
    zero_point: str
    stored: str


def shape_text(shape: Sequence[int]) -> str:
    """A shape as ``1 x 28 x 28``; a scalar is ``scalar``."""
    return " \u00d7 ".join(map(str, shape)) or "scalar"


def layer_line(layer: LayerInfo, params: Quantity, notes: Notes) -> LayerLine:
    """The line of a layer; its parameters come from where the report's sum of them comes from."""
    if layer.params is None:
        own = notes.absent("not stated by the report")
    else:
        own = notes.known(number(layer.params), params.how or "reported", params.source or "the report")
    return LayerLine(
        id=layer.id,
        name=one_line(layer.name),
        type=one_line(layer.type),
        shape=shape_text(layer.shape),
        params=own,
        macc=notes.cell(layer.macc, "bare"),
        instructions=notes.cell(layer.instructions, "bare"),
        per_macc=_ratio(layer.instructions_per_macc, notes),
        slow=one_line(layer.slow),
    )


def _ratio(quantity: Quantity, notes: Notes) -> Cell:
    """Two digits after the point are enough to compare layers."""
    if quantity.value is None or quantity.how is None:
        return notes.absent(quantity.reason)
    return notes.known(f"{quantity.value:.2f}", quantity.how, quantity.source)


def tensor_lines(inputs: Sequence[TensorInfo], outputs: Sequence[TensorInfo]) -> tuple[TensorLine, ...]:
    """The lines of the inputs, then of the outputs."""
    return tuple(_tensor("input", tensor) for tensor in inputs) + tuple(
        _tensor("output", tensor) for tensor in outputs
    )


def _tensor(role: str, tensor: TensorInfo) -> TensorLine:
    scale = "" if tensor.scale is None else f"{tensor.scale:.9g}"
    zero = "" if tensor.zero_point is None else str(tensor.zero_point)
    if scale and zero:
        forth, back = f"stored = round(real / {scale}) + {zero}", f"real = (stored - {zero}) * {scale}"
        formula = (forth if role == "input" else back).replace("+ -", "- ").replace("- -", "+ ")
    else:
        formula = "stored = real"
    return TensorLine(
        role, one_line(tensor.name), one_line(tensor.dtype), shape_text(tensor.shape),
        number(tensor.bytes), scale, zero, formula,
    )  # fmt: skip

"""Layers, inputs and outputs of a network as lines of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.quantity import Quantity
from cubeai_auto.render.text import Cell, Notes, number, one_line
from cubeai_auto.reports.layer import LayerInfo
from cubeai_auto.reports.report import CubeReport, TensorInfo

__all__ = [
    "LayerCounts",
    "LayerLine",
    "TensorLine",
    "largest_layers",
    "layer_counts",
    "layer_lines",
    "shape_text",
    "tensor_lines",
]


@dataclass(frozen=True, slots=True)
class LayerCounts:
    """What a layer took: ``share`` of the instructions of all layers."""

    instructions: Cell
    share: str
    per_macc: Cell


@dataclass(frozen=True, slots=True)
class LayerLine:
    """A line of the table of layers; without a run of it, ``counts`` is ``None``."""

    id: int
    name: str
    type: str
    shape: str
    params: Cell
    macc: Cell
    counts: LayerCounts | None
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


def layer_lines(report: CubeReport, notes: Notes) -> tuple[LayerLine, ...]:
    """The lines of a report's layers; without instructions where none were counted."""
    total = sum(layer.instructions.value or 0 for layer in report.layers)
    return tuple(_layer_line(layer, report.params, total, notes) for layer in report.layers)


def largest_layers(report: CubeReport, count: int) -> tuple[LayerInfo, ...]:
    """The layers that took the most instructions, the largest first."""
    counted = [layer for layer in report.layers if layer.instructions.known]
    return tuple(sorted(counted, key=lambda layer: -(layer.instructions.value or 0))[:count])


def layer_counts(layer: LayerInfo, total: float, notes: Notes) -> LayerCounts:
    """A layer's instructions, its share of ``total``, and how many it took for a MACC."""
    value, ratio = layer.instructions.value, layer.instructions_per_macc
    return LayerCounts(
        instructions=notes.cell(layer.instructions, "bare"),
        share="" if value is None or not total else f"{value / total:.1%}",
        per_macc=notes.absent(ratio.reason)
        if ratio.value is None or ratio.how is None
        else notes.known(f"{ratio.value:.2f}", ratio.how, ratio.source),
    )


def _layer_line(layer: LayerInfo, params: Quantity, total: float, notes: Notes) -> LayerLine:
    """The parameters come from where the report's sum of them comes from."""
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
        counts=layer_counts(layer, total, notes) if total else None,
        slow=one_line(layer.slow),
    )


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

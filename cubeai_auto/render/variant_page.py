"""What the HTML page shows of one variant, as values that its template only has to lay out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cubeai_auto.compare.record import Buffer, Misread, VariantRecord
from cubeai_auto.quantity import predicted
from cubeai_auto.render.confusion import Confusion, confusion
from cubeai_auto.render.memory_chart import memory_chart
from cubeai_auto.render.names import side_name
from cubeai_auto.render.png import png_data_uri
from cubeai_auto.render.summary import Group, Row, result_cell, side_groups
from cubeai_auto.render.svg import Svg
from cubeai_auto.render.text import Cell, Notes, number, one_line
from cubeai_auto.render.verdict import Verdict
from cubeai_auto.reports.report import LayerInfo, TensorInfo
from cubeai_auto.reports.validation import ValidationResult

__all__ = [
    "LayerLine",
    "MemoryView",
    "Picture",
    "TensorLine",
    "ValidationLine",
    "VariantPage",
    "shape_text",
    "variant_page",
]

_MOST_PICTURES: Final = 24
_PLAN: Final = "memory plan: sizes and lifetimes of the graph's tensors"


@dataclass(frozen=True, slots=True)
class Picture:
    """A misread sample; without ``uri`` its pixels could not be shown."""

    uri: str
    caption: str
    index: int


@dataclass(frozen=True, slots=True)
class MemoryView:
    """The memory map with its figures; ``svg`` is ``None`` if there is nothing to draw."""

    svg: Svg | None
    size: Cell
    bound: Cell
    gap: Cell
    buffers: tuple[Buffer, ...]


@dataclass(frozen=True, slots=True)
class ValidationLine:
    """A validation; ``error`` is the largest difference in stored units."""

    place: str
    engine: str
    oracle: str
    vectors: int
    mismatches: Cell
    error: str
    tolerance: str
    instructions: Cell
    stack: Cell
    reason: str
    metrics: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class LayerLine:
    """A line of the table of layers."""

    id: int
    name: str
    type: str
    shape: str
    params: Cell
    macc: Cell


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


@dataclass(frozen=True, slots=True)
class VariantPage:
    """A variant: ``tflm`` holds the host arena's lines, ``tflm_reason`` why TFLM refused it."""

    name: str
    anchor: str
    outcome: Verdict
    model_path: str
    model_bytes: str
    model_sha256: str
    sides: tuple[tuple[str, str], ...]
    comparison: tuple[Group, ...]
    comparison_notes: tuple[str, ...]
    memory: MemoryView | None
    confusion: Confusion | None
    pictures: tuple[Picture, ...]
    more_pictures: int
    validations: tuple[ValidationLine, ...]
    layers: tuple[LayerLine, ...]
    tensors: tuple[TensorLine, ...]
    tflm: tuple[Row, ...]
    tflm_reason: str
    tflm_operators: tuple[str, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...]


def variant_page(
    variant: VariantRecord,
    position: int,
    outcome: Verdict,
    classes: Sequence[str],
    notes: Notes,
) -> VariantPage:
    """The view of a variant; ``position`` counts from 1 and names its place in the page."""
    report, comparison = variant.report, variant.comparison
    arena = variant.tflm.host_arena
    named = [
        ("arena", arena.total),
        ("head: planned tensors", arena.head),
        ("tail: persistent", arena.tail),
    ]
    named += [(f"tail, {one_line(name)}", value) for name, value in arena.categories.items()]
    named += [
        ("arena used on the Cortex-M", variant.tflm.arena_used),
        ("arena required on the Cortex-M", variant.tflm.arena_required),
        ("model in flash", variant.tflm.flash_model),
    ]
    return VariantPage(
        name=one_line(variant.name),
        anchor=f"variant-{position}",
        outcome=outcome,
        model_path=one_line(variant.model_path),
        model_bytes=number(variant.model_bytes),
        model_sha256=one_line(variant.model_sha256),
        sides=tuple((side_name(side.name), one_line(side.version)) for side in comparison.sides),
        comparison=side_groups(comparison, notes) if comparison.sides else (),
        comparison_notes=tuple(map(one_line, comparison.notes)),
        memory=_memory(variant, notes),
        confusion=confusion(variant.confusion, classes),
        pictures=tuple(map(_picture, variant.misread[:_MOST_PICTURES])),
        more_pictures=max(0, len(variant.misread) - _MOST_PICTURES),
        validations=tuple(_validation(result, notes) for result in variant.validation),
        layers=() if report is None else tuple(_layer(layer, notes) for layer in report.layers),
        tensors=() if report is None else _tensors(report.inputs, report.outputs),
        tflm=tuple(Row(name, (notes.cell(value),)) for name, value in named),
        tflm_reason=one_line(variant.tflm.reason),
        tflm_operators=tuple(map(one_line, variant.tflm.operators)),
        files=() if report is None else tuple(map(one_line, report.generated_files)),
        notes=() if report is None else tuple(map(one_line, report.notes)),
    )


def shape_text(shape: Sequence[int]) -> str:
    """A shape as ``1 x 28 x 28``; a scalar is ``scalar``."""
    return " \u00d7 ".join(map(str, shape)) or "scalar"


def _memory(variant: VariantRecord, notes: Notes) -> MemoryView | None:
    plan = variant.memory
    if plan is None:
        return None
    size, bound, gap = (
        notes.cell(predicted(value, "B", _PLAN))
        for value in (plan.size, plan.live_bound, plan.size - plan.live_bound)
    )
    buffers = tuple(sorted(plan.buffers, key=lambda buffer: (buffer.first, buffer.offset)))
    return MemoryView(memory_chart(plan, variant.name), size, bound, gap, buffers)


def _picture(sample: Misread) -> Picture:
    caption = f"read {one_line(sample.predicted)}, is {one_line(sample.label)}"
    try:
        uri = png_data_uri(sample.width, sample.height, sample.pixels)
    except ValueError:
        uri = ""
    return Picture(uri, caption, sample.index)


def _validation(result: ValidationResult, notes: Notes) -> ValidationLine:
    error = result.max_abs_error
    metrics = result.metrics
    rows = () if metrics is None else (
        Row("same class", (notes.cell(metrics.acc, "accuracy"),)),
        Row("RMSE", (notes.cell(metrics.rmse),)),
        Row("MAE", (notes.cell(metrics.mae),)),
        Row("L2R", (notes.cell(metrics.l2r),)),
        Row("NSE", (notes.cell(metrics.nse),)),
        Row("cosine", (notes.cell(metrics.cos),)),
    )  # fmt: skip
    return ValidationLine(
        place=one_line(result.on),
        engine=side_name(result.engine),
        oracle=one_line(result.oracle) if result.oracle else "none",
        vectors=result.vectors,
        mismatches=result_cell((result,), result.on, notes),
        error="" if error is None else number(error) if math.isfinite(error) else "not finite",
        tolerance=one_line(result.tolerance),
        instructions=notes.cell(result.instructions, "bare"),
        stack=notes.cell(result.stack),
        reason=one_line(result.reason),
        metrics=rows,
    )


def _layer(layer: LayerInfo, notes: Notes) -> LayerLine:
    source = "elements of the layer's constants"
    params = (
        notes.absent("not stated by the report")
        if layer.params is None
        else notes.known(number(layer.params), "predicted", source)
    )
    return LayerLine(
        id=layer.id,
        name=one_line(layer.name),
        type=one_line(layer.type),
        shape=shape_text(layer.shape),
        params=params,
        macc=notes.cell(layer.macc, "bare"),
    )


def _tensors(inputs: Sequence[TensorInfo], outputs: Sequence[TensorInfo]) -> tuple[TensorLine, ...]:
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

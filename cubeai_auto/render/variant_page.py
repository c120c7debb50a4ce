"""What the HTML page shows of one variant, as values that its template only has to lay out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cubeai_auto.compare.record import Buffer, MemoryMap, Misread, VariantRecord
from cubeai_auto.quantity import predicted
from cubeai_auto.render.confusion import Confusion, confusion
from cubeai_auto.render.cubemx_view import cubemx_text
from cubeai_auto.render.fit_view import FitView, fit_view
from cubeai_auto.render.judgment import Judgment, judgment
from cubeai_auto.render.macc_chart import macc_chart
from cubeai_auto.render.memory_chart import memory_chart
from cubeai_auto.render.model_lines import LayerLine, TensorLine, layer_lines, tensor_lines
from cubeai_auto.render.names import side_name
from cubeai_auto.render.png import png_data_uri
from cubeai_auto.render.summary import Group, Row, result_cell, side_groups
from cubeai_auto.render.svg import Svg
from cubeai_auto.render.text import Cell, Notes, number, one_line
from cubeai_auto.render.verdict import Verdict
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult

__all__ = [
    "MemoryView",
    "Picture",
    "ValidationLine",
    "VariantPage",
    "memory_view",
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
class VariantPage:
    """A variant: ``tflm`` holds the host arena's lines, ``tflm_reason`` why TFLM refused it."""

    name: str
    anchor: str
    outcome: Verdict
    model_path: str
    model_bytes: str
    model_sha256: str
    cubemx: str
    cubemx_path: str
    sides: tuple[tuple[str, str], ...]
    comparison: tuple[Group, ...]
    comparison_notes: tuple[str, ...]
    judgment: Judgment
    fit: FitView | None
    memory: MemoryView | None
    confusion: Confusion | None
    pictures: tuple[Picture, ...]
    more_pictures: int
    validations: tuple[ValidationLine, ...]
    layers: tuple[LayerLine, ...]
    work: Svg | None
    tensors: tuple[TensorLine, ...]
    report: tuple[Row, ...]
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
    host, target, flash = variant.tflm.host_arena, variant.tflm.arena, variant.tflm.flash
    named = [
        ("arena on the host", host.total),
        ("head: planned tensors", host.head),
        ("tail: persistent", host.tail),
    ]
    named += [(f"tail, {one_line(name)}", value) for name, value in host.categories.items()]
    named += [
        ("arena used on the Cortex-M", variant.tflm.arena_used),
        ("arena required on the Cortex-M", variant.tflm.arena_required),
        ("head on the Cortex-M", target.head),
        ("tail on the Cortex-M", target.tail),
    ]
    named += [
        (f"tail on the Cortex-M, {one_line(name)}", value) for name, value in target.categories.items()
    ]
    named += [
        ("model in flash", variant.tflm.flash_model),
        ("core in flash", flash.core),
        ("kernels in flash", flash.kernels),
        ("flash in all", flash.total),
        ("RAM outside the arena", flash.static_ram),
    ]
    return VariantPage(
        name=one_line(variant.name),
        anchor=f"variant-{position}",
        outcome=outcome,
        model_path=one_line(variant.model_path),
        model_bytes=number(variant.model_bytes),
        model_sha256=one_line(variant.model_sha256),
        cubemx=cubemx_text(variant),
        cubemx_path="" if variant.cubemx is None else one_line(variant.cubemx.ioc),
        sides=tuple((side_name(side.name), one_line(side.version)) for side in comparison.sides),
        comparison=side_groups(comparison, notes) if comparison.sides else (),
        comparison_notes=tuple(map(one_line, comparison.notes)),
        judgment=judgment(comparison, notes),
        fit=None if variant.fit is None else fit_view(variant.fit, notes),
        memory=None if variant.memory is None else memory_view(variant.memory, variant.name, notes),
        confusion=confusion(variant.confusion, classes),
        pictures=tuple(map(_picture, variant.misread[:_MOST_PICTURES])),
        more_pictures=max(0, len(variant.misread) - _MOST_PICTURES),
        validations=tuple(_validation(result, notes) for result in variant.validation),
        layers=() if report is None else layer_lines(report, notes),
        work=None if report is None else macc_chart(report.layers, variant.name),
        tensors=() if report is None else tensor_lines(report.inputs, report.outputs),
        report=() if report is None else _report(report, notes),
        tflm=tuple(Row(name, (notes.cell(value),)) for name, value in named),
        tflm_reason=one_line(variant.tflm.reason),
        tflm_operators=tuple(map(one_line, variant.tflm.operators)),
        files=() if report is None else tuple(map(one_line, report.generated_files)),
        notes=() if report is None else tuple(map(one_line, report.notes)),
    )


def _report(report: CubeReport, notes: Notes) -> tuple[Row, ...]:
    """Every figure of the engine's report, under the names of the JSON."""
    footprint = report.footprint
    named = [
        ("weights", footprint.weights),
        ("kernel flash", footprint.kernel_flash),
        ("channel constants", footprint.channel_constants),
        ("toolchain flash", footprint.toolchain_flash),
        ("flash total", footprint.flash_total),
        ("activations", footprint.activations),
        ("inputs", footprint.inputs),
        ("outputs", footprint.outputs),
        ("states", footprint.states),
        ("data RAM", footprint.data_ram),
        ("kernel RAM", footprint.kernel_ram),
        ("toolchain RAM", footprint.toolchain_ram),
        ("RAM total", footprint.ram_total),
        ("parameters", report.params),
    ]
    rows = [Row(name, (notes.cell(value),)) for name, value in named]
    return (*rows, Row("MACC", (notes.cell(report.macc, "bare"),)))


def memory_view(plan: MemoryMap, name: str, notes: Notes) -> MemoryView:
    """The view of a memory map; ``name`` is its network's."""
    size, bound, gap = (
        notes.cell(predicted(value, "B", _PLAN))
        for value in (plan.size, plan.live_bound, plan.size - plan.live_bound)
    )
    buffers = tuple(sorted(plan.buffers, key=lambda buffer: (buffer.first, buffer.offset)))
    return MemoryView(memory_chart(plan, name), size, bound, gap, buffers)


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

"""Figures as CSV in long form: a line a figure, with its provenance or the reason why it is missing.

The columns are ``variant, side, metric, value, unit, how, source, reason``. Metrics of a side have the
names of the JSON (``flash.weights``, ``ram.total``). Text is UTF-8 with LF line ends; a text that a
spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.compare.record import RunRecord, Side, VariantRecord
from cubeai_auto.compare.verdict import Verdict
from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.render.text import one_line
from cubeai_auto.reports.validation import ValidationResult

__all__ = ["CSV_COLUMNS", "compared_csv", "run_csv"]

CSV_COLUMNS: Final = ("variant", "side", "metric", "value", "unit", "how", "source", "reason")

_FORMULA: Final = ("=", "+", "-", "@")
_Row = tuple[str, str, str, Quantity]


def run_csv(record: RunRecord) -> str:
    """All figures of a run: accuracy, sides, validation, TFLM's arena, room, budgets, baseline."""
    return _text(row for variant in record.variants for row in _variant(variant, record))


def compared_csv(compared: ComparedModel) -> str:
    """All figures of a model's deployments; the variant is the model's name."""
    return _text(_compared(compared))


def _compared(compared: ComparedModel) -> Iterator[_Row]:
    yield from _comparison(compared.name, compared.comparison)
    yield from _validations(compared.name, compared.validation)


def _validations(name: str, results: Iterable[ValidationResult]) -> Iterator[_Row]:
    for result in results:
        for metric, value in _validation(result):
            yield (name, result.engine, f"validation.{result.on}.{metric}", value)


def _variant(variant: VariantRecord, record: RunRecord) -> Iterator[_Row]:
    name = variant.name
    yield (name, "", "accuracy.reference", variant.accuracy.reference)
    yield (name, "", "accuracy.float32", variant.accuracy.float32)
    yield (name, record.engine, "accuracy.deployed", variant.accuracy.deployed)
    yield from _comparison(name, variant.comparison)
    for gap in record.across_variants:
        if gap.variant == name:
            yield (name, gap.side, f"flash.less_{gap.against}", gap.flash)
    yield from _validations(name, variant.validation)
    for metric, value in (
        ("tflm.host_arena", variant.tflm.host_arena.total),
        ("tflm.arena_used", variant.tflm.arena_used),
        ("tflm.arena_required", variant.tflm.arena_required),
        ("tflm.flash.model", variant.tflm.flash_model),
    ):
        yield (name, "", metric, value)
    if variant.fit is not None:
        for metric, line in (
            ("flash", variant.fit.flash),
            ("activations", variant.fit.activations),
            ("ram", variant.fit.ram),
        ):
            yield (name, record.engine, f"left.{metric}", line.headroom)
    for check in record.budgets:
        if check.variant == name:
            yield (name, record.engine, f"budget.{check.name}", check.value)
    if record.baseline is not None:
        for change in record.baseline.changes:
            if change.variant == name:
                yield (name, record.engine, f"baseline.{change.figure}", change.before)
                yield (name, record.engine, f"baseline.{change.figure}.change", change.delta)


def _comparison(variant: str, comparison: Comparison) -> Iterator[_Row]:
    for side in comparison.sides:
        for metric, value in _side(side):
            yield (variant, side.name, metric, value)
    for ratio in comparison.ratios:
        yield (variant, f"{ratio.side} / {ratio.against}", f"ratio.{ratio.metric}", ratio.value)
    if comparison.verdict is not None:
        yield from _crossovers(variant, comparison.verdict)


def _crossovers(variant: str, verdict: Verdict) -> Iterator[_Row]:
    for found in verdict.crossovers:
        pair = f"{found.smaller_below} / {found.smaller_above}"
        yield (variant, pair, "flash.crossover", found.weights)


def _side(side: Side) -> Iterator[tuple[str, Quantity]]:
    yield "flash.weights", side.weights
    yield "flash.container", side.container
    yield "flash.kernels", side.kernels
    yield "flash.runtime", side.runtime
    yield "flash.total", side.flash_total
    yield "ram.activations", side.activations
    yield "ram.io", side.io
    yield "ram.runtime", side.runtime_ram
    yield "ram.stack", side.stack
    yield "ram.total", side.ram_total
    yield "macc", side.macc
    yield "instructions", side.instructions
    yield "accuracy", side.accuracy


def _validation(result: ValidationResult) -> Iterator[tuple[str, Quantity]]:
    if result.mismatches is None:
        yield "mismatches", missing(result.reason or "nothing was compared")
    else:
        source = f"{result.outputs_compared} outputs against {result.oracle}"
        yield "mismatches", measured(result.mismatches, "1", source)
    yield "instructions", result.instructions
    yield "stack", result.stack


def _text(rows: Iterable[_Row]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for variant, side, metric, value in rows:
        number = "" if value.value is None else repr(value.value)
        words = (value.unit, value.how or "", value.source, value.reason)
        writer.writerow([*map(_plain, (variant, side, metric)), number, *map(_plain, words)])
    return stream.getvalue()


def _plain(text: str) -> str:
    """Text in one line that no spreadsheet takes for a formula."""
    text = one_line(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text

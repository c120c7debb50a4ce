"""Instructions by layer: shown where they were counted, and nothing about them elsewhere."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from cubeai_auto.compare.record import RunRecord
from cubeai_auto.quantity import simulated
from cubeai_auto.render.console import make_console, render_run
from cubeai_auto.render.html import render_html
from cubeai_auto.reports.layer import with_instructions

SLOW = "border: 56% of the windows reach past the image"
COUNTS = (93_166, 23_476, 1_525, 3_752)


@pytest.fixture
def counted(run_record: RunRecord) -> RunRecord:
    """The run with instructions in the first variant's layers."""
    first, *others = run_record.variants
    assert first.report is not None
    layers = tuple(
        replace(layer, instructions=simulated(count, "instructions", "QEMU"), slow=SLOW)
        for layer, count in zip(first.report.layers, COUNTS, strict=True)
    )
    report = replace(first.report, layers=with_instructions(layers, layers))
    return replace(run_record, variants=(replace(first, report=report), *others))


def printed(record: RunRecord) -> str:
    stream = io.StringIO()
    render_run(record, make_console(quiet=False, file=stream, width=140))
    return stream.getvalue()


def test_the_console_names_the_largest_layers_first(counted: RunRecord, run_record: RunRecord) -> None:
    text = printed(counted)
    table = text[text.index("instructions by layer") :].splitlines()
    assert [line.split()[:2] for line in table if "%" in line][:2] == [
        ["0", "FULLY_CONNECTED"],
        ["1", "FULLY_CONNECTED"],
    ]
    assert "93,166 s" in text
    assert "76.4%" in text
    assert "0.93 s" in text
    assert SLOW in text
    assert "instructions by layer" not in printed(run_record)


def test_the_page_shows_them_in_the_table_of_layers(counted: RunRecord, run_record: RunRecord) -> None:
    page = render_html(counted)
    assert "instructions per MACC" in page
    assert SLOW in page
    assert "93,166" in page
    assert "instructions per MACC" not in render_html(run_record)


def test_many_layers_are_cut_on_the_console_only(counted: RunRecord) -> None:
    first, *others = counted.variants
    assert first.report is not None
    many = tuple(replace(first.report.layers[0], id=k) for k in range(30))
    deep = replace(
        counted, variants=(replace(first, report=replace(first.report, layers=many)), *others)
    )
    text = printed(deep)
    assert "the largest 8 of 30" in text
    assert render_html(deep).count("93,166") >= 30

"""JSON and Markdown of a run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

from cubeai_auto.compare.record import RunRecord
from cubeai_auto.render.json_out import json_text, run_json
from cubeai_auto.render.markdown import render_markdown


def test_json_is_the_record(run_record: RunRecord) -> None:
    text = run_json(run_record)
    assert json.loads(text) == run_record.to_json()
    assert text == run_json(run_record)
    assert text.startswith('{\n  "schema": "cubeai-auto/run/1"')
    assert text.endswith("}\n")


def test_json_keeps_to_what_json_can_hold(hostile_record: RunRecord) -> None:
    text = run_json(hostile_record)
    assert text.isascii()
    loaded = json.loads(text, parse_constant=lambda name: f"not JSON: {name}")
    assert loaded["budgets"][0]["limit"] is None
    assert loaded["input_contract"]["raw_min"] is None
    assert loaded["project"] == hostile_record.project


def test_json_of_any_value() -> None:
    assert json_text({"b": [1, 2.5, None], "a": float("nan")}) == (
        '{\n  "b": [\n    1,\n    2.5,\n    null\n  ],\n  "a": null\n}\n'
    )


def test_markdown_golden(run_record: RunRecord, golden: Callable[[str, str], None]) -> None:
    golden("summary.md", render_markdown(run_record))


def test_markdown_stays_short(run_record: RunRecord, bare_record: RunRecord) -> None:
    many = replace(
        run_record,
        variants=tuple(replace(run_record.variants[1], name=f"v{index}") for index in range(40)),
        budgets=run_record.budgets * 20,
    )
    text = render_markdown(many)
    assert len(text.splitlines()) <= 60
    assert "and 34 more variants" in text
    assert "and 110 more budgets" in text
    assert len(render_markdown(bare_record).splitlines()) <= 60
    assert "answered from the run folder" in render_markdown(bare_record)


def test_failed_budgets_come_first(run_record: RunRecord) -> None:
    kept = tuple(check for check in run_record.budgets if check.passed)
    broken = tuple(check for check in run_record.budgets if not check.passed)
    text = render_markdown(replace(run_record, budgets=kept * 10 + broken))
    assert "| int8 | instructions | **FAIL** | &lt;= 180,000 | 180,844 <sup>s</sup> |" in text
    assert "| int8 | arena | not known |" in text


def test_markdown_shows_hostile_names_as_text(hostile_record: RunRecord) -> None:
    text = render_markdown(hostile_record)
    assert "<script" not in text
    assert not re.search(r"(?<!\\)`", text)
    assert "\x1b" not in text
    assert "\u202e" not in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in tables}
    assert widths == {10, 7, 6}

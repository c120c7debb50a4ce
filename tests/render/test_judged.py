"""Conditions, verdict and baseline in every view of a run."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import html as lxml_html

from cubeai_auto.compare.changes import BaselineCheck, Growth
from cubeai_auto.compare.record import RunRecord
from cubeai_auto.quantity import Quantity
from cubeai_auto.render.baseline_view import baseline_view, growth_text
from cubeai_auto.render.console import make_console, render_run
from cubeai_auto.render.csv_out import run_csv
from cubeai_auto.render.html import render_html
from cubeai_auto.render.judgment import judgment
from cubeai_auto.render.markdown import render_full_markdown, render_markdown
from cubeai_auto.render.markdown_parts import LARGEST
from cubeai_auto.render.text import Notes, one_line
from cubeai_auto.render.verdict import verdicts

Golden = Callable[[str, str], None]


def printed(record: RunRecord, width: int = 120) -> str:
    stream = io.StringIO()
    render_run(record, make_console(quiet=False, file=stream, width=width))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    return "\n".join(line.rstrip() for line in lines) + "\n"


def test_console_golden(judged_record: RunRecord, golden: Golden) -> None:
    text = printed(judged_record)
    start, end = text.index("Conditions"), text.index("Where the values come from")
    golden("judged_console.txt", text[start:end])


@pytest.mark.parametrize("width", [40, 70])
def test_a_narrow_console_has_lines_instead_of_a_table_of_conditions(
    judged_record: RunRecord, width: int
) -> None:
    text = " ".join(printed(judged_record, width).split())
    assert "core: equal; cortex-m4" in text
    assert "float ABI: not known; hard (built-in engine, TFLM, CMSIS-NN kernels); - (Cube.AI)" in text


def test_markdown_golden(judged_record: RunRecord, golden: Golden) -> None:
    golden("judged_summary.md", render_markdown(judged_record))
    golden("judged_full.md", render_full_markdown(judged_record))


def test_markdown_in_full_has_every_section_and_room(judged_record: RunRecord) -> None:
    text = render_full_markdown(judged_record)
    assert len(text.encode()) < LARGEST
    for part in ("All figures", "int8: side by side", "**Verdict:**", "Made of: int8 flash: kernels"):
        assert part in text
    assert text.count("<details>") == text.count("</details>")
    assert "Left out" not in text


def test_markdown_of_a_huge_run_leaves_sections_out_and_says_so(judged_record: RunRecord) -> None:
    one = judged_record.variants[1]
    many = tuple(replace(one, name=f"variant_{index}") for index in range(60))
    text = render_full_markdown(replace(judged_record, variants=many))
    assert 40_000 < len(text.encode()) < LARGEST
    assert "Left out for size: " in text
    assert "**Baseline** baseline.json" in text
    assert text.rstrip().endswith("report.html, run.json.")
    assert text.count("<details>") == text.count("</details>")


def test_markdown_in_full_shows_hostile_names_as_text(hostile_record: RunRecord) -> None:
    text = render_full_markdown(hostile_record)
    assert "<script" not in text
    assert not re.search(r"(?<!\\)`", text)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_html_shows_verdict_conditions_and_baseline(
    judged_record: RunRecord, quantities: Callable[[object], tuple[Quantity, ...]]
) -> None:
    root = lxml_html.document_fromstring(render_html(judged_record))
    (section,) = root.xpath("//section[@id='baseline']")
    rows = [[" ".join(c.text_content().split()) for c in r] for r in section.xpath(".//tbody/tr")]
    assert [
        "int8",
        "flash",
        "122,000 Bm",
        "123,138 Bm",
        "+1,138 B (+0.9 %)p",
        "+512 B",
        "BROKEN",
    ] in rows
    assert any(row[1] == "kernels" and row[4] == "+1,216 Bp" for row in rows)
    assert "10.3.1 in the baseline, 12.2.1 now" in section.text_content()
    (variant,) = root.xpath("//section[@id='variant-2']")
    assert "needs the least flash" in variant.xpath(".//p[@class='verdict']")[0].text_content()
    table = variant.xpath(".//div[@aria-label='int8: conditions']//tbody/tr")
    assert [row[0].text_content() for row in table][:2] == ["core", "float ABI"]
    assert variant.xpath(".//svg[starts-with(@aria-label, 'multiply-accumulates of int8')]")
    listed = " ".join(root.xpath("//section[@id='provenance']")[0].text_content().split())
    for quantity in quantities(judged_record):
        words = quantity.reason if quantity.value is None else f"{quantity.how}: {quantity.source}"
        assert " ".join(one_line(words).split()) in listed


def test_a_broken_limit_makes_the_variant_fail(judged_record: RunRecord) -> None:
    by_name = {outcome.variant: outcome for outcome in verdicts(judged_record, Notes())}
    assert by_name["int8"].state == "failed"
    assert by_name["int8"].problems[-1] == (
        "baseline flash: 122,000 B to 123,138 B, +1,138 B (+0.9 %), limit +512 B"
        " (kernels +1,216 B, not attributed -78 B)"
    )
    assert by_name["int8"].unknown[-1].startswith("baseline ram: not known in the baseline: ")
    assert by_name["float32"].state == "passed", "what is not known breaks nothing"
    assert by_name["float32"].unknown == (
        "baseline flash, ram, arena, accuracy: the baseline has no variant float32",
    )


def test_a_baseline_that_is_not_there_is_said_everywhere(run_record: RunRecord) -> None:
    reason = "there is no baseline.json yet"
    record = replace(run_record, baseline=BaselineCheck("baseline.json", "", reason=reason))
    for text in (printed(record), render_markdown(record), render_html(record)):
        assert reason in text


@pytest.mark.parametrize(
    ("limit", "figure", "text"),
    [
        (None, "flash", ""),
        (Growth(share=0.02), "flash", "+2 %"),
        (Growth(share=0.005), "macc", "+0.5 %"),
        (Growth(amount=512), "ram", "+512 B"),
        (Growth(amount=1000), "instructions", "+1,000"),
        (Growth(amount=0.01), "accuracy", "-1 points"),
    ],
)
def test_limits_as_text(limit: Growth | None, figure: str, text: str) -> None:
    assert growth_text(limit, figure) == text


def test_counts_of_a_baseline(judged_record: RunRecord) -> None:
    assert judged_record.baseline is not None
    view = baseline_view(judged_record.baseline, Notes())
    assert view.summary == "1 BROKEN, 1 changed, 7 not known, 3 as before"
    assert [row.state for row in view.changed][:2] == ["broken", "noise"]
    assert baseline_view(BaselineCheck("b", ""), Notes()).summary == "no figures"


def test_what_nobody_says_is_not_called_equal(judged_record: RunRecord) -> None:
    found = judgment(judged_record.variants[1].comparison, Notes())
    outcomes = {row.name: row.outcome for row in found.conditions}
    assert outcomes["core"] == "equal"
    assert outcomes["float ABI"] == "not known"
    assert outcomes["toolchain"] == "by nature", "one side does not say"
    assert not judgment(judged_record.variants[2].comparison, Notes())


def test_a_variant_that_costs_more_flash_than_float32_is_named(judged_record: RunRecord) -> None:
    large = replace(judged_record.variants[0], name="int8")
    small = replace(judged_record.variants[1], name="float32")
    record = replace(judged_record, variants=(small, large), baseline=None)
    sentence = "int8 costs 352,150 B more flash than float32 with the built-in engine"
    for text in (printed(record), render_html(record)):
        assert sentence in " ".join(text.split())
    short = render_markdown(record)
    assert "**More flash:** " in short
    assert sentence in short
    assert "**More flash:** " not in render_markdown(judged_record), "there, int8 saves"
    assert "saves 352,150 B of flash" in render_full_markdown(judged_record)
    (row,) = [line for line in run_csv(record).splitlines() if ",builtin,flash.less_float32," in line]
    assert row.startswith("int8,builtin,flash.less_float32,352150,B,measured,")

"""A model's deployments side by side in every view."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree
from lxml import html as lxml_html

from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.quantity import Quantity
from cubeai_auto.render.compare_html import render_compared_html
from cubeai_auto.render.console import make_console
from cubeai_auto.render.console_compare import render_compared
from cubeai_auto.render.csv_out import compared_csv
from cubeai_auto.render.json_out import json_text
from cubeai_auto.render.junit import compared_junit
from cubeai_auto.render.macc_chart import macc_chart
from cubeai_auto.render.markdown_compare import render_compared_markdown
from cubeai_auto.render.text import one_line

Golden = Callable[[str, str], None]
ALL = ("compared", "unfair_compared", "hostile_comparison", "bare_compared")


@pytest.fixture(params=ALL)
def any_compared(request: pytest.FixtureRequest) -> ComparedModel:
    value = request.getfixturevalue(request.param)
    assert isinstance(value, ComparedModel)
    return value


def printed(compared: ComparedModel, width: int = 110) -> str:
    stream = io.StringIO()
    render_compared(compared, make_console(quiet=False, file=stream, width=width))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def test_goldens(compared: ComparedModel, golden: Golden) -> None:
    golden("compare_console.txt", printed(compared))
    golden("compare.md", render_compared_markdown(compared))
    golden("compare_compact.md", render_compared_markdown(compared, compact=True))
    golden("compare.csv", compared_csv(compared))
    golden("compare_junit.xml", compared_junit(compared))


def test_the_json_has_the_sides_on_top(compared: ComparedModel) -> None:
    document = json.loads(json_text(compared.to_json()))
    assert document["schema"] == "cubeai-auto/compare/1"
    assert [side["name"] for side in document["sides"]] == ["builtin", "tflm-cmsis-nn", "cube-ai"]
    assert document["verdict"]["flash"] == "builtin"
    assert document["conditions"][0] == {
        "name": "core",
        "values": {"builtin": "cortex-m4", "tflm-cmsis-nn": "cortex-m4", "cube-ai": "cortex-m4"},
        "comparable": True,
        "note": None,
    }


def test_different_cores_are_told_in_every_view(unfair_compared: ComparedModel) -> None:
    why = "another core"
    assert "No two deployments can be compared." in printed(unfair_compared)
    for text in (
        printed(unfair_compared),
        render_compared_markdown(unfair_compared),
        render_compared_html(unfair_compared),
        compared_junit(unfair_compared),
    ):
        assert why in text
        assert "0.72x" not in text


def test_junit_of_an_unfair_comparison_passes_nothing_that_is_not_so(
    unfair_compared: ComparedModel,
) -> None:
    root = etree.fromstring(compared_junit(unfair_compared).encode())
    skipped = {case.get("name") for case in root.iter("testcase") if case.find("skipped") is not None}
    assert {"condition core", "verdict", "figures of Cube.AI"} <= skipped
    assert root.get("failures") == "0"
    assert int(root.get("skipped") or 0) == len(skipped)


def test_junit_has_the_outputs_that_differ(compared: ComparedModel) -> None:
    wrong = replace(compared.validation[0], mismatches=2)
    root = etree.fromstring(compared_junit(replace(compared, validation=(wrong,))).encode())
    (failure,) = root.iter("failure")
    assert "2 of 2,000 outputs differ" in (failure.get("message") or "")


def test_the_page_is_closed_and_loads_nothing(any_compared: ComparedModel) -> None:
    text = render_compared_html(any_compared)
    closed = re.sub(r"<(meta)\b([^>]*)>", r"<\1\2/>", text.replace("<!DOCTYPE html>", ""))
    root = etree.fromstring(closed.encode("utf-8"))
    identifiers = root.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    assert {link[1:] for link in root.xpath("//a/@href")} <= set(identifiers)
    assert "http:" not in text
    assert "https:" not in text
    assert not root.xpath("//script | //link | //iframe | //@src")
    assert text == render_compared_html(any_compared)


def test_every_quantity_is_on_the_page(
    any_compared: ComparedModel, quantities: Callable[[object], tuple[Quantity, ...]]
) -> None:
    root = lxml_html.document_fromstring(render_compared_html(any_compared))
    listed = " ".join(root.xpath("//section[@id='provenance']")[0].text_content().split())
    layers = any_compared.report.layers if any_compared.report else ()
    shown = (any_compared.comparison, tuple(layer.macc for layer in layers))
    for quantity in (found for part in shown for found in quantities(part)):
        words = quantity.reason if quantity.value is None else f"{quantity.how}: {quantity.source}"
        assert " ".join(one_line(words).split()) in listed


def test_hostile_names_stay_text(hostile_comparison: ComparedModel) -> None:
    markdown = render_compared_markdown(hostile_comparison)
    for text in (
        render_compared_html(hostile_comparison),
        markdown,
        printed(hostile_comparison),
        compared_csv(hostile_comparison),
        compared_junit(hostile_comparison),
    ):
        assert "\x1b" not in text
        assert "\u202e" not in text
        text.encode("utf-8")
    assert "<script" not in markdown
    assert "<script" not in render_compared_html(hostile_comparison)
    assert "<script" not in compared_junit(hostile_comparison)
    etree.fromstring(compared_junit(hostile_comparison).encode())


def test_csv_of_hostile_names_is_a_table_without_formulas(hostile_comparison: ComparedModel) -> None:
    rows = list(csv.reader(io.StringIO(compared_csv(hostile_comparison))))
    assert {len(row) for row in rows} == {8}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


def test_without_sides_every_view_says_so(bare_compared: ComparedModel) -> None:
    assert "no engine is here" in printed(bare_compared)
    assert "No deployment is known." in render_compared_markdown(bare_compared)
    assert "No deployment is known." in render_compared_html(bare_compared)
    assert compared_csv(bare_compared).count("\n") == 1
    assert etree.fromstring(compared_junit(bare_compared).encode()).get("tests") == "0"


def test_the_work_of_layers_golden(compared: ComparedModel, golden: Golden) -> None:
    assert compared.report is not None
    picture = macc_chart(compared.report.layers, "int8")
    assert picture is not None
    root = etree.fromstring(picture)
    golden("macc.svg", etree.tostring(root, pretty_print=True, encoding="unicode"))
    bars = [bar for bar in root.iter("rect") if "part" in (bar.get("class") or "")]
    heights = [float(bar.get("height") or "nan") for bar in bars]
    values = [layer.macc.value or 0 for layer in compared.report.layers]
    assert heights == pytest.approx([150 * value / max(values) for value in values], abs=0.01)

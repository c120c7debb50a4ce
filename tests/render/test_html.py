"""The HTML page: well formed, self-contained, complete, and deaf to hostile names."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable

import pytest
from lxml import etree
from lxml import html as lxml_html

from cubeai_auto.compare.record import RunRecord
from cubeai_auto.process import run
from cubeai_auto.quantity import Quantity
from cubeai_auto.render.html import render_html
from cubeai_auto.render.text import one_line

RECORDS = ("run_record", "hostile_record", "deep_record", "bare_record")
VOID = {"meta", "img", "br", "hr", "link", "input"}
Quantities = Callable[[RunRecord], tuple[Quantity, ...]]


@pytest.fixture(params=RECORDS)
def any_record(request: pytest.FixtureRequest) -> RunRecord:
    record = request.getfixturevalue(request.param)
    assert isinstance(record, RunRecord)
    return record


def page(record: RunRecord) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(render_html(record))


def visible(root: lxml_html.HtmlElement) -> str:
    """What a reader sees, a line a block; marks stand right after their value."""
    for tag in root.xpath("//style | //head | //svg//title"):
        tag.drop_tree()
    lines = []
    blocks = (
        "//h1|//h2|//h3|//p|//li|//tr|//dl/div|//figcaption|//summary|//pre|//div[@class='barhead']"
    )
    for block in root.xpath(blocks):
        nested = block.xpath("ancestor::*[self::li or self::tr or self::p]")
        if not nested:
            parts = block.xpath(".//th|.//td|.//dt|.//dd") or [block]
            lines.append(" | ".join(" ".join(part.text_content().split()) for part in parts))
    return "\n".join(lines) + "\n"


def test_golden_text(run_record: RunRecord, golden: Callable[[str, str], None]) -> None:
    golden("page.txt", visible(page(run_record)))


def test_every_element_is_closed(any_record: RunRecord) -> None:
    """The page parses as XML once its void elements are closed: nothing is left to guessing."""
    text = render_html(any_record).replace("<!DOCTYPE html>", "")
    text = re.sub(rf"<({'|'.join(VOID)})\b([^>]*)>", r"<\1\2/>", text)
    root = etree.fromstring(text.encode("utf-8"))
    assert root.tag == "html"
    identifiers = root.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    targets = {link[1:] for link in root.xpath("//a/@href")}
    assert targets <= set(identifiers)


def test_nothing_is_loaded_and_nothing_runs(any_record: RunRecord) -> None:
    text = render_html(any_record)
    assert "http:" not in text
    assert "https:" not in text
    root = page(any_record)
    assert not root.xpath("//script | //link | //iframe | //object | //embed | //base | //form")
    assert not root.xpath("//@*[starts-with(name(), 'on')]")
    assert all(source.startswith("data:image/png;base64,") for source in root.xpath("//@src"))
    assert all(link.startswith("#") for link in root.xpath("//@href"))
    assert not re.search(r"@import|url\((?!#hatch\))", text)
    assert (
        "default-src 'none'" in root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    )


def test_hostile_names_stay_text(hostile_record: RunRecord) -> None:
    text = render_html(hostile_record)
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    text.encode("utf-8")
    root = page(hostile_record)
    assert one_line(hostile_record.project) in root.xpath("//h1")[0].text_content()
    assert "no picture" in root.text_content()


def test_every_quantity_is_there_with_its_provenance(
    any_record: RunRecord, quantities: Quantities
) -> None:
    root = page(any_record)
    listed = " ".join(root.xpath("//section[@id='provenance']")[0].text_content().split())
    for quantity in quantities(any_record):
        words = quantity.reason if quantity.value is None else f"{quantity.how}: {quantity.source}"
        assert " ".join(one_line(words).split()) in listed


def test_every_value_leads_to_its_source_or_reason(run_record: RunRecord) -> None:
    root = page(run_record)
    marks = root.xpath("//a[contains(@class, 'mark')]")
    assert len(marks) > 150
    for link in marks:
        (target,) = root.xpath(f"//li[@id='{link.get('href')[1:]}']")
        title = link.get("title")
        assert " ".join(target.text_content().split()) == title.removeprefix("not known: ")


def test_a_refused_variant_shows_the_reason(run_record: RunRecord) -> None:
    root = page(run_record)
    (box,) = root.xpath("//section[@id='variant-3']//div[@class='refusal']")
    assert "The built-in engine refused this model." in box.text_content()
    assert "convert with a representative data set for full int8" in box.text_content()
    assert len(box.xpath("p")) == 4
    section = root.xpath("//section[@id='variant-3']")[0].text_content()
    assert "Hybrid models are not supported on TFLite Micro" in section


def test_tables_and_pictures_are_labeled(any_record: RunRecord) -> None:
    root = page(any_record)
    assert all(picture.get("alt") for picture in root.xpath("//img"))
    for svg in root.xpath("//svg"):
        assert svg.get("aria-hidden") == "true" or svg.get("aria-label")
    for table in root.xpath("//table"):
        assert table.xpath(".//th/@scope")
    assert root.get("lang") == "en"


def test_the_input_contract_names_scale_and_zero_point(run_record: RunRecord) -> None:
    (block,) = page(run_record).xpath("//section[@id='contract']/pre")
    assert "real = (raw - 0) * 0.00392156863" in block.text_content()
    assert "stored = round(real / 0.00392156863) - 128" in block.text_content()
    assert "zero point -128" in block.text_content()


def test_misread_pictures(run_record: RunRecord) -> None:
    root = page(run_record)
    captions = root.xpath("//section[@id='variant-2']//figcaption/text()")
    assert captions == ["read 7, is 1", "read 1, is 8", "read 4, is 9", "read 8, is 5", "read 1, is 7"]
    assert root.xpath("//img/@alt")[0] == "test sample 17: read 7, is 1"


def test_a_cached_run_says_so(bare_record: RunRecord) -> None:
    assert "Answered from the run folder" in page(bare_record).text_content()
    assert "Cube.AI" not in page(bare_record).text_content()


def test_the_same_record_gives_the_same_page(any_record: RunRecord) -> None:
    assert render_html(any_record) == render_html(any_record)


def test_rendering_is_fast(deep_record: RunRecord) -> None:
    render_html(deep_record)
    best = min(_seconds(deep_record) for _ in range(3))
    assert best < 0.3


def _seconds(record: RunRecord) -> float:
    started = time.perf_counter()
    render_html(record)
    return time.perf_counter() - started


def test_only_the_console_and_the_page_need_their_libraries() -> None:
    rooms = "text, names, summary, verdict, json_out, markdown, png, svg, confusion"
    code = f"import sys; from cubeai_auto.render import {rooms}; print(*sys.modules)"
    loaded = set(run([sys.executable, "-c", code], timeout=30).stdout.split())
    assert "cubeai_auto.render.markdown" in loaded
    assert not loaded & {"rich", "jinja2"}

"""The chart of the layers' work: scale, unknown work, sizes that would break a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cubeai_auto.quantity import Quantity, missing, predicted
from cubeai_auto.render.macc_chart import macc_chart
from cubeai_auto.reports.report import LayerInfo


def layer(index: int, macc: Quantity) -> LayerInfo:
    return LayerInfo(index, f"scope/layer_{index}", "CONV_2D", (1, 8), None, macc)


def work(value: int) -> Quantity:
    return predicted(value, "MACC", "rules")


def test_nothing_known_gives_no_picture() -> None:
    assert macc_chart((), "m") is None
    assert macc_chart((layer(0, missing("not stated")),), "m") is None
    assert macc_chart((layer(0, work(0)),), "m") is None


def test_unknown_work_is_hatched_with_its_reason() -> None:
    picture = macc_chart((layer(0, work(10)), layer(1, missing("not stated"))), "m")
    assert picture is not None
    root = etree.fromstring(picture)
    (mark,) = [bar for bar in root.iter("rect") if bar.get("class") == "part unknown"]
    assert "not known: not stated" in mark[0].text
    assert "2 layers, 10 in all" in (root.get("aria-label") or "")


@pytest.mark.parametrize("count", [1, 5, 40, 120, 400, 3000])
def test_a_sensible_size(count: int) -> None:
    picture = macc_chart([layer(index, work(index)) for index in range(1, count + 1)], "deep")
    assert picture is not None
    root = etree.fromstring(picture)
    assert float(root.get("width") or 0) <= 3300
    assert float(root.get("height") or 0) <= 500
    for bar in root.iter("rect"):
        top, height = float(bar.get("y") or "nan"), float(bar.get("height") or "nan")
        assert top >= 13.9
        assert top + height == pytest.approx(164, abs=0.02)


@given(st.lists(st.integers(0, 10**14), min_size=1, max_size=6))
def test_any_work_can_be_drawn(values: list[int]) -> None:
    picture = macc_chart([layer(index, work(value)) for index, value in enumerate(values)], "m")
    assert (picture is None) == (max(values) == 0)
    if picture is not None:
        root = etree.fromstring(picture)
        assert sum(line.get("class") == "grid" for line in root.iter("line")) <= 8

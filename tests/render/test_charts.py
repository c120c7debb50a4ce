"""Pictures as SVG: geometry, missing values, sizes that would break a page."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cubeai_auto.compare.record import Buffer, Comparison, MemoryMap, RunRecord, Side
from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.render.confusion import confusion
from cubeai_auto.render.footprint_chart import footprint_chart
from cubeai_auto.render.memory_chart import memory_chart
from cubeai_auto.render.svg import Svg, clipped, element, label, length, percent
from cubeai_auto.render.text import Notes

UNKNOWN = missing("not measured")


def parsed(svg: Svg | None) -> etree._Element:
    assert svg is not None
    return etree.fromstring(svg)


def share(value: str | None) -> float:
    assert value is not None
    assert value.endswith("%")
    return float(value[:-1])


def size_of(value: int | None) -> Quantity:
    return UNKNOWN if value is None else measured(value, "B", "map file")


def side(weights: int | None, kernels: int | None, total: int | None) -> Side:
    zero = size_of(0)
    return Side(
        "builtin", "1", size_of(weights), zero, size_of(kernels), zero, size_of(total),
        *(UNKNOWN for _ in range(8)),
    )  # fmt: skip


def flash_bars(record: RunRecord, *sides: Side) -> list[list[tuple[str, float, float]]]:
    """Of every bar, the class, start and width in percent of every rectangle and line."""
    variant = replace(record.variants[1], comparison=Comparison(sides))
    chart = footprint_chart("flash", [variant], Notes())
    return [
        [
            (
                shape.get("class") or "",
                share(shape.get("x") or shape.get("x1")),
                share(shape.get("width") or "0%"),
            )
            for shape in parsed(bar.svg)
        ]
        for bar in chart.groups[0].bars
    ]


def test_coordinates_are_finite() -> None:
    assert length(12.0) == "12"
    assert length(1 / 3) == "0.33"
    assert length(-0.001) == "0"
    assert length(1e9) == "1000000000"
    assert percent(1, 0) == "0%"
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="not a coordinate"):
            length(value)


def test_attributes_and_texts_are_escaped() -> None:
    svg = element("g", {"aria-label": 'a"<b>&'}, label(1, 2, "</text><script>"))
    root = parsed(svg)
    assert root.get("aria-label") == 'a"<b>&'
    assert root[0].text == "</text><script>"


@given(st.text(), st.floats(0, 400))
def test_clipped_text_fits(text: str, width: float) -> None:
    assert len(clipped(text, width)) <= max(0, int(width / 6.6))


def test_bars_are_true_to_scale(run_record: RunRecord) -> None:
    large, small = flash_bars(run_record, side(300, 100, 400), side(100, 0, 100))
    assert large == [("part c1", 0, 70.5), ("part c2", 70.5, 23.5)]
    assert small == [("part c1", 0, 23.5)]


def test_what_is_not_known_is_hatched(run_record: RunRecord) -> None:
    known, part, nothing = flash_bars(
        run_record, side(300, 100, 400), side(100, None, 400), side(None, None, None)
    )
    assert not any("unknown" in style for style, _, _ in known)
    assert part == [("part c1", 0, 23.5), ("part unknown", 23.5, 70.5)]
    assert nothing == [("part unknown", 0, 6)]


def test_the_rest_of_a_total_and_a_total_below_its_parts(run_record: RunRecord) -> None:
    rest, below = flash_bars(run_record, side(100, 100, 400), side(300, 100, 300))
    assert rest[-1] == ("part rest", 47, 47)
    assert below[-1] == ("edge", 70.5, 0)


def test_a_part_known_to_be_missing_inside_a_full_total_is_not_drawn(run_record: RunRecord) -> None:
    (bar,) = flash_bars(run_record, side(400, None, 400))
    assert [style for style, _, _ in bar] == ["part c1"]


def test_nothing_known_at_all_gives_the_reason(run_record: RunRecord) -> None:
    variant = replace(run_record.variants[1], comparison=Comparison((side(None, None, None),)))
    (bar,) = footprint_chart("RAM", [variant], Notes()).groups[0].bars
    assert bar.reason == "not measured"
    parsed(bar.svg)


def test_all_sizes_zero(run_record: RunRecord) -> None:
    assert flash_bars(run_record, side(0, 0, 0)) == [[]]


def test_variants_without_sides_are_left_out(run_record: RunRecord) -> None:
    chart = footprint_chart("flash", run_record.variants, Notes())
    assert [group.variant for group in chart.groups] == ["float32", "int8"]
    assert footprint_chart("flash", [], Notes()).groups == ()


def test_memory_map_golden(run_record: RunRecord, golden: Callable[[str, str], None]) -> None:
    memory = run_record.variants[1].memory
    assert memory is not None
    root = parsed(memory_chart(memory, "int8"))
    golden("memory_map.svg", etree.tostring(root, pretty_print=True, encoding="unicode"))


def test_buffers_lie_where_and_when_they_live(run_record: RunRecord) -> None:
    memory = run_record.variants[1].memory
    assert memory is not None
    root = parsed(memory_chart(memory, "int8"))
    shapes = [shape for shape in root.iter("rect") if "buffer" in (shape.get("class") or "")]
    boxes = [
        [float(shape.get(key) or "nan") for key in ("x", "y", "width", "height")] for shape in shapes
    ]
    assert len(boxes) == len(memory.buffers)
    step = boxes[0][2]
    for buffer, (x, y, width, height) in zip(memory.buffers, boxes, strict=True):
        assert x == pytest.approx(boxes[0][0] + buffer.first * step)
        assert width == pytest.approx((buffer.last - buffer.first + 1) * step)
        assert height / boxes[0][3] == pytest.approx(buffer.size / memory.buffers[0].size, abs=0.01)
        assert y + height == pytest.approx(274 - 260 * buffer.offset / memory.size, abs=0.02)


@pytest.mark.parametrize("layers", [1, 5, 30, 120, 400, 3000])
def test_a_memory_map_has_a_sensible_size(layers: int) -> None:
    buffers = tuple(Buffer(f"scope/tensor_{i}", 64 * (i % 2), 64, i, i + 1) for i in range(layers))
    memory = MemoryMap(128, 128, tuple(f"CONV_2D_{i}" for i in range(layers)), buffers)
    root = parsed(memory_chart(memory, "deep"))
    assert float(root.get("width") or 0) <= 3300
    assert float(root.get("height") or 0) <= 600


def test_labels_of_a_memory_map_do_not_collide(run_record: RunRecord) -> None:
    memory = run_record.variants[1].memory
    assert memory is not None
    svg = memory_chart(memory, "int8")
    places = [
        (float(text.get("x") or 0), float(text.get("y") or 0), len(text.text or "") * 6.0)
        for text in parsed(svg).iter("text")
        if "end" not in (text.get("class") or "").split()
    ]
    for position, (x, y, width) in enumerate(places):
        for other_x, other_y, other_width in places[position + 1 :]:
            apart = abs(y - other_y) >= 11 or x + width <= other_x or other_x + other_width <= x
            assert apart, f"labels meet at {x}, {y}"


@pytest.mark.parametrize(
    "memory",
    [
        MemoryMap(0, 0, (), ()),
        MemoryMap(0, 0, ("ADD",), (Buffer("a", 0, 0, 0, 0),)),
        MemoryMap(16, 16, (), (Buffer("a", 0, 16, 0, 0),)),
    ],
)
def test_nothing_to_draw(memory: MemoryMap) -> None:
    assert memory_chart(memory, "empty") is None


def test_a_plan_that_breaks_its_own_limits_is_still_drawn() -> None:
    memory = MemoryMap(8, 64, ("ADD",), (Buffer("a", 0, 128, -3, 9), Buffer("b", 4, 0, 0, 0)))
    parsed(memory_chart(memory, "broken"))


def test_confusion_strengths() -> None:
    matrix = confusion([[9, 1], [0, 0]], ["yes"])
    assert matrix is not None
    assert matrix.labels == ("yes", "#1")
    assert (matrix.right, matrix.total) == (9, 10)
    assert [cell.kind for cell in matrix.rows[0].cells] == ["right", "wrong"]
    assert [cell.kind for cell in matrix.rows[1].cells] == ["none", "none"]
    assert all(0 <= cell.strength <= 1 for line in matrix.rows for cell in line.cells)
    assert matrix.worst[0].predicted == "#1"
    assert confusion([], ["yes"]) is None


def test_many_classes_give_the_worst_confusions_only() -> None:
    counts = [[50 if true == read else (true * read) % 7 for read in range(100)] for true in range(100)]
    matrix = confusion(counts, ())
    assert matrix is not None
    assert matrix.rows == ()
    assert len(matrix.worst) == 20
    assert matrix.worst[0].count == 6

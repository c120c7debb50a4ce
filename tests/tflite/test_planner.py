"""Plans are valid, deterministic, and as small as they can be."""

from __future__ import annotations

import csv
import itertools
import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cubeai_auto.tflite import BufferRequest, Plan, buffer_requests, live_set_bound, load_model, plan


def request(size: int, first: int, last: int) -> BufferRequest:
    return BufferRequest(f"{size}@{first}-{last}", size, first, last)


def assert_valid(requests: Sequence[BufferRequest], found: Plan) -> None:
    assert len(found.offsets) == len(requests)
    for offset in found.offsets:
        assert offset >= 0
        assert offset % found.alignment == 0
    for (a, at_a), (b, at_b) in itertools.combinations(zip(requests, found.offsets, strict=True), 2):
        if a.first <= b.last and b.first <= a.last and a.size and b.size:
            assert at_a + a.size <= at_b or at_b + b.size <= at_a, (a, at_a, b, at_b)
    ends = [o + r.size for o, r in zip(found.offsets, requests, strict=True) if r.size]
    assert found.size == max(ends, default=0)
    assert found.size >= found.live_bound
    assert found.live_bound >= live_set_bound(requests)
    assert found.gap == found.size - found.live_bound


def smallest(requests: Sequence[BufferRequest], alignment: int) -> int:
    """First fit in every order: some order gives an optimal plan."""
    best = None
    for order in itertools.permutations(range(len(requests))):
        offsets: dict[int, int] = {}
        for i in order:
            mine, place, moved = requests[i], 0, True
            while moved:
                moved = False
                for j, offset in offsets.items():
                    other = requests[j]
                    in_time = other.first <= mine.last and mine.first <= other.last
                    if in_time and place < offset + other.size and offset < place + mine.size:
                        place = -(-(offset + other.size) // alignment) * alignment
                        moved = True
            offsets[i] = place
        size = max((offsets[i] + requests[i].size for i in offsets if requests[i].size), default=0)
        best = size if best is None else min(best, size)
    return best or 0


buffers = st.builds(
    lambda size, first, length: request(size, first, first + length),
    st.integers(0, 60),
    st.integers(0, 9),
    st.integers(0, 5),
)
alignments = st.sampled_from((1, 4, 8, 16))


@settings(max_examples=150, deadline=None)
@given(st.lists(buffers, max_size=30), alignments)
def test_any_plan_is_valid(requests: list[BufferRequest], alignment: int) -> None:
    found = plan(requests, alignment=alignment)
    assert_valid(requests, found)
    assert plan(requests, alignment=alignment) == found


@settings(max_examples=150, deadline=None)
@given(st.lists(buffers, max_size=5), alignments)
def test_few_buffers_are_placed_optimally(requests: list[BufferRequest], alignment: int) -> None:
    assert plan(requests, alignment=alignment).size == smallest(requests, alignment)


def test_a_case_where_no_plan_reaches_the_bound() -> None:
    """At most 5 bytes are live in a step, and yet 6 are needed."""
    spans = [(3, 2, 2), (3, 5, 5), (4, 1, 1), (2, 3, 5), (1, 2, 4), (2, 4, 4), (1, 1, 3)]
    requests = [request(*span) for span in spans]
    found = plan(requests, alignment=1)
    assert_valid(requests, found)
    assert (found.size, found.live_bound, found.gap) == (6, 5, 1)
    assert smallest(requests, 1) == 6


def test_few_buffers_that_no_greedy_order_places_well() -> None:
    source = random.Random(5)
    methods = []
    for _ in range(200):
        requests = [
            request(source.randint(1, 40), first, first + source.choice((0, 1, 1, 2, 3)))
            for first in (source.randrange(7) for _ in range(7))
        ]
        methods.append(plan(requests, alignment=1).method)
        if methods[-1] == "branch and bound":
            assert plan(requests, alignment=1).size == smallest(requests, 1)
            return
    pytest.fail(f"greedy solved all of them: {set(methods)}")


def mobilenet() -> list[BufferRequest]:
    """The activations of the 96x96 person detection network of MLPerf Tiny: a plain chain."""
    sizes, side = [96 * 96 * 3, 48 * 48 * 8], 48
    blocks = [(8, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2)]
    for channels, filters, stride in [*blocks, *[(128, 128, 1)] * 5, (128, 256, 2), (256, 256, 1)]:
        side = -(-side // stride)
        sizes += [side * side * channels, side * side * filters]
    sizes += [256, 2, 2]
    last = len(sizes) - 2
    return [request(size, max(i - 1, 0), min(i, last)) for i, size in enumerate(sizes)]


def test_the_network_on_which_greedy_by_size_wastes_memory() -> None:
    requests = mobilenet()
    assert sum(r.size for r in requests) == 259_460
    found = plan(requests)
    assert_valid(requests, found)
    assert (found.size, found.live_bound, found.gap) == (55_296, 55_296, 0)


def test_many_buffers_are_planned_in_a_second() -> None:
    source = random.Random(3)
    for count in (40, 400):
        requests = [
            request(source.randint(1, 4_000), first, first + source.choice((0, 1, 1, 2, 6, 20)))
            for first in (source.randrange(count) for _ in range(count))
        ]
        started = time.perf_counter()
        found = plan(requests)
        seconds = time.perf_counter() - started
        assert_valid(requests, found)
        assert seconds < 3  # well under 1 s on an idle machine
        assert found.gap <= found.live_bound // 10


def test_the_search_finds_what_no_greedy_order_does() -> None:
    source = random.Random(1)
    methods = set()
    for _ in range(20):
        requests = [
            request(source.randint(1, 4_000), first, first + source.choice((0, 1, 1, 2, 6)))
            for first in (source.randrange(16) for _ in range(20))
        ]
        found = plan(requests)
        assert_valid(requests, found)
        methods.add(found.method)
    assert "order search" in methods


def test_nothing_and_empty_buffers() -> None:
    assert plan([]) == Plan((), 0, 0, 4, "nothing to place")
    found = plan([request(0, 0, 3), request(5, 0, 3)])
    assert (found.offsets, found.size) == ((0, 0), 5)


@pytest.mark.parametrize(
    ("requests", "alignment"),
    [([request(4, 2, 1)], 4), ([request(-4, 0, 1)], 4), ([request(4, 0, 1)], 0)],
)
def test_nonsense_is_refused(requests: list[BufferRequest], alignment: int) -> None:
    with pytest.raises(ValueError, match=r"not a buffer|alignment"):
        plan(requests, alignment=alignment)


@pytest.mark.corpus
def test_against_the_arena_heads_of_tflm(corpus: Path) -> None:
    """Never more than TFLM's planner; the same with its rules on these models."""
    table = corpus / "tflm" / "tflm_host_arena_dev.csv"
    with table.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    compared = 0
    for row in rows:
        kind = {"float32": "f32", "int8": "int8"}[row["dtype"]]
        paths = [
            corpus / folder / f"{row['model']}_{kind}.tflite"
            for folder in ("models_made", "tflm/models")
        ]
        path = next((p for p in paths if p.is_file()), None)
        if path is None:
            continue
        graph, head = load_model(path), int(row["head_bytes"])
        like_tflm = plan(buffer_requests(graph, views=False, fold=False).requests, alignment=16)
        assert -(-like_tflm.size // 16) * 16 == head, path.name
        ours = plan(buffer_requests(graph).requests)
        assert ours.size <= head
        assert ours.gap == 0
        compared += 1
    assert compared >= 16


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("models_made/digits_mlp_int8", 912),
        ("models_made/digits_mlp_f32", 3_648),
        ("models_made/har_cnn1d_int8", 2_976),
        ("models_made/har_dynbatch_int8", 2_976),
        ("models_made/dscnn_small_int8", 8_000),
        ("tflm/models/person_detect_int8", 55_296),
    ],
)
def test_bounds_of_real_models(corpus: Path, name: str, size: int) -> None:
    found = plan(buffer_requests(load_model(corpus / f"{name}.tflite")).requests)
    assert (found.size, found.live_bound, found.gap) == (size, size, 0)

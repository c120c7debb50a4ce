"""The greedy planner: what every plan must keep, and the same plans as a plain reading of its rule."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflm.head import PlannedBuffer, greedy_offsets


@st.composite
def buffer_lists(draw: st.DrawFn) -> list[PlannedBuffer]:
    found = []
    for _ in range(draw(st.integers(0, 14))):
        first = draw(st.integers(-1, 6))
        last = draw(st.integers(first, 7))
        size = 16 * draw(st.integers(0, 6))
        found.append(PlannedBuffer(None, None, size, first, last))
    return found


def meet(one: PlannedBuffer, other: PlannedBuffer) -> bool:
    return one.first <= other.last and other.first <= one.last


def plain(buffers: list[PlannedBuffer]) -> tuple[int, ...]:
    """The rule as one would tell it: walk along the placed ones that live at the same time."""
    order = sorted(range(len(buffers)), key=lambda i: (-buffers[i].size, -i))
    offsets: dict[int, int] = {}
    for i in order:
        offset = 0
        for j in sorted(offsets, key=lambda j: offsets[j]):
            if not meet(buffers[i], buffers[j]):
                continue
            if offsets[j] - offset >= buffers[i].size:
                break
            offset = max(offset, offsets[j] + buffers[j].size)
        offsets[i] = offset
    return tuple(offsets[i] for i in range(len(buffers)))


def extent(buffers: list[PlannedBuffer]) -> int:
    return max((o + b.size for o, b in zip(greedy_offsets(buffers), buffers, strict=True)), default=0)


@given(buffer_lists())
def test_plans_are_those_of_the_plain_rule(buffers: list[PlannedBuffer]) -> None:
    assert greedy_offsets(buffers) == plain(buffers)


@given(buffer_lists())
def test_no_two_that_live_together_overlap(buffers: list[PlannedBuffer]) -> None:
    offsets = greedy_offsets(buffers)
    for (one, a), (other, b) in itertools.combinations(zip(buffers, offsets, strict=True), 2):
        if meet(one, other) and one.size and other.size:
            assert a + one.size <= b or b + other.size <= a
    assert all(offset % 16 == 0 for offset in offsets)


@given(buffer_lists())
def test_the_plan_is_between_the_busiest_step_and_the_sum(buffers: list[PlannedBuffer]) -> None:
    busiest = max(
        (sum(b.size for b in buffers if b.first <= step <= b.last) for step in range(-1, 8)), default=0
    )
    assert busiest <= extent(buffers) <= sum(b.size for b in buffers)


@given(buffer_lists(), st.integers(1, 5))
def test_all_twice_as_large_is_a_plan_twice_as_large(buffers: list[PlannedBuffer], factor: int) -> None:
    larger = [PlannedBuffer(None, None, factor * b.size, b.first, b.last) for b in buffers]
    assert extent(larger) == factor * extent(buffers)
    assert greedy_offsets(larger) == tuple(factor * offset for offset in greedy_offsets(buffers))


@given(buffer_lists())
def test_empty_buffers_change_nothing(buffers: list[PlannedBuffer]) -> None:
    more = [*buffers, PlannedBuffer(None, None, 0, 0, 7)]
    assert greedy_offsets(more)[:-1] == greedy_offsets(buffers)


@given(buffer_lists(), st.randoms(use_true_random=False))
def test_order_matters_among_equal_sizes_only(buffers: list[PlannedBuffer], source) -> None:
    distinct = {b.size: b for b in buffers}
    ordered = list(distinct.values())
    shuffled = ordered.copy()
    source.shuffle(shuffled)
    placed = dict(zip((b.size for b in shuffled), greedy_offsets(shuffled), strict=True))
    assert [placed[b.size] for b in ordered] == list(greedy_offsets(ordered))


def test_the_later_of_two_equal_ones_goes_first() -> None:
    a, b = PlannedBuffer(0, None, 32, 0, 1), PlannedBuffer(1, None, 32, 1, 2)
    assert greedy_offsets([a, b]) == (32, 0)
    assert greedy_offsets([b, a]) == (32, 0)


def test_thousands_of_buffers_take_seconds_at_most() -> None:
    chain = [PlannedBuffer(k, None, 16 * (1 + k % 7), k, k + 1) for k in range(4_000)]
    started = time.monotonic()
    greedy_offsets(chain)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("buffers", "words"),
    [
        ([PlannedBuffer(None, None, 16, 0, 0)] * 20_001, "more than are simulated"),
        ([PlannedBuffer(None, None, 1 << 31, 0, 0)] * 2, "32-bit core"),
    ],
)
def test_what_no_microcontroller_has_is_refused(buffers: list[PlannedBuffer], words: str) -> None:
    with pytest.raises(UnsupportedModelError, match=words):
        greedy_offsets(buffers)

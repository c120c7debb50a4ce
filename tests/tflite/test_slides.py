"""Outputs that slide into their inputs: plans stay valid, and smaller than without."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cubeai_auto.tflite.lifetimes import BufferRequest, Slide
from cubeai_auto.tflite.planner import Plan, plan


def chain(sizes: Sequence[int]) -> list[BufferRequest]:
    """The tensors of a network without branches: each lives from its operator to the next."""
    return [BufferRequest(f"t{k}", size, max(k - 1, 0), k) for k, size in enumerate(sizes)]


def sliding(distances: Sequence[int | None]) -> list[Slide]:
    """Operator k reads tensor k and writes tensor k + 1."""
    return [Slide(k + 1, k, d, k) for k, d in enumerate(distances) if d is not None]


def assert_valid(requests: Sequence[BufferRequest], slides: Sequence[Slide], found: Plan) -> None:
    same = {(s.lower, s.upper) for s in slides if s.exact}
    slides = [s for s in slides if not s.exact]
    allowed = {(s.lower, s.upper): min(s.distance, requests[s.lower].size) for s in slides}
    for a, b in itertools.permutations(range(len(requests)), 2):
        first, second = requests[a], requests[b]
        if first.first <= second.last and second.first <= first.last and first.size and second.size:
            below = found.offsets[a] + allowed.get((a, b), first.size) <= found.offsets[b]
            above = found.offsets[b] + allowed.get((b, a), second.size) <= found.offsets[a]
            twins = (a, b) in same or (b, a) in same
            together = twins and found.offsets[a] == found.offsets[b]
            assert below or above or together, (first, second, found.offsets)
    assert all(offset % found.alignment == 0 for offset in found.offsets)
    assert found.size >= found.live_bound


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 40)), max_size=9))
def test_every_plan_keeps_the_distances(pairs: list[tuple[int, int | None]]) -> None:
    requests = chain([size for size, _ in pairs])
    slides = sliding([d for _, d in pairs[:-1]])
    for alignment in (1, 4):
        assert_valid(requests, slides, plan(requests, alignment=alignment, slides=slides))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=9), st.integers(0, 60))
def test_the_very_same_start_or_none(pairs: list[tuple[int, bool]], scratch: int) -> None:
    requests = [*chain([size for size, _ in pairs]), BufferRequest("scratch", scratch, 0, 1)]
    slides = [Slide(k + 1, k, 0, k, exact=True) for k, (_, may) in enumerate(pairs[:-1]) if may]
    for alignment in (1, 4):
        assert_valid(requests, slides, plan(requests, alignment=alignment, slides=slides))


def test_a_chain_in_place_needs_one_tensor() -> None:
    slides = [Slide(k + 1, k, 0, k, exact=True) for k in range(3)]
    found = plan(chain([100, 80, 100, 60]), alignment=4, slides=slides)
    assert found.size == found.live_bound == 100


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=9))
def test_in_place_needs_only_the_largest(sizes: list[int]) -> None:
    sizes = sorted(sizes, reverse=True)
    requests, slides = chain(sizes), sliding([0] * (len(sizes) - 1))
    found = plan(requests, alignment=1, slides=slides)
    assert found.size == found.live_bound == max(sizes)


def test_a_chain_of_equal_layers_needs_one_tensor_and_a_row_each() -> None:
    requests = chain([100, 100, 100, 100])
    apart = plan(requests, alignment=4)
    found = plan(requests, alignment=4, slides=sliding([12, 12, 12]))
    assert apart.size == 200
    assert found.live_bound == 112
    assert found.size == 136
    assert_valid(requests, sliding([12, 12, 12]), found)


@pytest.mark.parametrize(("distance", "bound"), [(0, 20), (4, 24), (10, 30)])
def test_two_inputs_and_one_output(distance: int, bound: int) -> None:
    """A sum may overwrite both of its inputs."""
    requests = [
        BufferRequest("a", 10, 0, 2),
        BufferRequest("b", 10, 1, 2),
        BufferRequest("c", 10, 2, 2),
    ]
    slides = [Slide(2, 0, distance, 2), Slide(2, 1, distance, 2)]
    found = plan(requests, alignment=1, slides=slides)
    assert found.live_bound == bound
    assert found.size == bound
    assert_valid(requests, slides, found)


def test_working_memory_never_overlaps() -> None:
    requests = [*chain([50, 50]), BufferRequest("scratch", 30, 0, 0)]
    slides = [Slide(1, 0, 8, 0)]
    found = plan(requests, alignment=1, slides=slides)
    assert found.size == found.live_bound == 88
    assert_valid(requests, slides, found)

"""Which figures may be compared, and what follows from those that may."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.board import find_board
from cubeai_auto.compare.conditions import (
    CONDITION_NAMES,
    Metric,
    SideConditions,
    collect_conditions,
    ratio,
)
from cubeai_auto.compare.crossover import FlashLine, crossover, flash_line
from cubeai_auto.compare.record import Side
from cubeai_auto.compare.verdict import Judged, judge_sides
from cubeai_auto.quantity import Quantity, measured, missing, predicted

SAME = SideConditions("cortex-m4", "hard", "O2", "no", "inside", "ours", "gcc 12.2", "constants")


def size(value: int) -> Quantity:
    return measured(value, "B", "linked")


def side(name: str, flash: int | None, ram: int | None, container: int = 0) -> Side:
    unknown = missing("not built")
    return Side(
        name=name, version="1", weights=unknown, container=size(container), kernels=unknown,
        runtime=unknown, flash_total=unknown if flash is None else size(flash), activations=unknown,
        io=unknown, runtime_ram=unknown, stack=unknown,
        ram_total=unknown if ram is None else size(ram), macc=unknown, instructions=unknown,
        accuracy=unknown,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "name", "value"),
    [
        ("flash", "core", "cortex-m7"), ("flash", "fpu_abi", "soft"), ("flash", "optimization", "Os"),
        ("flash", "debug", "logs"), ("ram", "io_placement", "outside"), ("ram", "core", "cortex-m0"),
        ("instructions", "optimization", "O3"), ("instructions", "core", ""),
        ("flash", "debug", ""),
    ],
)  # fmt: skip
def test_a_difference_that_matters_forbids_the_ratio(metric: Metric, name: str, value: str) -> None:
    other = replace(SAME, **{name: value})
    found = ratio(metric, (SAME, size(2)), (other, size(4)))
    assert not found.known
    assert found.reason.startswith("not comparable: ")
    assert ratio(metric, (SAME, size(2)), (SAME, size(4))).value == 0.5


@pytest.mark.parametrize("name", ["kernels", "toolchain", "container"])
def test_what_a_runtime_is_forbids_nothing(name: str) -> None:
    other = replace(SAME, **{name: "another"})
    for metric in ("flash", "ram", "instructions"):
        assert ratio(metric, (SAME, size(2)), (other, size(4))).value == 0.5
    (condition,) = [c for c in collect_conditions([("a", SAME), ("b", other)]) if c.name == name]
    assert condition.comparable is True
    assert condition.note == "differs by nature"


def test_a_prebuilt_library_has_no_optimization_to_make_equal() -> None:
    library = replace(SAME, optimization="as delivered")
    assert ratio("flash", (SAME, size(2)), (library, size(4))).value == 0.5


def test_what_a_side_does_not_say_is_told() -> None:
    conditions = collect_conditions([("a", SAME), ("b", SideConditions())])
    assert [c.name for c in conditions] == list(CONDITION_NAMES)
    core = conditions[0].to_json()
    assert core == {
        "name": "core",
        "values": {"a": "cortex-m4", "b": None},
        "comparable": None,
        "note": "not known for b",
    }
    (alone, *_) = collect_conditions([("a", SideConditions())])
    assert alone.comparable is True


def test_a_ratio_needs_two_figures() -> None:
    assert "not built" in ratio("flash", (SAME, missing("not built")), (SAME, size(4))).reason
    assert not ratio("flash", (SAME, size(1)), (SAME, size(0))).known


def test_the_line_of_a_container_that_holds_the_weights() -> None:
    line = flash_line("tflm", size(30_000), size(10_500), size(10_000))
    assert line == FlashLine("tflm", 19_500, 1.05)
    beside = flash_line("builtin", size(12_500), size(500), size(10_000))
    assert beside == FlashLine("builtin", 2_000, 1.05)
    assert flash_line("x", missing("no"), size(1), size(1)) is None


def test_two_lines_meet_once() -> None:
    found = crossover(FlashLine("a", 1_000, 1.5), FlashLine("b", 11_000, 1.0))
    assert (found.smaller_below, found.smaller_above, found.weights.value) == ("a", "b", 20_000)
    never = crossover(FlashLine("a", 1_000, 1.0), FlashLine("b", 11_000, 1.0))
    assert never.smaller_below == never.smaller_above == "a"
    assert "every size" in never.weights.reason


lines = st.builds(FlashLine, st.sampled_from("ab"), st.floats(0, 1e6), st.floats(0.5, 2))


@given(lines, lines)
def test_below_and_above_the_crossover_the_named_side_is_smaller(a: FlashLine, b: FlashLine) -> None:
    a, b = replace(a, side="a"), replace(b, side="b")
    found = crossover(a, b)

    def smaller(weights: float) -> str:
        costs = {line.side: line.fixed + line.slope * weights for line in (a, b)}
        return min(costs, key=lambda name: costs[name])

    if found.weights.value is None:
        return
    at = found.weights.value
    if at > 1000:
        assert smaller(at * 0.5) == found.smaller_below
    assert smaller(at * 2 + 1000) == found.smaller_above


def test_the_verdict_names_the_winner_its_reasons_and_what_is_left() -> None:
    ours = Judged(side("builtin", 12_500, 2_000, 500), SAME)
    theirs = Judged(side("tflm-cmsis-nn", 40_000, 6_000, 10_500), SAME)
    silent = Judged(side("cube-ai", None, None), SideConditions())
    verdict = judge_sides([theirs, silent, ours], size(10_000), find_board("NUCLEO-F446RE"))
    assert verdict.flash == verdict.ram == "builtin"
    assert verdict.sentence == "The built-in engine needs the least flash and the least RAM."
    text = "\n".join(verdict.reasons)
    assert "flash: Cube.AI has no figure: not built" in text
    assert "flash: the built-in engine 12,500 B (measured), TFLM with CMSIS-NN 40,000 B" in text
    assert "headroom on NUCLEO-F446RE: 511,788 B of flash left (98%)" in text
    (against,) = verdict.crossovers
    assert against.smaller_below == "the built-in engine"


def test_different_winners() -> None:
    a = Judged(side("builtin", 10, 9), SAME)
    b = Judged(side("tflm-reference", 20, 3), SAME)
    verdict = judge_sides([a, b], missing("unknown"))
    assert (verdict.flash, verdict.ram) == ("builtin", "tflm-reference")
    assert "least flash" in verdict.sentence
    assert "least RAM" in verdict.sentence


def test_nothing_is_claimed_where_nothing_can_be_compared() -> None:
    a = Judged(side("builtin", 10, 9), SAME)
    b = Judged(side("cube-ai", 20, 3), replace(SAME, core="cortex-m7"))
    verdict = judge_sides([a, b], size(5))
    assert verdict.flash is verdict.ram is None
    assert verdict.sentence == "No two deployments can be compared."
    assert any("another core" in reason for reason in verdict.reasons)


def test_a_board_that_is_too_small() -> None:
    a = Judged(side("builtin", 10_000_000, 9), SAME)
    b = Judged(side("cube-ai", 20_000_000, 30), SAME)
    verdict = judge_sides([a, b], predicted(5, "B", "rule"), find_board("NUCLEO-F446RE"))
    assert any("short" in reason for reason in verdict.reasons)

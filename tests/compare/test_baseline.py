"""Figures against a baseline: limits, noise, attribution, and what is not known."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.run_records import run_record, variant_record

from cubeai_auto.compare.baseline import check_baseline, make_baseline
from cubeai_auto.compare.changes import BaselineCheck, BaselineLimits, Change, Growth
from cubeai_auto.compare.figures import key_figures
from cubeai_auto.compare.record import RunRecord, ToolVersion, VariantRecord
from cubeai_auto.quantity import missing

BEFORE = run_record(variant_record())
TIGHT = BaselineLimits(
    *(Growth(share=0.0),) * 5, accuracy=Growth(amount=0.0)
)  # every growth breaks a limit


def checked(
    now: RunRecord | VariantRecord, limits: BaselineLimits = TIGHT, before: RunRecord = BEFORE
) -> BaselineCheck:
    record = now if isinstance(now, RunRecord) else run_record(now)
    return check_baseline(record, make_baseline(before), limits, "baseline.json")


def change(check: BaselineCheck, figure: str) -> Change:
    return next(found for found in check.changes if found.figure == figure)


def test_the_same_run_keeps_every_limit() -> None:
    check = checked(BEFORE)
    assert [found.figure for found in check.changes] == [
        "flash", "ram", "arena", "macc", "instructions", "accuracy",
    ]  # fmt: skip
    assert {found.state for found in check.changes} == {"kept"}
    assert not any(found.parts for found in check.changes)
    assert (check.broken, check.tools, check.notes) == ((), (), ())


@pytest.mark.parametrize(
    ("limit", "growth", "state"),
    [
        (None, 500, "no limit"),
        (Growth(share=0.02), 30, "kept"),
        (Growth(share=0.02), 31, "broken"),
        (Growth(amount=512), 512, "kept"),
        (Growth(amount=512), 513, "broken"),
        (Growth(amount=0), -400, "kept"),
    ],
)
def test_limits_on_growth(limit: Growth | None, growth: int, state: str) -> None:
    now = variant_record(kernel_flash=400 + growth)
    found = change(checked(now, BaselineLimits(flash=limit)), "flash")
    assert (found.before.value, found.delta.value, found.state) == (1_500, growth, state)


def test_a_share_of_awkward_numbers_is_not_broken_by_rounding() -> None:
    before = run_record(variant_record(macc=30))
    for share in (0.1, 0.2, 0.3, 0.7):
        now = variant_record(macc=30 + round(30 * share))
        limits = BaselineLimits(macc=Growth(share=share))
        assert change(checked(now, limits, before), "macc").state == "kept", share


def test_below_the_floor_is_noise_for_sizes_only() -> None:
    limits = replace(TIGHT, floor=64)
    now = variant_record(kernel_flash=463, macc=5_001)
    check = checked(now, limits)
    assert change(check, "flash").state == "noise"
    assert change(check, "macc").state == "broken"
    assert change(checked(variant_record(kernel_flash=464), limits), "flash").state == "broken"
    assert [found.figure for found in check.broken] == ["macc"]


def test_the_accuracy_may_drop_no_more_than_its_limit() -> None:
    limits = BaselineLimits(accuracy=Growth(amount=0.01))
    for accuracy, state in ((0.99, "kept"), (0.94, "kept"), (0.9399, "broken")):
        assert change(checked(variant_record(accuracy=accuracy), limits), "accuracy").state == state


def test_a_change_is_attributed_to_its_parts() -> None:
    now = variant_record(weights=1_200, kernel_flash=350, channel_constants=80, stack=140)
    check = checked(now)
    flash = {part.name: part.delta.value for part in change(check, "flash").parts}
    assert flash == {"weights": 200, "kernels": -50}
    assert {p.name: p.delta.value for p in change(check, "ram").parts} == {"stack": 40}
    assert [found.state for found in check.broken] == ["broken", "broken"]


def test_what_no_part_explains_is_the_rest() -> None:
    now = variant_record(weights=1_100, kernel_flash=None, flash_total=1_900)
    parts = change(checked(now), "flash").parts
    assert [(part.name, part.delta.value) for part in parts] == [("weights", 100), ("rest", 300)]
    assert not parts[-1].before.known


def test_sts_runtime_is_part_of_the_kernels() -> None:
    figures = {f.name: f for f in key_figures(variant_record(tool="ST Edge AI Core"))}
    runtime = next(part for part in figures["flash"].parts if part.name == "runtime")
    assert "inside the kernels" in runtime.value.reason


@given(st.lists(st.integers(0, 10**6), min_size=8, max_size=8))
def test_parts_and_rest_add_up(values: list[int]) -> None:
    names = ("weights", "kernel_flash", "channel_constants", "toolchain_flash")
    before = run_record(variant_record(**dict(zip(names, values[:4], strict=True))))
    now = variant_record(**dict(zip(names, values[4:], strict=True)))
    found = change(checked(now, before=before), "flash")
    assert sum(part.delta.value or 0 for part in found.parts) == found.delta.value
    assert (found.state == "broken") == ((found.delta.value or 0) > 0)


@pytest.mark.parametrize(("was", "now"), [(None, 9_000), (9_000, None), (None, None)])
def test_a_missing_value_is_neither_kept_nor_broken(was: int | None, now: int | None) -> None:
    before = run_record(variant_record(instructions=was))
    found = change(checked(variant_record(instructions=now), before=before), "instructions")
    assert found.state == "unknown"
    assert "no emulator" in found.reason
    assert not found.delta.known


def test_other_engines_and_boards_are_not_compared() -> None:
    for other, word in (
        (run_record(variant_record(weights=9_000), engine="stedgeai"), "engine builtin"),
        (run_record(variant_record(weights=9_000), board="C"), "board B"),
    ):
        check = checked(other)
        assert {found.state for found in check.changes} == {"unknown"}
        assert all(word in found.reason for found in check.changes)


def test_other_units_are_not_compared() -> None:
    stored = make_baseline(BEFORE)
    (variant,) = stored.variants
    flash, *rest = variant.figures
    odd = replace(flash, value=replace(flash.value, unit="KiB"))
    stored = replace(stored, variants=(replace(variant, figures=(odd, *rest)),))
    found = change(check_baseline(BEFORE, stored, TIGHT, "b"), "flash")
    assert (found.state, found.reason) == ("unknown", "in the baseline in KiB, now in B")


def test_variants_that_came_and_went() -> None:
    before = run_record(variant_record("a"), variant_record("b"), variant_record("c"))
    now = run_record(variant_record("a"), variant_record("b", refused=True), variant_record("d"))
    check = checked(now, before=before)
    states = {
        name: {found.state for found in group}
        for name, group in itertools.groupby(check.changes, lambda found: found.variant)
    }
    assert states == {"a": {"kept"}, "d": {"unknown"}, "b": {"unknown"}}
    assert "c: in the baseline, not in this run" in check.notes
    refused = next(found for found in check.changes if found.variant == "b")
    assert "refuses this variant now" in refused.reason


def test_other_tools_models_and_provenance_are_named() -> None:
    now = replace(
        run_record(replace(variant_record(), model_sha256="cd" * 32)),
        tools=(ToolVersion("gcc", "13.1"), ToolVersion("qemu", "9.0"), ToolVersion("new", "1")),
    )
    stored = make_baseline(BEFORE)
    figures = tuple(
        replace(f, value=replace(f.value, how="predicted")) if f.name == "arena" else f
        for f in stored.variants[0].figures
    )
    stored = replace(stored, variants=(replace(stored.variants[0], figures=figures),))
    check = check_baseline(now, stored, TIGHT, "b")
    assert [(tool.name, tool.before, tool.now) for tool in check.tools] == [
        ("gcc", "12.2", "13.1"), ("qemu", None, "9.0"), ("new", None, "1"),
    ]  # fmt: skip
    assert check.notes == (
        "int8: another model file than in the baseline",
        "int8, arena: predicted in the baseline, measured now",
    )


def test_a_growth_is_a_share_or_an_amount() -> None:
    for wrong in ({}, {"share": 0.1, "amount": 5.0}):
        with pytest.raises(ValueError, match="either"):
            Growth(**wrong)
    assert Growth(share=0.5).allowed(10) == 5
    assert Growth(amount=7).allowed(10) == 7


def test_the_json_says_all() -> None:
    check = checked(variant_record(kernel_flash=500))
    document = check.to_json()
    assert document["broken"] == 1
    flash = check.changes[0].to_json()
    assert flash["limit"] == {"share": 0.0, "amount": None}
    assert flash["state"] == "broken"
    parts = flash["parts"]
    assert isinstance(parts, list)
    assert len(parts) == 1
    assert checked(variant_record(stack=None)).changes[1].to_json()["delta"] == (
        missing("not known in this run: no emulator").to_json()
    )

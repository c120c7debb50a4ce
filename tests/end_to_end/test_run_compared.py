"""One command prints all variants on all sides, with the provenance of every cell."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.train, pytest.mark.oracle, pytest.mark.emulator]

SIDES = ["cube-ai", "builtin", "tflm-reference", "tflm-cmsis-nn"]


def comparisons(run: Any) -> dict[str, Any]:
    return {variant["name"]: variant["comparison"] for variant in run.json["variants"]}


def test_all_variants_on_all_sides(first_run: Any) -> None:
    for comparison in comparisons(first_run).values():
        assert [side["name"] for side in comparison["sides"]] == SIDES
        for side in comparison["sides"]:
            for cell in (*side["flash"].values(), *side["ram"].values(), side["macc"]):
                assert cell["value"] is None or (cell["how"] and cell["source"])
                assert cell["value"] is not None or cell["reason"]


def test_cube_ai_is_predicted_and_says_so(first_run: Any) -> None:
    cube = comparisons(first_run)["int8"]["sides"][0]
    assert cube["version"].startswith("predicted, as stedgeai")
    assert cube["flash"]["weights"]["value"] == 119_080
    assert cube["flash"]["total"]["how"] == "predicted"


def test_all_sides_are_obtained_alike(first_run: Any) -> None:
    for name in ("float32", "int8"):
        conditions = comparisons(first_run)[name]["conditions"]
        assert all(condition["comparable"] for condition in conditions), name
        optimization = next(c for c in conditions if c["name"] == "optimization")
        assert set(optimization["values"].values()) == {"as delivered", "O2"}


def test_ratios_and_the_verdict(first_run: Any) -> None:
    comparison = comparisons(first_run)["int8"]
    verdict = comparison["verdict"]
    assert verdict["flash"] == verdict["ram"] == "builtin"
    assert any("headroom on NUCLEO-F446RE" in reason for reason in verdict["reasons"])
    assert len(verdict["crossovers"]) == 3
    ratios = {(ratio["metric"], ratio["side"]): ratio["ratio"] for ratio in comparison["ratios"]}
    for side in ("cube-ai", "tflm-reference", "tflm-cmsis-nn"):
        assert ratios["flash", side]["value"] > 1
        assert ratios["ram", side]["value"] > 1
    assert ratios["instructions", "tflm-cmsis-nn"]["value"] > 1.3


def test_a_refused_variant_keeps_its_columns(first_run: Any) -> None:
    comparison = comparisons(first_run)["dynamic-range"]
    builtin = next(side for side in comparison["sides"] if side["name"] == "builtin")
    assert "FULLY_CONNECTED (operator 1): is hybrid" in builtin["flash"]["total"]["reason"]
    assert comparison["verdict"]["sentence"] == "No two deployments can be compared."


def test_variants_against_float32(first_run: Any) -> None:
    gaps = {gap["side"]: gap for gap in first_run.json["across_variants"] if gap["variant"] == "int8"}
    assert list(gaps) == SIDES
    assert all(gap["flash"]["value"] < 0 for gap in gaps.values())
    assert gaps["builtin"]["flash"]["how"] == "measured"
    assert "int8 saves" in gaps["cube-ai"]["sentence"]
    assert "(predicted)" in gaps["cube-ai"]["sentence"]


def test_the_versions_of_the_tool_choose_the_prediction(
    first_run: Any, project: Any, command: Any
) -> None:
    done = command(
        "run", project, "--set", "model.epochs=2", "--set", "model.augment=false", "--variant", "int8",
        "--set", 'engine.versions="8.1"', "--json", "-",
    )  # fmt: skip
    assert done.code == 0, done.err
    cube = comparisons(done)["int8"]["sides"][0]
    assert "stm32ai 8.1.0" in cube["version"]
    newest = comparisons(first_run)["int8"]["sides"][0]
    assert cube["flash"]["kernels"]["value"] != newest["flash"]["kernels"]["value"]

"""``analyze --engine predicted``: no ST tool, no compiler, no wheel."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.reports import is_quantity

Say = Callable[..., object]


@pytest.mark.usefixtures("no_tools")
def test_the_keys_are_a_reports(say: Say, model: Path) -> None:
    spoken = say("analyze", model, "--engine", "predicted", "--board", "NUCLEO-F446RE", "--json", "-")
    assert spoken.code == 0
    report = json.loads(spoken.out)
    assert report["schema"] == "cubeai-auto/analyze/1"
    assert report["tool"]["name"] == "cubeai_auto predicted"
    assert report["target"] == "stm32f4"
    assert report["fits"]["fits"] is True
    assert report["files"] == report["generated_files"] == []
    assert report["memory_map"]["size"] == report["footprint"]["activations"]["value"]
    for quantity in (report["macc"], report["params"], *report["footprint"].values()):
        assert is_quantity(quantity)
        assert quantity.get("how", "predicted") == "predicted"
    other = json.loads(say("analyze", model, "--engine", "builtin", "--json", "-").out)
    assert report.keys() - {"fits"} == other.keys()


def test_the_text_says_what_it_is(say: Say, model: Path) -> None:
    spoken = say("analyze", model, "--engine", "predicted", "--tool-version", "8.1")
    assert spoken.code == 0
    assert "predicted, not reported by ST's tool" in spoken.out
    assert "as stm32ai 8.1.0" in spoken.out
    assert "leave-one-out" in spoken.out


def test_verbs_that_need_code_refuse(say: Say, model: Path, tmp_path: Path) -> None:
    for verb in (["generate", model, "--output", tmp_path / "out"], ["validate", model]):
        spoken = say(*verb, "--engine", "predicted")
        assert spoken.code == 2
        assert "no code" in spoken.err
        assert "hint: use --engine builtin" in spoken.err
    assert not (tmp_path / "out").exists()


def test_versions_that_are_not_known(say: Say, model: Path) -> None:
    assert say("analyze", model, "--engine", "predicted", "--versions", "newest").code == 2
    spoken = say("analyze", model, "--engine", "predicted", "--versions", ">20")
    assert spoken.code == 2
    assert "known packs" in spoken.err

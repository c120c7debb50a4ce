"""A run holds every variant against the project's board."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.small_models import hybrid, mlp
from support.tflite_builder import build

from cubeai_auto import load_project
from cubeai_auto.errors import UsageError
from cubeai_auto.render.markdown import render_markdown

SETTINGS = """
[project]
name = "fits"
[model]
path = "m.tflite"
[target]
board = "{board}"
[engine]
name = "builtin"
[validate]
on = ["host"]
[compare]
tflm = false
"""


def project(folder: Path, board: str, content: bytes) -> Path:
    folder.mkdir()
    (folder / "m.tflite").write_bytes(content)
    (folder / "project.toml").write_text(SETTINGS.format(board=board), "utf-8")
    return folder


@pytest.mark.arm
def test_the_record_says_whether_it_fits(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "nucleo-g431rb", build(mlp()))
    record = load_project(folder).run()
    (variant,) = record.variants
    assert variant.fit is not None
    assert (variant.fit.board, variant.fit.fits) == ("NUCLEO-G431RB", True)
    document = json.loads((Path(record.run_dir) / "run.json").read_text("utf-8"))
    assert document["variants"][0]["fits"] == variant.fit.to_json()
    again = load_project(folder).run()
    assert again.cached
    assert again.variants == record.variants
    assert "fits NUCLEO-G431RB" in render_markdown(record)


def test_without_a_compiler_it_is_not_known(tmp_path: Path, no_tools: None) -> None:
    record = load_project(project(tmp_path / "p", "NUCLEO-F446RE", build(mlp()))).run()
    (variant,) = record.variants
    assert variant.fit is not None
    assert variant.fit.fits is None
    assert "not linked" in variant.fit.reasons[0]


def test_a_refused_model_is_held_against_no_board(tmp_path: Path, no_tools: None) -> None:
    record = load_project(project(tmp_path / "p", "NUCLEO-F446RE", build(hybrid()))).run()
    assert record.variants[0].fit is None
    assert record.variants[0].to_json()["fits"] is None


def test_an_unknown_board_is_told_before_any_work(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "NUCLEO-F446", build(mlp()))
    with pytest.raises(UsageError) as caught:
        load_project(folder).run()
    assert "NUCLEO-F446RE" in str(caught.value.hint)
    assert not (folder / "runs").exists()

"""What ``analyze``, ``generate`` and ``validate`` say when something is wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.small_models import hybrid, mlp
from support.tflite_builder import build

Say = Callable[..., object]
VERBS = ("analyze", "generate", "validate")


def arguments(verb: str, model: Path, tmp_path: Path) -> list[object]:
    return [verb, model, *(["--output", tmp_path / "out"] if verb == "generate" else [])]


@pytest.mark.parametrize("verb", VERBS)
def test_files_that_are_no_models(verb: str, say: Say, model: Path, tmp_path: Path) -> None:
    good = model.read_bytes()
    for content in (b"", b"just text\n" * 30, good[: len(good) // 3], good[:-30], bytes(64)):
        model.write_bytes(content)
        spoken = say(*arguments(verb, model, tmp_path), "--json", "-")
        assert spoken.code == 5
        assert spoken.err.startswith("error: ")
        assert json.loads(spoken.out)["error"]["exit_code"] == 5
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", VERBS)
def test_models_that_are_refused(verb: str, say: Say, model: Path, tmp_path: Path) -> None:
    model.write_bytes(build(hybrid()))
    spoken = say(*arguments(verb, model, tmp_path), "--json", tmp_path / "report.json")
    assert spoken.code == 5
    assert "FULLY_CONNECTED (operator 0): is hybrid" in spoken.err
    assert "hint: convert with a representative data set" in spoken.err
    assert spoken.out == ""
    error = json.loads((tmp_path / "report.json").read_text("utf-8"))["error"]
    assert error["type"] == "UnsupportedModelError"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", VERBS)
def test_paths_that_are_not_there(verb: str, say: Say, model: Path, tmp_path: Path) -> None:
    for wrong in (tmp_path / "none.tflite", tmp_path):
        assert say(*arguments(verb, wrong, tmp_path)).code == 2


@pytest.mark.parametrize(
    ("verb", "wrong"),
    [
        ("analyze", ["--target", "stm32z9"]),
        ("analyze", ["--name", "int"]),
        ("analyze", ["--compression", "low"]),
        ("analyze", ["--c-api", "onnx"]),
        ("analyze", ["--optimization", "most"]),
        ("validate", ["--on", "board"]),
        ("validate", ["--samples", "0"]),
        ("validate", ["--samples", "-3"]),
        ("validate", ["--seed", "-1"]),
        ("validate", ["--timeout", "0"]),
        ("validate", ["--timeout", "nan"]),
        ("validate", ["--inputs", "none.npz"]),
        ("validate", ["--on", "moon"]),
        ("generate", []),
    ],
)
def test_wrong_use_ends_with_2(verb: str, wrong: list[str], say: Say, model: Path) -> None:
    spoken = say(verb, model, *wrong)
    assert spoken.code == 2
    assert "error: " in spoken.err
    assert "Traceback" not in spoken.err


def test_wrong_vectors_end_with_5(say: Say, model: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((3, 10), np.int8))
    np.savez(tmp_path / "x.npz", np.zeros((3, 10), np.float32))
    for name in ("x.npy", "x.npz"):
        spoken = say("validate", model, "--inputs", tmp_path / name)
        assert spoken.code == 5
        assert "hint: " in spoken.err


def test_st_s_tool_is_not_replaced_in_silence(say: Say, model: Path, tmp_path: Path) -> None:
    for verb in VERBS:
        assert say(*arguments(verb, model, tmp_path), "--engine", "stedgeai").code == 3


def test_verbose_shows_where_an_error_came_from(say: Say, tmp_path: Path) -> None:
    spoken = say("analyze", tmp_path / "none.tflite", "--verbose")
    assert spoken.code == 2
    assert "Traceback" in spoken.err
    assert "error: the model" in spoken.err


def test_a_file_name_that_is_no_text(say: Say, tmp_path: Path, no_tools: None) -> None:
    path = tmp_path / os.fsdecode(b"netz \xff\xfe.tflite")
    try:
        path.write_bytes(build(mlp()))
    except OSError:
        pytest.skip("this file system takes no such names")
    folder = tmp_path / "out"
    spoken = say("generate", path, "--output", folder, "--json", tmp_path / "r.json")
    assert spoken.code == 0
    assert json.loads((tmp_path / "r.json").read_text("ascii"))["c_name"] == "network"
    assert '"netz \\377\\376"' in (folder / "network.h").read_text("utf-8")

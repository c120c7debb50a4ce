"""The verb ``tflm``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from support.tflm_models import hybrid_model, relu6_model

from cubeai_auto.cli import tflm
from cubeai_auto.errors import MissingPathError, ModelFormatError


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    tflm.add_arguments(parser)
    parser.add_argument("--json")
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args(arguments)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "my net.tflite"
    path.write_bytes(relu6_model())
    return path


@pytest.mark.oracle
def test_the_table_says_whose_arena_it_is(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tflm.run(options(str(model))) == 0
    shown = capsys.readouterr().out
    assert "my net under TensorFlow Lite Micro 0." in shown
    assert "TFLM loads it: yes" in shown
    assert "on this x86-64 host, not the Cortex-M figure" in shown
    assert f"{model.stat().st_size:,} B" in shown
    assert "Persistent buffer data" in shown


@pytest.mark.oracle
def test_json_alone_on_standard_output(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tflm.run(options(str(model), "--json", "-")) == 0
    document = json.loads(capsys.readouterr().out)
    assert next(iter(document)) == "schema"
    assert document["schema"] == "cubeai-auto/tflm/1"
    assert document["loadable"] is True
    assert document["reason"] is None
    assert document["host_arena"]["head"]["value"] == 32
    assert document["arena_used"]["value"] is None
    assert document["flash"]["model"]["value"] == model.stat().st_size
    for key in ("core", "kernels", "opt", "tflm_commit", "arena", "operators", "unverified_operators"):
        assert key in document


@pytest.mark.oracle
def test_a_model_tflm_cannot_load_is_a_result(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.write_bytes(hybrid_model())
    target, log = tmp_path / "out" / "tflm.json", tmp_path / "tflm.log"
    assert tflm.run(options(str(model), "--json", str(target), "--log", str(log))) == 0
    assert "TFLM loads it: no - Hybrid models are not supported" in capsys.readouterr().out
    document = json.loads(target.read_text("utf-8"))
    assert document["loadable"] is False
    assert document["reason"].startswith("Hybrid models")
    assert "Hybrid models" in log.read_text("utf-8")


def test_without_the_wheel_the_json_says_so_and_the_exit_code_is_3(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cubeai_auto.tflm.wheel.host_version", lambda: None)
    assert tflm.run(options(str(model), "--json", "-")) == 3
    shown = capsys.readouterr()
    assert shown.err.startswith("error: TensorFlow Lite Micro")
    document = json.loads(shown.out)
    assert document["loadable"] is None
    assert "tflite-micro" in document["reason"]


def test_bad_files(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        tflm.run(options(str(tmp_path / "absent.tflite")))
    text = tmp_path / "text.tflite"
    text.write_text("no model at all")
    with pytest.raises(ModelFormatError):
        tflm.run(options(str(text)))
    text.write_bytes(relu6_model()[:100])
    with pytest.raises(ModelFormatError):
        tflm.run(options(str(text)))

"""A predicted Cube.AI beside the others."""

from __future__ import annotations

from pathlib import Path

from support.small_models import mlp
from support.tflite_builder import build

from cubeai_auto.compare.predicted_side import predicted_side
from cubeai_auto.engines import EngineRequest, find_engine
from cubeai_auto.target import find_target


def test_a_predicted_side_says_so(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(build(mlp()))
    report = find_engine("predicted").analyze(EngineRequest(path, find_target("stm32f4"))).report
    side = predicted_side(report)
    assert side.name == "cube-ai"
    assert side.version.startswith("predicted, as stedgeai 2.2.0")
    assert "X-CUBE-AI 10.2.0" in side.version
    assert side.flash_total == report.footprint.flash_total
    assert side.activations == report.footprint.activations
    assert side.macc == report.macc
    for figure in (side.stack, side.instructions, side.accuracy):
        assert "predicted" in figure.reason

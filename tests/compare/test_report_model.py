"""Whether a report is of the model at hand."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest
from support.tflm_graphs import dense_chain

from cubeai_auto.compare.conditions import THIS_MODEL
from cubeai_auto.compare.report_model import model_of_report
from cubeai_auto.quantity import missing, reported
from cubeai_auto.reports import CubeReport, Footprint, TensorInfo, ToolInfo, load_report
from cubeai_auto.tflite import load_model, parse_model
from cubeai_auto.tflite.costs import total_macc, weights

MODEL = dense_chain([20, 16, 4])
GRAPH = parse_model(MODEL, "m")
MD5 = hashlib.md5(MODEL).hexdigest()
SILENT = missing("not stated")


def tensor(*shape: int) -> TensorInfo:
    return TensorInfo("t", "int8", shape, 1)


def report(**facts: object) -> CubeReport:
    base = CubeReport(
        tool=ToolInfo("stedgeai", "2.2.0", pack="10.2.0"), status="ok", model_path="C:\\nets\\m.tflite",
        model_name="m", model_format="tflite", model_hash=f"0x{MD5.upper()}", c_name="network",
        macc=reported(total_macc(GRAPH).value or 0, "MACC", "r"), params=SILENT,
        footprint=Footprint(weights=reported(weights(GRAPH).value or 0, "B", "r")),
        inputs=(tensor(1, 20),), outputs=(tensor(1, 4),), layers=(),
    )  # fmt: skip
    return dataclasses.replace(base, **facts)  # type: ignore[arg-type]


def said(**facts: object) -> str:
    return model_of_report(report(**facts), GRAPH, MODEL)


def test_the_file_s_hash_decides() -> None:
    assert said() == THIS_MODEL
    assert said(model_hash=MD5, macc=reported(1, "MACC", "r")) == THIS_MODEL
    other = said(model_hash="0x" + "0" * 32)
    assert other == f"report is of another model: the file's hash is {'0' * 12}, here {MD5[:12]}"


@pytest.mark.parametrize("path", ["m.h5", "m.onnx", "m.keras"])
def test_another_format_has_another_hash_and_is_judged_by_its_figures(path: str) -> None:
    elsewhere = {"model_path": path, "model_format": path.partition(".")[2], "model_hash": "1" * 32}
    assert said(**elsewhere) == THIS_MODEL
    text = said(**elsewhere, footprint=Footprint(weights=reported(9_000, "B", "r")))
    assert text.startswith("report is of another model: weights 9,000 B, here ")
    text = said(**elsewhere, macc=reported(99_000, "MACC", "r"))
    assert "MACC 99,000, here " in text
    text = said(**elsewhere, inputs=(tensor(1, 28, 28),))
    assert "inputs of 784 values, here of 20" in text
    text = said(**elsewhere, outputs=(tensor(1, 4), tensor(1, 2)))
    assert "outputs of 2 and 4 values, here of 4" in text


def test_compressed_weights_say_nothing() -> None:
    small = Footprint(weights=reported(90, "B", "r"))
    facts = {"model_path": "m.h5", "model_format": "keras", "model_hash": "", "footprint": small}
    assert said(**facts, compression="low") == THIS_MODEL
    assert "weights" in said(**facts, compression="none")


def test_rounded_weights_are_the_same() -> None:
    rounded = Footprint(weights=reported((weights(GRAPH).value or 0) + 8, "B", "r"))
    assert said(model_hash="", footprint=rounded) == THIS_MODEL


def test_a_report_that_says_nothing() -> None:
    silent = {"model_hash": "", "macc": SILENT, "footprint": Footprint(), "inputs": (), "outputs": ()}
    assert said(**silent) == ""


@pytest.mark.corpus
def test_reports_of_the_sine_and_of_others(corpus: Path) -> None:
    sine = corpus / "models_made" / "sine_f32.tflite"
    graph, content = load_model(sine), sine.read_bytes()
    for path in sorted((corpus / "reports").glob("*.txt")):
        found = load_report(path)
        text = model_of_report(found, graph, content)
        assert text.startswith("report is of another model: ") or text == "", path.name
        if found.footprint.weights.value == 1_284 and found.macc.value == 353:
            assert "the file's hash is" in text
            assert "weights" not in text
        elif text and found.macc.value is not None and abs(found.macc.value - 353) > 4:
            assert "MACC" in text

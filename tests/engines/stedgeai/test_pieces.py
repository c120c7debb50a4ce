"""Merging reports, vectors to and from files, and what real logs must not be taken for."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stand_in.install import install_stand_in
from support.tflite_builder import build
from support.tflite_samples import dense_float, dense_int8

from cubeai_auto.engines.stedgeai.discovery import search_st_tool
from cubeai_auto.engines.stedgeai.merging import merged
from cubeai_auto.engines.stedgeai.messages import find_messages
from cubeai_auto.engines.stedgeai.requests import AnalyzeRequest
from cubeai_auto.engines.stedgeai.runner import run_tool
from cubeai_auto.engines.stedgeai.vectors import read_saved_outputs, write_inputs
from cubeai_auto.engines.stedgeai.versions import find_version
from cubeai_auto.errors import InputError
from cubeai_auto.quantity import missing, reported
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.tflite import load_model
from cubeai_auto.tflite.graph import Graph


@pytest.fixture
def report(tmp_path: Path, dense: Path) -> CubeReport:
    tool = search_st_tool(install_stand_in(tmp_path / "t", "10.2.0")).require()
    run = run_tool(tool, AnalyzeRequest(models=(str(dense),)), work=tmp_path / "w")
    assert run.report is not None
    return run.report


def test_the_json_completes_the_text(report: CubeReport) -> None:
    kernel = reported(9000, "B", "json")
    other = replace(report, footprint=replace(report.footprint, kernel_flash=kernel))
    text = replace(report, footprint=replace(report.footprint, kernel_flash=missing("no table")))
    assert merged(text, other).footprint.kernel_flash == kernel
    assert merged(other, text).footprint.kernel_flash == kernel
    assert merged(report, report) == report


def test_contradictions_are_noted(report: CubeReport) -> None:
    both = merged(report, replace(report, macc=reported(7, "MACC", "json")))
    assert both.macc == report.macc
    assert both.notes[-1] == f"macc: the text report says {report.macc.value}, the JSON 7"
    foreign = merged(report, replace(report, c_name="other", macc=reported(7, "MACC", "json")))
    assert foreign.macc == report.macc
    assert "another network (other)" in foreign.notes[-1]


def graph_of(tmp_path: Path, quantized: bool) -> Graph:
    path = tmp_path / "g.tflite"
    spec = replace(dense_int8(), outputs=["s"]) if quantized else dense_float(4, 3)
    path.write_bytes(build(spec))
    return load_model(path)


def test_input_files(tmp_path: Path) -> None:
    vectors = np.arange(8, dtype=np.float32).reshape(2, 1, 4)
    (npz,) = write_inputs([vectors], find_version("10.2.0"), tmp_path)
    with np.load(npz) as stored:
        np.testing.assert_array_equal(stored["m_inputs_1"], vectors.reshape(2, 4))
        assert stored["m_inputs_1"].dtype == np.float32
    first, second = write_inputs([vectors, vectors + 1], find_version("5.2.0"), tmp_path)
    np.testing.assert_array_equal(np.loadtxt(first, delimiter=","), vectors.reshape(2, 4))
    np.testing.assert_array_equal(np.loadtxt(second, delimiter=",")[0], [1, 2, 3, 4])


def test_saved_outputs(tmp_path: Path) -> None:
    graph, path = graph_of(tmp_path, quantized=False), tmp_path / "v.npz"
    values = np.ones((5, 3), np.float32)
    np.savez(path, m_outputs_1=values, c_outputs_1=values.reshape(5, 1, 1, 3))
    assert read_saved_outputs(path, graph, "c")[0].shape == (5, 1, 3)
    with pytest.raises(InputError, match="no array x_outputs_1"):
        read_saved_outputs(path, graph, "x")
    np.savez(path, c_outputs_1=values[:, :2])
    with pytest.raises(InputError, match="10 elements"):
        read_saved_outputs(path, graph, "c")
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(InputError, match="not a readable"):
        read_saved_outputs(path, graph, "c")
    with path.open("wb") as stream:
        np.save(stream, values)
    with pytest.raises(InputError, match=r"not an \.npz"):
        read_saved_outputs(path, graph, "c")


def test_damaged_outputs(tmp_path: Path) -> None:
    graph, path = graph_of(tmp_path, quantized=False), tmp_path / "v.npz"
    np.savez_compressed(path, c_outputs_1=np.ones((5, 3), np.float32))
    whole = path.read_bytes()
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        with pytest.raises(InputError):
            read_saved_outputs(path, graph, "c")
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with contextlib.suppress(InputError):
            read_saved_outputs(path, graph, "c")


def test_saved_real_values_become_stored_ones(tmp_path: Path) -> None:
    graph, path = graph_of(tmp_path, quantized=True), tmp_path / "v.npz"
    stored = np.array([[-128, 0, 127]], np.int8)
    np.savez(path, c_outputs_1=((stored.astype(np.float32) + 128) / 256).astype(np.float32))
    found = read_saved_outputs(path, graph, "c")[0]
    assert found.dtype == np.int8
    np.testing.assert_array_equal(found.reshape(1, 3), stored)


@pytest.mark.corpus
def test_real_reports_of_good_runs_hold_no_error(corpus: Path) -> None:
    found = {}
    for path in sorted((corpus / "reports").glob("*.txt")):
        messages = find_messages(path.read_text("utf-8", errors="replace"))
        if messages:
            found[path.name] = [str(message) for message in messages]
    assert len(found) == 1
    ((name, texts),) = found.items()
    assert name.endswith("validate_report.txt")
    assert texts[0].startswith("TOOL ERROR: Weights are incompatible with model")

"""A tool that hangs, asks, crashes, lies or leaves half of its files."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cubeai_auto.engines import StEdgeAiEngine, ValidationRequest
from cubeai_auto.engines.base import EngineRequest
from cubeai_auto.engines.stedgeai.discovery import StTool
from cubeai_auto.engines.stedgeai.errors import (
    BenchError,
    ConsentError,
    LicenseError,
    ModelRefusedError,
    OptionRefusedError,
    ToolCrashError,
)
from cubeai_auto.engines.stedgeai.requests import AnalyzeRequest, GenerateRequest
from cubeai_auto.engines.stedgeai.runner import run_tool
from cubeai_auto.errors import (
    CubeAIError,
    MissingPathError,
    ToolFailedError,
    ToolTimeoutError,
    UsageError,
)
from cubeai_auto.target import find_target

Install = Callable[..., StTool]

FAULTS: tuple[tuple[str, str, type[CubeAIError], str], ...] = (
    ("hang", "10.2.0", ToolTimeoutError, "did not finish within 2 s"),
    ("prompt-wait", "12.0.1", ConsentError, "statistics"),
    ("prompt", "9.1.0", ConsentError, "EOF"),
    ("license", "10.2.0", LicenseError, "SLA0104"),
    ("partial-files", "5.2.0", ToolFailedError, "did not write"),
    ("partial-files", "10.2.0", ToolFailedError, "did not write"),
    ("empty-file", "8.1.0", ToolFailedError, "did not write"),
    ("no-report", "7.2.0", ToolFailedError, "generate_report.txt"),
    ("exit-0-after-error", "5.2.0", ToolCrashError, "Unknown dimensions"),
    ("exit-0-after-error", "12.0.1", ToolCrashError, "Unknown dimensions"),
    ("error-in-report", "5.2.0", ModelRefusedError, "computation of shapes"),
    ("error-in-report", "8.1.0", ModelRefusedError, "computation of shapes"),
    ("crash", "10.2.0", ToolCrashError, "signal"),
    ("traceback", "8.1.0", ToolCrashError, "KeyError"),
)


@pytest.mark.parametrize(("fault", "pack", "kind", "words"), FAULTS)
def test_a_fault(
    stand_in: Install, dense: Path, tmp_path: Path,
    fault: str, pack: str, kind: type[CubeAIError], words: str,
) -> None:  # fmt: skip
    tool = stand_in(pack, fault)
    engine = StEdgeAiEngine(tool, timeout=2 if fault in {"hang", "prompt-wait"} else 60)
    started = time.monotonic()
    with pytest.raises(CubeAIError, match=words) as caught:
        engine.generate(EngineRequest(dense, find_target("stm32f4"), c_api="legacy"), tmp_path / "out")
    assert type(caught.value) is kind
    assert caught.value.hint
    assert time.monotonic() - started < 20
    assert not (tmp_path / "out").exists()


def test_the_log_stays_after_a_failure(stand_in: Install, dense: Path, tmp_path: Path) -> None:
    tool, work = stand_in("10.2.0", "exit-0-after-error"), tmp_path / "work"
    with pytest.raises(ToolCrashError) as caught:
        run_tool(tool, AnalyzeRequest(models=(str(dense),)), work=work, timeout=60)
    assert caught.value.log == work / "stedgeai.log"
    assert "INTERNAL ERROR" in (work / "stedgeai.log").read_text("utf-8")
    assert not (work / "analyze-output").exists()
    assert not [path for path in work.iterdir() if path.name.startswith(".")]


def test_a_report_that_is_cut_off(stand_in: Install, dense: Path, tmp_path: Path) -> None:
    tool = stand_in("10.2.0", "cut-report")
    request = GenerateRequest(models=(str(dense),), name="n", target="stm32f4", c_api="legacy")
    with pytest.raises(ToolFailedError):
        run_tool(tool, request, work=tmp_path / "work", timeout=60)


@pytest.mark.parametrize("fault", ["progress", "non-utf-8"])
def test_noise_does_no_harm(stand_in: Install, dense: Path, tmp_path: Path, fault: str) -> None:
    tool = stand_in("10.2.0", fault)
    request = GenerateRequest(models=(str(dense),), name="n", target="stm32f4", c_api="legacy")
    run = run_tool(tool, request, work=tmp_path / "work", timeout=60)
    assert run.report is not None
    assert run.report.footprint.weights.value == 180
    assert not any("PASS:" in line for line in run.console)
    assert "n_data_params.c" in run.files
    assert f"{run.output}" == str(tmp_path / "work" / "generate-output")


def test_progress_is_told(stand_in: Install, dense: Path, tmp_path: Path) -> None:
    told: list[str] = []
    request = AnalyzeRequest(models=(str(dense),))
    run_tool(stand_in("10.2.0"), request, work=tmp_path / "w", tell=told.append)
    assert told == ["stedgeai 2.2.0-20266 (X-CUBE-AI 10.2.0): analyze"]


def test_an_unknown_version_runs(stand_in: Install, dense: Path, tmp_path: Path) -> None:
    tool = stand_in("12.0.1", "unknown-version")
    assert not tool.version.known
    engine = StEdgeAiEngine(tool)
    assert engine.version == "unknown"
    report = engine.analyze(EngineRequest(dense, find_target("stm32f4"))).report
    assert report.footprint.weights.value == 180


def test_nothing_starts_for_a_request_the_version_cannot_honor(
    stand_in: Install, dense: Path, tmp_path: Path
) -> None:
    tool, work = stand_in("8.1.0"), tmp_path / "work"
    request = GenerateRequest(models=(str(dense),), c_api="st-ai")
    with pytest.raises(UsageError, match="--c-api"):
        run_tool(tool, request, work=work)
    assert not (work / "stedgeai.log").exists()


def test_what_the_table_lets_through_the_tool_may_refuse(
    stand_in: Install, dense: Path, tmp_path: Path
) -> None:
    request = AnalyzeRequest(models=(str(dense),), use_onnx_simplifier=True)
    with pytest.raises(OptionRefusedError, match="unrecognized arguments: --use-onnx-simplifier"):
        run_tool(stand_in("10.2.0"), request, work=tmp_path / "work")


def test_a_missing_model(stand_in: Install, tmp_path: Path) -> None:
    request = AnalyzeRequest(models=(str(tmp_path / "none.tflite"),))
    with pytest.raises(MissingPathError):
        run_tool(stand_in("10.2.0"), request, work=tmp_path / "work")


@pytest.mark.parametrize("pack", ["8.1.0", "10.2.0"])
def test_no_board(stand_in: Install, dense: Path, tmp_path: Path, pack: str) -> None:
    engine = StEdgeAiEngine(stand_in(pack))
    request = EngineRequest(dense, find_target("stm32f4"), c_api="legacy")
    vectors = ValidationRequest("board", (np.zeros((1, 8), np.float32),), tmp_path / "work")
    with pytest.raises(BenchError, match="No SERIAL COM port") as caught:
        engine.validate(request, vectors)
    assert caught.value.said.code == "E801"
    assert "also: E200(ValidationError)" in caught.value.message


@pytest.mark.oracle
@pytest.mark.parametrize("fault", ["wrong-output", "no-npz"])
def test_a_validation_that_fails(stand_in: Install, dense: Path, tmp_path: Path, fault: str) -> None:
    engine = StEdgeAiEngine(stand_in("10.2.0", fault))
    request = EngineRequest(dense, find_target("stm32f4"), c_api="legacy")
    vectors = ValidationRequest("host", (np.ones((3, 8), np.float32),), tmp_path / "work")
    if fault == "no-npz":
        with pytest.raises(ToolFailedError, match=r"network_val_io\.npz"):
            engine.validate(request, vectors)
        return
    result = engine.validate(request, vectors).result
    assert result.mismatches == 1
    assert not result.passed
    assert result.max_abs_error == pytest.approx(0.4)

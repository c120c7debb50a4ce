"""What holds for every version of the tool: the stand-in's, and a real one where it is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from stand_in.install import install_stand_in
from support.tflite_builder import ModelSpec
from support.tflite_samples import dense_float, dense_int8

from cubeai_auto.engines import StEdgeAiEngine, ValidationRequest
from cubeai_auto.engines.base import EngineRequest
from cubeai_auto.engines.stedgeai.discovery import search_st_tool
from cubeai_auto.errors import InputError, UsageError
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model
from cubeai_auto.tflite.costs import total_macc, weights

PACKS = (
    "5.1.0", "5.2.0", "6.0.0", "7.0.0", "7.1.0", "7.2.0", "7.3.0", "8.1.0", "9.0.0", "9.1.0",
    "10.0.0", "10.2.0", "11.0.0", "12.0.1",
)  # fmt: skip
REAL = pytest.param("real", marks=pytest.mark.real_tool)


def make_engine(tool: str, tmp_path: Path) -> StEdgeAiEngine:
    if tool == "real":
        search = search_st_tool()
        if search.tool is None:
            pytest.skip("ST's tool is not on this machine")
        return StEdgeAiEngine(search.tool, timeout=600)
    program = install_stand_in(tmp_path / "ST Edge AI" / tool, tool)
    return StEdgeAiEngine(search_st_tool(program, environment={}).require(), timeout=60)


@pytest.fixture(params=[*PACKS, REAL])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> StEdgeAiEngine:
    return make_engine(request.param, tmp_path)


@pytest.fixture(params=["5.2.0", "8.1.0", "12.0.1", REAL])
def main_engine(request: pytest.FixtureRequest, tmp_path: Path) -> StEdgeAiEngine:
    return make_engine(request.param, tmp_path)


def asked(path: Path, engine: StEdgeAiEngine, **options: object) -> EngineRequest:
    api = "legacy" if engine.tool.version.order < (11,) else "st-ai"
    values = {"target": find_target("stm32f4"), "c_api": api, **options}
    return EngineRequest(path, **values)  # type: ignore[arg-type]


def test_generate(engine: StEdgeAiEngine, dense: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    result = engine.generate(asked(dense, engine, name="net"), folder)
    report, graph = result.report, load_model(dense)
    assert report.status == "ok"
    assert report.tool.version == engine.tool.version.number
    assert report.tool.pack == engine.tool.version.pack
    assert (report.command, report.c_name) == ("generate", "net")
    assert report.footprint.weights.value == weights(graph).value
    assert report.macc.value == total_macc(graph).value
    assert report.params.value == 45
    assert report.inputs[0].bytes == 32
    assert report.outputs[0].bytes == 20
    if engine.tool.version.order >= (8,):
        assert report.target == "stm32f4"
    assert {"net.c", "net.h", "net_data.c", "net_generate_report.txt", "stedgeai.log"} <= {
        path.name for path in folder.iterdir()
    }
    assert set(report.generated_files) == {path.name for path in folder.iterdir()}
    assert report.model_path == str(dense)
    assert str(engine.tool.path) in (folder / "stedgeai.log").read_text("utf-8")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_analyze_leaves_nothing(main_engine: StEdgeAiEngine, dense: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    result = main_engine.analyze(asked(dense, main_engine))
    assert result.directory is None
    assert result.report.command == "analyze"
    assert result.report.footprint.weights.value == 180
    assert sorted(tmp_path.rglob("*")) == before


def test_figures_follow_the_model(
    main_engine: StEdgeAiEngine, model: Callable[[str, ModelSpec], Path]
) -> None:
    small = main_engine.analyze(asked(model("a.tflite", dense_float(4, 3)), main_engine)).report
    large = main_engine.analyze(asked(model("b.tflite", dense_float(9, 7)), main_engine)).report
    assert small.footprint.weights.value == 4 * (12 + 3)
    assert large.footprint.weights.value == 4 * (63 + 7)
    assert large.model_hash != small.model_hash
    assert large.model_name == "b"


def test_inputs_outside_the_activations(main_engine: StEdgeAiEngine, dense: Path) -> None:
    inside = main_engine.analyze(asked(dense, main_engine)).report.footprint
    outside = main_engine.analyze(asked(dense, main_engine, io_in_activations=False)).report.footprint
    assert isinstance(inside.activations.value, int)
    assert isinstance(outside.activations.value, int)
    assert outside.activations.value < inside.activations.value


def test_a_damaged_model_is_the_models_fault(main_engine: StEdgeAiEngine, tmp_path: Path) -> None:
    path = tmp_path / "damaged.tflite"
    path.write_bytes(b"TFL3" * 40)
    with pytest.raises(InputError) as caught:
        main_engine.generate(asked(path, main_engine), tmp_path / "out")
    assert caught.value.hint
    assert not (tmp_path / "out").exists()


@pytest.mark.oracle
def test_validate_on_the_host(main_engine: StEdgeAiEngine, dense: Path, tmp_path: Path) -> None:
    vectors = np.random.default_rng(3).uniform(-1, 1, (6, 8)).astype(np.float32)
    work = tmp_path / "work"
    validation = main_engine.validate(
        asked(dense, main_engine), ValidationRequest("host", (vectors,), work, 120)
    )
    result = validation.result
    assert (result.on, result.engine, result.vectors, result.mismatches) == ("host", "stedgeai", 6, 0)
    assert result.outputs_compared == 30
    assert str(main_engine.tool.version) in (result.oracle or "")
    assert result.metrics is not None
    outputs = vectors.sum(axis=1, keepdims=True) + 1
    np.testing.assert_allclose(validation.outputs[0].reshape(6, 5), np.repeat(outputs, 5, 1), rtol=1e-5)
    assert (work / "stedgeai.log").is_file()


@pytest.mark.oracle
def test_validate_a_quantized_network(
    main_engine: StEdgeAiEngine, model: Callable[[str, ModelSpec], Path], tmp_path: Path
) -> None:
    path = model("quantized.tflite", dense_int8())
    vectors = np.random.default_rng(3).uniform(-1, 1, (4, 4)).astype(np.float32)
    validation = main_engine.validate(
        asked(path, main_engine), ValidationRequest("host", (vectors,), tmp_path / "work", 120)
    )
    assert validation.result.passed
    assert validation.result.outputs_compared == 12


def test_vectors_must_fit(main_engine: StEdgeAiEngine, dense: Path, tmp_path: Path) -> None:
    wrong = (np.zeros((2, 9), np.float32),)
    with pytest.raises(InputError, match="takes arrays of shape"):
        main_engine.validate(asked(dense, main_engine), ValidationRequest("host", wrong, tmp_path))


def test_never_on_the_emulator(main_engine: StEdgeAiEngine, dense: Path, tmp_path: Path) -> None:
    vectors = (np.zeros((1, 8), np.float32),)
    request = ValidationRequest("emulator", vectors, tmp_path / "work")
    with pytest.raises(UsageError, match="license"):
        main_engine.validate(asked(dense, main_engine), request)
    assert not (tmp_path / "work").exists()


def test_supported_operators(main_engine: StEdgeAiEngine) -> None:
    if main_engine.tool.version.order < (8,):
        with pytest.raises(UsageError, match="supported-ops"):
            main_engine.supported_operators()
        return
    names = {support.name for support in main_engine.supported_operators()}
    assert {"CONV_2D", "FULLY_CONNECTED", "SOFTMAX"} <= names
    assert "TFLITE" not in names

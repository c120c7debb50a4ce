"""One model through everything: the work behind ``compare``, for Python users."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from stand_in.install import install_stand_in
from support.small_models import chain, hybrid, mlp
from support.tflite_builder import build

from cubeai_auto.board import find_board
from cubeai_auto.compare.conditions import THIS_MODEL
from cubeai_auto.engines import EngineRequest
from cubeai_auto.errors import InputError, MissingPathError, ToolMissingError, UsageError
from cubeai_auto.project.compared import CompareRequest, ModelComparison, compare_model
from cubeai_auto.project.progress import Silent
from cubeai_auto.target import find_target

SIDES = ["cube-ai", "builtin", "tflm-reference", "tflm-cmsis-nn"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "kleines Netz ü.tflite"
    path.write_bytes(build(mlp()))
    return path


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No tool of ST's."""
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(tmp_path / "gone"))


def wanted(model: Path, **more: object) -> CompareRequest:
    base = CompareRequest(EngineRequest(model, find_target("stm32f4")), engine="predicted", samples=3)
    return dataclasses.replace(base, **more)  # type: ignore[arg-type]


def compared(model: Path, **more: object) -> ModelComparison:
    return compare_model(wanted(model, **more), Silent())


@pytest.mark.emulator
def test_all_sides_of_a_small_network(model: Path) -> None:
    found = compared(model, board=find_board("NUCLEO-F446RE"))
    sides = found.compared.comparison.sides
    assert [side.name for side in sides] == SIDES
    cube, ours, reference, _ = sides
    assert cube.version.startswith("predicted, ")
    assert ours.flash_total.how == "measured"
    assert ours.instructions.how == "simulated"
    assert ours.stack.known
    assert reference.flash_total.how == "predicted"
    assert found.compared.comparison.verdict is not None
    assert found.compared.comparison.verdict.flash == "builtin"
    assert found.compared.target == "NUCLEO-F446RE"
    assert found.compared.memory is not None
    assert found.unmeasured == ()
    assert [result.on for result in found.compared.validation] == ["emulator"]


@pytest.mark.emulator
@pytest.mark.oracle
def test_the_code_is_checked_on_the_way(model: Path) -> None:
    assert compared(model).mismatches == 0


@pytest.mark.usefixtures("no_tools")
def test_missing_tools_are_reasons_in_cells(model: Path) -> None:
    found = compared(model)
    ours = found.compared.comparison.sides[1]
    assert ours.weights.known
    assert ours.activations.known
    for cell in (ours.kernels, ours.flash_total, ours.instructions, ours.stack):
        assert "arm-none-eabi-gcc" in cell.reason
    assert len(found.unmeasured) == 2
    assert found.mismatches is None
    verdict = found.compared.comparison.verdict
    assert verdict is not None
    assert verdict.flash is not None  # the others are predicted


@pytest.mark.usefixtures("no_tools")
def test_a_model_that_the_engine_refuses_is_compared_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "hybrid.tflite"
    path.write_bytes(build(hybrid()))
    found = compared(path)
    sides = {side.name: side for side in found.compared.comparison.sides}
    assert set(sides) == set(SIDES)
    assert "hybrid" in sides["builtin"].flash_total.reason
    assert "hybrid" in sides["cube-ai"].flash_total.reason
    assert "TFLM cannot load" in sides["tflm-reference"].flash_total.reason
    assert found.unmeasured == ()
    verdict = found.compared.comparison.verdict
    assert verdict is not None
    assert verdict.sentence == "No two deployments can be compared."


@pytest.mark.usefixtures("bare", "no_tools")
def test_auto_without_a_tool_is_a_prediction_and_by_name_an_error(model: Path) -> None:
    cube = compared(model, engine="auto").compared.comparison.sides[0]
    assert cube.version.startswith("predicted")
    with pytest.raises(ToolMissingError):
        compared(model, engine="stedgeai")


@pytest.mark.arm
def test_the_tool_itself_where_it_is(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_stand_in(tmp_path / "core", "10.2.0")
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(tmp_path / "core"))
    found = compared(model, engine="auto")
    cube, ours, *_ = found.compared.comparison.sides
    assert (cube.name, cube.version) == ("cube-ai", "2.2.0")
    assert cube.weights.how == "reported"
    assert cube.instructions.reason == "not run in the emulator"
    assert ours.name == "builtin"
    assert ours.instructions.how == "simulated"
    conditions = {c.name: dict(c.values) for c in found.compared.comparison.conditions}
    assert conditions["core"]["cube-ai"] == "cortex-m4"
    assert conditions["optimization"]["cube-ai"] == "as delivered"
    assert conditions["model"]["cube-ai"] == THIS_MODEL
    # Asked not to drive it, there is a prediction.
    cube = compared(model, engine="builtin").compared.comparison.sides[0]
    assert cube.version.startswith("predicted")


def st_report(model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The report file that ST's tool, for which the stand-in stands, writes on a model."""
    from cubeai_auto.engines import find_engine

    program = install_stand_in(folder / "core", "10.2.0")
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(folder / "core"))
    engine = find_engine("stedgeai", tool=program)
    engine.generate(EngineRequest(model, find_target("stm32f4")), folder / "out")
    return next(path for path in (folder / "out").rglob("*report.txt"))


@pytest.mark.usefixtures("no_tools")
def test_a_report_file_takes_the_place_of_tool_and_prediction(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = st_report(model, tmp_path, monkeypatch)
    found = compared(model, cube_report=report, engine="stedgeai")
    cube = found.compared.comparison.sides[0]
    assert cube.weights.how == "reported"
    conditions = {c.name: dict(c.values) for c in found.compared.comparison.conditions}
    assert conditions["model"]["cube-ai"] == THIS_MODEL
    assert any("the tool was not asked" in note for note in found.compared.notes)
    other = tmp_path / "other.tflite"
    other.write_bytes(build(chain(20, 30, 4)))
    found = compared(other, cube_report=report)
    conditions = {c.name: dict(c.values) for c in found.compared.comparison.conditions}
    assert "report is of another model: weights" in conditions["model"]["cube-ai"]
    model_condition = next(c for c in found.compared.comparison.conditions if c.name == "model")
    assert model_condition.comparable is False
    assert any("report is of another model" in note for note in found.compared.notes)


def test_our_own_reports_are_none_of_cube_ais(model: Path, tmp_path: Path) -> None:
    from cubeai_auto.engines import find_engine

    request = EngineRequest(model, find_target("stm32f4"))
    find_engine("builtin").generate(request, tmp_path / "out")
    with pytest.raises(InputError, match=r"not of Cube\.AI"):
        compared(model, cube_report=tmp_path / "out" / "network_report.json")


def test_what_cannot_be_predicted_says_why(model: Path) -> None:
    request = dataclasses.replace(wanted(model).request, compression="high")
    cube = compared(model, request=request).compared.comparison.sides[0]
    assert cube.version == "not predicted"
    assert "compresses" in cube.flash_total.reason
    cube = compared(model, versions=">20").compared.comparison.sides[0]
    assert "no known version" in cube.flash_total.reason


def test_wrong_files(model: Path, tmp_path: Path) -> None:
    for field in ("cube_report", "elf", "map"):
        with pytest.raises(MissingPathError):
            compared(model, **{field: tmp_path / "gone"})
        with pytest.raises(InputError):
            compared(model, **{field: model})
    with pytest.raises(UsageError):
        compared(model, samples=0)
    with pytest.raises(UsageError):
        compared(model, firmware_opt="Os")
    model.write_bytes(b"no model")
    with pytest.raises(InputError):
        compared(model)

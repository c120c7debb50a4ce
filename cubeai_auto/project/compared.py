"""One model through everything that can be said of it: the work behind the ``compare`` verb."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cubeai_auto.board import Board
from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.compare.conditions import THIS_MODEL
from cubeai_auto.compare.engine_side import refused_side
from cubeai_auto.compare.report_model import model_of_report
from cubeai_auto.compare.setting import Setting
from cubeai_auto.compare.sides import CubeAi, compare
from cubeai_auto.engines import find_engine
from cubeai_auto.engines.base import EngineRequest, EngineResult, ValidationRequest
from cubeai_auto.engines.builtin import BuiltinEngine
from cubeai_auto.engines.vectors import random_inputs
from cubeai_auto.errors import InputError, ToolMissingError, UnsupportedModelError
from cubeai_auto.files import refusals, sha256_bytes, temporary_folder
from cubeai_auto.project.cube_step import CubeStep, in_one_line, predict_cube
from cubeai_auto.project.firmware_step import read_firmware, replace_measured
from cubeai_auto.project.progress import Narrator
from cubeai_auto.project.run_key import tool_versions
from cubeai_auto.project.tflm_step import ask_tflm
from cubeai_auto.quantity import missing
from cubeai_auto.reports.layer import with_instructions
from cubeai_auto.reports.load import load_report
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult, not_validated
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import load_model

__all__ = ["CompareRequest", "ModelComparison", "compare_model"]

_NO_DATA = missing("needs labeled data: cubeai-auto run measures it")


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """A model, how it is to be deployed, and the files that say more than a prediction.

    Attributes:
        request: as for an engine.
        board: whose room is told.
        engine: ``auto`` and ``stedgeai`` ask ST's tool for Cube.AI's figures, ``builtin`` and
            ``predicted`` do not.
        tool, versions: of ST's tool, as in ``find_engine``.
        cube_report: a report of Cube.AI's on this model, instead of its tool and of a prediction.
        elf, map: a firmware with this model under TFLM.
        firmware_opt: how that firmware's TFLM was compiled.
        samples, seed: random vectors to run in the emulator.
        timeout: seconds for each external program.
    """

    request: EngineRequest
    board: Board | None = None
    engine: str = "auto"
    tool: Path | None = None
    versions: str | None = None
    cube_report: Path | None = None
    elf: Path | None = None
    map: Path | None = None
    firmware_opt: str | None = None
    samples: int = 10
    seed: int = 1
    timeout: float = 600.0


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """The comparison, and what became of the built-in engine's code.

    Attributes:
        compared: for views and JSON.
        mismatches: outputs that differ from TFLM's; ``None`` if nothing was compared.
        unmeasured: why something could not be measured because a tool is missing.
    """

    compared: ComparedModel
    mismatches: int | None
    unmeasured: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Builtin:
    result: EngineResult | None
    validation: tuple[ValidationResult, ...]
    refusal: str = ""
    unmeasured: tuple[str, ...] = ()


def compare_model(wanted: CompareRequest, tell: Narrator) -> ModelComparison:
    """All deployments of a model side by side.

    Raises:
        MissingPathError: the model, the report, the ELF file or the map does not exist.
        InputError: one of them cannot be read, or the report is not one of Cube.AI's.
        UsageError: options that make no sense.
        ToolMissingError: ST's tool was asked for by name, and is not there.
    """
    request = wanted.request
    setting = Setting(request.target, request.opt_level, wanted.board)
    graph = load_model(request.model)
    with refusals("read", request.model):
        content = request.model.read_bytes()
    given = None if wanted.cube_report is None else _reported(wanted.cube_report, graph, content)
    firmware = read_firmware(wanted.elf, wanted.map, graph, content, setting, wanted.firmware_opt)
    tell.step("Cube.AI: its report or a prediction")
    cube, live = (CubeStep(given), None) if given is not None else _cube(wanted)
    tell.step("built-in engine: generating, linking, running in the emulator")
    built = _builtin(wanted, graph)
    tell.step("TFLM: predicting arena and flash")
    tflm = ask_tflm(request.model, graph, setting, None)
    report = None if built.result is None else _with_counts(built.result.report, built.validation)
    refused = [] if cube.refused is None else [cube.refused]
    if built.refusal:
        refused.append(refused_side("builtin", BuiltinEngine.version, built.refusal))
    comparison = compare(
        graph,
        report if live is None else live,
        built.validation,
        tflm.footprint,
        _NO_DATA,
        beside=None if live is None else report,
        predictions=replace_measured(tflm.predictions, firmware),
        cube=cube.cube,
        refused=refused,
        setting=setting,
        firmware=None if firmware is None else firmware.build,
    )
    results = [result for result in (built.result, cube.result) if result is not None]
    memory = next((result.memory for result in results if result.memory is not None), None)
    shown = live or report or (None if cube.cube is None else cube.cube.report)
    compared = ComparedModel(
        model_path=request.shown_model or str(request.model),
        model_bytes=len(content),
        model_sha256=sha256_bytes(content),
        target=request.target.name if wanted.board is None else wanted.board.name,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        comparison=comparison,
        report=shown,
        memory=memory,
        validation=built.validation,
        tools=tool_versions(),
        notes=_notes(wanted, cube, () if firmware is None else firmware.notes, built),
    )
    differing = [v.mismatches for v in built.validation if v.mismatches is not None]
    return ModelComparison(compared, sum(differing) if differing else None, built.unmeasured)


def _with_counts(report: CubeReport, validation: Sequence[ValidationResult]) -> CubeReport:
    """The report with the instructions of its layers, where they were counted."""
    counted = next((result.layers for result in validation if result.layers), ())
    return replace(report, layers=with_instructions(report.layers, counted))


def _reported(path: Path, graph: Graph, content: bytes) -> CubeAi:
    report = load_report(path)
    if report.tool.name.startswith("cubeai_auto"):
        msg = (
            f"{path} is a report of the {report.tool.name.removeprefix('cubeai_auto ')}, not of Cube.AI"
        )
        raise InputError(msg, hint="leave out --cube-report: its figures are shown anyway")
    if report.file is None:
        report = replace(report, file=str(path))
    return CubeAi(report, model_of_report(report, graph, content))


def _cube(wanted: CompareRequest) -> tuple[CubeStep, CubeReport | None]:
    """ST's own report where its tool runs, else a prediction."""
    if wanted.engine in {"builtin", "predicted"}:
        return predict_cube(wanted.request, wanted.versions), None
    engine = find_engine(wanted.engine, tool=wanted.tool, versions=wanted.versions)
    if engine.name == "builtin":
        return predict_cube(wanted.request, wanted.versions), None
    try:
        return CubeStep(), engine.analyze(wanted.request).report
    except UnsupportedModelError as error:
        reason = f"the tool refused the model: {in_one_line(error.message)}"
        return CubeStep(refused=refused_side("cube-ai", engine.version, reason)), None


def _builtin(wanted: CompareRequest, graph: Graph) -> _Builtin:
    """The built-in engine's report, and what its code does in the emulator."""
    engine, request = BuiltinEngine(), replace(wanted.request, compression="none")
    try:
        inputs = random_inputs(graph, wanted.samples, wanted.seed)
        result = engine.analyze(request)
    except UnsupportedModelError as error:
        return _Builtin(None, (), f"the engine refused the model: {in_one_line(error.message)}")
    total = result.report.footprint.flash_total
    unmeasured = () if total.known else (total.reason,)
    with temporary_folder() as work:
        try:
            ran = engine.validate(
                request, ValidationRequest("emulator", inputs, work, wanted.timeout)
            ).result
        except (ToolMissingError, UnsupportedModelError) as error:
            reason = in_one_line(error.message)
            ran = not_validated("emulator", engine.name, reason)
            if isinstance(error, ToolMissingError):
                unmeasured = (*unmeasured, reason)
    return _Builtin(result, (ran,), unmeasured=unmeasured)


def _notes(
    wanted: CompareRequest, cube: CubeStep, firmware: Sequence[str], built: _Builtin
) -> tuple[str, ...]:
    notes = list(firmware)
    if cube.cube is not None and cube.cube.model != THIS_MODEL:
        notes.append(f"Cube.AI: {cube.cube.model or 'the report does not say of which model it is'}")
    if cube.cube is not None and cube.cube.report.status == "failed":
        notes.append("Cube.AI: the report is of a command that failed")
    if wanted.cube_report is not None and wanted.engine == "stedgeai":
        notes.append("Cube.AI: the report file is shown, the tool was not asked")
    notes += [
        f"built-in engine: {ran.mismatches:,} of {ran.outputs_compared:,} outputs differ from TFLM's "
        f"on the {ran.on}"
        for ran in built.validation
        if ran.mismatches
    ]
    if wanted.board is None:
        notes.append("no board is given, so no headroom is told: --board")
    return tuple(notes)

"""One variant of a model through every stage: engine, validation, accuracy, TFLM, comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto.board import Board
from cubeai_auto.compare.deployment import CubeMXProject
from cubeai_auto.compare.engine_side import refused_side
from cubeai_auto.compare.fits import fit_report
from cubeai_auto.compare.record import Accuracy, Misread, VariantRecord
from cubeai_auto.compare.setting import Setting
from cubeai_auto.compare.sides import compare
from cubeai_auto.engines.base import Engine, EngineRequest, EngineResult, Validation, ValidationRequest
from cubeai_auto.engines.builtin import BuiltinEngine
from cubeai_auto.engines.vectors import random_inputs
from cubeai_auto.errors import ToolMissingError, UnsupportedModelError
from cubeai_auto.files import sha256_file
from cubeai_auto.project.config import Place, ProjectConfig
from cubeai_auto.project.cube_step import CubeStep, for_builtin, in_one_line, predict_cube
from cubeai_auto.project.data import ProjectData, network_input
from cubeai_auto.project.deployment import CubeMXPlan, write_cubemx
from cubeai_auto.project.progress import Narrator
from cubeai_auto.project.tflm_step import TflmStep, ask_tflm, not_asked
from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.reports.layer import with_instructions
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.scoring import accuracy, arg_max, confusion
from cubeai_auto.reports.validation import ValidationResult, not_validated
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import load_model

__all__ = ["NOT_ASKED", "VariantTask", "run_variant", "with_float32"]

NOT_ASKED = "not asked for: compare.tflm is false"
"""Why a run without the comparison has no TFLM figures."""

_MISREAD_SHOWN = 12
_RANDOM_HOST_VECTORS = 200
_Array = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class VariantTask:
    """What a variant's stages need to know.

    Attributes:
        name: the variant's name.
        model: the ``.tflite`` file, and its path as the record should state it.
        request: for the engine.
        board: where the network is to run.
        config: the project's settings.
        data: the project's data; ``None`` for a finished model.
        reference: accuracy of the Keras model.
        directory: the run folder as it is being filled, and as the record should state it.
        cubemx: how to make the CubeMX project, or why there is none.
    """

    name: str
    model: Path
    shown_model: Path
    request: EngineRequest
    board: Board
    config: ProjectConfig
    data: ProjectData | None
    reference: Quantity
    directory: Path
    shown_directory: Path
    cubemx: CubeMXPlan | str


def run_variant(engine: Engine, task: VariantTask, tell: Narrator) -> VariantRecord:
    """All stages of one variant; a model that the engine refuses is a result, with its reason."""
    graph = load_model(task.model)
    logs = task.directory / "logs" / task.name
    tflm = _tflm(task, graph, logs, tell)
    tell.step(f"{task.name}: generating C")
    result: EngineResult | None = None
    refusal = ""
    validations: tuple[Validation | ValidationResult, ...] = ()
    try:
        result = engine.generate(task.request, task.directory / "generated" / task.name)
    except UnsupportedModelError as error:
        refusal = error.message if error.hint is None else f"{error.message}\n{error.hint}"
    if result is not None:
        validations = tuple(
            _validate(engine, task, graph, place, logs, tell) for place in task.config.validation.on
        )
    ours = engine.name == "builtin"
    cube = predict_cube(task.request, task.config.engine.versions) if ours else CubeStep()
    refused = [] if cube.refused is None else [cube.refused]
    if result is None:
        name = "builtin" if ours else "cube-ai"
        why = f"the engine refused the model: {in_one_line(refusal)}"
        refused.append(refused_side(name, engine.version, why))
    results = tuple(v.result if isinstance(v, Validation) else v for v in validations)
    host = next((v for v in validations if isinstance(v, Validation) and v.result.on == "host"), None)
    report = None if result is None else _with_counts(result.report, results)
    deployed, counts, misread = _score(task, graph, host, refusal, results)
    project, no_project = _cubemx(engine, task, result, tell)
    return VariantRecord(
        name=task.name,
        model_path=str(task.shown_model),
        model_bytes=task.model.stat().st_size,
        model_sha256=sha256_file(task.model),
        accuracy=Accuracy(task.reference, missing("filled in when all variants have run"), deployed),
        report=report,
        refusal=refusal,
        validation=results,
        tflm=tflm.footprint,
        comparison=compare(
            graph,
            report,
            results,
            tflm.footprint,
            deployed,
            beside=None if ours else _beside(task),
            predictions=tflm.predictions,
            cube=cube.cube,
            refused=refused,
            setting=_setting(task),
        ),
        memory=None if result is None else result.memory,
        confusion=counts,
        misread=misread,
        fit=None if result is None else fit_report(result.report, task.board),
        cubemx=project,
        no_cubemx=no_project,
    )


def with_float32(variants: tuple[VariantRecord, ...]) -> tuple[VariantRecord, ...]:
    """Every variant with the float32 variant's accuracy filled in, or the reason there is none."""
    found = [variant for variant in variants if variant.name == "float32"]
    value = (
        found[0].accuracy.deployed if found else missing("the float32 variant is not part of this run")
    )
    return tuple(replace(v, accuracy=replace(v.accuracy, float32=value)) for v in variants)


def _cubemx(
    engine: Engine, task: VariantTask, result: EngineResult | None, tell: Narrator
) -> tuple[CubeMXProject | None, str]:
    """The CubeMX project with this variant, or why there is none."""
    if isinstance(task.cubemx, str):
        return None, task.cubemx
    if result is None:
        return None, "the engine refused the model"
    tell.step(f"{task.name}: patching the CubeMX project")
    inside = Path("cubemx", task.name)
    project = write_cubemx(
        task.cubemx,
        task.name,
        task.request,
        result,
        engine.name,
        folder=task.directory / inside,
        shown=task.shown_directory / inside,
    )
    return project, ""


def _tflm(task: VariantTask, graph: Graph, logs: Path, tell: Narrator) -> TflmStep:
    if not task.config.compare.tflm:
        return not_asked(task.model, graph, NOT_ASKED)
    tell.step(f"{task.name}: what TFLM needs")
    return ask_tflm(task.model, graph, _setting(task), logs / "tflm.log")


def _setting(task: VariantTask) -> Setting:
    return Setting(task.request.target, task.request.opt_level, task.board)


def _validate(
    engine: Engine, task: VariantTask, graph: Graph, place: Place, logs: Path, tell: Narrator
) -> Validation | ValidationResult:
    inputs = _inputs(task, graph, place)
    # Code of ST's tool may run on ST's devices only, so the emulator is the built-in engine's.
    ours = place == "emulator" or engine.name == "builtin"
    runs, wanted = (engine, task.request)
    if ours and engine.name != "builtin":
        runs, wanted = BuiltinEngine(), for_builtin(task.request)
    oracle = "in TFLM" if ours else "in the original model"
    tell.step(f"{task.name}: running {len(inputs[0]):,} vectors on the {place}, and {oracle}")
    request = ValidationRequest(
        place,
        inputs,
        logs / place,
        task.config.validation.timeout,
        independent=task.data is not None,  # samples of a test set do not continue each other
    )
    try:
        return runs.validate(wanted, request)
    except (ToolMissingError, UnsupportedModelError) as error:
        if engine.name == runs.name and isinstance(error, UnsupportedModelError):
            raise
        return not_validated(place, runs.name, error.message.partition("\n")[0])


def _with_counts(report: CubeReport, results: tuple[ValidationResult, ...]) -> CubeReport:
    """The report with the instructions of the layers, if its engine's code was counted."""
    ours = "built-in" in report.tool.name
    ran = next((r.layers for r in results if r.layers and (r.engine == "builtin") == ours), ())
    return replace(report, layers=with_instructions(report.layers, ran))


def _beside(task: VariantTask) -> CubeReport | None:
    """The built-in engine's report on the same model, to compare ST's with; none if it refuses."""
    try:
        return BuiltinEngine().analyze(for_builtin(task.request)).report
    except UnsupportedModelError:
        return None


def _inputs(task: VariantTask, graph: Graph, place: Place) -> tuple[_Array, ...]:
    """Vectors from the test set, or random ones for a model without data."""
    settings = task.config.validation
    wanted = settings.host_samples if place == "host" else settings.samples
    if task.data is None:
        return random_inputs(graph, wanted or _RANDOM_HOST_VECTORS, settings.seed)
    raw = task.data.dataset.x_test
    if wanted is not None and wanted < len(raw):
        chosen = np.random.default_rng(settings.seed).permutation(len(raw))[:wanted]
        raw = raw[np.sort(chosen)]
    return (network_input(graph, task.data.contract, raw),)


def _score(
    task: VariantTask,
    graph: Graph,
    host: Validation | None,
    refusal: str,
    results: tuple[ValidationResult, ...],
) -> tuple[Quantity, tuple[tuple[int, ...], ...], tuple[Misread, ...]]:
    """Accuracy through the generated C on the host, confusion, and a few misread samples."""
    if host is None:
        why = (
            "the engine refused the model" if refusal else "the generated code did not run on the host"
        )
        stated = next((r.reason for r in results if r.on == "host" and r.reason), "")
        return missing(f"{why}: {stated}" if stated else why), (), ()
    if task.data is None:
        return missing("the project has no labeled data"), (), ()
    dataset = task.data.dataset
    scores = host.outputs[0].reshape(len(host.outputs[0]), -1)
    if len(scores) != len(dataset.x_test):
        return missing("the host ran a part of the test set only (validate.host_samples)"), (), ()
    if len(graph.outputs) != 1 or scores.shape[1] != len(dataset.classes):
        return (
            missing(f"the outputs are not one score for each of {len(dataset.classes)} classes"),
            (),
            (),
        )
    labels = dataset.y_test
    source = f"generated C on the host, all {len(labels):,} test samples of {dataset.name}"
    counts = confusion(scores, labels, len(dataset.classes))
    return (
        measured(accuracy(scores, labels), "1", source),
        tuple(tuple(int(n) for n in row) for row in counts),
        _misread(task.data, arg_max(scores)),
    )


def _misread(data: ProjectData, read: npt.NDArray[np.int64]) -> tuple[Misread, ...]:
    """The first few pictures that were read wrongly; none for data that are not gray pictures."""
    pictures, labels, classes = data.dataset.x_test, data.dataset.y_test, data.dataset.classes
    if pictures.ndim != 3 or pictures.dtype != np.uint8:
        return ()
    return tuple(
        Misread(
            index=int(index),
            label=classes[int(labels[index])],
            predicted=classes[int(read[index])],
            width=pictures.shape[2],
            height=pictures.shape[1],
            pixels=pictures[index].tobytes(),
        )
        for index in np.flatnonzero(read != labels)[:_MISREAD_SHOWN]
    )

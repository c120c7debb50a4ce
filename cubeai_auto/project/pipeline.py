"""The whole line: data, model variants, engine, validation, TFLM, comparison, budgets, record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cubeai_auto.board import find_board
from cubeai_auto.compare.budgets import Budgets, check_budget
from cubeai_auto.compare.record import DatasetFacts, RunRecord, ToolVersion
from cubeai_auto.contract import InputContract
from cubeai_auto.engines import EngineRequest, find_engine
from cubeai_auto.engines.base import Engine
from cubeai_auto.files import existing_file, write_atomic, write_files
from cubeai_auto.project.baseline import compare_with_baseline, stored_baseline
from cubeai_auto.project.config import ProjectConfig
from cubeai_auto.project.data import ProjectData, load_data
from cubeai_auto.project.deployment import plan_cubemx
from cubeai_auto.project.loading import LoadedConfig
from cubeai_auto.project.progress import Narrator
from cubeai_auto.project.run_folder import claim, read_record, rewrite_record, staged, write_record
from cubeai_auto.project.run_key import run_key, tool_versions
from cubeai_auto.project.variant import VariantTask, run_variant, with_float32
from cubeai_auto.quantity import Quantity, missing
from cubeai_auto.target import Target, find_target
from cubeai_auto.tflite.reader import load_model

__all__ = ["run_project"]

_KEY_DIGITS = 12


def run_project(
    loaded: LoadedConfig, output: Path | None, tell: Narrator, *, against_baseline: bool = True
) -> RunRecord:
    """Run a project, or read the same run back from its folder.

    Args:
        loaded: the project's settings.
        output: the run folder; by default ``runs/<key>`` in the project folder.
        tell: is told about every step.
        against_baseline: whether the figures are held against the project's baseline.

    Raises:
        CubeAIError: of the kind that fits what went wrong; the run folder is then as it was.
    """
    config = loaded.config
    board = find_board(config.target.board)
    target = find_target(config.target.series or board.target)
    engine = find_engine(
        config.engine.name,
        project_tool=None if config.engine.executable is None else Path(config.engine.executable),
        versions=config.engine.versions,
        connection=config.engine.connection,
    )
    baseline = stored_baseline(loaded) if against_baseline else None
    source = existing_file(_source(config), "the recipe" if config.model.recipe else "the model")
    cubemx = plan_cubemx(config, board)
    tell.step("reading the data set" if config.model.recipe else "reading the model")
    data = load_data(config, source) if config.model.recipe else None
    tools = (ToolVersion(engine.name, engine.version), *tool_versions())
    facts = None if data is None else data.facts()
    files = (source,) if isinstance(cubemx, str) else (source, *cubemx.inputs)
    key = run_key(config, "" if facts is None else facts.hash, files, tools)
    run_dir = (output or loaded.directory / "runs" / key[:_KEY_DIGITS]).absolute()
    claim(run_dir)
    cached = read_record(run_dir, key)
    if cached is not None and against_baseline:
        seen = compare_with_baseline(loaded, cached, baseline)
        if seen.baseline != cached.baseline:
            rewrite_record(run_dir, seen)
        return seen
    if cached is not None:
        return cached
    with staged(run_dir) as part:
        models, reference = _models(config, data, source, part, tell)
        _input_code(config, data, part)
        variants = []
        for name, path in models:
            shown = run_dir / path.relative_to(part)
            request = _request(config, target, path, shown, data)
            task = VariantTask(
                name, path, shown, request, board, config, data, reference, part, run_dir, cubemx
            )
            variants.append(run_variant(engine, task, tell))
        record = _record(loaded, engine, run_dir, key, facts, data, tools)
        finished = with_float32(tuple(variants))
        limits = _budgets(config)
        record = replace(
            record,
            variants=finished,
            budgets=tuple(check for v in finished for check in check_budget(v, limits)),
        )
        if against_baseline:
            record = compare_with_baseline(loaded, record, baseline)
        tell.step("writing the record")
        write_record(part, record)
    return record


def _source(config: ProjectConfig) -> Path:
    """The recipe or the model; the configuration guarantees exactly one."""
    chosen = config.model.recipe or config.model.path
    return Path(chosen) if chosen is not None else Path()


def _budgets(config: ProjectConfig) -> Budgets:
    limits = config.budgets
    return Budgets(
        limits.flash,
        limits.ram,
        limits.arena,
        limits.macc,
        limits.instructions,
        limits.accuracy,
        limits.mismatches,
    )


def _models(
    config: ProjectConfig, data: ProjectData | None, source: Path, part: Path, tell: Narrator
) -> tuple[Sequence[tuple[str, Path]], Quantity]:
    """The ``.tflite`` of each variant in the run folder, and the accuracy before conversion."""
    folder = part / "models"
    if data is None:
        copy = folder / source.name
        graph = load_model(source)
        write_atomic(copy, source.read_bytes())
        kinds = {graph.tensor(index).dtype for index in graph.inputs}
        return [("+".join(sorted(kinds)), copy)], missing("a finished model: nothing was trained")
    from cubeai_auto.models.convert import convert
    from cubeai_auto.models.options import TrainingOptions
    from cubeai_auto.models.recipe import recipe_errors

    model = config.model
    tell.step(f"training for {model.epochs} epochs on {len(data.dataset.x_train):,} samples")
    options = TrainingOptions(model.seed, model.epochs, model.batch_size, model.augment, data.network)
    with recipe_errors(source):
        trained = data.recipe.train(data.dataset, options, tell.detail)
    models = []
    for variant in model.variants:
        tell.step(f"{variant}: converting")
        log = part / "logs" / "convert.log"
        content = convert(trained, data.dataset, data.contract, variant, log)
        path = folder / f"{variant}.tflite"
        write_atomic(path, content)
        models.append((variant, path))
    return models, trained.accuracy


def _input_code(config: ProjectConfig, data: ProjectData | None, part: Path) -> None:
    """For data of a sensor: the C code that prepares the network's input, in the folder ``input``."""
    if data is None or data.contract.sensor is None:
        return
    from cubeai_auto.models.har.input_code import input_code

    write_files(part / "input", input_code(data.contract, config.model.name))


def _request(
    config: ProjectConfig, target: Target, model: Path, shown: Path, data: ProjectData | None
) -> EngineRequest:
    engine = config.engine
    return EngineRequest(
        model=model,
        target=target,
        name=config.model.name,
        optimization=engine.optimization,
        compression=engine.compression,
        c_api=engine.c_api,
        opt_level=engine.opt_level,
        io_in_activations=engine.io_in_activations,
        fast_float=engine.fast_float,
        rounding=engine.rounding,
        contract=None if data is None else data.contract,
        shown_model=str(shown),
    )


def _record(
    loaded: LoadedConfig,
    engine: Engine,
    run_dir: Path,
    key: str,
    facts: DatasetFacts | None,
    data: ProjectData | None,
    tools: tuple[ToolVersion, ...],
) -> RunRecord:
    config = loaded.config
    notes = []
    if config.engine.name == "auto":
        why = "ST's tool was found" if engine.name != "builtin" else "no tool of ST's was found"
        notes.append(f"engine auto: {engine.title} ({why}; see cubeai-auto doctor)")
    return RunRecord(
        project=config.project.name,
        run_dir=str(run_dir),
        engine=engine.name,
        board=config.target.board,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        key=key,
        cached=False,
        dataset=facts or DatasetFacts("none", "the project has no data set", 0, 0, (), ""),
        contract=_no_contract() if data is None else data.contract,
        variants=(),
        tools=tools,
        notes=tuple(notes),
    )


def _no_contract() -> InputContract:
    return InputContract(
        description="unknown: a finished model without a recipe",
        raw_dtype="float32",
        raw_min=0.0,
        raw_max=0.0,
        offset=0.0,
        scale=1.0,
        shape=(),
        layout="as the model's input",
    )

"""Deployments of one network side by side, with the conditions of their figures and a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.compare.conditions import THIS_MODEL, SideConditions, collect_conditions
from cubeai_auto.compare.engine_side import engine_side, is_builtin, is_predicted
from cubeai_auto.compare.predicted_side import predicted_side
from cubeai_auto.compare.published import PublishedCount, published_for
from cubeai_auto.compare.ratios import Judged, ratios
from cubeai_auto.compare.setting import Setting
from cubeai_auto.compare.side import Side
from cubeai_auto.compare.side_conditions import (
    FirmwareBuild,
    builtin_conditions,
    cube_conditions,
    firmware_conditions,
    tflm_conditions,
)
from cubeai_auto.compare.tflm_side import tflm_side, unknown_tflm_side
from cubeai_auto.compare.verdict import judge_sides
from cubeai_auto.quantity import Quantity, missing
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult
from cubeai_auto.tflite.costs import weights
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["CubeAi", "compare"]

_OWN_EMULATION = frozenset(
    {"cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33"}
)
_EMULATED_CORE = "cortex-m33"
"""For which core code is built that no emulated machine can run as it is."""
_PUBLISHED_SIDES = {
    "tflm-cmsis-nn": "TFLM + CMSIS-NN",
    "tflm-reference": "TFLM + reference kernels",
}
_NOTHING = SideConditions()
_STARTUP = (
    "TFLM: the predicted run time holds vectors, startup and an empty main (about 0.5 KB) that the "
    "other sides do not count."
)


@dataclass(frozen=True, slots=True)
class CubeAi:
    """Cube.AI's figures from elsewhere than the engine of this run.

    Attributes:
        report: predicted, or read from a file.
        model: of which model it is, as :func:`~cubeai_auto.compare.report_model.model_of_report` says.
    """

    report: CubeReport
    model: str = THIS_MODEL


def compare(
    graph: Graph,
    report: CubeReport | None,
    validation: Sequence[ValidationResult],
    tflm: TflmFootprint,
    accuracy: Quantity,
    *,
    beside: CubeReport | None = None,
    predictions: Sequence[TflmFootprint] = (),
    cube: CubeAi | None = None,
    refused: Sequence[Side] = (),
    setting: Setting | None = None,
    firmware: FirmwareBuild | None = None,
) -> Comparison:
    """The sides known for a network, judged if the setting is given.

    Args:
        graph: the network.
        report: the engine's report; ``None`` if it refused the model.
        validation: of the engine's code.
        tflm: the same model under TFLM.
        accuracy: of the engine's code.
        beside: the report of another engine on the same network.
        predictions: under TFLM on the target's core, a footprint for each kernel set.
        cube: Cube.AI's figures, if the engine is not ST's.
        refused: sides of engines that refused the model, or are not known for a reason.
        setting: what was asked for; without it, nothing is judged.
        firmware: how the firmware was built that a footprint is measured in.
    """
    engines = [Judged(side, _NOTHING) for side in refused]
    if report is not None:
        engines.append(_engine(report, engine_side(report, validation, accuracy), setting))
    if beside is not None:
        not_run = missing("the test set was run through the other engine's code")
        engines.append(_engine(beside, engine_side(beside, validation, not_run), setting))
    if cube is not None:
        engines.append(_cube(cube, accuracy, setting))
    engines.sort(key=lambda judged: judged.side.name != "cube-ai")
    known = [found for found in (report, beside, None if cube is None else cube.report) if found]
    macc = known[0].macc if known else missing("the engine refused the model")
    judged = [*engines, *_tflm(predictions, macc, firmware)]
    if not predictions:
        judged.append(Judged(_unpredicted(tflm, macc), _NOTHING))
    notes = list(dict.fromkeys(note for found in predictions for note in _notes(found)))
    if any(found.flash.core.known and found.measured is None for found in predictions):
        notes.append(_STARTUP)
    for entry in _nearest(published_for(graph), "" if setting is None else setting.opt_level):
        _add_published(judged, entry, tflm)
        name = _PUBLISHED_SIDES.get(entry.side, entry.side)
        notes.append(f"{name}: instructions published for the same shapes, not measured in this run.")
    sides = tuple(found.side for found in judged)
    if setting is None:
        return Comparison(sides, tuple(notes))
    return Comparison(
        sides,
        tuple(notes),
        collect_conditions([(j.side.name, j.conditions) for j in judged if j.conditions != _NOTHING]),
        judge_sides(judged, weights(graph), setting.board),
        ratios(judged),
    )


def _engine(report: CubeReport, side: Side, setting: Setting | None) -> Judged:
    if setting is None:
        return Judged(side, _NOTHING)
    if not is_builtin(report):
        return Judged(side, cube_conditions(report, setting))
    conditions = builtin_conditions(report, setting)
    if setting.core in _OWN_EMULATION:
        return Judged(side, conditions)
    return Judged(side, conditions, replace(conditions, core=_EMULATED_CORE))


def _cube(cube: CubeAi, accuracy: Quantity, setting: Setting | None) -> Judged:
    report = cube.report
    if is_predicted(report):
        side = predicted_side(report)
    else:
        not_here = missing("its code was not run here")
        side = replace(
            engine_side(report, (), accuracy), stack=not_here, instructions=not_here, accuracy=not_here
        )
    if setting is None:
        return Judged(side, _NOTHING)
    from_file = report.file is not None
    return Judged(side, cube_conditions(report, setting, cube.model, from_file=from_file))


def _tflm(
    predictions: Sequence[TflmFootprint], macc: Quantity, firmware: FirmwareBuild | None
) -> Iterator[Judged]:
    """A side a kernel set; beside a measured one stands the prediction that it replaces."""
    replaced = []
    for footprint in predictions:
        side = tflm_side(footprint, macc)
        if footprint.measured is None:
            yield Judged(side, tflm_conditions(footprint))
            continue
        predicted = tflm_side(replace(footprint, measured=None), macc)
        replaced.append(
            Judged(
                replace(predicted, name=f"{predicted.name}-predicted"),
                tflm_conditions(footprint),
                candidate=False,
            )
        )
        version = f"measured in {PurePath(footprint.measured.file).name}"
        conditions = firmware_conditions(footprint, firmware or FirmwareBuild())
        yield Judged(replace(side, version=version), conditions)
    yield from replaced


def _notes(footprint: TflmFootprint) -> Iterator[str]:
    yield from (f"TFLM: {note}" for note in footprint.notes)
    measured = footprint.measured
    if measured is not None:
        name = PurePath(measured.file).name
        yield from (f"{name}: {note}" for note in measured.notes)
        if not measured.tested:
            yield f"{name}: this kind of file ({measured.kind}) was never tried on a real one by us"


def _unpredicted(tflm: TflmFootprint, macc: Quantity) -> Side:
    if tflm.loadable is False:
        why = missing(f"TFLM cannot load the model: {tflm.reason}")
    else:
        why = missing(tflm.arena_used.reason or "not predicted for a Cortex-M")
    host = tflm.host_arena.total
    arena = why
    if host.known:
        arena = missing(f"{why.reason}; the x86-64 host interpreter's arena is {host.value:,} B")
    return replace(
        unknown_tflm_side("tflm-reference", tflm.version or "not installed", tflm, why),
        activations=arena,
        macc=macc,
        accuracy=missing("measured through the engine's code only"),
    )


def _nearest(entries: Sequence[PublishedCount], level: str) -> tuple[PublishedCount, ...]:
    """One figure a side: that of the optimization asked for, else the first."""
    chosen: dict[str, PublishedCount] = {}
    for entry in entries:
        known = chosen.get(entry.side)
        if known is None or (entry.optimization == level != known.optimization):
            chosen[entry.side] = entry
    return tuple(chosen.values())


def _add_published(judged: list[Judged], entry: PublishedCount, tflm: TflmFootprint) -> None:
    """Put a published figure into its side; a side of its own if there is none."""
    for position, found in enumerate(judged):
        if found.side.name == entry.side:
            work = replace(
                found.conditions,
                core=entry.core,
                fpu_abi=entry.fpu_abi,
                optimization=entry.optimization,
                debug="no",
            )
            side = replace(found.side, instructions=entry.instructions)
            judged[position] = replace(found, side=side, work=work)
            return
    why = missing("only the instruction count is published for this network")
    unknown = unknown_tflm_side(entry.side, entry.version, tflm, why)
    judged.append(Judged(replace(unknown, instructions=entry.instructions), _NOTHING))

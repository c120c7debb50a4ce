"""Deployments of one network side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cubeai_auto.compare.published import PublishedCount, published_for
from cubeai_auto.compare.record import Comparison, Side
from cubeai_auto.quantity import Quantity, missing, reported
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm.footprint import TflmFootprint

__all__ = ["compare"]


def compare(
    graph: Graph,
    report: CubeReport | None,
    validation: Sequence[ValidationResult],
    tflm: TflmFootprint,
    accuracy: Quantity,
    *,
    beside: CubeReport | None = None,
) -> Comparison:
    """The sides known for a network.

    Args:
        graph: the network.
        report: the engine's report; ``None`` if it refused the model.
        validation: of the engine's code.
        tflm: the same model under TFLM.
        accuracy: of the engine's code.
        beside: the report of another engine on the same network.
    """
    sides = [] if report is None else [_engine_side(report, validation, accuracy)]
    if beside is not None:
        not_run = missing("the test set was run through the other engine's code")
        sides.append(_engine_side(beside, validation, not_run))
    sides.append(_tflm_side(tflm, report))
    sides += [
        _published_side(entry, tflm) for entry in published_for(graph) if entry.side == "tflm-cmsis-nn"
    ]
    notes = ["Flash and arena of TFLM on a Cortex-M are not predicted by this version."]
    if any(side.name == "tflm-cmsis-nn" for side in sides):
        notes.append("TFLM + CMSIS-NN: published for the same shapes, not measured in this run.")
    return Comparison(tuple(sides), tuple(notes))


def _engine_side(
    report: CubeReport, validation: Sequence[ValidationResult], accuracy: Quantity
) -> Side:
    footprint = report.footprint
    ours = "built-in" in report.tool.name
    own = [result for result in validation if (result.engine == "builtin") == ours]
    ran = next((result for result in own if result.instructions.known), None)
    reason = next((r.reason for r in own if r.on == "emulator" and r.reason), "")
    not_run = missing(reason or "not run in the emulator")
    return Side(
        name="builtin" if ours else "cube-ai",
        version=report.tool.version or "unknown version",
        weights=footprint.weights,
        container=footprint.channel_constants,
        kernels=footprint.kernel_flash,
        runtime=footprint.toolchain_flash if ours else missing("inside the kernels, as ST counts"),
        flash_total=footprint.flash_total,
        activations=footprint.activations,
        io=footprint.inputs,
        runtime_ram=footprint.kernel_ram,
        stack=not_run if ran is None else ran.stack,
        ram_total=footprint.ram_total,
        macc=report.macc,
        instructions=not_run if ran is None else ran.instructions,
        accuracy=accuracy,
    )


def _tflm_side(tflm: TflmFootprint, report: CubeReport | None) -> Side:
    if tflm.loadable is False:
        why = missing(f"TFLM cannot load the model: {tflm.reason}")
    else:
        why = missing("not predicted for a Cortex-M by this version")
    host = tflm.host_arena.total
    arena = why
    if host.known:
        arena = missing(f"{why.reason}; the x86-64 host interpreter's arena is {host.value:,} B")
    return replace(
        _tflm_unknown("tflm-reference", tflm.version or "not installed", tflm, why),
        activations=arena,
        macc=why if report is None else report.macc,
        accuracy=missing("measured through the engine's code only"),
    )


def _tflm_unknown(name: str, version: str, tflm: TflmFootprint, why: Quantity) -> Side:
    """A deployment with TFLM of which only the size of the model file is known."""
    return Side(
        name=name,
        version=version,
        weights=missing("inside the model container"),
        container=tflm.flash_model,
        kernels=why,
        runtime=why,
        flash_total=why,
        activations=why,
        io=missing("inside the arena"),
        runtime_ram=why,
        stack=why,
        ram_total=why,
        macc=why,
        instructions=why,
        accuracy=why,
    )


def _published_side(entry: PublishedCount, tflm: TflmFootprint) -> Side:
    why = missing("only the instruction count is published for this network")
    return replace(
        _tflm_unknown(entry.side, entry.version, tflm, why),
        instructions=reported(entry.value, "instructions", entry.source),
    )

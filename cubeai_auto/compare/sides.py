"""Deployments of one network side by side."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from cubeai_auto.compare.record import Comparison, Side
from cubeai_auto.compare.tflm_side import tflm_side, unknown_tflm_side
from cubeai_auto.quantity import Quantity, missing, reported
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["compare", "network_signature"]


def compare(
    graph: Graph,
    report: CubeReport | None,
    validation: Sequence[ValidationResult],
    tflm: TflmFootprint,
    accuracy: Quantity,
    *,
    beside: CubeReport | None = None,
    predictions: Sequence[TflmFootprint] = (),
) -> Comparison:
    """The sides known for a network.

    Args:
        graph: the network.
        report: the engine's report; ``None`` if it refused the model.
        validation: of the engine's code.
        tflm: the same model under TFLM.
        accuracy: of the engine's code.
        beside: the report of another engine on the same network.
        predictions: under TFLM on the target's core, a footprint for each kernel set.
    """
    sides = [] if report is None else [_engine_side(report, validation, accuracy)]
    if beside is not None:
        not_run = missing("the test set was run through the other engine's code")
        sides.append(_engine_side(beside, validation, not_run))
    macc = missing("the engine refused the model") if report is None else report.macc
    sides += [tflm_side(prediction, macc) for prediction in predictions]
    if not predictions:
        sides.append(_tflm_side(tflm, report))
    signature = network_signature(graph)
    published = [entry for entry in _published() if entry.network == signature]
    notes = []
    for entry in published:
        _add_published(sides, entry, tflm)
        name = "TFLM + CMSIS-NN" if entry.side == "tflm-cmsis-nn" else entry.side
        notes.append(f"{name}: instructions published for the same shapes, not measured in this run.")
    return Comparison(tuple(sides), tuple(notes))


def network_signature(graph: Graph) -> str:
    """The operators with the dimensions that decide their work: equal for equal work.

    Views are left out. Only fully connected layers and softmax are described by dimensions.
    """
    parts = []
    for operator in graph.operators:
        if operator.name in {"RESHAPE", "SQUEEZE", "EXPAND_DIMS"}:
            continue
        if operator.name == "FULLY_CONNECTED":
            rows, depth = graph.tensor(operator.inputs[1]).shape
            parts.append(f"{operator.name} {depth}x{rows}")
        else:
            parts.append(f"{operator.name} {graph.tensor(operator.outputs[0]).elements}")
    return f"{graph.tensor(graph.inputs[0]).dtype} {', '.join(parts)}"


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
        why = missing(tflm.arena_used.reason or "not predicted for a Cortex-M")
    host = tflm.host_arena.total
    arena = why
    if host.known:
        arena = missing(f"{why.reason}; the x86-64 host interpreter's arena is {host.value:,} B")
    return replace(
        unknown_tflm_side("tflm-reference", tflm.version or "not installed", tflm, why),
        activations=arena,
        macc=why if report is None else report.macc,
        accuracy=missing("measured through the engine's code only"),
    )


@dataclass(frozen=True, slots=True)
class _Published:
    side: str
    version: str
    network: str
    value: int
    source: str


@cache
def _published() -> tuple[_Published, ...]:
    text = (files("cubeai_auto") / "resources" / "published.toml").read_text("utf-8")
    return tuple(
        _Published(row["side"], row["version"], row["network"], row["value"], row["source"])
        for row in tomllib.loads(text)["instructions"]
    )


def _add_published(sides: list[Side], entry: _Published, tflm: TflmFootprint) -> None:
    """Put a published figure into its side; a side of its own if there is none."""
    instructions = reported(entry.value, "instructions", entry.source)
    for position, side in enumerate(sides):
        if side.name == entry.side:
            sides[position] = replace(side, instructions=instructions)
            return
    why = missing("only the instruction count is published for this network")
    unknown = unknown_tflm_side(entry.side, entry.version, tflm, why)
    sides.append(replace(unknown, instructions=instructions))

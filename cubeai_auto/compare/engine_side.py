"""A deployment with an engine's code: from its report and what running its code showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cubeai_auto.compare.side import Side
from cubeai_auto.quantity import Quantity, missing
from cubeai_auto.reports.report import CubeReport, Footprint
from cubeai_auto.reports.validation import ValidationResult

__all__ = ["ends", "engine_side", "is_builtin", "is_predicted", "refused_side"]

_FIELDS = 13


def is_builtin(report: CubeReport) -> bool:
    """Whether the built-in engine made the report."""
    return "built-in" in report.tool.name


def is_predicted(report: CubeReport) -> bool:
    """Whether the report is a prediction of Cube.AI's."""
    return report.tool.name == "cubeai_auto predicted"


def engine_side(report: CubeReport, validation: Sequence[ValidationResult], accuracy: Quantity) -> Side:
    """The side of a report.

    Args:
        report: of the built-in engine, or of one of ST's tools.
        validation: of any engine's code; only its own counts.
        accuracy: of its code.
    """
    footprint = report.footprint
    ours = is_builtin(report)
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
        io=ends(footprint),
        runtime_ram=footprint.kernel_ram,
        stack=not_run if ran is None else ran.stack,
        ram_total=footprint.ram_total,
        macc=report.macc,
        instructions=not_run if ran is None else ran.instructions,
        accuracy=accuracy,
    )


def ends(footprint: Footprint) -> Quantity:
    """Bytes of inputs and outputs together, where they do not lie inside the activations."""
    inputs, outputs = footprint.inputs, footprint.outputs
    if inputs.value is None or outputs.value is None:
        return inputs if inputs.value is None else outputs
    source = "; ".join(dict.fromkeys((inputs.source, outputs.source)))
    return replace(inputs, value=inputs.value + outputs.value, source=source)


def refused_side(name: str, version: str, reason: str) -> Side:
    """A side of which nothing is known, with the reason in every cell."""
    return Side(name, version, *(missing(reason) for _ in range(_FIELDS)))

"""The ``cube-ai`` side of a comparison from a prediction, named so that it passes for no report."""

from __future__ import annotations

from cubeai_auto.compare.engine_side import ends
from cubeai_auto.compare.side import Side
from cubeai_auto.quantity import missing
from cubeai_auto.reports.report import CubeReport

__all__ = ["predicted_side"]


def predicted_side(report: CubeReport) -> Side:
    """The side of a report that the engine ``predicted`` made.

    Args:
        report: its figures are predicted; stack, instructions and accuracy need the tool's code.
    """
    footprint = report.footprint
    not_run = missing("predicted: there is no code of Cube.AI's to run")
    pack = "" if report.tool.pack is None else f" (X-CUBE-AI {report.tool.pack})"
    return Side(
        name="cube-ai",
        version=f"predicted, {report.tool.version or 'unknown version'}{pack}",
        weights=footprint.weights,
        container=footprint.channel_constants,
        kernels=footprint.kernel_flash,
        runtime=missing("inside the kernels, as ST counts"),
        flash_total=footprint.flash_total,
        activations=footprint.activations,
        io=ends(footprint),
        runtime_ram=footprint.kernel_ram,
        stack=not_run,
        ram_total=footprint.ram_total,
        macc=report.macc,
        instructions=not_run,
        accuracy=not_run,
    )

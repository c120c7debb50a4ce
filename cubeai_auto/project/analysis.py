"""From a report of ST's tool to the figures that CubeMX caches of a network.

Which figure CubeMX takes was read off real projects that lie beside their reports: RAM and flash of
the linked network where the report has them, else activations with inputs and outputs and the
weights; with 5.0 the activations alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.cubemx import Analysis
from cubeai_auto.errors import InputError
from cubeai_auto.quantity import Quantity
from cubeai_auto.reports import CubeReport

__all__ = ["ReportedAnalysis", "reported_analysis"]

_PLAIN = frozenset({None, "", "none", "None", "lossless", "1"})


@dataclass(frozen=True, slots=True)
class ReportedAnalysis:
    """The figures of a report, and what an engineer should know about them.

    Attributes:
        analysis: the figures.
        c_name: the network's C name in the report, where it states one.
        pack: the X-CUBE-AI version that the tool belongs to, where known.
        compressed: the compression that was asked for, if the achieved one is not known.
    """

    analysis: Analysis
    c_name: str | None
    pack: str | None
    compressed: str | None

    def notes(self, name: str, pack: str) -> list[str]:
        """What does not fit the network and the pack it is used for."""
        found = []
        if self.c_name not in {None, name}:
            found.append(f"the report of {name} is on a network named {self.c_name}")
        if self.pack not in {None, pack}:
            found.append(f"the report of {name} comes from X-CUBE-AI {self.pack}, not {pack}")
        if self.compressed is not None:
            found.append(f"{name}: the report does not state the achieved compression, 0.0 is noted")
        return found


def reported_analysis(report: CubeReport, where: str) -> ReportedAnalysis:
    """The figures of a report.

    Args:
        report: of ST's tool; our own engines' figures are not CubeMX' to cache.
        where: the report as messages name it.

    Raises:
        InputError: the tool failed, or the report lacks a figure.
    """
    if report.status != "ok":
        msg = f"{where}: the tool failed, its report has no figures"
        raise InputError(msg, hint="let the tool analyze the model again")
    footprint = report.footprint
    activations = footprint.activations
    if not (report.tool.pack or "").startswith("5.0."):
        activations = next(
            (one for one in (footprint.ram_total, footprint.data_ram, activations) if one.known),
            activations,
        )
    flash = footprint.flash_total if footprint.flash_total.known else footprint.weights
    if not report.inputs or not report.outputs:
        msg = f"{where}: the report does not list the inputs and outputs"
        raise InputError(msg, hint="take the report of analyze or generate")
    analysis = Analysis(
        macc=_whole(where, "MACC", report.macc),
        ram=_whole(where, "RAM", activations),
        flash=_whole(where, "flash", flash),
        inputs=len(report.inputs),
        outputs=len(report.outputs),
        input_bytes=tuple(tensor.bytes for tensor in report.inputs),
        output_bytes=tuple(tensor.bytes for tensor in report.outputs),
    )
    return ReportedAnalysis(
        analysis=analysis,
        c_name=report.c_name or None,
        pack=report.tool.pack,
        compressed=None if report.compression in _PLAIN else report.compression,
    )


def _whole(where: str, what: str, quantity: Quantity) -> int:
    if quantity.value is None:
        msg = f"{where}: the report has no {what}: {quantity.reason}"
        raise InputError(msg, hint="take the report of analyze or generate")
    return int(quantity.value)

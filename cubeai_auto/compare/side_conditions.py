"""Under which conditions the figures of each kind of side were obtained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cubeai_auto.compare.conditions import THIS_MODEL, SideConditions
from cubeai_auto.compare.engine_side import is_predicted
from cubeai_auto.compare.setting import Setting, fpu_abi
from cubeai_auto.errors import UsageError
from cubeai_auto.quantity import Quantity
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.target import Target, find_target
from cubeai_auto.tflm.flash_prediction import COMPILER
from cubeai_auto.tflm.values import TflmFootprint

__all__ = [
    "FirmwareBuild",
    "builtin_conditions",
    "cube_conditions",
    "firmware_conditions",
    "tflm_conditions",
]

_DEBUG: Final = {
    "release": "no",
    "release_with_logs": "logs",
    "default": "asserts and logs",
}
_KERNELS: Final = {"reference": "TFLM's reference kernels", "cmsis-nn": "CMSIS-NN and TFLM's own"}
_PREDICTED_ABI: Final = "hard"
"""All known figures that predictions rest on are of cores with a floating-point unit."""

_LINKED, _FLAGS = "program linked with ", ", -"
_CONTAINER_TFLM: Final = "the .tflite file: weights, graph, names, quantization"


@dataclass(frozen=True, slots=True)
class FirmwareBuild:
    """How an existing firmware was built, as far as that is known; empty where it is not.

    Attributes:
        core: ``cortex-m4``, or the architecture where it fits several cores.
        fpu_abi: ``hard`` or ``soft``.
        optimization, debug: as in :class:`SideConditions`.
        toolchain: what compiled it.
        model: :data:`THIS_MODEL`, or what else it holds.
    """

    core: str = ""
    fpu_abi: str = ""
    optimization: str = ""
    debug: str = ""
    toolchain: str = ""
    model: str = THIS_MODEL


def builtin_conditions(report: CubeReport, setting: Setting) -> SideConditions:
    """Of the built-in engine's code, compiled and linked here."""
    return SideConditions(
        core=setting.core,
        fpu_abi=setting.fpu_abi,
        optimization=setting.opt_level,
        debug="no",
        io_placement=_io_placement(report),
        kernels="generated C",
        toolchain=_linked_with(report.footprint.flash_total),
        container="multipliers and shifts; the graph is code",
    )


def cube_conditions(
    report: CubeReport, setting: Setting, model: str = THIS_MODEL, *, from_file: bool = False
) -> SideConditions:
    """Of Cube.AI's library: reported for this setting, predicted for it, or read from a file.

    Args:
        report: the report.
        setting: what was asked for.
        model: of which model it is.
        from_file: the report was made elsewhere, so that only its own words count.
    """
    target = _stated_target(report) if from_file else setting.target
    core = "" if target is None else target.core if from_file else setting.core
    abi = "" if target is None else fpu_abi(target)
    if is_predicted(report) and report.footprint.kernel_flash.known:
        abi = _PREDICTED_ABI
    return SideConditions(
        core=core,
        fpu_abi=abi,
        optimization="as delivered",
        debug="no",
        io_placement=_io_placement(report),
        kernels="ST's library",
        toolchain="GCC, library as delivered" if report.footprint.kernel_flash.known else "",
        container="none: the graph is code",
        model=model,
    )


def tflm_conditions(footprint: TflmFootprint) -> SideConditions:
    """Of a prediction for TFLM: those of the tables that its flash comes from."""
    linked = footprint.flash.total.known
    return SideConditions(
        core=footprint.core or "",
        fpu_abi="hard" if linked else "",
        optimization=(footprint.opt or "") if linked else "",
        debug=_DEBUG.get(footprint.build or "", ""),
        io_placement="inside" if footprint.arena_required.known else "",
        kernels=_KERNELS.get(footprint.kernels or "", ""),
        toolchain=COMPILER if linked else "",
        container=_CONTAINER_TFLM,
    )


def firmware_conditions(footprint: TflmFootprint, build: FirmwareBuild) -> SideConditions:
    """Of a firmware with TFLM that somebody else built."""
    return SideConditions(
        core=build.core,
        fpu_abi=build.fpu_abi,
        optimization=build.optimization,
        debug=build.debug,
        io_placement="inside",
        kernels=_KERNELS.get(footprint.kernels or "", ""),
        toolchain=build.toolchain,
        container=_CONTAINER_TFLM,
        model=build.model,
    )


def _io_placement(report: CubeReport) -> str:
    ends = (report.footprint.inputs, report.footprint.outputs)
    if all(end.reason == "inside activations" for end in ends):
        return "inside"
    return "outside" if all(end.known for end in ends) else ""


def _linked_with(total: Quantity) -> str:
    """The linker and compiler that a measured total names."""
    source = total.source if total.known else ""
    if not source.startswith(_LINKED):
        return ""
    return f"{source.removeprefix(_LINKED).partition(_FLAGS)[0]}, newlib-nano"


def _stated_target(report: CubeReport) -> Target | None:
    try:
        return None if not report.target else find_target(report.target)
    except UsageError:
        return None

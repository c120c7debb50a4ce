"""A deployment with TensorFlow Lite Micro, in the vocabulary that all sides share."""

from __future__ import annotations

from dataclasses import replace

from cubeai_auto.compare.side import Side
from cubeai_auto.quantity import Quantity, measured, missing, predicted
from cubeai_auto.tflm.attribution import Attribution
from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["tflm_side", "unknown_tflm_side"]


def tflm_side(footprint: TflmFootprint, macc: Quantity) -> Side:
    """The side of a footprint: predicted, or measured where a firmware was.

    RAM is the arena that has to be reserved, which holds inputs and outputs, and what the program
    needs beside it; flash is the model file, which holds the weights, the operators' kernels, and
    TFLM's core with the C library as run time.

    Args:
        footprint: of one kernel set.
        macc: the network's multiply-accumulate operations.
    """
    why = missing(_absence(footprint))
    side = replace(
        unknown_tflm_side(f"tflm-{footprint.kernels}", footprint.commit or "", footprint, why),
        kernels=footprint.flash.kernels,
        runtime=footprint.flash.core,
        flash_total=footprint.flash.total,
        activations=footprint.arena_required,
        runtime_ram=footprint.flash.static_ram,
        stack=missing("not predicted"),
        ram_total=_sum(footprint.arena_required, footprint.flash.static_ram),
        macc=macc,
        instructions=missing("not predicted"),
        accuracy=missing("measured through the engine's code only"),
    )
    return side if footprint.measured is None else _with_firmware(side, footprint.measured)


def unknown_tflm_side(name: str, version: str, footprint: TflmFootprint, why: Quantity) -> Side:
    """A deployment of which only the size of the model file is known."""
    return Side(
        name=name,
        version=version,
        weights=missing("inside the model container"),
        container=footprint.flash_model,
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


def _with_firmware(side: Side, firmware: Attribution) -> Side:
    """The firmware's own sizes; its application is no part of TFLM's cost."""
    flash = firmware.flash
    kernels = _sum(flash.kernels, flash.cmsis_nn)
    runtime = _sum(flash.core, flash.libraries)
    container = flash.model if flash.model.known else side.container
    arena = firmware.ram.arena
    return replace(
        side,
        container=container,
        kernels=kernels,
        runtime=runtime,
        flash_total=_sum(container, kernels, runtime),
        activations=arena if arena.known else side.activations,
        ram_total=side.ram_total if not arena.known else _sum(arena, side.runtime_ram),
    )


def _absence(footprint: TflmFootprint) -> str:
    if footprint.loadable is False:
        return f"TFLM cannot load the model: {footprint.reason}"
    return footprint.reason or "not predicted"


def _sum(*values: Quantity) -> Quantity:
    """The sum; measured only if all of it is."""
    for value in values:
        if value.value is None:
            return value
    total = sum(value.value or 0 for value in values)
    source = "; ".join(dict.fromkeys(value.source for value in values))
    wholly = all(value.how == "measured" for value in values)
    return measured(total, "B", source) if wholly else predicted(total, "B", source)

"""One footprint from several sources: what TFLM said on the host, and what a firmware really holds."""

from __future__ import annotations

from dataclasses import replace

from cubeai_auto.quantity import Quantity, missing
from cubeai_auto.tflm.allocations import missing_arena
from cubeai_auto.tflm.attribution import Attribution
from cubeai_auto.tflm.flash_prediction import no_flash
from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["with_firmware", "with_host"]


def with_host(predicted: TflmFootprint, host: TflmFootprint) -> TflmFootprint:
    """The prediction, with the answer of a TFLM that was really asked.

    Its word on whether the model loads replaces the one from the file; if it refuses the model,
    there is nothing to predict.
    """
    found = replace(predicted, host_arena=host.host_arena)
    if host.loadable is None:
        return found
    found = replace(found, loadable=host.loadable, version=host.version)
    if host.loadable:
        if predicted.loadable is False:
            reason = f"TFLM on the host loads the model, against what is known here: {predicted.reason}"
            return _without_figures(replace(found, reason=reason), reason)
        return found
    return _without_figures(
        replace(found, reason=host.reason), f"TFLM cannot load the model: {host.reason}"
    )


def with_firmware(predicted: TflmFootprint, firmware: Attribution) -> TflmFootprint:
    """The prediction beside a real firmware's sizes, and a note if its arena is too small."""
    notes = list(predicted.notes)
    arena, required = firmware.ram.arena, predicted.arena_required
    if _below(arena, required):
        notes.append(
            f"the firmware's arena of {arena.value:,} B is smaller than the {required.value:,} B "
            "that the model is predicted to need"
        )
    return replace(predicted, measured=firmware, notes=tuple(notes))


def _below(one: Quantity, other: Quantity) -> bool:
    return one.value is not None and other.value is not None and one.value < other.value


def _without_figures(found: TflmFootprint, reason: str) -> TflmFootprint:
    gap = missing(reason)
    return replace(
        found,
        arena_used=gap,
        arena_required=gap,
        arena=missing_arena(reason),
        flash=no_flash(reason),
        nodes=(),
    )

"""A variant under TensorFlow Lite Micro: predicted for the board, and asked of the host's TFLM."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.compare.setting import Setting
from cubeai_auto.quantity import measured, missing
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm.allocations import missing_arena
from cubeai_auto.tflm.combine import with_host
from cubeai_auto.tflm.cores import find_core
from cubeai_auto.tflm.flash import default_opt
from cubeai_auto.tflm.host import host_footprint
from cubeai_auto.tflm.predict import footprint
from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["TflmStep", "ask_tflm", "not_asked"]

_SETS = ("reference", "cmsis-nn")
_EVERYWHERE = "Os"


@dataclass(frozen=True, slots=True)
class TflmStep:
    """What is known of a variant under TFLM.

    Attributes:
        footprint: with CMSIS-NN, which is what one deploys on a Cortex-M.
        predictions: a footprint for each kernel set; empty if TFLM is not asked for.
    """

    footprint: TflmFootprint
    predictions: tuple[TflmFootprint, ...] = ()


def ask_tflm(model: Path, graph: Graph, setting: Setting, log: Path | None) -> TflmStep:
    """Predict arena and flash on the core, and let the host's TFLM load the model if it is here.

    Flash is predicted at the optimization that the engine's code gets, so that both can be compared;
    where nothing was measured at that level, at one that was, which the side's conditions then say.

    Args:
        model: the ``.tflite`` file.
        graph: the same, read.
        setting: whose core, floating-point unit and optimization count.
        log: receives what TFLM prints.

    Raises:
        ToolFailedError: the host's TFLM failed for a reason of its own.
        ToolTimeoutError: it did not end in time.
    """
    host = host_footprint(model, graph, log=log)
    found = tuple(with_host(_predicted(graph, setting, kernels), host) for kernels in _SETS)
    return TflmStep(found[-1], found)


def _predicted(graph: Graph, setting: Setting, kernels: str) -> TflmFootprint:
    core = find_core(setting.core).name
    levels = dict.fromkeys((setting.opt_level, default_opt(core), _EVERYWHERE))
    tried = [footprint(graph, core, kernels, level, fpu=setting.fpu) for level in levels]
    return next((found for found in tried if found.flash.total.known), tried[0])


def not_asked(model: Path, graph: Graph, reason: str) -> TflmStep:
    """A project that does not want to know."""
    gap = missing(reason)
    return TflmStep(
        TflmFootprint(
            model=graph.name,
            loadable=None,
            reason=reason,
            host_arena=missing_arena(reason),
            arena_used=gap,
            arena_required=gap,
            flash_model=measured(model.stat().st_size, "B", "size of the .tflite file"),
            operators=tuple(sorted({operator.name for operator in graph.operators})),
            version="",
        )
    )

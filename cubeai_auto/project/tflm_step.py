"""A variant under TensorFlow Lite Micro: predicted for the board, and asked of the host's TFLM."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.board import Board
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


@dataclass(frozen=True, slots=True)
class TflmStep:
    """What is known of a variant under TFLM.

    Attributes:
        footprint: with CMSIS-NN, which is what one deploys on a Cortex-M.
        predictions: a footprint for each kernel set; empty if TFLM is not asked for.
    """

    footprint: TflmFootprint
    predictions: tuple[TflmFootprint, ...] = ()


def ask_tflm(model: Path, graph: Graph, board: Board, log: Path) -> TflmStep:
    """Predict arena and flash on the board, and let the host's TFLM load the model if it is here.

    Args:
        model: the ``.tflite`` file.
        graph: the same, read.
        board: whose core and floating-point unit count.
        log: receives what TFLM prints.

    Raises:
        ToolFailedError: the host's TFLM failed for a reason of its own.
        ToolTimeoutError: it did not end in time.
    """
    host = host_footprint(model, graph, log=log)
    opt = default_opt(find_core(board.core).name)
    found = tuple(
        with_host(footprint(graph, board.core, kernels, opt, fpu=board.fpu), host) for kernels in _SETS
    )
    return TflmStep(found[-1], found)


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

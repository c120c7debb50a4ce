"""The smallest arena that works: more than what is used at the end, for small models by far.

While TensorFlow Lite Micro plans, its tables stand between head and tail; while it prepares an
operator, temporary descriptions of the operator's tensors do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.tflite.graph import Graph, Operator
from cubeai_auto.tflm.demand import Demand
from cubeai_auto.tflm.head import Head
from cubeai_auto.tflm.sizes import scale_count
from cubeai_auto.tflm.tail import ARENA_ALIGNMENT, Tail, up

__all__ = ["Peaks", "peaks"]

_SCRATCH_REQUEST, _MOST_REQUESTS_OF_AN_OPERATOR = 12, 12
_SUBGRAPH_OFFSET, _ALLOCATION_INFO, _PLANNER_ENTRY = 4, 24, 40
_TEMPORARY_TENSOR, _TEMPORARY_QUANTIZATION = 32, 16


@dataclass(frozen=True, slots=True)
class Peaks:
    """Bytes of the arena in use: at the end, while planning, while preparing an operator."""

    used: int
    planning: int
    preparing: int

    @property
    def required(self) -> int:
        """The smallest arena, a multiple of 16."""
        return up(max(self.used, self.planning, self.preparing), ARENA_ALIGNMENT)


def peaks(graph: Graph, demands: Sequence[Demand], tail: Tail, head: Head) -> Peaks:
    """What the arena holds at its fullest.

    Args:
        graph: the model.
        demands: of every operator.
        tail: the tail's growth.
        head: the plan.
    """
    requests = sum(len(demand.scratch) for demand in demands)
    tables = _SCRATCH_REQUEST * (_MOST_REQUESTS_OF_AN_OPERATOR + requests)
    tables += _SUBGRAPH_OFFSET + _ALLOCATION_INFO * (len(graph.tensors) + requests)
    planning = up(tail.planned, ARENA_ALIGNMENT) + up(tables, ARENA_ALIGNMENT)
    planning += _PLANNER_ENTRY * len(head.buffers)
    preparing, earlier = 0, 0
    for op, demand, size in zip(graph.operators, demands, tail.prepared, strict=True):
        noted = _SCRATCH_REQUEST * (_MOST_REQUESTS_OF_AN_OPERATOR + earlier)
        preparing = max(preparing, size + noted + _temporaries(graph, op))
        earlier += len(demand.scratch)
    return Peaks(head.size + tail.total, planning, preparing)


def _temporaries(graph: Graph, op: Operator) -> int:
    total = 0
    for index in (*op.inputs, *op.outputs):
        if index >= 0:
            count = scale_count(graph.tensor(index))
            total += _TEMPORARY_TENSOR + (_TEMPORARY_QUANTIZATION + 4 * count if count else 0)
    return total

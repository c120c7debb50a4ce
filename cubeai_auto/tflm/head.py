"""The arena's head: activations and scratch, placed as TensorFlow Lite Micro's planner places them.

TFLM's ``GreedyMemoryPlanner``: the largest buffer first, the later of two equal ones first, each at the
lowest offset where it meets none that lives at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm.demand import Demand
from cubeai_auto.tflm.tail import ARENA_ALIGNMENT, up

__all__ = ["Head", "PlannedBuffer", "greedy_offsets", "plan_head", "planned_buffers"]

_NEVER = -1
_MOST_BUFFERS = 20_000
_ADDRESSABLE = 1 << 32


@dataclass(frozen=True, slots=True)
class PlannedBuffer:
    """A buffer for the planner.

    Attributes:
        tensor: the tensor it holds; ``None`` for scratch.
        operator: the operator whose scratch it is; ``None`` for a tensor.
        size: bytes, rounded up to the alignment.
        first, last: the steps in which it lives, both included: step 0 is before the first
            operator, operator k is step k + 1. -1 in both: no operator touches it.
    """

    tensor: int | None
    operator: int | None
    size: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Head:
    """The plan: buffers in the order they were handed over, an offset each, and the bytes in all."""

    buffers: tuple[PlannedBuffer, ...]
    offsets: tuple[int, ...]
    size: int


def plan_head(graph: Graph, sizes: Sequence[int], demands: Sequence[Demand]) -> Head:
    """Plan activations and scratch.

    Raises:
        UnsupportedModelError: more buffers than this simulation plans.
    """
    buffers = planned_buffers(graph, sizes, demands)
    offsets = greedy_offsets(buffers)
    size = max((o + b.size for o, b in zip(offsets, buffers, strict=True)), default=0)
    return Head(buffers, offsets, size)


def planned_buffers(
    graph: Graph, sizes: Sequence[int], demands: Sequence[Demand]
) -> tuple[PlannedBuffer, ...]:
    """The buffers that TFLM plans, in its order: tensors by index, then scratch as requested."""
    first = [_NEVER] * len(graph.tensors)
    last = [_NEVER] * len(graph.tensors)

    def created(index: int, step: int) -> None:
        if first[index] == _NEVER:
            first[index] = step

    for index in graph.inputs:
        created(index, 0)
        last[index] = 0
    for op in graph.operators:
        step = op.index + 1
        for index in op.outputs:
            created(index, step)
        for index in (*op.inputs, *op.outputs):
            if index >= 0:
                last[index] = step
    for index in graph.outputs:
        created(index, len(graph.operators))
        last[index] = len(graph.operators)
    tensors = [
        PlannedBuffer(
            tensor.index,
            None,
            up(sizes[tensor.index], ARENA_ALIGNMENT),
            first[tensor.index],
            last[tensor.index],
        )
        for tensor in graph.tensors
        if not tensor.is_constant and not tensor.is_variable and sizes[tensor.index]
    ]
    scratch = [
        PlannedBuffer(None, number, up(size, ARENA_ALIGNMENT), number + 1, number + 1)
        for number, demand in enumerate(demands)
        for size in demand.scratch
    ]
    return (*tensors, *scratch)


def greedy_offsets(buffers: Sequence[PlannedBuffer]) -> tuple[int, ...]:
    """The offset of each buffer, in the order given.

    Raises:
        UnsupportedModelError: there are too many, or they are larger than 4 GiB together.
    """
    if len(buffers) > _MOST_BUFFERS:
        msg = f"the graph has {len(buffers):,} buffers, more than are simulated ({_MOST_BUFFERS:,})"
        raise UnsupportedModelError(msg)
    if sum(buffer.size for buffer in buffers) >= _ADDRESSABLE:
        msg = "the graph's activations are larger than a 32-bit core can address"
        raise UnsupportedModelError(msg)
    order = sorted(range(len(buffers)), key=lambda i: (-buffers[i].size, -i))
    placed = np.zeros((4, len(buffers)), np.int64)  # offset, end, first, last; sorted by offset
    offsets = [0] * len(buffers)
    for count, number in enumerate(order):
        buffer = buffers[number]
        start, end, first, last = placed[:, :count]
        meets = (first <= buffer.last) & (last >= buffer.first)
        below = np.concatenate(([0], np.maximum.accumulate(end[meets])))
        fits = np.flatnonzero(start[meets] - below[:-1] >= buffer.size)
        offset = int(below[fits[0]] if fits.size else below[-1])
        at = int(np.searchsorted(start, offset, side="right"))
        placed[:, at + 1 : count + 1] = placed[:, at:count].copy()
        placed[:, at] = offset, offset + buffer.size, buffer.first, buffer.last
        offsets[number] = offset
    return tuple(offsets)

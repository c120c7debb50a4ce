"""Operators that move no byte: their output is their input under another shape."""

from __future__ import annotations

from cubeai_auto.tflite.graph import Graph, Operator

__all__ = ["is_view", "moves_data", "view_roots"]

_RESHAPING = frozenset({"RESHAPE", "SQUEEZE", "EXPAND_DIMS"})


def moves_data(graph: Graph, op: Operator) -> bool:
    """Whether a TRANSPOSE changes the order of the elements in memory.

    It does not if the dimensions larger than 1 keep their order. An order that is not a constant, or
    none of all dimensions, counts as moving.
    """
    source, order = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    if order.data is None:
        return source.elements > 1
    wide = [int(axis) for axis in order.data.ravel().tolist()]
    if sorted(wide) != list(range(len(source.shape))):
        return True
    kept = [axis for axis in wide if source.shape[axis] != 1]
    return kept != sorted(kept)


def is_view(graph: Graph, op: Operator) -> bool:
    """Whether the output can be the input's own buffer, read under another shape."""
    if op.custom or op.name not in _RESHAPING | {"TRANSPOSE"}:
        return False
    source, target = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if source.dtype != target.dtype or source.nbytes != target.nbytes:
        return False
    return op.name in _RESHAPING or not moves_data(graph, op)


def view_roots(graph: Graph) -> tuple[int, ...]:
    """For each tensor, the tensor whose memory it is a view of; itself if it is none."""
    roots = list(range(len(graph.tensors)))
    for op in graph.operators:
        if is_view(graph, op):
            roots[op.outputs[0]] = roots[op.inputs[0]]
    return tuple(roots)

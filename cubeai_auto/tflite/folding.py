"""Finds the operators whose results are known before the network runs: shape arithmetic.

Keras models with an open batch compute the target of a RESHAPE at run time, in a chain SHAPE,
STRIDED_SLICE, PACK. With the stored shapes these are constants, and no engine that compiles a
model runs them. Nor does it run an operator whose result somebody has already put into the graph.
"""

from __future__ import annotations

from cubeai_auto.tflite.graph import Graph, Operator

__all__ = ["folded_operators"]

_ARITHMETIC = frozenset(
    {
        "ADD", "CAST", "CONCATENATION", "DIV", "EXPAND_DIMS", "FILL", "FLOOR_DIV", "GATHER",
        "MAXIMUM", "MINIMUM", "MUL", "PACK", "RANGE", "REDUCE_PROD", "RESHAPE", "SLICE", "SPLIT",
        "SQUEEZE", "STRIDED_SLICE", "SUB", "UNPACK",
    }
)  # fmt: skip
_SHAPE_TYPES = frozenset({"int32", "int64"})


def folded_operators(graph: Graph) -> frozenset[int]:
    """The indices of the operators that compute shapes from stored shapes, or constants.

    An operator that writes a graph output is never among them: its result must exist.
    """
    known = {t.index for t in graph.tensors if t.is_constant and t.dtype in _SHAPE_TYPES}
    folded = set()
    for op in graph.operators:
        if _folds(graph, op, known):
            folded.add(op.index)
            known.update(op.outputs)
    return frozenset(folded)


def _folds(graph: Graph, op: Operator, known: set[int]) -> bool:
    if op.outputs and all(graph.tensors[index].is_constant for index in op.outputs):
        return True
    if op.custom or any(index in graph.outputs for index in op.outputs):
        return False
    if any(graph.tensors[index].dtype not in _SHAPE_TYPES for index in op.outputs):
        return False
    if op.name == "SHAPE":
        return min(graph.tensors[op.inputs[0]].shape, default=0) >= 0
    return op.name in _ARITHMETIC and all(index in known for index in op.inputs if index != -1)

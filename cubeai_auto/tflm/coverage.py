"""For which of a model's operators the arena's rules were compared with a measurement."""

from __future__ import annotations

from cubeai_auto.tflite.graph import Graph, Operator
from cubeai_auto.tflm.demand import Setting
from cubeai_auto.tflm.operators import operator_facts
from cubeai_auto.tflm.sizes import activation_type

__all__ = ["unverified"]

_REVERSED_CHANNELS = 17


def unverified(graph: Graph, setting: Setting) -> dict[str, tuple[str, ...]]:
    """The operators that were not, by name, each with what of it was not."""
    found: dict[str, dict[str, None]] = {}
    for op in graph.operators:
        for what in _open_points(graph, op, setting):
            found.setdefault(op.name, {})[what] = None
    return {name: tuple(points) for name, points in sorted(found.items())}


def _open_points(graph: Graph, op: Operator, setting: Setting) -> list[str]:
    """Why an operator's rule was never compared with a measured arena."""
    facts = operator_facts().get(op.name)
    if op.custom or facts is None or not facts.verified:
        return ["the operator"]
    points = []
    kind = activation_type(graph, op)
    if kind is not None and kind not in facts.verified:
        points.append(f"{kind} activations")
    tensors = [graph.tensor(i) for i in op.inputs if i >= 0]
    if any(tensor.dtype == "int4" for tensor in tensors):
        points.append("int4 weights")
    if op.name == "RESHAPE" and any(-1 in graph.tensor(i).shape for i in op.outputs):
        points.append("an open output shape")
    if op.name == "TRANSPOSE_CONV" and setting.kernels == "cmsis-nn" and kind == "int8":
        channels = tensors[2].shape[-1] if len(tensors) > 2 and tensors[2].shape else 0
        if channels >= _REVERSED_CHANNELS:
            points.append("more than 16 input channels")
    return points

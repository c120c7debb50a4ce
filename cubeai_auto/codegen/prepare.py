"""A graph made ready for lowering: stored constants unpacked, impossible views made copies.

Tensors and operators keep their indices, so that everything said of the prepared graph holds for
the model as it is stored.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflite.views import is_view

__all__ = ["COPY", "has_half_constants", "prepared"]

COPY = "COPY"
"""The name of an operator that would be a view if its output could lie where its input does."""


def prepared(graph: Graph) -> Graph:
    """The graph with constants for DEQUANTIZE of constants, and copies where views cannot be.

    A network output needs memory of its own. Where a view would put it into that of an input or of
    another output, its operator becomes a copy.
    """
    tensors = list(graph.tensors)
    for operator in graph.operators:
        if operator.name == "DEQUANTIZE" and not operator.custom:
            source, target = tensors[operator.inputs[0]], tensors[operator.outputs[0]]
            values = _unpacked(source)
            if values is not None and target.dtype == "float32" and target.shape == source.shape:
                tensors[target.index] = replace(target, data=values)
    unpacked = replace(graph, tensors=tuple(tensors))
    return replace(unpacked, operators=tuple(map(_without_intermediates, _with_copies(unpacked))))


def _without_intermediates(operator: Operator) -> Operator:
    """Intermediates are for kernels that need memory for them; ours do not."""
    return replace(operator, intermediates=()) if operator.intermediates else operator


def has_half_constants(graph: Graph) -> bool:
    """Whether constants are stored as float16, which TFLM does not take."""
    return any(
        tensor.dtype == "float16" and tensor.is_constant
        for operator in graph.operators
        for tensor in (graph.tensor(index) for index in operator.inputs if index >= 0)
    )


def _unpacked(tensor: Tensor) -> npt.NDArray[np.float32] | None:
    """The real values of a constant, in float32 as DEQUANTIZE computes them."""
    if tensor.data is None:
        return None
    if tensor.dtype == "float16":
        return tensor.data.astype(np.float32)
    found = tensor.quantization
    if tensor.dtype not in {"int8", "uint8"} or found is None or found.per_channel:
        return None
    steps = (tensor.data.astype(np.int32) - found.zero_point).astype(np.float32)
    values: npt.NDArray[np.float32] = np.float32(found.scale) * steps
    return values


def _with_copies(graph: Graph) -> tuple[Operator, ...]:
    roots = list(range(len(graph.tensors)))
    viewed = {operator.outputs[0] for operator in graph.operators if is_view(graph, operator)}
    taken = {*graph.inputs, *(index for index in graph.outputs if index not in viewed)}
    operators = []
    for operator in graph.operators:
        if is_view(graph, operator):
            target, root = operator.outputs[0], roots[operator.inputs[0]]
            constant = graph.tensor(root).is_constant
            if target in graph.outputs and root in taken and not constant:
                operators.append(replace(operator, name=COPY))
                taken.add(target)
                continue
            roots[target] = root
            if target in graph.outputs:
                taken.add(root)
        operators.append(operator)
    return tuple(operators)

"""Bytes of a graph's tensors as TensorFlow Lite Micro counts them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflite.graph import DType, Graph, Operator, Tensor

__all__ = [
    "ITEM_BYTES",
    "activation_type",
    "dimension",
    "item_bytes",
    "operand",
    "result",
    "scale_count",
    "tensor_bytes",
]

ITEM_BYTES: Mapping[DType, int] = {
    "float32": 4, "float16": 2, "float64": 8, "int4": 1, "int8": 1, "int16": 2, "int32": 4,
    "int64": 8, "uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8, "bool": 1, "resource": 4,
    "complex64": 8, "complex128": 16,
}  # fmt: skip
"""Bytes of an element; an int4 value takes a byte of its own. Other types have no size in TFLM."""


def item_bytes(tensor: Tensor) -> int:
    """Bytes of one element.

    Raises:
        UnsupportedModelError: TFLM does not know how large the type is.
    """
    size = ITEM_BYTES.get(tensor.dtype)
    if size is None:
        msg = f"tensor {tensor.index} has the type {tensor.dtype}, whose size TFLM does not know"
        raise UnsupportedModelError(msg)
    return size


def tensor_bytes(graph: Graph) -> tuple[int, ...]:
    """Bytes of every tensor, from the shape stored in the file; a scalar has one element.

    A ``RESHAPE`` resolves one open dimension of its output while it is prepared.

    Raises:
        UnsupportedModelError: another tensor's shape is open, or its type has no size.
    """
    elements = [math.prod(tensor.shape) for tensor in graph.tensors]
    opened = {tensor.index for tensor in graph.tensors if min(tensor.shape, default=0) < 0}
    for op in graph.operators:
        if op.name == "RESHAPE" and not op.custom and op.outputs[0] in opened:
            if op.inputs[0] in opened or graph.tensor(op.outputs[0]).shape.count(-1) != 1:
                continue
            elements[op.outputs[0]] = elements[op.inputs[0]]
            opened.discard(op.outputs[0])
    for index in sorted(opened):
        shape = list(graph.tensor(index).shape)
        msg = f"tensor {index} has the open shape {shape}, which TFLM does not resolve"
        raise UnsupportedModelError(msg, hint="convert the model with a fixed batch of 1")
    return tuple(
        count * item_bytes(tensor) for count, tensor in zip(elements, graph.tensors, strict=True)
    )


def scale_count(tensor: Tensor) -> int:
    """How many scales a tensor has; 0 if it is not quantized."""
    return 0 if tensor.quantization is None else len(tensor.quantization.scales)


def activation_type(graph: Graph, op: Operator) -> DType | None:
    """The type that decides which of an operator's kernels runs; ``None`` without inputs."""
    position = 2 if op.name == "TRANSPOSE_CONV" else 0
    if position >= len(op.inputs) or op.inputs[position] < 0:
        return None
    return graph.tensor(op.inputs[position]).dtype


def operand(graph: Graph, op: Operator, position: int) -> Tensor:
    """An operator's input.

    Raises:
        UnsupportedModelError: the operator has no such input.
    """
    return _held(graph, op, op.inputs, position, "input")


def result(graph: Graph, op: Operator) -> Tensor:
    """An operator's first output.

    Raises:
        UnsupportedModelError: the operator has none.
    """
    return _held(graph, op, op.outputs, 0, "output")


def _held(graph: Graph, op: Operator, held: tuple[int, ...], position: int, what: str) -> Tensor:
    if position >= len(held) or held[position] < 0:
        msg = f"operator {op.index} ({op.name}) has no {what} {position}, which TFLM needs"
        raise UnsupportedModelError(msg)
    return graph.tensor(held[position])


def dimension(op: Operator, tensor: Tensor, axis: int, *, rank: int | None = None) -> int:
    """A dimension of a tensor, counted from the end if ``axis`` is negative.

    Args:
        op: the operator, for the message.
        tensor: one of its tensors.
        axis: which dimension.
        rank: how many dimensions the tensor must have.

    Raises:
        UnsupportedModelError: the tensor has no such dimension.
    """
    count = len(tensor.shape)
    if (rank is not None and count != rank) or not -count <= axis < count:
        wanted = "more" if rank is None else str(rank)
        msg = (
            f"operator {op.index} ({op.name}) needs {wanted} dimensions of tensor {tensor.index}, "
            f"whose shape is {list(tensor.shape)}"
        )
        raise UnsupportedModelError(msg)
    return tensor.shape[axis]

"""Input vectors for a graph: checked against its inputs before anything runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import InputError
from cubeai_auto.tflite.graph import Graph, Tensor

__all__ = ["batched_inputs"]

_NUMPY_TYPES = frozenset(
    {"float32", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "bool"}
)


def batched_inputs(
    graph: Graph, inputs: Sequence[npt.NDArray[np.generic]]
) -> tuple[npt.NDArray[np.generic], ...]:
    """Every input in the shape (vectors, *tensor shape).

    Args:
        graph: the model.
        inputs: one array per graph input, as stored, vectors along the first axis; behind it
            the tensor's own shape, whose leading batch of 1 may be left out.

    Raises:
        InputError: the number of inputs, a type, a shape or the numbers of vectors do not fit.
    """
    if len(inputs) != len(graph.inputs):
        msg = f"{graph.name} has {len(graph.inputs)} inputs, and {len(inputs)} arrays were given"
        raise InputError(msg)
    arrays = tuple(
        _batched(graph.tensor(index), array) for index, array in zip(graph.inputs, inputs, strict=True)
    )
    counts = sorted({len(array) for array in arrays})
    if len(counts) != 1 or counts[0] == 0:
        found = " and ".join(str(count) for count in counts) or "no inputs"
        msg = f"every input needs the same number of vectors, at least one; found {found}"
        raise InputError(msg)
    return arrays


def _batched(tensor: Tensor, array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    if tensor.dtype not in _NUMPY_TYPES:
        msg = f"the input {tensor.name} is of type {tensor.dtype}, which cannot be given as an array"
        raise InputError(msg)
    if array.dtype != np.dtype(tensor.dtype):
        msg = f"the input {tensor.name} takes {tensor.dtype}, and {array.dtype} was given"
        quantize = "quantize the vectors with the input's scale and zero point"
        raise InputError(msg, hint=quantize if tensor.quantization else None)
    allowed = {tensor.shape, tensor.vector_shape}
    if array.ndim == 0 or array.shape[1:] not in allowed:
        shapes = " or ".join(
            f"({', '.join(map(str, ('vectors', *shape)))})" for shape in sorted(allowed, key=len)
        )
        msg = f"the input {tensor.name} takes arrays of shape {shapes}, and {array.shape} was given"
        raise InputError(msg)
    return np.ascontiguousarray(array).reshape(len(array), *tensor.shape)

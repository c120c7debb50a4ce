"""The typed graph of a TensorFlow Lite model: what the rest of the package knows of a network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = ["DType", "Graph", "OptionValue", "Operator", "Quantization", "Tensor"]

DType = Literal[
    "float32", "float16", "float64", "int4", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool", "string", "resource", "variant",
    "complex64", "complex128",
]  # fmt: skip

OptionValue = bool | int | float | str | tuple[int, ...]

_ITEM_BYTES: Mapping[str, int] = {
    "float32": 4, "float16": 2, "float64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8,
    "uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8, "bool": 1, "complex64": 8, "complex128": 16,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantization:
    """Affine quantization, real = scale * (stored - zero_point).

    Attributes:
        scales: one float32 value, or one per index of ``axis``.
        zero_points: as many as scales.
        axis: the quantized dimension (meaningful with more than one scale).
    """

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int = 0

    @property
    def per_channel(self) -> bool:
        """Whether there is more than one scale."""
        return len(self.scales) > 1

    @property
    def scale(self) -> float:
        """The first (per-tensor) scale."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        """The first (per-tensor) zero point."""
        return self.zero_points[0]


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A tensor of the graph.

    Attributes:
        index: its position in the model's tensor list.
        shape: the stored shape; ``()`` is a scalar.
        data: the constant content, in ``shape``; ``None`` for an activation.
        quantization: ``None`` if the tensor is not quantized.
        is_variable: state that survives between inferences.
        shape_signature: the shape before conversion fixed it; -1 marks a dynamic dimension.
    """

    index: int
    name: str
    dtype: DType
    shape: tuple[int, ...]
    quantization: Quantization | None = None
    data: npt.NDArray[np.generic] | None = field(default=None, repr=False)
    is_variable: bool = False
    shape_signature: tuple[int, ...] | None = None

    @property
    def is_constant(self) -> bool:
        """Whether the model file holds its content."""
        return self.data is not None

    @property
    def elements(self) -> int:
        """Product of the shape; 1 for a scalar."""
        return math.prod(self.shape)

    @property
    def vector_shape(self) -> tuple[int, ...]:
        """The shape of one input vector or output: without a leading batch of 1."""
        return self.shape[1:] if self.shape[:1] == (1,) else self.shape

    @property
    def nbytes(self) -> int:
        """Stored size in bytes; two int4 values share a byte. 0 for types without fixed size."""
        if self.dtype == "int4":
            return (self.elements + 1) // 2
        return self.elements * _ITEM_BYTES.get(self.dtype, 0)


@dataclass(frozen=True, slots=True)
class Operator:
    """A node of the graph, in execution order.

    Attributes:
        index: its position in the operator list.
        name: the builtin's name as the schema spells it (``FULLY_CONNECTED``), or the custom code.
        inputs: tensor indices; -1 marks an optional input that is absent.
        outputs: tensor indices.
        options: the builtin options under the schema's snake_case names; enumerations by name.
        custom: whether it is a custom operator.
        version: the operator version in the file.
        intermediates: tensor indices used inside the operator (LSTM).
    """

    index: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    custom: bool = False
    version: int = 1
    intermediates: tuple[int, ...] = ()

    def option_str(self, key: str, default: str) -> str:
        """A text option (an enumeration's name)."""
        return str(self.options.get(key, default))

    def option_int(self, key: str, default: int) -> int:
        """A whole-number option."""
        value = self.options.get(key, default)
        return int(value) if isinstance(value, (bool, int, float)) else default

    def option_float(self, key: str, default: float) -> float:
        """A real-number option."""
        value = self.options.get(key, default)
        return float(value) if isinstance(value, (bool, int, float)) else default


@dataclass(frozen=True, slots=True)
class Graph:
    """The first subgraph of a model.

    Attributes:
        name: the model's name (its file stem).
        inputs: tensor indices of the graph inputs, in the caller's order.
        outputs: tensor indices of the graph outputs.
        file_bytes: size of the ``.tflite`` file.
        sha256: hash of the file.
        subgraph_count: more than 1 means control flow; only the first subgraph is kept here.
        metadata: names of the metadata entries.
    """

    name: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    file_bytes: int
    sha256: str
    description: str = ""
    subgraph_count: int = 1
    metadata: tuple[str, ...] = ()

    def tensor(self, index: int) -> Tensor:
        """The tensor at an index."""
        return self.tensors[index]

"""The layers of a lowered network: every constant in its final form, ready for C.

A layer's arrays are numpy arrays in the layout that its kernel reads; ``kernel`` names the C
function. Scales are gone from integer layers: only multipliers, shifts and zero points remain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "Affine",
    "DenseF32",
    "DenseS8",
    "Layer",
    "LayerBody",
    "Rescale8",
    "SoftmaxF32",
    "SoftmaxS8",
]

Int8Array = npt.NDArray[np.int8]
Int32Array = npt.NDArray[np.int32]
Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class DenseS8:
    """int8 fully connected layer.

    Attributes:
        weights: (rows, depth), as in the model.
        bias: (rows,), the model's; zeros if it has none.
        input_zero_point: folded into the stored bias.
        multiplier: one entry, or one per row.
        shift: likewise; positive is to the left.
        paired: whether the paired kernel is proven for every row (see ``pairing``).
        why: one line on the choice of kernel.
    """

    batches: int
    weights: Int8Array
    bias: Int32Array
    input_zero_point: int
    output_zero_point: int
    multiplier: Int32Array
    shift: Int8Array
    clamp_low: int
    clamp_high: int
    paired: bool
    why: str

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_dense_s8_paired" if self.paired else "cai_dense_s8"


@dataclass(frozen=True, slots=True, eq=False)
class DenseF32:
    """float32 fully connected layer; weights are (rows, depth), bias (rows,) or ``None``."""

    batches: int
    weights: Float32Array
    bias: Float32Array | None
    clamp_low: float
    clamp_high: float
    kernel: str = "cai_dense_f32"


@dataclass(frozen=True, slots=True)
class SoftmaxS8:
    """int8 softmax over the last dimension.

    Attributes:
        shift: to the left.
        diff_min: elements further below the row's largest have no weight.
    """

    MAX_DEPTH: ClassVar[int] = 4096
    """Exponentials of at most 1 that a sum in Q12.19 holds without a sign."""
    SAFE_DEPTH: ClassVar[int] = 511
    """Up to here no sum can be so large that TFLM aborts on it."""

    rows: int
    depth: int
    multiplier: int
    shift: int
    diff_min: int
    kernel: str = "cai_softmax_s8"


@dataclass(frozen=True, slots=True)
class SoftmaxF32:
    """float32 softmax over the last dimension."""

    rows: int
    depth: int
    beta: float
    kernel: str = "cai_softmax_f32"


@dataclass(frozen=True, slots=True)
class Affine:
    """Conversion between float32 and an 8-bit type; ``kernel`` says which way and which type."""

    kernel: str
    count: int
    scale: float
    zero_point: int


@dataclass(frozen=True, slots=True)
class Rescale8:
    """8-bit to 8-bit with other quantization; zero points in their int8 form (uint8 - 128)."""

    count: int
    multiplier: int
    shift: int
    input_zero_point: int
    output_zero_point: int
    input_unsigned: bool
    output_unsigned: bool
    kernel: str = "cai_rescale_8"


LayerBody = DenseS8 | DenseF32 | SoftmaxS8 | SoftmaxF32 | Affine | Rescale8


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer in its place: which operator it comes from, which tensors it reads and writes."""

    name: str
    operator: int
    source: int
    target: int
    body: LayerBody

"""The constant arrays of a network, in the layout its kernels read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.layers import DenseF32, DenseS8, Layer
from cubeai_auto.codegen.pairing import as_int32, pair_bias, pair_weights

__all__ = ["Constant", "Role", "constants_of"]

Role = Literal["weights", "bias", "multiplier", "shift"]


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A constant array: its C symbol ends with its role."""

    layer: str
    role: Role
    symbol: str
    data: npt.NDArray[np.generic]
    comment: str

    @property
    def ctype(self) -> str:
        """The C element type."""
        return {"int8": "int8_t", "int32": "int32_t", "float32": "float"}[self.data.dtype.name]


def constants_of(name: str, layer: Layer) -> tuple[Constant, ...]:
    """The arrays of a layer; ``name`` is the network's C name."""

    def constant(role: Role, data: npt.NDArray[np.generic], comment: str) -> Constant:
        return Constant(layer.name, role, f"{name}_{layer.name}_{role}", data, comment)

    match layer.body:
        case DenseS8() as dense:
            rows, depth = dense.weights.shape
            shape = f"{rows} x {depth}"
            per = "one per row" if dense.multiplier.size > 1 else "one for all rows"
            if dense.paired:
                weights = constant("weights", pair_weights(dense.weights), f"{shape}, in pairs")
                values = pair_bias(dense.weights, dense.bias, dense.input_zero_point)
                bias = constant("bias", values, "times 256, with the input zero point")
            else:
                weights = constant("weights", dense.weights.ravel(), f"{shape}, row by row")
                sums = dense.weights.astype(np.int64).sum(axis=1)
                folded = as_int32(dense.bias - dense.input_zero_point * sums)
                bias = constant("bias", folded, "with the input zero point")
            return (
                weights,
                bias,
                constant("multiplier", dense.multiplier, f"{per}, Q0.31"),
                constant("shift", dense.shift, f"{per}, positive to the left"),
            )
        case DenseF32() as dense:
            rows, depth = dense.weights.shape
            weights = constant("weights", dense.weights.ravel(), f"{rows} x {depth}, row by row")
            return (
                (weights,)
                if dense.bias is None
                else (weights, constant("bias", dense.bias, "one per row"))
            )
        case _:
            return ()

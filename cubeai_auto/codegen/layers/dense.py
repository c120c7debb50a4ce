"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cubeai_auto.codegen.layers.body import Float32Array, Int8Array, Int32Array, LayerArray, LayerBody
from cubeai_auto.codegen.literals import c_float
from cubeai_auto.codegen.pairing import as_int32, pair_bias, pair_weights

__all__ = ["DenseF32", "DenseS8"]

_ARRAYS = ("weights", "bias", "multiplier", "shift")


@dataclass(frozen=True, slots=True, eq=False)
class DenseS8(LayerBody):
    """int8 fully connected layer.

    Attributes:
        weights: (rows, depth), as in the model.
        bias: (rows,), the model's; zeros if it has none.
        input_zero_point: folded into the stored bias.
        multiplier: one entry, or one per row.
        shift: likewise; positive is to the left.
        paired: whether the paired kernel is proven for every row (see ``pairing``).
        reason: one line on the choice of kernel.
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
    reason: str

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_dense_s8_paired" if self.paired else "cai_dense_s8"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return (f"{self.kernel}.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_dense_s8_layer"

    @property
    def why(self) -> str:
        """The choice of kernel."""
        return self.reason

    def arrays(self) -> tuple[LayerArray, ...]:
        """Weights, bias, multipliers and shifts."""
        rows, depth = self.weights.shape
        shape = f"{rows} x {depth}"
        per = "one per row" if self.multiplier.size > 1 else "one for all rows"
        if self.paired:
            weights = LayerArray("weights", pair_weights(self.weights), f"{shape}, in pairs")
            values = pair_bias(self.weights, self.bias, self.input_zero_point)
            bias = LayerArray("bias", values, "times 256, with the input zero point")
        else:
            weights = LayerArray("weights", self.weights.ravel(), f"{shape}, row by row")
            sums = self.weights.astype(np.int64).sum(axis=1)
            folded = as_int32(self.bias - self.input_zero_point * sums)
            bias = LayerArray("bias", folded, "with the input zero point")
        return (
            weights,
            bias,
            LayerArray("multiplier", self.multiplier, f"{per}, Q0.31"),
            LayerArray("shift", self.shift, f"{per}, positive to the left"),
        )

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        rows, depth = self.weights.shape
        return (
            *((role, symbols[role]) for role in _ARRAYS),
            ("batches", f"{self.batches}u"),
            ("rows", f"{rows}u"),
            ("depth", f"{depth}u"),
            ("per_channel", str(int(self.multiplier.size > 1))),
            ("zero_point", str(self.output_zero_point)),
            ("clamp_low", str(self.clamp_low)),
            ("clamp_high", str(self.clamp_high)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class DenseF32(LayerBody):
    """float32 fully connected layer; weights are (rows, depth), bias (rows,) or ``None``."""

    batches: int
    weights: Float32Array
    bias: Float32Array | None
    clamp_low: float
    clamp_high: float

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_dense_f32"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_dense_f32.c",)

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_dense_f32_layer"

    def arrays(self) -> tuple[LayerArray, ...]:
        """Weights and, if there is one, the bias."""
        rows, depth = self.weights.shape
        weights = LayerArray("weights", self.weights.ravel(), f"{rows} x {depth}, row by row")
        if self.bias is None:
            return (weights,)
        return (weights, LayerArray("bias", self.bias, "one per row"))

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        rows, depth = self.weights.shape
        return (
            ("weights", symbols["weights"]),
            ("bias", symbols.get("bias", "NULL")),
            ("batches", f"{self.batches}u"),
            ("rows", f"{rows}u"),
            ("depth", f"{depth}u"),
            ("clamp_low", c_float(self.clamp_low)),
            ("clamp_high", c_float(self.clamp_high)),
        )

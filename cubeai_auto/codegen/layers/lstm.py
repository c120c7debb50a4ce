"""LSTM layers: four gates, and a cell for each unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cubeai_auto.codegen.fixed_point import Multiplier
from cubeai_auto.codegen.layers.body import Int8Array, Int32Array, LayerArray, LayerBody
from cubeai_auto.codegen.literals import c_int
from cubeai_auto.codegen.pairing import as_int32

__all__ = ["GATES", "LstmS8"]

GATES = 4
"""Input, forget, cell and output gate: the order of every array."""


@dataclass(frozen=True, slots=True, eq=False)
class LstmS8(LayerBody):
    """int8 LSTM layer with cells of 16 bits.

    Attributes:
        input_weights: (gates, units, inputs).
        recurrent_weights: (gates, units, units).
        bias: (gates, units), the model's.
        output_zero_point: of the output and of the state that repeats it.
        input_ratios: for each gate, from the sum over inputs to Q3.12.
        recurrent_ratios: likewise, from the sum over earlier outputs.
        cell_ratio: from the product of two gates to the cell.
        output_ratio: from such a product to the output.
        cell_power: the cell's scale is 2 to this power.
        cell_limit: cells are cut off at this stored value; ``None`` if they are not.
        time_major: whether input and output are (steps, batches, ...).
        remarks: what an engineer should know of this layer.
    """

    batches: int
    steps: int
    input_weights: Int8Array
    recurrent_weights: Int8Array
    bias: Int32Array
    input_zero_point: int
    output_zero_point: int
    input_ratios: tuple[Multiplier, ...]
    recurrent_ratios: tuple[Multiplier, ...]
    cell_ratio: Multiplier
    output_ratio: Multiplier
    cell_power: int
    cell_limit: int | None
    time_major: bool
    remarks: tuple[str, ...] = ()

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_lstm_s8"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_lstm_s8.c",)

    @property
    def header(self) -> str:
        """The C header."""
        return "cai_recurrent.h"

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_lstm_s8_layer"

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks."""
        return self.remarks

    def arrays(self) -> tuple[LayerArray, ...]:
        """Weights of all gates, and bias and offset, into which the zero points are folded."""
        _, units, inputs = self.input_weights.shape
        from_input = self.input_weights.astype(np.int64).sum(axis=2)
        from_output = self.recurrent_weights.astype(np.int64).sum(axis=2)
        return (
            LayerArray(
                "input_weights", self.input_weights.ravel(), f"{GATES} gates x {units} x {inputs}"
            ),
            LayerArray(
                "recurrent_weights",
                self.recurrent_weights.ravel(),
                f"{GATES} gates x {units} x {units}",
            ),
            LayerArray(
                "bias",
                as_int32(self.bias - self.input_zero_point * from_input).ravel(),
                "with the input zero point",
            ),
            LayerArray(
                "offset",
                as_int32(-self.output_zero_point * from_output).ravel(),
                "the output zero point",
            ),
        )

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        _, units, inputs = self.input_weights.shape
        low, high = (-32768, 32767) if self.cell_limit is None else (-self.cell_limit, self.cell_limit)
        roles = ("input_weights", "recurrent_weights", "bias", "offset")
        return (
            *((role, symbols[role]) for role in roles),
            ("input_multiplier", _list(ratio.value for ratio in self.input_ratios)),
            ("recurrent_multiplier", _list(ratio.value for ratio in self.recurrent_ratios)),
            ("cell_multiplier", c_int(self.cell_ratio.value)),
            ("output_multiplier", c_int(self.output_ratio.value)),
            ("batches", f"{self.batches}u"),
            ("steps", f"{self.steps}u"),
            ("inputs", f"{inputs}u"),
            ("units", f"{units}u"),
            ("input_shift", _list(ratio.shift for ratio in self.input_ratios)),
            ("recurrent_shift", _list(ratio.shift for ratio in self.recurrent_ratios)),
            ("cell_shift", str(self.cell_ratio.shift)),
            ("output_shift", str(self.output_ratio.shift)),
            ("tanh_shift", str(self.cell_power + 12)),
            ("zero_point", str(self.output_zero_point)),
            ("cell_low", str(low)),
            ("cell_high", str(high)),
            ("time_major", str(int(self.time_major))),
        )


def _list(values: Iterable[int]) -> str:
    return f"{{ {', '.join(map(c_int, values))} }}"

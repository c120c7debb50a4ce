"""LSTM layers in float32."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto.codegen.layers.body import Float32Array, LayerArray, LayerBody
from cubeai_auto.codegen.layers.lstm import GATES
from cubeai_auto.codegen.literals import c_float

__all__ = ["LstmF32"]

_ROLES = ("input_weights", "recurrent_weights", "bias")


@dataclass(frozen=True, slots=True, eq=False)
class LstmF32(LayerBody):
    """float32 LSTM layer.

    Attributes:
        input_weights: (gates, units, inputs).
        recurrent_weights: (gates, units, units).
        bias: (gates, units).
        cell_clip: cells are cut off here; ``None`` if they are not.
        time_major: whether input and output are (steps, batches, ...).
    """

    batches: int
    steps: int
    input_weights: Float32Array
    recurrent_weights: Float32Array
    bias: Float32Array
    cell_clip: float | None
    time_major: bool

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_lstm_f32"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_lstm_f32.c",)

    @property
    def header(self) -> str:
        """The C header."""
        return "cai_recurrent.h"

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_lstm_f32_layer"

    def arrays(self) -> tuple[LayerArray, ...]:
        """Weights and biases of all gates."""
        _, units, inputs = self.input_weights.shape
        return (
            LayerArray(
                "input_weights", self.input_weights.ravel(), f"{GATES} gates x {units} x {inputs}"
            ),
            LayerArray(
                "recurrent_weights",
                self.recurrent_weights.ravel(),
                f"{GATES} gates x {units} x {units}",
            ),
            LayerArray("bias", self.bias.ravel(), f"{GATES} gates x {units}"),
        )

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        _, units, inputs = self.input_weights.shape
        return (
            *((role, symbols[role]) for role in _ROLES),
            ("batches", f"{self.batches}u"),
            ("steps", f"{self.steps}u"),
            ("inputs", f"{inputs}u"),
            ("units", f"{units}u"),
            ("cell_clip", c_float(self.cell_clip or 0.0)),
            ("time_major", str(int(self.time_major))),
        )

"""SVDF layers: filters over features, then over time, with a memory of past inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.layers.body import Int8Array, Int32Array, LayerArray, LayerBody
from cubeai_auto.codegen.literals import c_int
from cubeai_auto.codegen.pairing import as_int32

__all__ = ["SvdfS8"]


@dataclass(frozen=True, slots=True, eq=False)
class SvdfS8(LayerBody):
    """int8 SVDF layer; every ``rank`` neighboring filters give an output.

    Attributes:
        feature_weights: (filters, inputs).
        time_weights: (filters, memory), int8 or int16: the state's type too.
        bias: (filters / rank,), the model's.
        state_multiplier: from a feature's sum to the state.
        output_multiplier: from the sum over time to the output.
        remarks: what an engineer should know of this layer.
    """

    batches: int
    rank: int
    feature_weights: Int8Array
    time_weights: Int8Array | npt.NDArray[np.int16]
    bias: Int32Array
    input_zero_point: int
    state_zero_point: int
    output_zero_point: int
    state_multiplier: int
    state_shift: int
    output_multiplier: int
    output_shift: int
    remarks: tuple[str, ...] = ()

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_svdf_s8" if self.time_weights.dtype == np.int8 else "cai_svdf_s8_state16"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return (f"{self.kernel}.c",)

    @property
    def header(self) -> str:
        """The C header."""
        return "cai_recurrent.h"

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_svdf_s8_layer"

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks."""
        return self.remarks

    def arrays(self) -> tuple[LayerArray, ...]:
        """Weights, bias with the state's zero point, and the input's zero point for each filter."""
        filters, inputs = self.feature_weights.shape
        memory = self.time_weights.shape[1]
        features = self.feature_weights.astype(np.int64).sum(axis=1)
        times = self.time_weights.astype(np.int64).sum(axis=1).reshape(-1, self.rank).sum(axis=1)
        return (
            LayerArray(
                "feature_weights", self.feature_weights.ravel(), f"{filters} filters x {inputs}"
            ),
            LayerArray(
                "time_weights", self.time_weights.ravel(), f"{filters} filters x {memory} steps"
            ),
            LayerArray(
                "bias",
                as_int32(self.bias - self.state_zero_point * times),
                "with the state's zero point",
            ),
            LayerArray(
                "offset", as_int32(-self.input_zero_point * features), "one per filter, zero point"
            ),
        )

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        filters, inputs = self.feature_weights.shape
        return (
            *((role, symbols[role]) for role in ("feature_weights", "time_weights", "bias", "offset")),
            ("batches", f"{self.batches}u"),
            ("inputs", f"{inputs}u"),
            ("units", f"{filters // self.rank}u"),
            ("rank", f"{self.rank}u"),
            ("memory", f"{self.time_weights.shape[1]}u"),
            ("state_multiplier", c_int(self.state_multiplier)),
            ("output_multiplier", c_int(self.output_multiplier)),
            ("state_shift", str(self.state_shift)),
            ("output_shift", str(self.output_shift)),
            ("state_zero_point", str(self.state_zero_point)),
            ("zero_point", str(self.output_zero_point)),
        )

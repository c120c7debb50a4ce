"""float32 layers, element by element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cubeai_auto.codegen.broadcast import Broadcast
from cubeai_auto.codegen.layers.body import Float32Array, LayerArray, LayerBody
from cubeai_auto.codegen.literals import c_float

__all__ = ["BinaryF32", "Function", "FunctionF32", "Operation"]

Operation = Literal["add", "sub", "mul", "maximum", "minimum", "prelu"]
Function = Literal["relu", "clamp", "leaky_relu", "logistic", "tanh", "hard_swish", "abs", "neg"]


@dataclass(frozen=True, slots=True, eq=False)
class BinaryF32(LayerBody):
    """Two operands, with broadcasting.

    Attributes:
        rows: how the operands run.
        constant: an operand that is known beforehand, flat, in its own shape.
        position: of the constant among the operands.
        clamp_low: lower limit of ADD, SUB and MUL.
        clamp_high: upper limit.
    """

    operation: Operation
    rows: Broadcast
    constant: Float32Array | None
    position: int
    clamp_low: float
    clamp_high: float

    @property
    def kernel(self) -> str:
        """The C function."""
        return f"cai_{self.operation}_f32"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_binary_f32.c", "cai_rows.c")

    @property
    def header(self) -> str:
        """The C header."""
        return "cai_elementwise.h"

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_binary_f32_layer"

    @property
    def constant_inputs(self) -> Mapping[int, str]:
        """The constant operand."""
        return {} if self.constant is None else {self.position: "constant"}

    def slide(self, position: int) -> int | None:
        """0 for an operand that is not broadcast."""
        shifted = self.constant is not None and position >= self.position
        return self.rows.slide(position + int(shifted))

    def arrays(self) -> tuple[LayerArray, ...]:
        """The constant operand, if there is one."""
        if self.constant is None:
            return ()
        return (LayerArray("constant", self.constant, "an operand, as in the model"),)

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            ("rows", self.rows.text),
            ("clamp_low", c_float(self.clamp_low)),
            ("clamp_high", c_float(self.clamp_high)),
        )


@dataclass(frozen=True, slots=True)
class FunctionF32(LayerBody):
    """A function of one value.

    Attributes:
        low: lower limit of ``clamp``, or the factor below 0 of ``leaky_relu``.
        high: upper limit of ``clamp``.
    """

    function: Function
    count: int
    low: float = 0.0
    high: float = 0.0

    @property
    def kernel(self) -> str:
        """The C function."""
        return f"cai_{self.function}_f32"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_function_f32.c",)

    @property
    def header(self) -> str:
        """The C header."""
        return "cai_elementwise.h"

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_function_f32_layer"

    def slide(self, position: int) -> int | None:
        """Elementwise."""
        del position
        return 0

    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers."""
        del symbols
        return (
            ("count", f"{self.count}u"),
            ("low", c_float(self.low)),
            ("high", c_float(self.high)),
        )

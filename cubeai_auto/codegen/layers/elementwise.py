"""int8 layers of two operands, element by element, with broadcasting."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cubeai_auto.codegen.broadcast import Broadcast
from cubeai_auto.codegen.fixed_point import Multiplier
from cubeai_auto.codegen.layers.body import Int8Array, LayerArray, LayerBody
from cubeai_auto.codegen.literals import c_int
from cubeai_auto.codegen.sums import LinearSum

__all__ = ["AddS8", "BinaryS8", "ExtremeS8", "MulS8", "PreluS8"]


@dataclass(frozen=True, slots=True, eq=False)
class BinaryS8(LayerBody):
    """An int8 layer of two operands.

    Attributes:
        rows: how the operands run.
        constant: an operand that is known beforehand, flat, in its own shape; ``None`` if both are
            activations.
        position: of the constant among the operands.
    """

    rows: Broadcast
    constant: Int8Array | None
    position: int

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return (f"{self.kernel}.c", "cai_rows.c")

    @property
    def header(self) -> str:
        """The C header."""
        return "cai_elementwise.h"

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
        return (("rows", self.rows.text), *self.numbers())

    @abstractmethod
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """The designated initializers behind ``rows``."""


@dataclass(frozen=True, slots=True, eq=False)
class AddS8(BinaryS8):
    """ADD, or SUB with ``sign`` -1.

    Attributes:
        zero_points: of the operands.
        ratios: from (stored - zero point) * 2^20 of each operand to the common scale; no shift to
            the left.
        sign: of the second operand.
        output: from the common scale to the output's.
        linear: constants of the fast kernel, proven equal for all inputs.
    """

    zero_points: tuple[int, int]
    ratios: tuple[Multiplier, Multiplier]
    sign: Literal[1, -1]
    output: Multiplier
    output_zero_point: int
    clamp_low: int
    clamp_high: int
    linear: LinearSum | None

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_add_s8" if self.linear is None else "cai_add_s8_linear"

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return f"{self.kernel}_layer"

    @property
    def why(self) -> str:
        """The choice of kernel."""
        if self.linear is None:
            return "with every rounding of the reference"
        return "two products, equal to the reference for all pairs of inputs"

    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Factors or multipliers, and limits."""
        limits = (("clamp_low", str(self.clamp_low)), ("clamp_high", str(self.clamp_high)))
        if self.linear is not None:
            return (
                ("a_factor", c_int(self.linear.first)),
                ("b_factor", c_int(self.linear.second)),
                ("bias", c_int(self.linear.bias)),
                *limits,
            )
        return (
            ("a_multiplier", c_int(self.ratios[0].value)),
            ("b_multiplier", c_int(self.ratios[1].value)),
            ("multiplier", c_int(self.output.value)),
            ("a_shift", str(self.ratios[0].shift)),
            ("b_shift", str(self.ratios[1].shift)),
            ("shift", str(self.output.shift)),
            ("b_sign", str(self.sign)),
            ("a_zero_point", str(self.zero_points[0])),
            ("b_zero_point", str(self.zero_points[1])),
            ("zero_point", str(self.output_zero_point)),
            *limits,
        )


@dataclass(frozen=True, slots=True, eq=False)
class MulS8(BinaryS8):
    """MUL.

    Attributes:
        zero_points: of the operands.
        output: from the product to the output.
        narrow: whether the shift is one to the right that leaves room for the zero point, so that
            the product's high word, an addition and a shift do.
    """

    zero_points: tuple[int, int]
    output: Multiplier
    output_zero_point: int
    clamp_low: int
    clamp_high: int
    narrow: bool

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_mul_s8"

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_mul_s8_layer"

    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Multiplier, zero points and limits."""
        return (
            ("multiplier", c_int(self.output.value)),
            ("shift", str(self.output.shift)),
            ("narrow", str(int(self.narrow))),
            ("a_zero_point", str(self.zero_points[0])),
            ("b_zero_point", str(self.zero_points[1])),
            ("zero_point", str(self.output_zero_point)),
            ("clamp_low", str(self.clamp_low)),
            ("clamp_high", str(self.clamp_high)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class PreluS8(BinaryS8):
    """PRELU: below zero times the second operand.

    Attributes:
        zero_points: of the operands.
        identity: for values of at least 0.
        product: for values below 0 times alpha.
    """

    zero_points: tuple[int, int]
    identity: Multiplier
    product: Multiplier
    output_zero_point: int

    @property
    def kernel(self) -> str:
        """The C function."""
        return "cai_prelu_s8"

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_prelu_s8_layer"

    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Multipliers and zero points."""
        return (
            ("identity_multiplier", c_int(self.identity.value)),
            ("product_multiplier", c_int(self.product.value)),
            ("identity_shift", str(self.identity.shift)),
            ("product_shift", str(self.product.shift)),
            ("a_zero_point", str(self.zero_points[0])),
            ("b_zero_point", str(self.zero_points[1])),
            ("zero_point", str(self.output_zero_point)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class ExtremeS8(BinaryS8):
    """MAXIMUM or MINIMUM of stored values; all have one quantization."""

    which: Literal["maximum", "minimum"]

    @property
    def kernel(self) -> str:
        """The C function."""
        return f"cai_{self.which}_s8"

    @property
    def sources(self) -> tuple[str, ...]:
        """The C files."""
        return ("cai_extreme_s8.c", "cai_rows.c")

    @property
    def struct(self) -> str:
        """The C type of the parameters."""
        return "cai_extreme_layer"

    def numbers(self) -> tuple[tuple[str, str], ...]:
        """None."""
        return ()

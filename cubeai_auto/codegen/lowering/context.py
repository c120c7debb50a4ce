"""What a rule knows of its operator, and the checks that all rules share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.fixed_point import Multiplier, Rounding, quantize_multiplier
from cubeai_auto.codegen.layers.body import LayerBody
from cubeai_auto.tflite.graph import Graph, Operator, Quantization, Tensor

__all__ = [
    "LEAST_ACTIVATION_SCALE",
    "LIST_HINT",
    "MODEL_HINT",
    "NOT_CONSTANT",
    "TYPE_HINT",
    "Context",
    "Lowered",
    "RefusedOperatorError",
    "Rules",
    "finite",
    "fused_activation",
    "multiplier_of",
    "per_tensor",
    "same_elements",
]

LIST_HINT = "cubeai-auto supported-ops lists the operators, types and limits of the built-in engine"
MODEL_HINT = "convert the model again with a current converter"
NOT_CONSTANT = "weights and bias must be constants"
TYPE_HINT = "convert with a representative data set for full int8, or without optimizations for float32"
LEAST_ACTIVATION_SCALE = 2.0**-28
"""Below it the bounds of a fused activation leave 32 bits; TFLM refuses those too."""


class RefusedOperatorError(Exception):
    """An operator that no kernel covers: what is wrong with it, and what would help."""

    def __init__(self, problem: str, *, hint: str = LIST_HINT) -> None:
        super().__init__(problem)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Lowered:
    """A layer of an operator: its work, the tensors it reads, writes, and keeps from run to run."""

    body: LayerBody
    sources: tuple[int, ...]
    target: int
    states: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """An operator in its graph.

    Attributes:
        roots: for each tensor, the one whose memory it is a view of.
        dsp: whether kernels for the DSP extension may be chosen: the target has it, and
            requantization rounds twice, as those kernels do.
        rounding: of every requantization.
    """

    graph: Graph
    operator: Operator
    roots: tuple[int, ...]
    dsp: bool
    rounding: Rounding = "double"

    @property
    def portable(self) -> str:
        """Why no kernel for the DSP extension may be chosen; empty if one may."""
        if self.dsp:
            return ""
        return "the core has no DSP extension" if self.rounding == "double" else "single rounding"

    def input(self, position: int) -> Tensor:
        """An input that must be there."""
        found = self.optional(position)
        if found is None:
            raise RefusedOperatorError(f"input {position} is missing", hint=MODEL_HINT)
        return found

    def optional(self, position: int) -> Tensor | None:
        """An input, or ``None`` where the operator has none."""
        if len(self.operator.inputs) <= position or self.operator.inputs[position] < 0:
            return None
        return self.graph.tensor(self.operator.inputs[position])

    def output(self) -> Tensor:
        """The only output."""
        if len(self.operator.outputs) != 1:
            raise RefusedOperatorError(f"{len(self.operator.outputs)} outputs instead of one")
        return self.graph.tensor(self.operator.outputs[0])

    def is_constant(self, tensor: Tensor) -> bool:
        """Whether the tensor, or what it is a view of, is known beforehand."""
        return self.graph.tensor(self.roots[tensor.index]).is_constant

    def activation(self, position: int) -> Tensor:
        """An input that is computed at run time and holds something."""
        source = self.input(position)
        if self.is_constant(source):
            raise RefusedOperatorError(f"its input '{source.name}' is a constant", hint=MODEL_HINT)
        if self.graph.tensor(self.roots[source.index]).is_variable:
            raise RefusedOperatorError(f"its input '{source.name}' is a variable: state between runs")
        if source.elements == 0:
            raise RefusedOperatorError(f"its input '{source.name}' has no element", hint=MODEL_HINT)
        return source

    def state(self, position: int) -> Tensor:
        """An input that the operator keeps from run to run: its own, and nobody else's."""
        found = self.input(position)
        name = f"its state '{found.name}'"
        if not found.is_variable:
            raise RefusedOperatorError(f"{name} is no variable", hint=MODEL_HINT)
        if found.is_constant:
            raise RefusedOperatorError(f"{name} has initial values: a sequence starts at zero")
        readers = [index for operator in self.graph.operators for index in operator.inputs]
        ends = (*self.graph.inputs, *self.graph.outputs)
        if readers.count(found.index) != 1 or found.index in ends:
            raise RefusedOperatorError(f"{name} is shared with another operator or the caller")
        return found

    def layer(self, body: LayerBody, *positions: int) -> tuple[Lowered, ...]:
        """One layer that reads the activations at these input positions (default: the first)."""
        sources = tuple(self.activation(position).index for position in positions or (0,))
        return (Lowered(body, sources, self.output().index),)


Rules = Mapping[str, Callable[[Context], tuple[Lowered, ...]]]


def per_tensor(tensor: Tensor, role: str) -> Quantization:
    """The tensor's per-tensor quantization; the reader has checked zero points against types."""
    found = tensor.quantization
    if found is None:
        raise RefusedOperatorError(f"the {role} '{tensor.name}' has no quantization", hint=MODEL_HINT)
    if found.per_channel:
        raise RefusedOperatorError(f"the {role} '{tensor.name}' is quantized per channel")
    if found.scale <= 0:
        raise RefusedOperatorError(f"the {role} '{tensor.name}' has the scale {found.scale}")
    return found


def multiplier_of(ratio: float) -> Multiplier:
    """The fixed-point form of a ratio of scales."""
    if ratio >= 2.0**31:
        raise RefusedOperatorError(f"a ratio of scales of {ratio:g}, beyond 2^31", hint=MODEL_HINT)
    return quantize_multiplier(ratio)


def finite(tensor: Tensor) -> npt.NDArray[np.float32]:
    """Float constants, flat."""
    if tensor.data is None:
        raise RefusedOperatorError(NOT_CONSTANT)
    values = tensor.data.ravel().astype(np.float32)
    if not np.isfinite(values).all():
        raise RefusedOperatorError(
            f"'{tensor.name}' holds values that are infinite or no numbers",
            hint="train the network again: its weights have diverged",
        )
    return values


def fused_activation(at: Context) -> str:
    """The fused activation, if a kernel can clamp to it."""
    activation = at.operator.option_str("fused_activation_function", "NONE")
    if activation not in {"NONE", "RELU", "RELU6", "RELU_N1_TO_1"}:
        raise RefusedOperatorError(f"the fused activation {activation}")
    return activation


def same_elements(source: Tensor, target: Tensor) -> None:
    """Refuse an operator whose output has another size than its input."""
    if source.elements != target.elements:
        raise RefusedOperatorError(
            f"{source.elements} elements in, {target.elements} out", hint=MODEL_HINT
        )

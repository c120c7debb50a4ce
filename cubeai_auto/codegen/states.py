"""The states of a network: what its recurrent layers keep from one run to the next.

They are the variable tensors of the model. They live in one block of memory of their own, which
the application provides, because nothing may overwrite them between runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cubeai_auto.codegen.layers.body import Layer
from cubeai_auto.tflite.graph import Graph, Tensor

__all__ = ["StateFill", "StatePlan", "plan_states"]


@dataclass(frozen=True, slots=True)
class StateFill:
    """Neighboring bytes that hold the same value when a sequence starts."""

    offset: int
    size: int
    value: int


@dataclass(frozen=True, slots=True)
class StatePlan:
    """The block of states.

    Attributes:
        offsets: where each state tensor lies in it, in bytes.
        size: bytes of the block; 0 if the network keeps no state.
        fills: what it holds when a sequence starts.
    """

    offsets: Mapping[int, int] = field(default_factory=dict)
    size: int = 0
    fills: tuple[StateFill, ...] = ()


def plan_states(graph: Graph, layers: Sequence[Layer], alignment: int) -> StatePlan:
    """Place the states of all layers one behind the other.

    Args:
        graph: the network.
        layers: its layers.
        alignment: of every state and of the size, in bytes.
    """
    offsets: dict[int, int] = {}
    fills: list[StateFill] = []
    size = 0
    for index in (index for layer in layers for index in layer.states):
        tensor = graph.tensor(index)
        offsets[index] = size
        wide, value = tensor.nbytes + -tensor.nbytes % alignment, _first_byte(tensor)
        if fills and fills[-1].value == value:
            fills[-1] = StateFill(fills[-1].offset, fills[-1].size + wide, value)
        else:
            fills.append(StateFill(size, wide, value))
        size += wide
    return StatePlan(offsets, size, tuple(fills))


def _first_byte(tensor: Tensor) -> int:
    """What every byte of a state is at first: TFLM fills int8 with the zero point, others with 0."""
    if tensor.dtype == "int8" and tensor.quantization is not None:
        return tensor.quantization.zero_point
    return 0

"""The arena's tail: everything TensorFlow Lite Micro allocates for good, byte by byte.

The tail grows downward from the end of the arena, in seven passes; each pass goes over all operators
before the next one begins. Sizes are those of a 32-bit Arm core (AAPCS, short enumerations).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cubeai_auto.tflite.graph import Graph, Tensor
from cubeai_auto.tflm.allocations import CATEGORIES
from cubeai_auto.tflm.demand import Demand, Setting, int_array
from cubeai_auto.tflm.operators import operator_facts
from cubeai_auto.tflm.sizes import scale_count

__all__ = ["ARENA_ALIGNMENT", "OTHER_CATEGORIES", "Tail", "simulate_tail", "up"]

ARENA_ALIGNMENT = 16
"""What buffers in the arena are aligned to."""

OTHER_CATEGORIES = ("allocator objects", "operator options", "scratch buffer handles", "I/O lists")
"""What TFLM's recording allocator does not count, by our own names."""

_EVAL, _TENSOR, _QUANTIZATION, _PERSISTENT, _VARIABLE, _NODE = CATEGORIES
_OBJECTS, _OPTIONS, _HANDLES, _LISTS = OTHER_CATEGORIES

# Buffer allocator, memory planner, micro allocator, options allocator, subgraph record.
_OBJECT_BYTES = (36, 44, 36, 8, 8)
_EVAL_TENSOR, _NODE_AND_REGISTRATION, _TENSOR_STRUCT, _AFFINE_QUANTIZATION = 12, 32, 32, 12
_WORD = 4


@dataclass(frozen=True, slots=True)
class Tail:
    """The tail's growth, in bytes from the arena's end.

    Attributes:
        setup: after the allocator's own objects.
        nodes: after tensors and nodes.
        options: after the parsed options of every operator.
        structures: after the kernels' structures.
        prepared: after each operator was prepared, one value an operator.
        planned: when the memory planner runs: handles and variables are there, inputs and
            outputs are not.
        total: at the end.
        categories: the bytes of each kind, alignment included: TFLM's recorded ones under its
            names, then :data:`OTHER_CATEGORIES`. Their sum is ``total``.
    """

    setup: int
    nodes: int
    options: int
    structures: int
    prepared: tuple[int, ...]
    planned: int
    total: int
    categories: Mapping[str, int]


def up(value: int, step: int) -> int:
    """The next multiple of ``step``."""
    return -(-value // step) * step


def simulate_tail(
    graph: Graph, sizes: Sequence[int], demands: Sequence[Demand], setting: Setting
) -> Tail:
    """Allocate as TFLM does.

    Args:
        graph: one subgraph whose operators TFLM has.
        sizes: bytes of every tensor.
        demands: of every operator, in order.
        setting: which kernels.
    """
    tail = _Tail()
    for size in _OBJECT_BYTES:
        tail.allocate(size, _WORD, _OBJECTS)
    setup = tail.size
    tail.allocate(_EVAL_TENSOR * len(graph.tensors), _WORD, _EVAL)
    tail.allocate(_NODE_AND_REGISTRATION * len(graph.operators), _WORD, _NODE)
    nodes = tail.size
    facts = [operator_facts()[op.name] for op in graph.operators]
    for operator in facts:
        tail.allocate(operator.params, operator.align, _OPTIONS)
    options = tail.size
    for operator in facts:
        tail.allocate(operator.structure(setting.kernels), ARENA_ALIGNMENT, _PERSISTENT)
    structures = tail.size
    prepared = []
    for demand in demands:
        for size in demand.persistent:
            tail.allocate(size, ARENA_ALIGNMENT, _PERSISTENT)
        prepared.append(tail.size)
    tail.allocate(_WORD * sum(len(demand.scratch) for demand in demands), _WORD, _HANDLES)
    for tensor in graph.tensors:
        if tensor.is_variable:
            tail.allocate(sizes[tensor.index], ARENA_ALIGNMENT, _VARIABLE)
    planned = tail.size
    for tensors in (graph.inputs, graph.outputs):
        tail.allocate(_WORD * len(tensors), ARENA_ALIGNMENT, _LISTS)
        for index in tensors:
            _describe(tail, graph.tensor(index))
    return Tail(setup, nodes, options, structures, tuple(prepared), planned, tail.size, tail.categories)


def _describe(tail: _Tail, tensor: Tensor) -> None:
    """An input's or output's full record, which the application sees."""
    tail.allocate(_TENSOR_STRUCT, _WORD, _TENSOR)
    count = scale_count(tensor)
    if count:
        tail.allocate(_AFFINE_QUANTIZATION, _WORD, _QUANTIZATION)
        tail.allocate(int_array(count), _WORD, _QUANTIZATION)


class _Tail:
    def __init__(self) -> None:
        self.size = 0
        self.categories = dict.fromkeys((*CATEGORIES, *OTHER_CATEGORIES), 0)

    def allocate(self, size: int, alignment: int, category: str) -> None:
        if size:
            before = self.size
            self.size = up(before + size, alignment)
            self.categories[category] += self.size - before

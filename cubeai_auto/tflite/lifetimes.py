"""When each activation must exist: what a memory planner has to place.

Time is counted in operator steps: step k is the run of operator k. A buffer is live from the
step that writes it to the last step that reads it, both included; graph inputs are written
before step 0, graph outputs are read after the last step. Constants take no memory, and neither
do the results of folded shape arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflite.folding import folded_operators
from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflite.views import is_view

__all__ = ["BufferRequest", "BufferRequests", "Slide", "buffer_requests", "live_set_bound"]

_IN_PLACE = frozenset(
    {
        "ABS", "ADD", "DIV", "ELU", "EXP", "GELU", "HARD_SWISH", "LEAKY_RELU", "LOGISTIC",
        "MAXIMUM", "MINIMUM", "MUL", "NEG", "QUANTIZE", "RELU", "RELU6", "RELU_0_TO_1",
        "RELU_N1_TO_1", "RSQRT", "SOFTMAX", "SQRT", "SQUARE", "SUB", "TANH",
    }
)  # fmt: skip
_NO_FIXED_SIZE = frozenset({"string", "resource", "variant"})


@dataclass(frozen=True, slots=True)
class BufferRequest:
    """A buffer to be placed: ``size`` in bytes, live in the steps ``first`` to ``last``."""

    name: str
    size: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Slide:
    """An operator that may write its output over input it has read already.

    Attributes:
        lower: the output's position among the requests.
        upper: the input's; both live together in ``step`` only.
        distance: the output must start at least this many bytes below the input; 0 for an
            elementwise operator.
        step: the operator's.
        exact: only the very same start will do, or no overlap at all.
    """

    lower: int
    upper: int
    distance: int
    step: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class BufferRequests:
    """What the tensors of a graph need.

    Attributes:
        requests: the buffers, in the order of their root tensors.
        of_tensor: which request holds a tensor; tensors without memory (constants, views of
            constants, folded shapes, inputs and outputs left to the caller) are absent.
        storage: for each tensor in memory, planned or the caller's, the tensor whose buffer it
            lies in. Where the output of a view operator has another storage than its input, the
            two are buffers of the caller, and the operator must copy.
    """

    requests: tuple[BufferRequest, ...]
    of_tensor: Mapping[int, int]
    storage: Mapping[int, int]


def buffer_requests(
    graph: Graph,
    *,
    views: bool = True,
    in_place: bool = False,
    io_inside: bool = True,
    fold: bool = True,
    states: bool = True,
) -> BufferRequests:
    """The buffers that the activations of a graph need, and when.

    Args:
        graph: the network.
        views: operators that move no byte share the buffer of their input.
        in_place: elementwise operators may overwrite an input that nobody reads later.
        io_inside: plan graph inputs and outputs too; otherwise the caller owns those buffers.
        fold: shape arithmetic is done beforehand and takes neither steps nor memory.
        states: plan variable tensors too, live in all steps; otherwise they have other memory.

    Raises:
        UnsupportedModelError: a tensor's size is not known beforehand.
    """
    groups = _Groups(
        graph,
        io_inside=io_inside,
        folded=folded_operators(graph) if fold else frozenset(),
        states=states,
    )
    for op in graph.operators:
        if op.index in groups.folded:
            continue
        if views and is_view(graph, op):
            groups.share_view(op)
        elif in_place and op.name in _IN_PLACE and not op.custom:
            groups.share_in_place(op)
    return groups.requests()


def live_set_bound(
    requests: Sequence[BufferRequest], *, alignment: int = 1, slides: Sequence[Slide] = ()
) -> int:
    """The most bytes that are live in one step: no plan can be smaller.

    With an alignment, all but one of the buffers of a step are followed by their padding. Where
    an output may slide into its inputs, the step needs both only as far as they cannot overlap.
    """
    live: dict[int, dict[int, int]] = {}
    for number, request in enumerate(requests):
        if request.size:
            for step in range(request.first, request.last + 1):
                live.setdefault(step, {})[number] = request.size
    of_step: dict[int, list[Slide]] = {}
    for slide in slides:
        of_step.setdefault(slide.step, []).append(slide)
    return max(
        (_extent(_slid(sizes, of_step.get(step, ())), alignment) for step, sizes in live.items()),
        default=0,
    )


def _slid(sizes: Mapping[int, int], slides: Sequence[Slide]) -> list[int]:
    """The sizes of a step, an output merged with the inputs it may slide into."""
    slides = [slide for slide in slides if slide.lower in sizes and slide.upper in sizes]
    if not slides:
        return list(sizes.values())
    merged = {slides[0].lower, *(slide.upper for slide in slides)}
    inputs = sum(sizes[slide.upper] for slide in slides)
    output = sizes[slides[0].lower]
    together = max(output, min(output, *(slide.distance for slide in slides)) + inputs)
    return [together, *(size for number, size in sizes.items() if number not in merged)]


def _extent(sizes: Sequence[int], alignment: int) -> int:
    padding = [-size % alignment for size in sizes]
    return sum(sizes) + sum(padding) - max(padding)


class _Groups:
    """Tensors that share a buffer, with the span in which the buffer is live."""

    def __init__(self, graph: Graph, *, io_inside: bool, folded: frozenset[int], states: bool) -> None:
        self.folded = folded
        self._states = states
        self._graph = graph
        self._io_inside = io_inside
        self._steps = len(graph.operators)
        self._outside = set() if io_inside else {*graph.inputs, *graph.outputs}
        self._parent: dict[int, int] = {}
        self._first: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._constant_views: set[int] = set()
        self._collect()

    def _collect(self) -> None:
        graph, first, last = self._graph, self._first, self._last
        for index in graph.inputs:
            first[index] = last[index] = 0
        for op in graph.operators:
            if op.index in self.folded:
                continue
            for index in op.inputs:
                if index in first:
                    last[index] = op.index
            for index in (*op.outputs, *(i for i in op.intermediates if i != -1)):
                first.setdefault(index, op.index)
                last[index] = max(last.get(index, 0), op.index)
        for index in graph.outputs:
            if index in first:
                last[index] = self._steps  # read by the caller, after the last step
        for tensor in graph.tensors:
            if tensor.is_constant:
                first.pop(tensor.index, None)
            elif tensor.is_variable and self._states:
                first[tensor.index], last[tensor.index] = 0, self._steps
        for index in first:
            _require_size(graph.tensors[index])
            self._parent[index], self._members[index] = index, [index]

    def _root(self, index: int) -> int:
        while self._parent[index] != index:
            index = self._parent[index]
        return index

    def share_view(self, op: Operator) -> None:
        """Let a view's output live in its input's buffer."""
        source, target = op.inputs[0], op.outputs[0]
        tensor = self._graph.tensors[source]
        if tensor.is_constant or source in self._constant_views:
            if target not in self._graph.outputs:
                self._constant_views.add(target)
            return
        if tensor.is_variable or source not in self._parent or self._both_outside(source, target):
            return
        self._merge(source, target)

    def share_in_place(self, op: Operator) -> None:
        """Let an elementwise operator overwrite the first input that dies there and fits."""
        tensors, target = self._graph.tensors, op.outputs[0]
        for source in op.inputs:
            if source not in self._parent or source in self._constant_views:
                continue
            root = self._root(source)
            shapes = {
                tensors[other].shape
                for other in op.inputs
                if other in self._parent and self._root(other) == root
            }
            if (
                shapes == {tensors[target].shape}
                and tensors[source].nbytes == tensors[target].nbytes
                and self._last[root] == op.index
                and not self._touches(root, set(self._graph.inputs) & self._outside)
                and not self._both_outside(source, target)
            ):
                self._merge(source, target)
                return

    def _touches(self, root: int, tensors: set[int]) -> bool:
        return any(member in tensors for member in self._members[root])

    def _both_outside(self, source: int, target: int) -> bool:
        return self._touches(self._root(source), self._outside) and target in self._outside

    def _merge(self, source: int, target: int) -> None:
        root = self._root(source)
        self._parent[target] = root
        self._members[root] += self._members.pop(target)
        self._last[root] = max(self._last[root], self._last[target])

    def requests(self) -> BufferRequests:
        found: list[BufferRequest] = []
        of_tensor: dict[int, int] = {}
        storage: dict[int, int] = {}
        for root, members in sorted(self._members.items()):
            if root in self._constant_views:
                continue
            owner = next((member for member in members if member in self._outside), root)
            storage.update(dict.fromkeys(members, owner))
            if owner in self._outside:
                continue
            tensor = self._graph.tensors[root]
            size = max(self._graph.tensors[member].nbytes for member in members)
            last = max(min(self._last[root], self._steps - 1), 0)
            of_tensor.update(dict.fromkeys(members, len(found)))
            found.append(BufferRequest(tensor.name, size, self._first[root], last))
        return BufferRequests(tuple(found), of_tensor, storage)


def _require_size(tensor: Tensor) -> None:
    what = f"tensor {tensor.index} ({tensor.name!r})"
    if min(tensor.shape, default=0) < 0:
        msg = f"{what} has the open shape {list(tensor.shape)}"
        raise UnsupportedModelError(msg, hint="convert the model with a fixed batch of 1")
    if tensor.dtype in _NO_FIXED_SIZE:
        msg = f"{what} holds values of type {tensor.dtype}, which have no fixed size"
        raise UnsupportedModelError(msg, hint="leave such inputs to the application")

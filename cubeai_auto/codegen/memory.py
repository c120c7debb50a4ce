"""Where the tensors of a network live: in the activations, or where the caller says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cubeai_auto.codegen.layers.body import Layer
from cubeai_auto.codegen.states import StatePlan, plan_states
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.lifetimes import BufferRequest, BufferRequests, Slide, buffer_requests
from cubeai_auto.tflite.planner import Plan, plan
from cubeai_auto.tflite.views import view_roots

__all__ = ["ALIGNMENT", "MemoryPlan", "plan_memory"]

ALIGNMENT = 4
"""Bytes: enough for the word loads of every kernel."""


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """The plan of a network's activations.

    Attributes:
        requests: what the tensors need, and which tensor lies in which buffer.
        plan: the offsets of ``buffers``.
        buffers: the planned buffers: those of tensors, then the layers' working memory.
        scratch: the position in ``buffers`` of a layer's working memory, by layer name.
        io_inside: whether inputs and outputs are part of the activations.
        roots: for each tensor, the tensor whose memory it is a view of (itself if none).
        inputs: tensor indices of the graph inputs.
        outputs: tensor indices of the graph outputs.
        states: the block of memory that recurrent layers keep between runs.
    """

    requests: BufferRequests
    plan: Plan
    buffers: tuple[BufferRequest, ...]
    scratch: Mapping[str, int]
    io_inside: bool
    roots: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    states: StatePlan = field(default_factory=StatePlan)

    @property
    def size(self) -> int:
        """Bytes of activations the caller provides; at least one word, so that it can exist."""
        return max(self.plan.size, ALIGNMENT)

    @property
    def inputs_overwritten(self) -> bool:
        """Whether a run may write over an input: another buffer shares its bytes at some time."""
        if not self.io_inside:
            return False
        spans = [
            (self.plan.offsets[k], self.plan.offsets[k] + request.size)
            for k, request in enumerate(self.buffers)
        ]
        ours = {self.requests.of_tensor[index] for index in self.inputs}
        return any(
            spans[k][0] < spans[other][1] and spans[other][0] < spans[k][1]
            for k in ours
            for other in range(len(spans))
            if other != k
        )

    def offset(self, tensor: int) -> int:
        """The tensor's offset in the activations, in bytes."""
        return self.plan.offsets[self.requests.of_tensor[tensor]]

    def scratch_offset(self, layer: Layer) -> int | None:
        """Where a layer's working memory lies in the activations; ``None`` if it needs none."""
        position = self.scratch.get(layer.name)
        return None if position is None else self.plan.offsets[position]

    def place(self, tensor: int) -> tuple[Literal["inputs", "outputs", "activations"], int]:
        """Where a tensor is found at run time: input or output by number, or an offset.

        Inputs and outputs go through the caller's pointers even inside the activations, so that
        an application may set others.
        """
        root = self.roots[tensor]
        for number, index in enumerate(self.inputs):
            if self.roots[index] == root:
                return "inputs", number
        for number, index in enumerate(self.outputs):
            if self.roots[index] == root:
                return "outputs", number
        return "activations", self.offset(tensor)


def plan_memory(
    graph: Graph, layers: Sequence[Layer], *, io_inside: bool, overlap: bool = False
) -> MemoryPlan:
    """Plan the activations of a graph, views and the layers' working memory included.

    Args:
        graph: the network.
        layers: its layers; elementwise ones may write over their inputs.
        io_inside: plan inputs and outputs too.
        overlap: let other kernels write over rows of their input that they have read.

    Raises:
        UnsupportedModelError: a tensor's size is not known beforehand.
    """
    requests = buffer_requests(graph, views=True, io_inside=io_inside, states=False)
    wanted = list(requests.requests)
    scratch: dict[str, int] = {}
    for layer in layers:
        if layer.body.scratch:
            scratch[layer.name] = len(wanted)
            size, step = layer.body.scratch, layer.operator
            wanted.append(BufferRequest(f"{layer.name} scratch", size, step, step))
    return MemoryPlan(
        requests=requests,
        plan=plan(wanted, alignment=ALIGNMENT, slides=_slides(graph, layers, requests, overlap)),
        buffers=tuple(wanted),
        scratch=scratch,
        io_inside=io_inside,
        roots=view_roots(graph),
        inputs=graph.inputs,
        outputs=graph.outputs,
        states=plan_states(graph, layers, ALIGNMENT),
    )


def _slides(
    graph: Graph, layers: Sequence[Layer], requests: BufferRequests, overlap: bool
) -> list[Slide]:
    """The outputs that may overlap inputs which nobody reads later, the caller included."""
    alone = Counter(layer.operator for layer in layers)
    kept = {requests.of_tensor.get(index) for index in graph.outputs}
    found: list[Slide] = []
    for layer in layers:
        lower = requests.of_tensor.get(layer.target)
        if lower is None or alone[layer.operator] > 1:
            continue
        distances: dict[int, list[int | None]] = {}
        for position, source in enumerate(layer.sources):
            upper = requests.of_tensor.get(source)
            if upper is not None:
                distances.setdefault(upper, []).append(layer.body.slide(position))
        step = layer.operator
        starts = requests.requests[lower].first == step
        ending = {k for k in distances if starts and requests.requests[k].last == step} - kept
        if layer.body.in_place and len(distances) == 1:
            (upper,) = distances
            if upper in ending:
                found.append(Slide(lower, upper, 0, step, exact=True))
            continue
        for upper, wanted in distances.items():
            least = [distance for distance in wanted if distance is not None]
            if len(least) < len(wanted) or (max(least) > 0 and not overlap):
                continue
            if upper in ending:
                found.append(Slide(lower, upper, max(least), step))
    return found

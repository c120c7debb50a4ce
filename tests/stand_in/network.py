"""What the stand-in tool knows of a model: read from the file, never made up."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.tflite.costs import layer_costs
from cubeai_auto.tflite.graph import Graph, Tensor
from cubeai_auto.tflite.reader import load_model

__all__ = ["LayerFacts", "NetworkFacts", "read_network"]


@dataclass(frozen=True)
class LayerFacts:
    name: str
    type: str
    shape: tuple[int, ...]
    params: int
    weight_bytes: int
    macc: int


@dataclass(frozen=True)
class NetworkFacts:
    graph: Graph
    md5: str
    layers: tuple[LayerFacts, ...]
    params: int
    macc: int
    original_weights: int
    weights: int
    activations: int
    constants: bytes

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return tuple(self.graph.tensor(index) for index in self.graph.inputs)

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        return tuple(self.graph.tensor(index) for index in self.graph.outputs)


def read_network(model: Path, compression: str, inputs_inside: bool) -> NetworkFacts:
    """Facts of a ``.tflite``; look-up tables of 4 or 8 bits stand for compressed float weights."""
    graph = load_model(model)
    layers = []
    for cost in layer_costs(graph):
        operator = graph.operators[cost.operator]
        output = graph.tensor(operator.outputs[0])
        layers.append(
            LayerFacts(
                output.name, operator.name, output.shape, cost.params, cost.weight_bytes, cost.macc or 0
            )
        )
    original = sum(layer.weight_bytes for layer in layers)
    floats = any(t.is_constant and t.dtype == "float32" for t in graph.tensors)
    factor = {"4": 4, "low": 4, "medium": 8, "8": 8, "high": 8}.get(compression, 1) if floats else 1
    constants = b"".join(tensor.data.tobytes() for tensor in graph.tensors if tensor.data is not None)
    return NetworkFacts(
        graph=graph,
        md5=hashlib.md5(model.read_bytes()).hexdigest(),
        layers=tuple(layers),
        params=sum(layer.params for layer in layers),
        macc=sum(layer.macc for layer in layers),
        original_weights=original,
        weights=-(-original // factor),
        activations=_activations(graph, inputs_inside),
        constants=constants,
    )


def _activations(graph: Graph, inputs_inside: bool) -> int:
    """The largest sum of an operator's inputs and outputs; the network's own only if inside."""
    outside = set() if inputs_inside else {*graph.inputs, *graph.outputs}
    sizes = [
        sum(
            graph.tensor(index).nbytes
            for index in {*operator.inputs, *operator.outputs}
            if index >= 0 and not graph.tensor(index).is_constant and index not in outside
        )
        for operator in graph.operators
    ]
    return max(sizes, default=0)

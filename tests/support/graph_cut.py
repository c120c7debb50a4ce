"""Models made from a graph: cut after an operator, with all results as outputs, or unpacked."""

from __future__ import annotations

from collections.abc import Sequence

from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

from cubeai_auto.codegen.prepare import prepared
from cubeai_auto.tflite.folding import folded_operators
from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflite.views import is_view

__all__ = ["cut_after", "exposed", "unpacked"]


def cut_after(graph: Graph, operator: int) -> bytes:
    """The model up to an operator, whose results become the outputs."""
    kept = graph.operators[: operator + 1]
    return _rebuilt(graph, kept, kept[-1].outputs)


def exposed(graph: Graph) -> bytes:
    """The whole model, with the result of every operator that computes something as an output."""
    folded = folded_operators(graph)
    made = [
        index
        for op in graph.operators
        if op.index not in folded and not is_view(graph, op)
        for index in op.outputs
    ]
    return _rebuilt(graph, graph.operators, made)


def unpacked(graph: Graph) -> bytes:
    """The model with float32 constants in place of those that it stores as float16 or int8."""
    ready = prepared(graph)
    kept = [op for op in ready.operators if not all(ready.tensor(i).is_constant for i in op.outputs)]
    return _rebuilt(ready, kept, graph.outputs)


def _rebuilt(graph: Graph, operators: Sequence[Operator], outputs: Sequence[int]) -> bytes:
    used = {index for op in operators for index in (*op.inputs, *op.outputs) if index >= 0}
    used |= set(graph.inputs)
    names = {index: f"{index}:{graph.tensor(index).name}" for index in sorted(used)}
    return build(
        ModelSpec(
            [_tensor(graph.tensor(index), name) for index, name in names.items()],
            [
                OperatorSpec(
                    op.name,
                    [names.get(index) for index in op.inputs],
                    [names[index] for index in op.outputs],
                    dict(op.options),
                    custom=op.custom,
                    version=op.version,
                )
                for op in operators
            ],
            [names[index] for index in graph.inputs],
            [names[index] for index in outputs],
        )
    )


def _tensor(tensor: Tensor, name: str) -> TensorSpec:
    quantization = tensor.quantization
    return TensorSpec(
        name,
        tensor.shape,
        tensor.dtype,
        data=tensor.data,
        scales=() if quantization is None else quantization.scales,
        zero_points=() if quantization is None else quantization.zero_points,
        axis=0 if quantization is None else quantization.axis,
        shape_signature=tensor.shape_signature,
        is_variable=tensor.is_variable,
    )

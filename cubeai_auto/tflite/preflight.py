"""What in a model keeps it from running on a microcontroller, and what would help.

These findings hold for TensorFlow Lite Micro and for the built-in engine alike. Which operators
an engine has is the engine's own business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cubeai_auto.tflite.folding import folded_operators
from cubeai_auto.tflite.graph import Graph, Operator, Tensor

__all__ = ["Finding", "preflight"]

_CONTROL_FLOW = frozenset(
    {"CALL", "CALL_ONCE", "IF", "WHILE", "STABLEHLO_WHILE", "STABLEHLO_COMPOSITE"}
)
_NO_NUMBERS = frozenset({"string", "resource", "variant"})
_SMALL_INTEGERS = frozenset({"int4", "int8", "uint8"})
_FILTERED = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"})

_CONTROL_HINT = (
    "build the network without Python loops and conditions over tensors (recurrent layers: unroll=True)"
)
_FLEX_HINT = "replace the layer that needs it, and convert with tf.lite.OpsSet.TFLITE_BUILTINS only"
_CUSTOM_HINT = "replace the layer that needs it by built-in operators"
_SHAPE_HINT = "convert with fixed shapes: give the Keras input its whole shape and batch_size=1"
_HYBRID_HINT = (
    "convert with a representative data set (converter.representative_dataset) for full int8, "
    "or without optimizations for float32"
)
_FLOAT16_HINT = "convert without float16: leave converter.target_spec.supported_types empty"
_TYPE_HINT = (
    "leave text and tables to the application; weights that appear as variables are frozen by "
    "tf.lite.TFLiteConverter.from_keras_model"
)
_ZERO_POINT_HINT = "quantize again with a current converter, whose int8 weights are symmetric"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a microcontroller engine cannot do.

    Attributes:
        operator: index of the operator; ``None`` if the model as a whole is meant.
        name: the operator's name; otherwise the name of the model or of its input.
        problem: what it is, as the predicate of a sentence about ``name``.
        hint: what would help.
    """

    operator: int | None
    name: str
    problem: str
    hint: str


def preflight(graph: Graph) -> tuple[Finding, ...]:
    """Everything found, the model as a whole first, then by operator.

    A model converted with dynamic range quantization whose tensors are all too small to be
    quantized (under 1024 elements) is all float32, and nothing is found.
    """
    found = list(_of_model(graph))
    folded = folded_operators(graph)
    for op in graph.operators:
        if op.index not in folded:
            found += [Finding(op.index, op.name, *reason) for reason in _of_operator(graph, op)]
    return tuple(found)


def _of_model(graph: Graph) -> Iterator[Finding]:
    if graph.subgraph_count > 1:
        problem = f"has {graph.subgraph_count} subgraphs: control flow"
        yield Finding(None, graph.name, problem, _CONTROL_HINT)
    for index in graph.inputs:
        tensor = graph.tensors[index]
        if -1 in tensor.shape or -1 in (tensor.shape_signature or ())[1:]:
            shape = list(tensor.shape_signature or tensor.shape)
            problem = f"is an input of the open shape {shape}, in more than the batch"
            yield Finding(None, tensor.name, problem, _SHAPE_HINT)


def _of_operator(graph: Graph, op: Operator) -> Iterator[tuple[str, str]]:
    """Problem and hint of everything found at an operator."""
    inputs = [graph.tensors[index] for index in op.inputs if index != -1]
    outputs = [graph.tensors[index] for index in op.outputs]
    if op.custom and op.name.startswith("Flex"):
        yield "is a TensorFlow operator (Select TF ops), not one of TensorFlow Lite", _FLEX_HINT
    elif op.custom:
        yield "is a custom operator", _CUSTOM_HINT
    elif op.name in _CONTROL_FLOW:
        yield "is control flow", _CONTROL_HINT
    for tensor in outputs:
        if _open(tensor) > max((_open(source) for source in inputs), default=0):
            shape = list(tensor.shape_signature or tensor.shape)
            yield f"has an output whose shape {shape} is known only at run time", _SHAPE_HINT
    strange = sorted({t.dtype for t in (*inputs, *outputs) if t.dtype in _NO_NUMBERS})
    if strange:
        yield f"works on tensors of type {' and '.join(strange)}", _TYPE_HINT
    if any(tensor.dtype == "float16" for tensor in (*inputs, *outputs)):
        what = "constants" if any(t.dtype == "float16" and t.is_constant for t in inputs) else "tensors"
        yield f"reads or writes float16 {what}", _FLOAT16_HINT
    if not op.custom:
        yield from _of_quantization(op, inputs, outputs)


def _of_quantization(
    op: Operator, inputs: list[Tensor], outputs: list[Tensor]
) -> Iterator[tuple[str, str]]:
    stored = sorted({t.dtype for t in inputs if t.is_constant and t.dtype in _SMALL_INTEGERS})
    floating = any(t.dtype == "float32" and not t.is_constant for t in inputs)
    if stored and floating and any(t.dtype == "float32" for t in outputs):
        problem = (
            f"is hybrid: float32 activations with {' and '.join(stored)} weights "
            "(dynamic range quantization)"
        )
        yield problem, _HYBRID_HINT
    for position, tensor in enumerate(inputs):
        quantization = tensor.quantization
        if quantization is None or not any(quantization.zero_points):
            continue
        if quantization.per_channel:
            yield f"has {tensor.name!r}, whose zero points per channel are not all 0", _ZERO_POINT_HINT
        elif position == 1 and op.name in _FILTERED and tensor.is_constant and tensor.dtype == "int8":
            yield f"has weights {tensor.name!r} with a zero point that is not 0", _ZERO_POINT_HINT


def _open(tensor: Tensor) -> int:
    """How many dimensions are not known before the run; a lone open batch counts as well."""
    return (tensor.shape_signature or tensor.shape).count(-1)

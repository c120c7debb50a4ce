"""Whether TensorFlow Lite Micro loads a model, from the file alone: its own checks, as far as known.

The reasons are in TFLM's words where it has some. What TFLM itself says, where it can be asked
(:mod:`cubeai_auto.tflm.host`), is worth more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflm.operators import COMMIT, CUSTOM_OPERATORS, Kernels, operator_facts
from cubeai_auto.tflm.sizes import ITEM_BYTES, scale_count

__all__ = ["Verdict", "verdict"]

_HYBRID = "Hybrid models are not supported on TFLite Micro"
_CONTROL_FLOW = frozenset({"CALL_ONCE", "IF", "WHILE"})
_RESOURCES = frozenset({"ASSIGN_VARIABLE", "READ_VARIABLE", "VAR_HANDLE"})
_PLAN_METADATA = {
    "OfflineMemoryAllocation": "it brings a memory plan of its own",
    "COMPRESSION_METADATA": "its weights are compressed by TFLM's own scheme",
}
_WEIGHTED = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"})
_PAIRS = frozenset(
    {("float32", "float32"), ("int16", "int8"), ("int8", "int8"), ("int8", "int4")}
)  # fmt: skip
_POOLS = frozenset({"AVERAGE_POOL_2D", "MAX_POOL_2D"})
_SAME_TYPE = frozenset(
    {"ADD", "SUB", "MUL", "CONCATENATION", "LEAKY_RELU", "PAD", "PADV2", "RESHAPE", *_POOLS, *_WEIGHTED}
)
_INPUT_TYPES: Mapping[str, frozenset[str]] = {
    "DEQUANTIZE": frozenset({"int8", "int16", "uint8"}),
    "QUANTIZE": frozenset({"float32", "int32", "int16", "int8", "uint8"}),
    "SVDF": frozenset({"float32", "int8"}),
    "BATCH_MATMUL": frozenset({"float32", "int8", "int16"}),
    "SOFTMAX": frozenset({"float32", "int8", "int16"}),
    "CONCATENATION": frozenset({"float32", "int8", "int16", "int32", "int64", "bool"}),
    **dict.fromkeys(_POOLS, frozenset({"float32", "int8", "int16"})),
}
_MOST_CONCATENATED = 10
_LSTM_CELL = 19


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether TFLM loads a model.

    Attributes:
        loadable: ``None`` if it may, but needs something that this package does not simulate.
        reason: why not, or what is not simulated; empty if it loads.
    """

    loadable: bool | None
    reason: str = ""


def verdict(graph: Graph, kernels: Kernels) -> Verdict:
    """TFLM's answer to a model, as far as the file tells.

    Args:
        graph: the model.
        kernels: which kernel set refuses it, for the words.
    """
    refusal = next(_refusals(graph, kernels), None)
    if refusal is not None:
        return Verdict(False, refusal)
    unknown = next(_unknowns(graph), None)
    return Verdict(True) if unknown is None else Verdict(None, f"not simulated: {unknown}")


def _refusals(graph: Graph, kernels: Kernels) -> Iterator[str]:
    known = operator_facts()
    for op in graph.operators:
        if op.custom and op.name not in CUSTOM_OPERATORS:
            yield (
                f"TFLM has no registration for the custom operator {op.name!r}; "
                "the application must bring one"
            )
        elif not op.custom and op.name not in known:
            yield (
                f"Didn't find op for builtin opcode {op.name!r}: TFLM {COMMIT} has no kernel for it, "
                f"nor a method of its op resolver"
            )
    for tensor in graph.tensors:
        if tensor.dtype not in ITEM_BYTES:
            yield f"tensor {tensor.index} has the type {tensor.dtype}, whose size TFLM does not know"
    for op in graph.operators:
        if not op.custom:
            reason = _refusal(graph, op, kernels)
            if reason:
                yield f"{reason}; Node {op.name} (number {op.index}) failed to prepare"
        for index in op.intermediates:
            if index >= 0 and graph.tensor(index).elements:
                yield (
                    "Does not support intermediate tensor with non-zero size: "
                    f"tensor {index} of operator {op.index} ({op.name})"
                )


def _refusal(graph: Graph, op: Operator, kernels: Kernels) -> str:
    """Why a builtin operator is not prepared; empty if nothing is known against it."""
    inputs = [graph.tensor(i) if i >= 0 else None for i in op.inputs]
    outputs = [graph.tensor(i) for i in op.outputs]
    source = inputs[2 if op.name == "TRANSPOSE_CONV" and len(inputs) > 2 else 0] if inputs else None
    if source is None or not outputs:
        return ""
    target = outputs[0]
    if op.name in _WEIGHTED:
        return _weighted(op, source, inputs[1], target, kernels)
    allowed = _INPUT_TYPES.get(op.name)
    if allowed is not None and source.dtype not in allowed:
        return f"Type {source.dtype.upper()} is not supported"
    if op.name == "DEQUANTIZE" and target.dtype != "float32":
        return f"dequantizing to {target.dtype.upper()} is not supported"
    if op.name == "QUANTIZE":
        return _quantize(target)
    if op.name == "SOFTMAX":
        return _softmax(source, target)
    if op.name == "UNIDIRECTIONAL_SEQUENCE_LSTM" and len(inputs) > _LSTM_CELL:
        cell = inputs[_LSTM_CELL]
        if cell is not None and cell.dtype not in {"float32", "int16"}:
            return f"Cell state type {cell.dtype.upper()} not supported"
    if op.name == "CONCATENATION" and len(inputs) > _MOST_CONCATENATED:
        return f"more than {_MOST_CONCATENATED} inputs"
    if op.name == "BATCH_MATMUL" and inputs[1] is not None and inputs[1].dtype != source.dtype:
        return _types_differ(source, inputs[1])
    if op.name in _SAME_TYPE and source.dtype != target.dtype:
        return _types_differ(source, target)
    return ""


def _weighted(
    op: Operator, source: Tensor, weights: Tensor | None, target: Tensor, kernels: Kernels
) -> str:
    if weights is None:
        return ""
    pair = (source.dtype, weights.dtype)
    if pair not in _PAIRS:
        if op.name == "FULLY_CONNECTED" and kernels == "reference":
            left, right = source.dtype.upper(), weights.dtype.upper()
            return f"Input type: {left} with filter type: {right} not supported"
        return _HYBRID
    if source.dtype != target.dtype:
        return _types_differ(source, target)
    if op.name == "FULLY_CONNECTED" and scale_count(weights) > 1 and weights.dtype == "int4":
        return "int4 weights quantized by channel are not supported"
    if source.dtype != "float32" and op.name != "FULLY_CONNECTED" and not scale_count(weights):
        return "the filter is not quantized"
    return ""


def _quantize(target: Tensor) -> str:
    if target.dtype not in {"int8", "int16", "int32", "uint8"}:
        return f"quantizing to {target.dtype.upper()} is not supported"
    return "" if scale_count(target) == 1 else "the output is not quantized by one scale"


def _softmax(source: Tensor, target: Tensor) -> str:
    if source.dtype == "int8" and target.dtype == "int16":
        return ""
    return "" if source.dtype == target.dtype else _types_differ(source, target)


def _types_differ(one: Tensor, other: Tensor) -> str:
    return f"{one.dtype.upper()} and {other.dtype.upper()} differ"


def _unknowns(graph: Graph) -> Iterator[str]:
    names = {op.name for op in graph.operators if not op.custom}
    custom = sorted({op.name for op in graph.operators if op.custom})
    if graph.subgraph_count > 1:
        yield f"{graph.subgraph_count} subgraphs"
    if flow := sorted(names & _CONTROL_FLOW):
        yield f"control flow ({', '.join(flow)})"
    if custom:
        yield f"the custom operator {custom[0]!r}"
    if variables := sorted(names & _RESOURCES):
        yield f"resource variables ({', '.join(variables)}), which the application must create"
    for name, what in _PLAN_METADATA.items():
        if name in graph.metadata:
            yield f"{what} (metadata {name!r})"
    if not graph.operators:
        yield "a graph without operators"

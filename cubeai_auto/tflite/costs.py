"""What a network costs by Cube.AI's rules: MACC, parameters and weight bytes, per operator.

Rules and their versions: :mod:`cubeai_auto.tflite.rules`, :mod:`cubeai_auto.tflite.macc`.
Weights are the constants that compute operators use, at their stored type, each counted once;
constants that describe shapes, axes or paddings count nothing. A dense layer without bias is
given one by the tool: 4 bytes an output more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto.quantity import Quantity, missing, predicted
from cubeai_auto.tflite.folding import folded_operators
from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflite.macc import is_hybrid, operator_macc
from cubeai_auto.tflite.rules import Version, cost_rules

__all__ = ["LayerCost", "layer_costs", "params", "total_macc", "weights"]

_BIAS_ITEM_BYTES = 4
_DESCRIBING_INPUTS: Mapping[str, frozenset[int]] = {
    "RESHAPE": frozenset({1}), "EXPAND_DIMS": frozenset({1}), "TRANSPOSE": frozenset({1}),
    "MEAN": frozenset({1}), "SUM": frozenset({1}), "REDUCE_MAX": frozenset({1}),
    "REDUCE_MIN": frozenset({1}), "REDUCE_PROD": frozenset({1}), "REDUCE_ANY": frozenset({1}),
    "PAD": frozenset({1}), "PADV2": frozenset({1, 2}), "MIRROR_PAD": frozenset({1}),
    "TRANSPOSE_CONV": frozenset({0}), "RESIZE_BILINEAR": frozenset({1}),
    "RESIZE_NEAREST_NEIGHBOR": frozenset({1}), "STRIDED_SLICE": frozenset({1, 2, 3}),
    "SLICE": frozenset({1, 2}), "SPLIT": frozenset({0}), "SPLIT_V": frozenset({1, 2}),
    "TILE": frozenset({1}), "GATHER": frozenset({1}), "ARG_MAX": frozenset({1}),
    "ARG_MIN": frozenset({1}), "FILL": frozenset({0}), "CUMSUM": frozenset({1}),
    "BROADCAST_TO": frozenset({1}), "SPACE_TO_BATCH_ND": frozenset({1, 2}),
    "BATCH_TO_SPACE_ND": frozenset({1, 2}), "TOPK_V2": frozenset({1}),
    "REVERSE_V2": frozenset({1}), "RANGE": frozenset({0, 1, 2}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LayerCost:
    """The cost of one operator.

    Attributes:
        operator: its index.
        macc: ``None`` if no rule is known for it.
        reason: the rule applied, or why there is none.
        params: elements of its constants, the bias given to a dense layer included.
        weight_bytes: the same in bytes, at the stored type.
    """

    operator: int
    macc: int | None
    reason: str
    params: int
    weight_bytes: int


def layer_costs(graph: Graph, version: Version | None = None) -> tuple[LayerCost, ...]:
    """The cost of every operator, in order.

    Args:
        graph: the network.
        version: the X-CUBE-AI version whose rules apply; ``None`` for the current ones.
    """
    rules, folded = cost_rules(version), folded_operators(graph)
    counted: set[int] = set()
    costs = []
    for op in graph.operators:
        if op.index in folded:
            costs.append(LayerCost(op.index, 0, "folded: computes a shape", 0, 0))
            continue
        macc, reason = operator_macc(graph, op, rules)
        elements = size = 0
        for tensor in _weight_tensors(graph, op):
            if tensor.index not in counted:
                counted.add(tensor.index)
                elements += tensor.elements
                size += tensor.nbytes
        outputs = _outputs_without_bias(graph, op)
        costs.append(
            LayerCost(op.index, macc, reason, elements + outputs, size + _BIAS_ITEM_BYTES * outputs)
        )
    return tuple(costs)


def total_macc(graph: Graph, version: Version | None = None) -> Quantity:
    """The MACC of the network; missing if an operator has no known rule."""
    total = 0
    for cost in layer_costs(graph, version):
        if cost.macc is None:
            return missing(
                f"operator {cost.operator} ({graph.operators[cost.operator].name}): {cost.reason}"
            )
        total += cost.macc
    return predicted(total, "MACC", f"Cube.AI's MACC rules of {cost_rules(version).name}")


def weights(graph: Graph) -> Quantity:
    """The bytes of weights and biases; missing if it is not known how the tool stores them."""
    unknown = _unknown_storage(graph)
    if unknown:
        return missing(unknown)
    total = sum(cost.weight_bytes for cost in layer_costs(graph))
    return predicted(total, "B", "Cube.AI's rule for weights: constants of compute operators")


def params(graph: Graph) -> Quantity:
    """The number of parameters: elements of weights and biases."""
    total = sum(cost.params for cost in layer_costs(graph))
    return predicted(total, "1", "Cube.AI's rule for weights: constants of compute operators")


def _weight_tensors(graph: Graph, op: Operator) -> list[Tensor]:
    describing = _DESCRIBING_INPUTS.get(op.name, frozenset())
    found = [
        graph.tensors[index]
        for position, index in enumerate(op.inputs)
        if index != -1 and position not in describing
    ]
    return [tensor for tensor in found if tensor.is_constant]


def _outputs_without_bias(graph: Graph, op: Operator) -> int:
    if op.custom or op.name != "FULLY_CONNECTED":
        return 0
    if len(op.inputs) > 2 and op.inputs[2] != -1:
        return 0
    kernel = graph.tensors[op.inputs[1]]
    return kernel.shape[0] if len(kernel.shape) == 2 else 0


def _unknown_storage(graph: Graph) -> str:
    for op in graph.operators:
        if is_hybrid(graph, op):
            return f"operator {op.index} ({op.name}) is hybrid; how Cube.AI stores it is not known"
        for tensor in _weight_tensors(graph, op):
            if tensor.dtype in {"float16", "int4"}:
                kind = f"operator {op.index} ({op.name}) has {tensor.dtype} constants"
                return f"{kind}; how Cube.AI stores them is not known"
    return ""

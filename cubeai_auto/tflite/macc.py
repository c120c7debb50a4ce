"""The MACC of one operator by Cube.AI's rules, with the rule in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflite.rules import CostRules
from cubeai_auto.tflite.views import moves_data

__all__ = ["Counted", "is_hybrid", "operator_macc"]

Counted = tuple[int | None, str]
"""The MACC and the rule behind it, or ``None`` and why there is no rule."""

_INT8 = frozenset({"int8", "uint8"})
_SEEN_TYPES = frozenset({"float32", "int8", "uint8"})
_WEIGHTED = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})
_SPACE_AXES: Mapping[int, frozenset[int]] = {3: frozenset({1}), 4: frozenset({1, 2})}


def operator_macc(graph: Graph, op: Operator, rules: CostRules) -> Counted:
    """The MACC of an operator on its own, fused activation included."""
    rule = _RULES.get(op.name)
    if op.custom or rule is None:
        return None, f"no rule is known for {op.name}"
    if rule is _free:
        return 0, "0"
    unseen = {t.dtype for t in _data(graph, op)} - _SEEN_TYPES
    if unseen:
        return None, f"no rule is known for {op.name} of {' and '.join(sorted(unseen))}"
    if is_hybrid(graph, op):
        return None, "no rule is known for float32 activations with integer weights"
    if min((n for t in _activations(graph, op) for n in t.shape), default=0) < 0:
        return None, "the shape is open"
    macc, reason = rule(graph, op, rules)
    if macc is None:
        return None, reason
    extra, why = _fused(graph, op, rules)
    if extra is None:
        return None, why
    return macc + extra, f"{reason}; {why}" if why else reason


def is_hybrid(graph: Graph, op: Operator) -> bool:
    """Whether a layer multiplies float32 activations with integer weights."""
    if op.custom or op.name not in _WEIGHTED:
        return False
    kernel = graph.tensors[op.inputs[1]]
    return kernel.dtype != "float32" and graph.tensors[op.outputs[0]].dtype == "float32"


def _data(graph: Graph, op: Operator) -> list[Tensor]:
    return [graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]]


def _activations(graph: Graph, op: Operator) -> list[Tensor]:
    return [graph.tensors[i] for i in (*op.inputs, *op.outputs) if i != -1]


def _data_dtype(graph: Graph, op: Operator) -> str:
    return graph.tensors[op.outputs[0]].dtype


def _output(graph: Graph, op: Operator) -> int:
    return graph.tensors[op.outputs[0]].elements


def _fused(graph: Graph, op: Operator, rules: CostRules) -> Counted:
    kind, elements = op.option_str("fused_activation_function", "NONE"), _output(graph, op)
    if kind == "NONE" or op.name == "UNIDIRECTIONAL_SEQUENCE_LSTM":  # its rule has the tanh
        return 0, ""
    dtype = _data_dtype(graph, op)
    if dtype == "float32" and kind == "RELU":
        return elements, "fused relu 1 per element"
    if dtype == "float32" and kind == "RELU6":
        return 2 * elements, "fused relu6 2 per element"
    if dtype in _INT8 and kind == "RELU":
        return 0, "fused relu 0"
    if dtype in _INT8 and kind == "RELU6" and rules.int8_fused_relu6 is not None:
        each = rules.int8_fused_relu6
        return each * elements, f"fused relu6 {each} per element"
    return None, f"how {rules.name} counts {kind} fused into a {dtype} layer is not known"


def _convolution(graph: Graph, op: Operator, _: CostRules) -> Counted:
    source, kernel = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    target = graph.tensors[op.outputs[0]]
    if len(kernel.shape) != 4 or len(source.shape) != 4:
        return None, "the convolution is not two-dimensional"
    if not kernel.is_constant:
        return None, "the weights are computed at run time"
    depthwise = op.name == "DEPTHWISE_CONV_2D"
    if not depthwise and kernel.shape[3] != source.shape[3]:
        return None, "no rule is known for grouped convolutions"
    window = math.prod(kernel.shape[1:3]) * (1 if depthwise else kernel.shape[3])
    channels = kernel.shape[3] if depthwise else kernel.shape[0]
    rule = "outputs * kh * kw + channels" if depthwise else "outputs * kh * kw * cin + channels"
    return target.elements * window + channels, rule


def _dense(graph: Graph, op: Operator, rules: CostRules) -> Counted:
    kernel = graph.tensors[op.inputs[1]]
    if len(kernel.shape) != 2 or not kernel.is_constant:
        return None, "the weights are computed at run time"
    outputs, inputs = kernel.shape
    if _output(graph, op) != outputs:
        return None, "no rule is known for a dense layer over several rows"
    if rules.dense_bias_counts:
        return inputs * outputs + outputs, "in * out + out"
    return inputs * outputs, "in * out"


def _pool(graph: Graph, op: Operator, _: CostRules) -> Counted:
    cells = op.option_int("filter_width", 1) * op.option_int("filter_height", 1)
    return cells * _output(graph, op), "window cells * outputs"


def _reduce(graph: Graph, op: Operator, _: CostRules) -> Counted:
    source, axes = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    rank = len(source.shape)
    if axes.data is None:
        return None, "the axes are computed at run time"
    reduced = {int(axis) % max(rank, 1) for axis in axes.data.ravel().tolist()}
    if not reduced <= _SPACE_AXES.get(rank, frozenset()):
        return None, f"no rule is known for {op.name} over other axes than space"
    return source.elements, "1 per input element"


def _per_element(count: int) -> Callable[[Graph, Operator, CostRules], Counted]:
    def rule(graph: Graph, op: Operator, _: CostRules) -> Counted:
        return count * _output(graph, op), f"{count} per element"

    return rule


def _float_only(count: int) -> Callable[[Graph, Operator, CostRules], Counted]:
    def rule(graph: Graph, op: Operator, _: CostRules) -> Counted:
        dtype = _data_dtype(graph, op)
        if dtype != "float32":
            return None, f"no rule is known for {op.name} of {dtype}"
        return count * _output(graph, op), f"{count} per element"

    return rule


def _softmax(graph: Graph, op: Operator, rules: CostRules) -> Counted:
    hidden = rules.int8_softmax_extra if _data_dtype(graph, op) in _INT8 else 0
    each = 15 + (hidden // 2 if _goes_to_float(graph, op) else hidden)
    return each * _output(graph, op), f"{each} per element"


def _conversion(graph: Graph, op: Operator, rules: CostRules) -> Counted:
    source = graph.tensors[op.inputs[0]]
    if source.is_constant:
        return None, f"how a {source.dtype} constant is stored and converted is not known"
    if rules.int8_softmax_extra and op.name == "DEQUANTIZE":
        made = next((o for o in graph.operators if source.index in o.outputs), None)
        if made is not None and made.name == "SOFTMAX" and _goes_to_float(graph, made):
            return 0, "0: the softmax computes in float"
    return 2 * _output(graph, op), "2 per element"


def _goes_to_float(graph: Graph, op: Operator) -> bool:
    """Whether only one DEQUANTIZE reads a result: it cancels the conversion hidden before it."""
    result = op.outputs[0]
    readers = [other.name for other in graph.operators if result in other.inputs]
    return readers == ["DEQUANTIZE"] and result not in graph.outputs


def _transpose(graph: Graph, op: Operator, rules: CostRules) -> Counted:
    if not moves_data(graph, op):
        return 0, "moves no data"
    if not rules.transpose_counts:
        return 0, "0 before 8.1"
    return _output(graph, op) // 2, "elements / 2"


def _lstm(graph: Graph, op: Operator, _: CostRules) -> Counted:
    source, target = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if source.dtype != "float32" or len(source.shape) != 3 or source.shape[0] != 1:
        return None, "a rule is known for a float32 LSTM over one sequence only"
    steps, inputs, units = source.shape[1], source.shape[2], target.shape[-1]
    each = 4 * units * (inputs + units) + 5 * units
    return steps * each, "steps * (4 * units * (inputs + units) + 5 * units)"


def _free(_graph: Graph, _op: Operator, _: CostRules) -> Counted:
    return 0, "0"


_RULES: Mapping[str, Callable[[Graph, Operator, CostRules], Counted]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    "FULLY_CONNECTED": _dense,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "MEAN": _reduce,
    "REDUCE_MAX": _reduce,
    "SOFTMAX": _softmax,
    "ADD": _per_element(1),
    "SUB": _per_element(1),
    "MUL": _per_element(1),
    "RELU": _float_only(1),
    "RELU6": _float_only(2),
    "LOGISTIC": _float_only(10),
    "TANH": _float_only(10),
    "ELU": _float_only(11),
    "QUANTIZE": _conversion,
    "DEQUANTIZE": _conversion,
    "RESIZE_BILINEAR": _per_element(4),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
    "TRANSPOSE": _transpose,
    "PAD": _free,
    "PADV2": _free,
    "CONCATENATION": _free,
    "TILE": _free,
    "RESHAPE": _free,
    "SQUEEZE": _free,
    "EXPAND_DIMS": _free,
}

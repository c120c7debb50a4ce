"""What an operator allocates while TensorFlow Lite Micro prepares it: arrays that stay, and scratch.

Most operators allocate nothing. The rules are those of TFLM's kernels at the commit of
:data:`~cubeai_auto.tflm.operators.COMMIT`; the ones with many cases are in
:mod:`cubeai_auto.tflm.convolution`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflm.convolution import (
    convolution,
    depthwise_convolution,
    fully_connected,
    transposed_convolution,
)
from cubeai_auto.tflm.demand import NOTHING, Demand, Setting, int_array
from cubeai_auto.tflm.sizes import dimension, item_bytes, operand, result

__all__ = ["prepare"]

_QUANTIZED = frozenset({"int8", "int16"})
_SOFTMAX_TABLE = 2 * 513
_BATCH_MATMUL_QUANTIZATION = 28
_EVAL_TENSOR = 12
_ADD_N_DATA, _CUMSUM_DATA, _LOG_SOFTMAX_DATA, _EMBEDDING_DATA = 40, 36, 28, 8
_LSTM_STATE, _LSTM_CELL = 18, 19
_LSTM_SUMS, _LSTM_GATES = 8, 4


def prepare(graph: Graph, op: Operator, setting: Setting) -> Demand:
    """What an operator allocates, in the order of its requests.

    Raises:
        UnsupportedModelError: the operator lacks an operand or a dimension that TFLM reads, or a
            dimension is open.
    """
    rule = None if op.custom else _RULES.get(op.name)
    found = NOTHING if rule is None else rule(graph, op, setting)
    if min((*found.persistent, *found.scratch), default=0) < 0:
        msg = f"operator {op.index} ({op.name}) needs a dimension that the file leaves open"
        raise UnsupportedModelError(msg)
    return found


def _average_pool(graph: Graph, op: Operator, setting: Setting) -> Demand:
    """A row of sums, with CMSIS-NN on a core with the DSP extension."""
    source = operand(graph, op, 0)
    if setting.kernels == "reference" or not setting.dsp or source.dtype not in _QUANTIZED:
        return NOTHING
    return Demand(scratch=(4 * dimension(op, source, 3, rank=4),))


def _mean(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    source, axes = operand(graph, op, 0), operand(graph, op, 1)
    sums = (4 * result(graph, op).elements,) if source.dtype in _QUANTIZED else ()
    return Demand(scratch=(*sums, 4 * len(source.shape), 4 * axes.elements))


def _reduce(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    source, axes = operand(graph, op, 0), operand(graph, op, 1)
    return Demand(scratch=(4 * len(source.shape), 4 * axes.elements))


def _svdf(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    source, features = operand(graph, op, 0), operand(graph, op, 1)
    batch, filters = dimension(op, source, 0), dimension(op, features, 0)
    scratch = [4 * batch * filters]
    if source.dtype == "int8":
        scratch.append(4 * batch * dimension(op, result(graph, op), 1))
    return Demand(scratch=tuple(scratch))


def _lstm(graph: Graph, op: Operator, setting: Setting) -> Demand:
    """A buffer a gate; CMSIS-NN needs one less, and keeps the sums of the weights."""
    source = operand(graph, op, 0)
    state = dimension(op, operand(graph, op, _LSTM_STATE), 1)
    batch = dimension(op, source, 1 if op.option_int("time_major", 0) else 0)
    buffer = batch * state * item_bytes(operand(graph, op, _LSTM_CELL))
    if setting.kernels == "reference" or source.dtype not in _QUANTIZED:
        return Demand(scratch=(buffer,) * _LSTM_GATES)
    bias = 8 if source.dtype == "int16" else 4
    return Demand((bias * state,) * _LSTM_SUMS, (buffer,) * (_LSTM_GATES - 1))


def _softmax(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    return Demand((_SOFTMAX_TABLE,) * 2) if operand(graph, op, 0).dtype == "int16" else NOTHING


def _reshape(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    target = result(graph, op)
    return _relocated(target) if -1 in target.shape else NOTHING


def _output_shape(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    """The output's shape moves from the file into the arena, where it can be written."""
    return _relocated(result(graph, op))


def _relocated(target: Tensor) -> Demand:
    return Demand((int_array(len(target.shape)),))


def _embedding_lookup(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    return Demand((int_array(len(result(graph, op).shape)), _EMBEDDING_DATA))


def _mirror_pad(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    return Demand(scratch=(4 * len(operand(graph, op, 0).shape),) * 2)


def _add_n(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    data = (_ADD_N_DATA,) if result(graph, op).dtype == "int8" else ()
    return Demand(data, (4 * len(op.inputs),))


def _if_int8(size: int) -> Callable[[Graph, Operator, Setting], Demand]:
    def rule(graph: Graph, op: Operator, _setting: Setting) -> Demand:
        return Demand((size,)) if operand(graph, op, 0).dtype == "int8" else NOTHING

    return rule


def _batch_matmul(graph: Graph, op: Operator, _setting: Setting) -> Demand:
    """The output's shape, quantization, and a transposed copy of every operand that needs one."""
    left, right = operand(graph, op, 0), operand(graph, op, 1)
    arrays: list[int] = []
    if left.dtype in _QUANTIZED:
        arrays.append(_BATCH_MATMUL_QUANTIZATION)
    turned = [left] if op.option_int("adj_x", 0) else []
    turned += [] if op.option_int("adj_y", 0) else [right]
    for tensor in turned:
        arrays += (_EVAL_TENSOR, int_array(len(tensor.shape)), tensor.elements * item_bytes(tensor))
    arrays.append(int_array(len(result(graph, op).shape)))
    return Demand(tuple(arrays))


_RULES: Mapping[str, Callable[[Graph, Operator, Setting], Demand]] = {
    "ADD_N": _add_n,
    "AVERAGE_POOL_2D": _average_pool,
    "BATCH_MATMUL": _batch_matmul,
    "CONV_2D": convolution,
    "CUMSUM": _if_int8(_CUMSUM_DATA),
    "DEPTHWISE_CONV_2D": depthwise_convolution,
    "DEPTH_TO_SPACE": _output_shape,
    "EMBEDDING_LOOKUP": _embedding_lookup,
    "FULLY_CONNECTED": fully_connected,
    "GATHER": _output_shape,
    "GATHER_ND": _output_shape,
    "L2_POOL_2D": _output_shape,
    "LOG_SOFTMAX": _if_int8(_LOG_SOFTMAX_DATA),
    "MEAN": _mean,
    "MIRROR_PAD": _mirror_pad,
    "REDUCE_ALL": _reduce,
    "REDUCE_MAX": _reduce,
    "REDUCE_MIN": _reduce,
    "RESHAPE": _reshape,
    "SOFTMAX": _softmax,
    "SPACE_TO_DEPTH": _output_shape,
    "SUM": _mean,
    "SVDF": _svdf,
    "TRANSPOSE_CONV": transposed_convolution,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
}

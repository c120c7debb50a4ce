"""Checks that what was read from a file is a network: values in range, and an order that runs."""

from __future__ import annotations

import math

from cubeai_auto.errors import ModelFormatError
from cubeai_auto.tflite.flatdata import DamagedError
from cubeai_auto.tflite.graph import DType, Graph, Operator, Quantization, Tensor

__all__ = ["check_graph", "check_quantization"]

_HINT = "the file is damaged or was edited by hand: convert the model again"
_ZERO_POINT_BITS: dict[DType, tuple[int, int]] = {
    "int4": (-8, 7),
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int16": (-32768, 32767),
    "uint16": (0, 65535),
    "int32": (-(2**31), 2**31 - 1),
}
_AT_LEAST_ONE = (
    "stride_w", "stride_h", "stride_d", "dilation_w_factor", "dilation_h_factor",
    "dilation_d_factor", "filter_width", "filter_height", "block_size", "num_splits",
)  # fmt: skip
_NEED_OPTIONS = frozenset(
    {"CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"}
)
_ARITY: dict[str, tuple[int, int]] = {
    "FULLY_CONNECTED": (2, 1), "CONV_2D": (2, 1), "DEPTHWISE_CONV_2D": (2, 1),
    "TRANSPOSE_CONV": (3, 1), "AVERAGE_POOL_2D": (1, 1), "MAX_POOL_2D": (1, 1), "MEAN": (2, 1),
    "SUM": (2, 1), "REDUCE_MAX": (2, 1), "ADD": (2, 1), "SUB": (2, 1), "MUL": (2, 1),
    "DIV": (2, 1), "RELU": (1, 1), "RELU6": (1, 1), "RELU_N1_TO_1": (1, 1), "LEAKY_RELU": (1, 1),
    "HARD_SWISH": (1, 1), "LOGISTIC": (1, 1), "TANH": (1, 1), "SOFTMAX": (1, 1),
    "QUANTIZE": (1, 1), "DEQUANTIZE": (1, 1), "RESHAPE": (1, 1), "SQUEEZE": (1, 1),
    "EXPAND_DIMS": (2, 1), "TRANSPOSE": (2, 1), "PAD": (2, 1), "PADV2": (3, 1), "SHAPE": (1, 1),
    "STRIDED_SLICE": (4, 1), "PACK": (1, 1), "CONCATENATION": (1, 1), "SPLIT": (2, 1),
    "RESIZE_BILINEAR": (2, 1), "RESIZE_NEAREST_NEIGHBOR": (2, 1),
}  # fmt: skip


def check_quantization(found: Quantization, dtype: DType, shape: tuple[int, ...]) -> None:
    """Check scales, zero points and axis against the tensor they belong to.

    Raises:
        DamagedError: counts that do not match, a scale that is no non-negative number, a zero
            point that the type cannot hold.
    """
    if len(found.scales) != len(found.zero_points):
        msg = f"has {len(found.scales)} scales but {len(found.zero_points)} zero points"
        raise DamagedError(msg)
    if not all(math.isfinite(scale) and scale >= 0 for scale in found.scales):
        msg = "has a scale that is negative or not a number"
        raise DamagedError(msg)
    low, high = _ZERO_POINT_BITS.get(dtype, (-(2**63), 2**63 - 1))
    if not all(low <= zero <= high for zero in found.zero_points):
        msg = f"has a zero point that {dtype} cannot hold"
        raise DamagedError(msg)
    if found.per_channel:
        if not 0 <= found.axis < len(shape):
            msg = f"is quantized along axis {found.axis} but has {len(shape)} dimensions"
            raise DamagedError(msg)
        if shape[found.axis] != len(found.scales):
            msg = f"has {len(found.scales)} scales for {shape[found.axis]} channels"
            raise DamagedError(msg)


def check_graph(graph: Graph, file: str) -> None:
    """Check that the operators can run in their order and that their options make sense.

    Every tensor is written once, before it is read; constants and graph inputs are not written.

    Raises:
        ModelFormatError: naming the operator and the tensor.
    """
    fixed = {t.index for t in graph.tensors if t.is_constant or t.is_variable}
    fixed |= set(graph.inputs)
    readable = fixed | {t.index for t in graph.tensors if t.elements == 0}
    written: set[int] = set()
    for op in graph.operators:
        _check_options(op, file)
        for index in op.inputs:
            if index != -1 and index not in readable:
                _fail(file, op, f"reads {_tensor(graph, index)} before anything has written it")
        for index in op.outputs:
            if index in fixed:
                _fail(file, op, f"writes {_tensor(graph, index)}, an input or a constant")
            if index in written:
                _fail(file, op, f"writes {_tensor(graph, index)} a second time")
            written.add(index)
        readable.update(op.outputs)
    for index in graph.outputs:
        if index not in readable:
            msg = f"{file}: the output {_tensor(graph, index)} is written by no operator"
            raise ModelFormatError(msg, hint=_HINT)


def _check_options(op: Operator, file: str) -> None:
    if op.custom:
        return
    inputs, outputs = _ARITY.get(op.name, (0, 0))
    if len(op.inputs) < inputs or len(op.outputs) < outputs or -1 in op.inputs[:inputs]:
        _fail(file, op, f"needs at least {inputs} inputs and {outputs} outputs")
    if op.name in _NEED_OPTIONS and "stride_w" not in op.options:
        _fail(file, op, "has no options of its kind (strides, padding)")
    for key in _AT_LEAST_ONE:
        if op.option_int(key, 1) < 1:
            _fail(file, op, f"has {key} {op.option_int(key, 1)}")


def _tensor(graph: Graph, index: int) -> str:
    tensor: Tensor = graph.tensors[index]
    return f"tensor {index} ({tensor.name!r})"


def _fail(file: str, op: Operator, problem: str) -> None:
    msg = f"{file}: operator {op.index} ({op.name}) {problem}"
    raise ModelFormatError(msg, hint=_HINT)

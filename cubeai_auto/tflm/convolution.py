"""What convolutions and fully connected layers allocate while they are prepared.

With CMSIS-NN the scratch buffers are those of its functions ``arm_..._get_buffer_size`` for cores
without the vector extension.
"""

from __future__ import annotations

from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflm.demand import Demand, Setting
from cubeai_auto.tflm.sizes import activation_type, dimension, operand, result, scale_count

__all__ = ["convolution", "depthwise_convolution", "fully_connected", "transposed_convolution"]

_QUANTIZED = frozenset({"int8", "int16"})
_MOST_STRIDE_REVERSED = 2
_FEWEST_CHANNELS_REVERSED = 17
_SMALL_KERNEL = 3
_CONVOLVED_RANK = 2


def convolution(graph: Graph, op: Operator, setting: Setting) -> Demand:
    """``CONV_2D``: multipliers and shifts a channel, and with CMSIS-NN two columns of the input."""
    source, weights = operand(graph, op, 0), operand(graph, op, 1)
    arrays = _channel_arrays(op, weights, 0)
    if setting.kernels == "reference":
        return Demand(arrays, _unpacked(weights))
    if source.dtype not in _QUANTIZED:
        return Demand()
    height, width = _kernel(op, weights)
    column = height * width * dimension(op, source, 3, rank=4)
    if source.dtype == "int16":
        return Demand(arrays, _some(4 * column))
    pointwise = (
        (height, width) == (1, 1)
        and _padding(op, source, weights) == (0, 0)
        and _dilation(op) == (1, 1)
        and dimension(op, source, 3) == dimension(op, weights, 3)
    )
    return Demand(arrays, () if pointwise else _some(4 * _up(column, 4)))


def depthwise_convolution(graph: Graph, op: Operator, setting: Setting) -> Demand:
    """``DEPTHWISE_CONV_2D``: as a convolution; CMSIS-NN's fast path needs one column."""
    source, weights = operand(graph, op, 0), operand(graph, op, 1)
    arrays = _channel_arrays(op, weights, 3)
    if setting.kernels == "reference":
        return Demand(arrays, _unpacked(weights))
    if source.dtype not in _QUANTIZED:
        return Demand()
    if source.dtype == "int16":
        return Demand(arrays)
    height, width = _kernel(op, weights)
    channels = dimension(op, source, 3, rank=4)
    fast = (
        dimension(op, source, 0) == 1
        and channels == dimension(op, result(graph, op), 3, rank=4)
        and _dilation(op) == (1, 1)
    )
    small = (height, width) == (_SMALL_KERNEL, _SMALL_KERNEL)
    direct = small and max(_padding(op, source, weights)) <= 1
    packed = weights.dtype == "int4"
    if not fast or (direct and not packed) or not (setting.dsp or packed):
        return Demand(arrays)
    return Demand(arrays, _some(2 * channels * height * width))


def transposed_convolution(graph: Graph, op: Operator, setting: Setting) -> Demand:
    """``TRANSPOSE_CONV``: sums of the whole output, or CMSIS-NN's two buffers."""
    weights, source, target = operand(graph, op, 1), operand(graph, op, 2), result(graph, op)
    arrays = _channel_arrays(op, weights, 0)
    kind = activation_type(graph, op)
    if kind == "int16":
        return Demand(arrays, (8 * target.elements, *_wide_bias(graph, op)))
    if kind != "int8":
        return Demand(arrays)
    if setting.kernels == "reference":
        return Demand(arrays, (4 * target.elements,))
    return Demand(arrays, _transposed_scratch(op, source, weights, target))


def fully_connected(graph: Graph, op: Operator, setting: Setting) -> Demand:
    """``FULLY_CONNECTED``: multipliers and shifts, for weights quantized by channel only."""
    source, weights = operand(graph, op, 0), operand(graph, op, 1)
    scales = scale_count(weights)
    arrays: tuple[int, ...] = ()
    if source.dtype in _QUANTIZED and scales > 1:
        arrays = (4 * scales, 4 * scales)
    if setting.kernels == "reference":
        return Demand(arrays, _unpacked(weights))
    target = result(graph, op)
    as_convolution = (
        source.dtype == "int8"
        and weights.dtype != "int4"
        and len(target.shape) > _CONVOLVED_RANK
        and dimension(op, weights, -1) % 4 == 0
    )
    if not as_convolution or scales > 1:
        return Demand(arrays)
    return Demand(arrays, (8 * dimension(op, target, -1),))


def _channel_arrays(op: Operator, weights: Tensor, axis: int) -> tuple[int, int]:
    channels = dimension(op, weights, axis, rank=4)
    return 4 * channels, 4 * channels


def _unpacked(weights: Tensor) -> tuple[int, ...]:
    """The reference kernels unpack int4 weights into a scratch buffer."""
    return (weights.elements,) if weights.dtype == "int4" else ()


def _wide_bias(graph: Graph, op: Operator) -> tuple[int, ...]:
    """A bias of 16 bits is widened to 64."""
    if len(op.inputs) <= 3 or op.inputs[3] < 0 or graph.tensor(op.inputs[3]).dtype != "int16":
        return ()
    return (8 * graph.tensor(op.inputs[3]).elements,)


def _transposed_scratch(
    op: Operator, source: Tensor, weights: Tensor, target: Tensor
) -> tuple[int, int]:
    """CMSIS-NN's buffer, and the one for reversed weights (0 if they are used as they are)."""
    height, width = _kernel(op, weights)
    down, across = op.option_int("stride_h", 1), op.option_int("stride_w", 1)
    channels = dimension(op, source, 3, rank=4)
    outputs = dimension(op, target, 3, rank=4)
    if max(down, across) <= _MOST_STRIDE_REVERSED and channels >= _FEWEST_CHANNELS_REVERSED:
        column = height * width * channels
        return 4 * _up(column, 4), column * dimension(op, weights, 0)
    # The library takes the vertical stride for the horizontal one here.
    row = ((dimension(op, source, 2) - 1) * across + max(width, down)) * outputs
    return 4 * row * max(height, down), 0


def _kernel(op: Operator, weights: Tensor) -> tuple[int, int]:
    return dimension(op, weights, 1, rank=4), dimension(op, weights, 2)


def _dilation(op: Operator) -> tuple[int, int]:
    return op.option_int("dilation_h_factor", 1), op.option_int("dilation_w_factor", 1)


def _padding(op: Operator, source: Tensor, weights: Tensor) -> tuple[int, int]:
    """Rows above and columns to the left, as TFLM computes them."""
    if op.option_str("padding", "SAME") == "VALID":
        return 0, 0
    strides = op.option_int("stride_h", 1), op.option_int("stride_w", 1)
    found = []
    for size, kernel, stride, dilation in zip(
        (dimension(op, source, 1, rank=4), dimension(op, source, 2)),
        _kernel(op, weights),
        strides,
        _dilation(op),
        strict=True,
    ):
        steps = -(-size // stride)
        total = (steps - 1) * stride + (kernel - 1) * dilation + 1 - size
        found.append(max(0, total) // 2)
    return found[0], found[1]


def _some(size: int) -> tuple[int, ...]:
    """A request, unless it is for nothing."""
    return (size,) if size > 0 else ()


def _up(value: int, step: int) -> int:
    return -(-value // step) * step

"""The activations that Cube.AI plans: tensors, the nodes' working memory, and what may overlap."""

from __future__ import annotations

from cubeai_auto.engines.predicted.coefficients import Scratch
from cubeai_auto.engines.predicted.network import CubeNetwork, CubeNode
from cubeai_auto.tflite.lifetimes import BufferRequest, Slide
from cubeai_auto.tflite.planner import Plan, plan
from cubeai_auto.tflite.rules import Version

__all__ = ["node_scratch", "plan_activations"]

_ALIGNMENT = 4
_IN_PLACE = frozenset({"activation", "eltwise", "softmax", "pool"})
_WIDENING = frozenset({"convert", "pad"})
_WINDOWED = frozenset({"conv", "depthwise"})
_FLOAT_COLUMNS_SINCE: Version = (9, 0)
_LATE_CONV_SINCE: Version = (12, 0)
_WIDE_BYTES = 2
_DENSE_SCRATCH_SINCE: Version = (7, 3)
_LARGEST_GROWTH = 2
_FEW_CHANNELS = 4


def node_scratch(node: CubeNode, version: Version, scratch: Scratch) -> int:
    """The bytes of working memory of one node, a fused pool's rows included."""
    columns = node.taps * node.channels_in
    if node.dtype == "float32":
        held = scratch.lstm_f32 * node.channels_out if node.kind == "lstm" else 0.0
        if node.kind == "conv" and version >= _FLOAT_COLUMNS_SINCE:
            held = scratch.conv_f32 * columns
        return round(held) + node.pool_rows
    if node.kind == "conv" and version >= _LATE_CONV_SINCE:
        held = scratch.late_column * columns + scratch.late_channel * node.channels_out
    elif node.kind == "conv":
        held = scratch.conv_column * columns + scratch.conv_channel * node.channels_out
        if node.taps > 1:
            wide = _WIDE_BYTES * (columns + scratch.window_extra) * node.channels_out
            held += min(wide, scratch.window_limit)
    elif node.kind == "depthwise":
        each = scratch.depthwise_tap * node.taps + scratch.depthwise_channel
        held = each * node.channels_out + scratch.depthwise_base
    elif node.kind == "dense" and version >= _DENSE_SCRATCH_SINCE:
        held = scratch.dense_input * node.channels_in
        if node.per_channel and node.channels_out > 1:
            held += scratch.dense_channel * node.channels_out
    elif node.kind == "softmax":
        held = scratch.softmax
    else:
        held = 0.0
    return round(held) + node.pool_rows


def plan_activations(
    network: CubeNetwork,
    version: Version,
    scratch: Scratch,
    *,
    optimization: str = "balanced",
    io_inside: bool = True,
) -> tuple[Plan, tuple[BufferRequest, ...]]:
    """Place tensors and working memory as the tool would.

    Returns:
        The plan and the buffers it places.
    """
    first, last = _spans(network)
    outside = set() if io_inside else {*network.inputs, *network.outputs}
    buffers: list[BufferRequest] = []
    place: dict[int, int] = {}
    for tensor in sorted(first):
        if tensor not in outside:
            place[tensor] = len(buffers)
            span = (network.sizes[tensor], first[tensor], last[tensor])
            buffers.append(BufferRequest(f"tensor {tensor}", *span))
    slides = []
    for step, node in enumerate(network.nodes):
        held = node_scratch(node, version, scratch)
        if held:
            buffers.append(BufferRequest(f"{node.kind} {step} scratch", held, step, step))
        for source in dict.fromkeys(node.sources[:1]):
            if source not in place or node.target not in place or source == node.target:
                continue
            if last[source] != step or first[node.target] != step:
                continue
            distance = _distance(network, node, source, version, optimization)
            if distance is not None:
                slides.append(Slide(place[node.target], place[source], distance, step))
    return plan(buffers, alignment=_ALIGNMENT, slides=slides), tuple(buffers)


def _spans(network: CubeNetwork) -> tuple[dict[int, int], dict[int, int]]:
    """The first and the last step of every tensor that takes memory."""
    first = dict.fromkeys(network.inputs, 0)
    last = dict.fromkeys(network.inputs, 0)
    for step, node in enumerate(network.nodes):
        for tensor in (*node.sources, node.target):
            first.setdefault(tensor, step)
            last[tensor] = step
    end = max(len(network.nodes) - 1, 0)
    for tensor in network.outputs:
        first.setdefault(tensor, 0)
        last[tensor] = end
    return first, last


def _distance(
    network: CubeNetwork, node: CubeNode, source: int, version: Version, optimization: str
) -> int | None:
    """How far below its input an output must begin; ``None`` if they may not overlap.

    No document states this: the rules are those under which most known activations come out to the
    byte. ``time`` keeps all buffers of a convolution apart; ``balanced`` lets it write over rows it
    has read, but from 8.0 on not into a fused pool, nor where rows grow under a larger window, and
    never in int8 under a larger window over many channels, whose columns are gathered beforehand.
    """
    taken, made = network.sizes[source], network.sizes[node.target]
    if node.kind in _IN_PLACE:
        return 0 if made <= taken else None
    if node.kind in _WIDENING:
        return max(made - taken, 0)
    if node.kind not in _WINDOWED or optimization == "time" or node.rows_out < 2:
        return None
    if node.pool_rows and version >= (8, 0):
        return None
    if node.dtype == "int8" and node.kind == "conv":
        if node.taps > 1 and node.channels_in > _FEW_CHANNELS:
            return None
        if node.clipped and (7, 2) <= version < (9, 0) and made > _LARGEST_GROWTH * taken:
            return None
    stride = max(round(node.rows_in / node.rows_out), 1)
    step_in, step_out = taken / node.rows_in * stride, made / node.rows_out
    if step_out > step_in and node.taps > 1 and version >= (8, 0):
        return None
    furthest = max(step_out * (r + 1) - step_in * r for r in (0, node.rows_out - 1))
    return min(made, -int(-furthest // 1))

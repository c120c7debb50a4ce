"""From a graph to the nodes of Cube.AI's C code, as its reports show them version by version.

Seen in the layer tables of reports (5.0 to 4.0): activations of int8 layers are absorbed, those of
float layers are nodes of their own that work in place; int8 convolutions whose window leaves the
picture get a node before them that copies it into a padded one, unless they read the network's
few input channels; a maximum behind a convolution is one node with it in most versions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from cubeai_auto.engines.predicted.network import CubeNetwork, CubeNode, Kind
from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflite.folding import folded_operators
from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflite.rules import Version
from cubeai_auto.tflite.views import is_view, view_roots

__all__ = ["OPERATORS", "lower"]

_KINDS: Mapping[str, Kind] = {
    "ADD": "eltwise", "AVERAGE_POOL_2D": "pool", "CONCATENATION": "concat", "CONV_2D": "conv",
    "DEPTHWISE_CONV_2D": "depthwise", "DEQUANTIZE": "convert", "ELU": "activation",
    "FULLY_CONNECTED": "dense", "LOGISTIC": "activation", "MAX_POOL_2D": "pool", "MEAN": "pool",
    "MUL": "eltwise", "PAD": "pad", "PADV2": "pad", "QUANTIZE": "convert", "REDUCE_MAX": "pool",
    "RELU": "activation", "RELU6": "activation", "RESIZE_BILINEAR": "resize", "SOFTMAX": "softmax",
    "SUB": "eltwise", "TANH": "activation", "TRANSPOSE": "transpose",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "lstm",
}  # fmt: skip
OPERATORS = (*_KINDS, "EXPAND_DIMS", "RESHAPE", "SQUEEZE")
"""The operators that become known nodes, or none."""

_WINDOWED = frozenset({"conv", "depthwise"})
_FEW_CHANNELS = 4
_PAD_NODE_SINCE: Version = (7, 2)
_FLOAT_SOFTMAX_UNTIL: Version = (8, 0)
_NO_FUSED_POOL_SINCE: Version = (11, 0)


def lower(graph: Graph, version: Version, *, optimization: str = "balanced") -> CubeNetwork:
    """The nodes that a version of Cube.AI makes of a graph.

    Args:
        graph: the network.
        version: of the X-CUBE-AI pack.
        optimization: ``time`` keeps pools apart from convolutions.

    Raises:
        UnsupportedModelError: a tensor's size is not known beforehand.
    """
    return _Lowering(graph, version, optimization).run()


class _Lowering:
    """The nodes made so far, and which tensor of the network a tensor of the graph lies in."""

    def __init__(self, graph: Graph, version: Version, optimization: str) -> None:
        self._graph = graph
        self._version = version
        self._fuses = optimization != "time" and version < _NO_FUSED_POOL_SINCE
        self._roots = view_roots(graph)
        self._folded = folded_operators(graph)
        self._sizes = [0 if t.is_constant else _size(t) for t in graph.tensors]
        self._readers = Counter(self._roots[i] for op in graph.operators for i in op.inputs if i >= 0)
        self._readers.update(self._roots[i] for i in graph.outputs)
        self._nodes: list[CubeNode] = []

    def run(self) -> CubeNetwork:
        for op in self._graph.operators:
            if op.outputs and op.index not in self._folded and not is_view(self._graph, op):
                self._add(op)
        return CubeNetwork(
            tuple(self._nodes),
            tuple(self._sizes),
            tuple(self._roots[i] for i in self._graph.inputs),
            tuple(self._roots[i] for i in self._graph.outputs),
        )

    def _add(self, op: Operator) -> None:
        kind: Kind = "other" if op.custom else _KINDS.get(op.name, "other")
        sources = tuple(
            self._roots[i] for i in op.inputs if i >= 0 and not self._graph.tensors[i].is_constant
        )
        output = self._graph.tensors[op.outputs[0]]
        target, dtype = self._roots[output.index], output.dtype
        if dtype == "uint8":
            dtype = "int8"
        function = op.option_str("fused_activation_function", "NONE")
        if kind in _WINDOWED or kind == "dense":
            self._weighted(op, kind, sources, target, dtype, function)
        elif kind == "softmax" and dtype == "int8" and self._version <= _FLOAT_SOFTMAX_UNTIL:
            self._float_softmax(sources, target, output)
        elif kind != "pool" or not self._fuse_pool(op, sources, target):
            self._nodes.append(
                CubeNode(
                    kind,
                    dtype,
                    sources,
                    target,
                    rows_in=_rows(self._graph.tensors[op.inputs[0]]) if op.inputs else 1,
                    rows_out=_rows(output),
                    function=op.name if kind in {"activation", "other"} else "",
                )
            )
        if kind == "eltwise" and dtype == "float32" and function != "NONE":
            self._nodes.append(CubeNode("activation", dtype, (target,), target, function=function))

    def _weighted(
        self,
        op: Operator,
        kind: Kind,
        sources: tuple[int, ...],
        target: int,
        dtype: str,
        function: str,
    ) -> None:
        source, kernel = self._graph.tensors[op.inputs[0]], self._graph.tensors[op.inputs[1]]
        output = self._graph.tensors[op.outputs[0]]
        quantized = kernel.quantization
        windowed = kind in _WINDOWED and len(kernel.shape) == 4
        wide = len(kernel.shape) > 1
        channels_in = kernel.shape[-1] if wide else 0
        channels_out = (kernel.shape[-1] if kind == "depthwise" else kernel.shape[0]) if wide else 0
        padded = _padding(op, source, kernel, output) if windowed else (0, 0)
        node_pads = (
            any(padded)
            and dtype == "int8"
            and self._version >= _PAD_NODE_SINCE
            and (kind == "depthwise" or channels_in > _FEW_CHANNELS)
            and len(sources) == 1
        )
        rows_in = _rows(source)
        if node_pads:
            height, width = source.shape[1] + padded[0], source.shape[2] + padded[1]
            sources = (self._pad(sources[0], height * width * source.shape[3], rows_in),)
            rows_in = height
        self._nodes.append(
            CubeNode(
                kind,
                dtype,
                sources,
                target,
                taps=kernel.shape[1] * kernel.shape[2] if windowed else 1,
                channels_in=channels_in,
                channels_out=channels_out,
                rows_in=rows_in,
                rows_out=_rows(output),
                per_channel=quantized is not None and quantized.per_channel,
                clipped=function == "RELU6" and dtype == "int8",
            )
        )
        if function != "NONE" and dtype == "float32":
            self._nodes.append(CubeNode("activation", dtype, (target,), target, function=function))

    def _pad(self, source: int, size: int, rows: int) -> int:
        target = len(self._sizes)
        self._sizes.append(size)
        self._nodes.append(CubeNode("pad", "int8", (source,), target, rows_in=rows, rows_out=rows))
        return target

    def _float_softmax(self, sources: tuple[int, ...], target: int, output: Tensor) -> None:
        """Up to 8.0 an int8 softmax is a float one between two conversions."""
        wide = [len(self._sizes), len(self._sizes) + 1]
        self._sizes += [4 * output.elements] * 2
        self._nodes.append(CubeNode("convert", "float32", sources, wide[0]))
        self._nodes.append(CubeNode("softmax", "float32", (wide[0],), wide[1]))
        self._nodes.append(CubeNode("convert", "int8", (wide[1],), target))

    def _fuse_pool(self, op: Operator, sources: tuple[int, ...], target: int) -> bool:
        """Put a pool into the convolution before it, if that is what the version does."""
        if not self._fuses or op.name != "MAX_POOL_2D" or len(sources) != 1:
            return False
        place = len(self._nodes) - 1
        while place >= 0 and self._nodes[place].kind == "activation":
            place -= 1
        if place < 0:
            return False
        conv = self._nodes[place]
        eighth = (8, 0) <= self._version < (9, 0)
        if conv.kind not in _WINDOWED or (conv.dtype == "float32" and eighth):
            return False
        if conv.target != sources[0] or self._readers[conv.target] != 1:
            return False
        rows = op.option_int("filter_height", 1)
        held = self._sizes[conv.target] // max(conv.rows_out, 1) * min(rows, conv.rows_out)
        del self._nodes[place:]
        output = self._graph.tensors[op.outputs[0]]
        self._nodes.append(replace(conv, target=target, rows_out=_rows(output), pool_rows=held))
        return True


def _rows(tensor: Tensor) -> int:
    """The height of a picture; 1 for everything that has none."""
    return max(tensor.shape[1], 1) if len(tensor.shape) == 4 else 1


def _padding(op: Operator, source: Tensor, kernel: Tensor, output: Tensor) -> tuple[int, int]:
    """How many rows and columns the window reaches beyond its input."""
    if len(source.shape) != 4 or len(output.shape) != 4:
        return 0, 0
    found = []
    for axis, letter in ((1, "h"), (2, "w")):
        stride = max(op.option_int(f"stride_{letter}", 1), 1)
        dilation = max(op.option_int(f"dilation_{letter}_factor", 1), 1)
        window = (kernel.shape[axis] - 1) * dilation + 1
        found.append(max((output.shape[axis] - 1) * stride + window - source.shape[axis], 0))
    return found[0], found[1]


def _size(tensor: Tensor) -> int:
    if min(tensor.shape, default=0) < 0:
        msg = f"tensor {tensor.index} ({tensor.name!r}) has the open shape {list(tensor.shape)}"
        raise UnsupportedModelError(msg, hint="convert the model with a fixed batch of 1")
    return tensor.nbytes

"""Why a layer takes more instructions for a product than the fastest ones do, in words.

The fastest layers, pointwise convolutions of many channels, take about 0.8 instructions a product
on a core with the DSP extension. What follows from shapes and from the choice of kernel is named;
the figures beside it come from the emulator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.codegen.layers import ConvS8, DenseS8, DepthwiseS8, Layer
from cubeai_auto.tflite.graph import Graph, Operator

__all__ = ["border_share", "slow_layers"]

_BORDER = 0.25
"""The share of windows past the image from which on it is named, for four channels at a time."""
_CONV_BORDER = 0.5
"""Likewise, for windows that are gathered once for all channels."""
_FEW_PRODUCTS = 40
"""Up to so many products, requantizing an output takes a fifth of its instructions and more."""
_FEW_OUTPUTS = 8
"""Up to so many outputs, gathering a window takes about as much of them."""
_FILLED = 1.1
_SMALL_IMAGE = 16
_BLOCK = 3
"""Pixels that the paired convolution computes side by side."""
_ROWS = 4
"""Rows that the paired dense kernel computes side by side."""

_NO_PRODUCTS = {
    "SOFTMAX": "an exponential and a division for each class, no products",
    "AVERAGE_POOL_2D": "sums and a division for each window, no products",
    "MAX_POOL_2D": "comparisons, no products",
    "MEAN": "sums and a requantization for each output, no products",
    "REDUCE_MAX": "comparisons, no products",
    "ADD": "two inputs are rescaled for each output",
    "SUB": "two inputs are rescaled for each output",
    "MUL": "a requantization for each product",
}


def slow_layers(graph: Graph, layers: Sequence[Layer], *, dsp: bool) -> dict[int, str]:
    """The reasons by operator index; operators that nothing slows are left out.

    Args:
        graph: the network.
        layers: its compiled layers.
        dsp: whether the target has the DSP extension.
    """
    found: dict[int, list[str]] = {}
    for layer in layers:
        operator = graph.operators[layer.operator]
        found.setdefault(layer.operator, []).extend(_reasons(layer, operator, dsp=dsp))
    return {index: "; ".join(dict.fromkeys(reasons)) for index, reasons in found.items() if reasons}


def border_share(geometry: ConvGeometry) -> float:
    """The share of an image's windows that reach past it."""
    g = geometry
    sizes = (
        (g.in_h, g.out_h, g.kernel_h, g.stride_h, g.dilation_h, g.pad_top),
        (g.in_w, g.out_w, g.kernel_w, g.stride_w, g.dilation_w, g.pad_left),
    )
    inside = 1.0
    for size, count, kernel, stride, dilation, pad in sizes:
        first = np.arange(count) * stride - pad
        inside *= float(((first >= 0) & (first + (kernel - 1) * dilation < size)).mean())
    return 1 - inside


def _reasons(layer: Layer, operator: Operator, *, dsp: bool) -> Iterator[str]:
    body = layer.body
    match body:
        case ConvS8() | DepthwiseS8() | DenseS8() if not dsp:
            yield "no DSP extension: one product at a time"
        case ConvS8():
            yield from _conv(body)
            if operator.name == "FULLY_CONNECTED":
                yield f"a single pixel on a kernel that computes {_BLOCK} side by side"
        case DepthwiseS8():
            yield from _depthwise(body)
        case DenseS8(paired=False):
            yield f"not proven: {body.reason.removeprefix('row by row: ')}"
        case DenseS8():
            yield from _dense(body)
        case _ if operator.name in _NO_PRODUCTS:
            yield _NO_PRODUCTS[operator.name]
        case _:
            pass


def _conv(body: ConvS8) -> Iterator[str]:
    if body.slow:
        yield f"not proven: {body.slow}"
    yield from _border(body.geometry, _CONV_BORDER)
    depth, paired = body.geometry.depth, body.paired
    if depth <= _FEW_PRODUCTS:
        yield _few(depth)
    if paired is not None and paired.packed:
        yield f"alignment: windows of {depth} values are gathered byte by byte"
    elif paired is not None and paired.words * 4 > _FILLED * depth:
        runs = f"runs of {paired.run_bytes} values are filled up to words"
        yield f"alignment: {runs}, {depth} products become {paired.words * 4}"
    outputs = len(body.weights)
    if outputs <= _FEW_OUTPUTS and not body.geometry.pointwise:
        yield f"few channels: a window of {depth} values is gathered for {outputs} outputs"


def _depthwise(body: DepthwiseS8) -> Iterator[str]:
    if body.slow:
        yield body.slow
    g = body.geometry
    yield from _border(g, _BORDER)
    yield f"depthwise: {g.kernel_h * g.kernel_w} products an output, each with a weight of its own"
    if body.plan is not None and body.plan.kind == "3x3":
        if g.stride_h > 1:
            yield "stride: all inputs are unpacked for a quarter as many outputs"
        if g.out_h * g.out_w <= _SMALL_IMAGE:
            yield f"small image: weights are unpacked for {g.out_h * g.out_w} outputs"


def _dense(body: DenseS8) -> Iterator[str]:
    rows, depth = body.weights.shape
    if depth <= _FEW_PRODUCTS:
        yield f"short rows: an output is requantized for {depth} products"
    if rows % _ROWS > 0 and rows < _ROWS * _ROWS:
        yield f"alignment: {rows % _ROWS} of {rows} outputs are computed alone, not {_ROWS} at a time"


def _border(geometry: ConvGeometry, least: float) -> Iterator[str]:
    share = border_share(geometry)
    if share > least:
        yield f"border: {share:.0%} of the windows reach past the image"


def _few(products: int) -> str:
    return f"few channels: an output is requantized for {products} products"

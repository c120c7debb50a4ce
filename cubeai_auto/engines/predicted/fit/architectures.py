"""Networks of public model collections, as shapes: what published figures were stated for.

Only layer shapes, no parameters: every tensor of weights is zeros. A published row is used with a
network from here only if its weights and MACC come out as published (:mod:`.published`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cubeai_auto.tflite.graph import DType, Graph, Operator, OptionValue, Quantization, Tensor

__all__ = [
    "Sketch", "autoencoder", "ds_cnn", "gmp", "hand_posture", "ign", "mobilenet_v1", "mobilenet_v2",
    "resnet", "st_mnist",
]  # fmt: skip


@dataclass(slots=True)
class Sketch:
    """A graph under construction: layers are added to the tensor added last.

    Attributes:
        dtype: of activations and weights, ``float32`` or ``int8``.
    """

    dtype: DType
    tensors: list[Tensor] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)

    def add(self, shape: Sequence[int], dtype: DType | None = None, *, constant: bool = False) -> int:
        """A tensor; returns its index."""
        kind = dtype or self.dtype
        index = len(self.tensors)
        data = np.broadcast_to(np.zeros((), kind), tuple(shape)) if constant else None
        scales = (1.0,) * (shape[0] if constant and kind == "int8" and len(shape) == 4 else 1)
        quantized = Quantization(scales, (0,) * len(scales)) if kind == "int8" else None
        self.tensors.append(Tensor(index, f"t{index}", kind, tuple(shape), quantized, data))
        return index

    def run(
        self,
        name: str,
        inputs: Sequence[int],
        shape: Sequence[int],
        *,
        dtype: DType | None = None,
        options: Mapping[str, OptionValue] | None = None,
    ) -> int:
        """An operator; returns its output."""
        output = self.add(shape, dtype)
        self.operators.append(
            Operator(len(self.operators), name, tuple(inputs), (output,), options or {})
        )
        return output

    def shape(self, tensor: int) -> tuple[int, ...]:
        """The shape of a tensor."""
        return self.tensors[tensor].shape

    def conv(
        self,
        x: int,
        channels: int,
        kernel: tuple[int, int],
        *,
        stride: tuple[int, int] = (1, 1),
        same: bool = True,
        activation: str = "NONE",
        depthwise: bool = False,
    ) -> int:
        """A convolution with bias; a depthwise one ignores ``channels``."""
        _, height, width, depth = self.shape(x)
        size = [
            math.ceil(n / s) if same else (n - k) // s + 1
            for n, k, s in zip((height, width), kernel, stride, strict=True)
        ]
        made = depth if depthwise else channels
        weights = self.add((1, *kernel, depth) if depthwise else (made, *kernel, depth), constant=True)
        options: dict[str, OptionValue] = {
            "padding": "SAME" if same else "VALID",
            "stride_h": stride[0],
            "stride_w": stride[1],
            "fused_activation_function": activation,
        }
        name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        return self.run(name, (x, weights, self._bias(made)), (1, *size, made), options=options)

    def dense(self, x: int, outputs: int, activation: str = "NONE") -> int:
        """A fully connected layer with bias, over everything there is."""
        inputs = math.prod(self.shape(x))
        weights = self.add((outputs, inputs), constant=True)
        options: dict[str, OptionValue] = {"fused_activation_function": activation}
        return self.run(
            "FULLY_CONNECTED", (x, weights, self._bias(outputs)), (1, outputs), options=options
        )

    def pool(self, x: int, kernel: tuple[int, int], stride: tuple[int, int], kind: str = "MAX") -> int:
        """A pool without padding."""
        _, height, width, depth = self.shape(x)
        size = [(n - k) // s + 1 for n, k, s in zip((height, width), kernel, stride, strict=True)]
        options: dict[str, OptionValue] = {
            "filter_height": kernel[0], "filter_width": kernel[1], "stride_h": stride[0],
            "stride_w": stride[1], "padding": "VALID", "fused_activation_function": "NONE",
        }  # fmt: skip
        return self.run(f"{kind}_POOL_2D", (x,), (1, *size, depth), options=options)

    def global_pool(self, x: int, name: str = "MEAN") -> int:
        """A pool over the whole picture."""
        axes = self.add((2,), "int32", constant=True)
        self.tensors[axes] = replace(self.tensors[axes], data=np.array([1, 2], np.int32))
        return self.run(name, (x, axes), (1, self.shape(x)[3]))

    def softmax(self, x: int) -> int:
        """A softmax."""
        return self.run("SOFTMAX", (x,), self.shape(x))

    def graph(self, name: str, x: int, *, float_output: bool = False) -> Graph:
        """The finished network with output ``x`` and the tensor added first as input."""
        if float_output and self.dtype != "float32":
            x = self.run("DEQUANTIZE", (x,), self.shape(x), dtype="float32")
        return Graph(name, tuple(self.tensors), tuple(self.operators), (0,), (x,), 0, "")

    def _bias(self, channels: int) -> int:
        kind: DType = "int32" if self.dtype == "int8" else self.dtype
        return self.add((channels,), kind, constant=True)


def _start(shape: Sequence[int], dtype: DType, outer: DType | None = None) -> tuple[Sketch, int]:
    """A sketch and its input; with ``outer`` the input has that type and is converted."""
    sketch = Sketch(dtype)
    x = sketch.add((1, *shape), outer)
    if outer is not None and outer != dtype:
        x = sketch.run("QUANTIZE", (x,), (1, *shape))
    return sketch, x


def gmp(window: int) -> Graph:
    """Two convolutions over time and a global maximum, for human activities."""
    net, x = _start((window, 3, 1), "float32")
    x = net.conv(x, 16, (5, 1), same=False)
    x = net.conv(x, 16, (5, 1), same=False)
    x = net.dense(net.global_pool(x, "REDUCE_MAX"), 4)
    return net.graph(f"gmp {window}", net.softmax(x))


def ign(window: int) -> Graph:
    """One long convolution over time and a pool, for human activities."""
    net, x = _start((window, 3, 1), "float32")
    x = net.conv(x, 24, (16, 1), same=False, activation="RELU")
    x = net.dense(net.pool(x, (3, 1), (3, 1)), 12)
    return net.graph(f"ign {window}", net.softmax(net.dense(x, 4)))


def hand_posture() -> Graph:
    """A small picture of distances and signal rates, eight postures."""
    net, x = _start((8, 8, 2), "float32")
    x = net.pool(net.conv(x, 8, (3, 3), same=False, activation="RELU"), (2, 2), (2, 2))
    x = net.dense(net.dense(x, 32, "RELU"), 8)
    return net.graph("hand posture", net.softmax(x))


def st_mnist(dtype: DType) -> Graph:
    """Depthwise and ordinary convolutions on handwritten characters, 36 classes."""
    net, x = _start((28, 28, 1), dtype, "uint8" if dtype == "int8" else None)
    x = net.conv(x, 16, (3, 3), stride=(2, 2), activation="RELU")
    x = net.conv(x, 0, (3, 3), activation="RELU", depthwise=True)
    x = net.conv(x, 32, (3, 3), activation="RELU")
    x = net.conv(x, 0, (3, 3), stride=(2, 2), activation="RELU", depthwise=True)
    x = net.conv(x, 64, (1, 1), activation="RELU")
    x = net.softmax(net.dense(net.global_pool(x), 36))
    return net.graph("st_mnist", x, float_output=dtype == "int8")


def mobilenet_v1(alpha: float, size: int, classes: int, channels: int = 3) -> Graph:
    """MobileNet V1 in int8, from a picture in uint8."""
    net, x = _start((size, size, channels), "int8", "uint8")
    x = net.conv(x, int(32 * alpha), (3, 3), stride=(2, 2), activation="RELU6")
    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2)]
    for width, stride in [*plan, (1024, 1)]:
        x = net.conv(x, 0, (3, 3), stride=(stride, stride), activation="RELU6", depthwise=True)
        x = net.conv(x, int(width * alpha), (1, 1), activation="RELU6")
    x = net.softmax(net.dense(net.global_pool(x), classes))
    return net.graph(f"mobilenet v1 {alpha} {size}", x, float_output=True)


def mobilenet_v2(size: int, classes: int) -> Graph:
    """MobileNet V2 of width 0.35 in int8, from a picture in uint8."""
    net, x = _start((size, size, 3), "int8", "uint8")
    x = net.conv(x, 16, (3, 3), stride=(2, 2), activation="RELU6")
    blocks = [
        (1, 8, 1, 1), (6, 8, 2, 2), (6, 16, 3, 2), (6, 24, 4, 2), (6, 32, 3, 1), (6, 56, 3, 2),
        (6, 112, 1, 1),
    ]  # fmt: skip
    for growth, width, count, stride in blocks:
        for k in range(count):
            start, depth = x, net.shape(x)[3]
            if growth > 1:
                x = net.conv(x, depth * growth, (1, 1), activation="RELU6")
            step = (stride, stride) if k == 0 else (1, 1)
            x = net.conv(x, 0, (3, 3), stride=step, activation="RELU6", depthwise=True)
            x = net.conv(x, width, (1, 1))
            if k:
                x = net.run("ADD", (start, x), net.shape(x))
    x = net.conv(x, 1280, (1, 1), activation="RELU6")
    x = net.softmax(net.dense(net.global_pool(x), classes))
    return net.graph(f"mobilenet v2 {size}", x, float_output=True)


def resnet(
    depth: int, classes: int, *, float_output: bool = True, outer: DType | None = "uint8"
) -> Graph:
    """ResNet V1 of 6n + 2 layers on pictures of 32 x 32, in int8."""
    net, x = _start((32, 32, 3), "int8", outer)
    x = net.conv(x, 16, (3, 3), activation="RELU")
    for stage, width in enumerate((16, 32, 64)):
        for k in range((depth - 2) // 6):
            first = stage > 0 and k == 0
            stride = (2, 2) if first else (1, 1)
            y = net.conv(x, width, (3, 3), stride=stride, activation="RELU")
            y = net.conv(y, width, (3, 3))
            if first:
                x = net.conv(x, width, (1, 1), stride=stride)
            relu: dict[str, OptionValue] = {"fused_activation_function": "RELU"}
            x = net.run("ADD", (x, y), net.shape(y), options=relu)
    x = net.pool(x, (8, 8), (8, 8), "AVERAGE")
    x = net.softmax(net.dense(x, classes))
    return net.graph(f"resnet {depth}", x, float_output=float_output)


def ds_cnn() -> Graph:
    """The keyword spotting network of MLPerf Tiny."""
    net, x = _start((49, 10, 1), "int8")
    x = net.conv(x, 64, (10, 4), stride=(2, 2), activation="RELU")
    for _ in range(4):
        x = net.conv(x, 0, (3, 3), activation="RELU", depthwise=True)
        x = net.conv(x, 64, (1, 1), activation="RELU")
    x = net.dense(net.pool(x, (25, 5), (25, 5), "AVERAGE"), 12)
    return net.graph("ds-cnn", net.softmax(x))


def autoencoder() -> Graph:
    """The anomaly detection network of MLPerf Tiny."""
    net, x = _start((640,), "int8")
    for width in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = net.dense(x, width, "RELU")
    return net.graph("autoencoder", net.dense(x, 640))

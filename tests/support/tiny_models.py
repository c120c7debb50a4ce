"""Quantized networks of the shapes of MLPerf Tiny and of TFLM's examples, with weights made up here.

Weights are random; scales and zero points come from running the float network once on random
inputs, as a converter calibrates. The shapes are facts of the published benchmarks: DS-CNN (KWS),
MobileNet v1 0.25 on 96 x 96 x 3 (VWW), ResNet-8 (image classification), and the deep autoencoder
(anomaly detection, one weight scale a layer).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

__all__ = ["TINY_MODELS", "tiny_model"]

Array = npt.NDArray[np.float64]


class _Network:
    """Builds a network layer by layer and keeps its float activations for calibration."""

    def __init__(self, shape: Sequence[int], seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._tensors: list[TensorSpec] = []
        self._operators: list[OperatorSpec] = []
        self._ranges: dict[str, tuple[float, int]] = {}
        self._values: dict[str, Array] = {}
        self.last = self._activation("input", self._rng.normal(size=shape))

    def _activation(self, name: str, value: Array, fixed: tuple[float, int] | None = None) -> str:
        low, high = min(0.0, float(value.min())), max(1e-3, float(value.max()))
        scale = (high - low) / 255
        found = (float(np.float32(scale)), round(-128 - low / scale)) if fixed is None else fixed
        self._ranges[name] = found
        self._values[name] = value
        self._tensors.append(
            TensorSpec(name, value.shape, "int8", scales=(found[0],), zero_points=(found[1],))
        )
        return name

    def _weighted(
        self,
        kind: str,
        weights: Array,
        axis: int,
        options: Mapping[str, str | int | bool],
        forward: Callable[[Array, Array], Array],
        *,
        relu: bool,
        per_channel: bool = True,
    ) -> _Network:
        """Add a layer with weights and a bias."""
        number = len(self._operators)
        count = weights.shape[axis]
        others = tuple(k for k in range(weights.ndim) if k != axis)
        peaks = np.abs(weights).max(axis=others) if per_channel else np.array([np.abs(weights).max()])
        scales = (peaks / 127).astype(np.float32)
        spread = scales.reshape([-1 if k == axis else 1 for k in range(weights.ndim)])
        stored = np.clip(np.rint(weights / (spread if per_channel else scales[0])), -127, 127)
        bias = self._rng.normal(scale=0.05, size=count)
        steps = np.float32(self._ranges[self.last][0]) * scales
        self._tensors += [
            TensorSpec(f"w{number}", weights.shape, "int8", stored, scales.tolist(), axis=axis),
            TensorSpec(f"b{number}", (count,), "int32", np.rint(bias / steps), steps.tolist()),
        ]
        value = forward(self._values[self.last], weights) + bias
        value = np.maximum(value, 0) if relu else value
        given = self.last
        self.last = self._activation(f"t{number}", value)
        activation = "RELU" if relu else "NONE"
        self._operators.append(
            OperatorSpec(
                kind, [given, f"w{number}", f"b{number}"], [self.last],
                {**options, "fused_activation_function": activation},
            )
        )  # fmt: skip
        return self

    def conv(
        self, filters: int, kernel: tuple[int, int], stride: int = 1, *, relu: bool = True
    ) -> _Network:
        channels = self._values[self.last].shape[-1]
        weights = self._rng.normal(
            scale=(2 / (kernel[0] * kernel[1] * channels)) ** 0.5, size=(filters, *kernel, channels)
        )
        return self._weighted(
            "CONV_2D", weights, 0, _spatial(stride),
            lambda x, w: np.einsum("bhwklc,oklc->bhwo", _patches(x, kernel, stride), w), relu=relu,
        )  # fmt: skip

    def depthwise(self, stride: int = 1) -> _Network:
        channels = self._values[self.last].shape[-1]
        weights = self._rng.normal(scale=(2 / 9) ** 0.5, size=(1, 3, 3, channels))
        return self._weighted(
            "DEPTHWISE_CONV_2D", weights, 3, {**_spatial(stride), "depth_multiplier": 1},
            lambda x, w: np.einsum("bhwklc,klc->bhwc", _patches(x, (3, 3), stride), w[0]), relu=True,
        )  # fmt: skip

    def dense(self, units: int, *, relu: bool = False, per_channel: bool = True) -> _Network:
        depth = int(np.prod(self._values[self.last].shape[1:]))
        weights = self._rng.normal(scale=(2 / depth) ** 0.5, size=(units, depth))
        return self._weighted(
            "FULLY_CONNECTED", weights, 0, {},
            lambda x, w: x.reshape(len(x), -1) @ w.T, relu=relu, per_channel=per_channel,
        )  # fmt: skip

    def _plain(
        self, kind: str, inputs: list[str], value: Array, options: Mapping[str, str | int | bool],
        fixed: tuple[float, int] | None = None,
    ) -> _Network:  # fmt: skip
        self.last = self._activation(f"t{len(self._operators)}", value, fixed)
        self._operators.append(OperatorSpec(kind, inputs, [self.last], options))
        return self

    def average(self) -> _Network:
        value = self._values[self.last].mean(axis=(1, 2), keepdims=True)
        height, width = self._values[self.last].shape[1:3]
        options = {
            "padding": "VALID", "stride_h": 1, "stride_w": 1,
            "filter_height": height, "filter_width": width,
        }  # fmt: skip
        return self._plain("AVERAGE_POOL_2D", [self.last], value, options, self._ranges[self.last])

    def add(self, other: str) -> _Network:
        value = np.maximum(self._values[self.last] + self._values[other], 0)
        options = {"fused_activation_function": "RELU"}
        return self._plain("ADD", [self.last, other], value, options)

    def softmax(self) -> _Network:
        value = np.full(self._values[self.last].shape, 0.5)
        return self._plain("SOFTMAX", [self.last], value, {"beta": 1.0}, (1 / 256, -128))

    def at(self, name: str) -> _Network:
        """Go on from an earlier tensor."""
        self.last = name
        return self

    def built(self) -> bytes:
        return build(ModelSpec(self._tensors, self._operators, ["input"], [self.last]))


def _spatial(stride: int) -> dict[str, str | int | bool]:
    return {"padding": "SAME", "stride_h": stride, "stride_w": stride}


def _patches(x: Array, kernel: tuple[int, int], stride: int) -> Array:
    """(batch, rows, columns, kernel rows, kernel columns, channels), SAME padding."""
    pads = []
    for size, k in zip(x.shape[1:3], kernel, strict=True):
        total = max((-(-size // stride) - 1) * stride + k - size, 0)
        pads.append((total // 2, total - total // 2))
    padded = np.pad(x, ((0, 0), *pads, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel, axis=(1, 2))
    return np.moveaxis(windows[:, ::stride, ::stride], 3, 5)


def _ds_cnn(seed: int) -> bytes:
    net = _Network((1, 49, 10, 1), seed).conv(64, (10, 4), 2)
    for _ in range(4):
        net = net.depthwise().conv(64, (1, 1))
    return net.average().dense(12).softmax().built()


def _mobilenet(seed: int) -> bytes:
    net = _Network((1, 96, 96, 3), seed).conv(8, (3, 3), 2)
    blocks = [
        (1, 16),
        (2, 32),
        (1, 32),
        (2, 64),
        (1, 64),
        (2, 128),
        *[(1, 128)] * 5,
        (2, 256),
        (1, 256),
    ]
    for stride, filters in blocks:
        net = net.depthwise(stride).conv(filters, (1, 1))
    return net.average().dense(2).softmax().built()


def _resnet_8(seed: int) -> bytes:
    net = _Network((1, 32, 32, 3), seed).conv(16, (3, 3))
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        start = net.last
        main = net.conv(filters, (3, 3), stride).conv(filters, (3, 3), relu=False).last
        if stride == 1:
            net = net.at(main).add(start)
        else:
            short = net.at(start).conv(filters, (1, 1), stride, relu=False).last
            net = net.at(short).add(main)
    return net.average().dense(10).softmax().built()


def _autoencoder(seed: int) -> bytes:
    net = _Network((1, 640), seed)
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        net = net.dense(units, relu=True, per_channel=False)
    return net.dense(640, per_channel=False).built()


TINY_MODELS: Mapping[str, Callable[[int], bytes]] = {
    "ds_cnn": _ds_cnn,
    "mobilenet_v1_025": _mobilenet,
    "resnet_8": _resnet_8,
    "autoencoder": _autoencoder,
}


def tiny_model(name: str, seed: int = 1) -> bytes:
    """The ``.tflite`` of a network by name; the same seed gives the same bytes."""
    return TINY_MODELS[name](seed)

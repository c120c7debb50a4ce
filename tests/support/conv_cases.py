"""One-operator networks of int8 CONV_2D."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from support.engine_cases import VECTORS, Case
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

from cubeai_auto.codegen.conv_geometry import same_padding

__all__ = ["conv_chain", "conv_s8_case", "output_size"]


def output_size(size: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    """Along one dimension."""
    if padding == "SAME":
        return same_padding(size, kernel, stride, dilation)[0]
    return (size - (kernel - 1) * dilation - 1 + stride) // stride


def conv_s8_case(
    name: str,
    image: tuple[int, int, int],
    channels: int,
    kernel: tuple[int, int],
    *,
    batches: int = 1,
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    padding: str = "SAME",
    ratio: float | None = None,
    scales: tuple[float, float, float] | None = None,
    per_channel: bool = True,
    weight_scales: Sequence[float] | None = None,
    weights: npt.ArrayLike | None = None,
    span: int = 127,
    bias: npt.ArrayLike | None = (),
    zero_points: tuple[int, int] = (3, -5),
    activation: str = "NONE",
) -> Case:
    """int8 CONV_2D.

    Args:
        image: height, width and channels of the input.
        channels: of the output.
        ratio: input scale * weight scale / output scale; by default the outputs spread over int8.
        scales: of input, weights and output, instead.
        per_channel: one weight scale a channel, spread around the ratio's.
        weight_scales: given ones instead.
        weights: broadcast to (channels, *kernel, input channels); random in -span..span by default.
        bias: one per channel, ``None`` for no bias, ``()`` for random ones.
        zero_points: of input and output.
    """
    rng = np.random.default_rng(list(name.encode()))
    shape = (channels, *kernel, image[2])
    stored = (
        rng.integers(-span, span + 1, shape)
        if weights is None
        else np.broadcast_to(np.asarray(weights), shape)
    )
    depth = stored[0].size
    spread = 74 * max(float(stored.std()), 0.5) * math.sqrt(depth)
    if scales is None:
        scale_in, scale_w = 0.05, 0.02
        scale_out = scale_in * scale_w / (60 / spread if ratio is None else ratio)
    else:
        scale_in, scale_w, scale_out = scales
    if weight_scales is None:
        many = per_channel and channels > 1
        factors = np.exp(rng.uniform(-0.5, 0.5, channels)) if many else np.ones(1)
        weight_scales = [float(scale_w * factor) for factor in factors]
    out = tuple(
        output_size(*sizes, padding) for sizes in zip(image[:2], kernel, stride, dilation, strict=True)
    )
    tensors = [
        TensorSpec("x", (batches, *image), "int8", scales=(scale_in,), zero_points=zero_points[:1]),
        TensorSpec("w", shape, "int8", data=stored, scales=tuple(weight_scales)),
        TensorSpec(
            "y", (batches, *out, channels), "int8", scales=(scale_out,), zero_points=zero_points[1:]
        ),
    ]
    if bias is not None:
        values = np.asarray(bias, np.int64)
        if values.size == 0:
            values = rng.integers(-int(spread), int(spread) + 1, channels)
        product = np.float32(scale_in) * np.asarray(weight_scales, np.float32)
        tensors.insert(
            2, TensorSpec("b", (channels,), "int32", data=values, scales=tuple(product.tolist()))
        )
    operator = OperatorSpec(
        "CONV_2D",
        ["x", "w", *(["b"] if bias is not None else [])],
        ["y"],
        {
            "padding": padding,
            "stride_h": stride[0],
            "stride_w": stride[1],
            "dilation_h_factor": dilation[0],
            "dilation_w_factor": dilation[1],
            "fused_activation_function": activation,
        },
    )
    return Case(name, tuple(tensors), operator, _vectors(rng, (batches, *image), zero_points[0]))


def _vectors(rng: np.random.Generator, shape: tuple[int, ...], zero: int) -> npt.NDArray[np.int8]:
    """Random ones, constant ones, small ones, and ones of extremes only."""
    vectors = rng.integers(-128, 128, (VECTORS, *shape))
    near = vectors[VECTORS // 2 :]
    near[:] = np.clip(zero + rng.integers(-3, 4, near.shape), -128, 127)
    for k, value in enumerate((-128, 127, zero, 0)):
        vectors[k] = value
    vectors[4:8] = rng.choice([-128, 127], vectors[4:8].shape)
    return vectors.astype(np.int8)


def conv_chain(*, batches: int = 1) -> ModelSpec:
    """Five convolutions in a row, narrow and wide ones, so that outputs can slide into inputs."""
    rng = np.random.default_rng(5)
    sizes = [  # height, width, channels, then the kernel and stride that lead there
        ((12, 10, 3), None, None),
        ((12, 10, 8), (3, 3), (1, 1)),
        ((12, 10, 8), (1, 1), (1, 1)),
        ((6, 5, 12), (3, 3), (2, 2)),
        ((6, 5, 4), (1, 1), (1, 1)),
        ((6, 5, 16), (3, 2), (1, 1)),
    ]
    tensors = [
        TensorSpec(
            f"t{k}", (batches, *shape), "int8", scales=(0.1,), zero_points=(-128 if k % 2 else -3,)
        )
        for k, (shape, _, _) in enumerate(sizes)
    ]
    operators = []
    for k, (shape, kernel, stride) in enumerate(sizes[1:], 1):
        assert kernel is not None
        assert stride is not None
        weights = rng.integers(-127, 128, (shape[2], *kernel, sizes[k - 1][0][2]))
        scale = 0.6 / (40 * math.sqrt(weights[0].size))
        tensors += [
            TensorSpec(f"w{k}", weights.shape, "int8", data=weights, scales=(scale,)),
            TensorSpec(
                f"b{k}",
                (shape[2],),
                "int32",
                data=rng.integers(-900, 900, shape[2]),
                scales=(0.1 * scale,),
            ),
        ]
        operators.append(
            OperatorSpec(
                "CONV_2D",
                [f"t{k - 1}", f"w{k}", f"b{k}"],
                [f"t{k}"],
                {
                    "padding": "SAME",
                    "stride_h": stride[0],
                    "stride_w": stride[1],
                    "fused_activation_function": "RELU" if k % 2 else "NONE",
                },
            )
        )
    return ModelSpec(tensors, operators, ["t0"], [f"t{len(sizes) - 1}"])

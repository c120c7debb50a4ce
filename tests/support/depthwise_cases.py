"""One-operator networks of DEPTHWISE_CONV_2D, int8, with everything its kernels can get wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from support.conv_cases import output_size
from support.engine_cases import VECTORS, Case
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

__all__ = ["depthwise_chain", "depthwise_s8_case", "depthwise_s8_cases"]

_ZERO_POINTS = ((-128, -128), (127, -128), (-128, 127), (0, 0), (5, -7), (127, 127))
_RELU = {"activation": "RELU", "zero_points": (4, -128)}


def depthwise_s8_case(
    name: str,
    image: tuple[int, int, int],
    kernel: tuple[int, int] = (3, 3),
    *,
    multiplier: int = 1,
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
    """int8 DEPTHWISE_CONV_2D.

    Args:
        image: height, width and channels of the input.
        multiplier: output channels for each input channel.
        ratio: input scale * weight scale / output scale; by default the outputs spread over int8.
        scales: of input, weights and output, instead.
        per_channel: one weight scale a channel, spread around the ratio's.
        weight_scales: given ones instead.
        weights: broadcast to (*kernel, output channels); random in -span..span by default.
        bias: one per channel, ``None`` for no bias, ``()`` for random ones.
        zero_points: of input and output.
    """
    rng = np.random.default_rng(list(name.encode()))
    channels = image[2] * multiplier
    shape = (*kernel, channels)
    stored = (
        rng.integers(-span, span + 1, shape)
        if weights is None
        else np.broadcast_to(np.asarray(weights), shape)
    )
    spread = 74 * max(float(stored.std()), 0.5) * math.sqrt(kernel[0] * kernel[1])
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
        TensorSpec("w", (1, *shape), "int8", data=stored[None], scales=tuple(weight_scales), axis=3),
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
        "DEPTHWISE_CONV_2D",
        ["x", "w", *(["b"] if bias is not None else [])],
        ["y"],
        {
            "padding": padding,
            "stride_h": stride[0],
            "stride_w": stride[1],
            "dilation_h_factor": dilation[0],
            "dilation_w_factor": dilation[1],
            "depth_multiplier": multiplier,
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
    vectors[4:10] = rng.choice([-128, 127], vectors[4:10].shape)
    return vectors.astype(np.int8)


def depthwise_s8_cases() -> list[Case]:
    """Every kernel, every shape of border, and what rounding can get wrong."""
    return [*_images(), *_windows(), *_roundings(), *_ranges(), *_limits(), *_sweep()]


def _images() -> list[Case]:
    """3 x 3: every remainder of height, width and channels, both strides, along and down."""
    sizes = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 3), (4, 5), (5, 4), (6, 3), (7, 2), (2, 9)]
    grid = [
        depthwise_s8_case(
            f"grid_{height}x{width}x{4 + (height + 2 * width) % 6}_{stride}",
            (height, width, 4 + (height + 2 * width) % 6),
            stride=(stride, stride),
            zero_points=_ZERO_POINTS[(height + stride * width) % len(_ZERO_POINTS)],
            activation=("RELU", "NONE", "RELU6")[(height + width) % 3],
            bias=None if width == 5 else (),
        )
        for height, width in sizes
        for stride in (1, 2)
    ]
    return [
        *grid,
        depthwise_s8_case("valid_3x3", (3, 3, 4), padding="VALID", **_RELU),
        depthwise_s8_case("valid_8x7", (8, 7, 6), padding="VALID", **_RELU),
        depthwise_s8_case("valid_9x8_stride2", (9, 8, 5), stride=(2, 2), padding="VALID", **_RELU),
        depthwise_s8_case("valid_8x9_stride2", (8, 9, 5), stride=(2, 2), padding="VALID"),
        depthwise_s8_case("long", (14, 5, 8), **_RELU),
        depthwise_s8_case("long_signed", (11, 4, 5)),
        depthwise_s8_case("wide", (4, 17, 12), **_RELU),
        depthwise_s8_case("batches", (4, 5, 6), batches=3, **_RELU),
        depthwise_s8_case("batches_stride2", (5, 4, 6), batches=2, stride=(2, 2)),
        depthwise_s8_case("uneven_stride", (6, 7, 5), stride=(1, 2)),
    ]


def _windows() -> list[Case]:
    """Other kernels, dilations, multipliers and few channels."""
    return [
        depthwise_s8_case("5x5", (6, 7, 5), (5, 5), **_RELU),
        depthwise_s8_case("5x5_stride2", (7, 8, 8), (5, 5), stride=(2, 2)),
        depthwise_s8_case("1x1", (3, 4, 6), (1, 1), **_RELU),
        depthwise_s8_case("2x2", (4, 5, 4), (2, 2)),
        depthwise_s8_case("4x2", (5, 4, 7), (4, 2), padding="VALID"),
        depthwise_s8_case("1x7", (1, 12, 6), (1, 7), **_RELU),
        depthwise_s8_case("9x1", (14, 1, 4), (9, 1)),
        depthwise_s8_case("3x3_dilated", (7, 8, 5), dilation=(2, 3), **_RELU),
        depthwise_s8_case("3x3_dilated_valid", (7, 8, 4), dilation=(3, 2), padding="VALID"),
        depthwise_s8_case("beyond_image", (2, 3, 4), (7, 6), **_RELU),
        depthwise_s8_case(
            "nothing_inside", (3, 3, 5), (2, 2), dilation=(10, 10), zero_points=(9, -128)
        ),
        depthwise_s8_case("column_without_cells", (4, 3, 4), (1, 2), dilation=(1, 10)),
        depthwise_s8_case("stride_beyond_kernel", (9, 11, 4), (2, 2), stride=(3, 4), **_RELU),
        depthwise_s8_case(
            "stride_beyond_kernel_valid", (9, 11, 5), (2, 1), stride=(4, 3), padding="VALID"
        ),
        depthwise_s8_case("whole_image", (5, 4, 9), (5, 4), padding="VALID", **_RELU),
        depthwise_s8_case("multiplier_2", (4, 5, 3), multiplier=2),
        depthwise_s8_case("multiplier_3", (5, 4, 4), (2, 3), multiplier=3, stride=(2, 1), **_RELU),
        depthwise_s8_case("multiplier_2_batches", (3, 4, 2), multiplier=2, batches=2),
        depthwise_s8_case("multiplier_2_dilated", (6, 5, 2), multiplier=2, dilation=(2, 2)),
        depthwise_s8_case("one_channel", (5, 6, 1)),
        depthwise_s8_case("one_channel_8", (9, 8, 1), (4, 3), multiplier=8, stride=(2, 2), **_RELU),
        depthwise_s8_case("one_channel_per_tensor", (5, 6, 1), multiplier=3, per_channel=False),
        depthwise_s8_case("three_channels", (4, 5, 3), **_RELU),
        depthwise_s8_case("two_channels", (4, 5, 2), stride=(2, 2)),
        depthwise_s8_case("per_tensor", (4, 5, 6), per_channel=False),
    ]


def _roundings() -> list[Case]:
    """Ratios of scales that end in ties, in the first rounding step or in a left shift."""
    image = (3, 4, 6)
    signed = {"span": 3, "per_channel": False, "zero_points": (0, 0)}
    rectified = {"span": 3, "per_channel": False, "zero_points": (0, -128)}
    ties = [
        depthwise_s8_case(
            f"ties_{kind}_{kernel[0]}_{out}", image, kernel, scales=(0.5, 0.5, out), **how
        )
        for kernel in ((3, 3), (2, 2))
        for kind, how in (("signed", signed), ("rectified", rectified))
        for out in (0.5, 1.0, 2.0, 4.0)
    ]
    return [
        *ties,
        depthwise_s8_case("ratio_0.3", image, ratio=0.3, span=3, **_RELU),
        depthwise_s8_case("ratio_0.7", image, ratio=0.7, span=2, per_channel=False),
        depthwise_s8_case("ratio_0.99_rectified", image, ratio=0.99, span=1, **_RELU),
        depthwise_s8_case("left_shift_1", image, ratio=1.7, span=1),
        depthwise_s8_case("left_shift_1_rectified", image, (2, 2), ratio=1.7, span=1, **_RELU),
        depthwise_s8_case("left_shift_20", image, (1, 2), ratio=1.5 * 2**19, span=1),
        depthwise_s8_case(
            "mixed_shifts", (3, 4, 8), weight_scales=[0.02 * 4.0**k for k in range(-6, 2)]
        ),
        depthwise_s8_case(
            "mixed_shifts_rectified", (3, 4, 8), weight_scales=[0.02 * 4.0**k for k in range(-6, 2)],
            **_RELU,
        ),
        depthwise_s8_case("right_shift_14", image, ratio=2.0**-14.3, bias=[9**k for k in range(6)]),
        depthwise_s8_case("right_shift_20", image, ratio=2.0**-19.5, bias=[20**k for k in range(6)]),
    ]  # fmt: skip


def _ranges() -> list[Case]:
    """Extreme weights and biases, channels that hardly depend on their input."""
    rng = np.random.default_rng(7)
    image = (4, 5, 6)
    few = rng.integers(-127, 128, (3, 3, 6))
    few[..., 1:] = rng.integers(-1, 2, (3, 3, 5))
    # the output is about bias / 2^30 * 50: constant, or with a step at the bias itself
    dead = [0.02] + [50.0 * 0.01 / 0.05 / 2**30] * 5
    step = [0.02] + [50.5 * 0.01 / 0.05 / 2**30] * 5
    biases = [100, 2**30, -(2**30), 2**30 - 1, -(2**30) + 12345, 2**29]
    stepping = [100, 2**30, -(2**30), 2**30 + 9, -(2**30) - 9, 2**30 - 5]
    made = {"scales": (0.05, 0.02, 0.01)}
    return [
        depthwise_s8_case(
            f"{name}_{kernel[0]}_{zero}", image, kernel, weights=few[: kernel[0], : kernel[1]],
            bias=bias, weight_scales=scales, zero_points=(-128, zero), **made,
        )
        for kernel in ((3, 3), (2, 2))
        for zero in (-128, 3)
        for name, bias, scales in (("dead", biases, dead), ("step", stepping, step))
    ] + [
        depthwise_s8_case(
            "multiplier_zero", image, weight_scales=[0.02, 1e-20, 0.0, 0.01, 1e-13, 1e-11],
            bias=[9, -900, 2**31 - 1, 7, 2**30, -(2**30)],
        ),
        depthwise_s8_case(
            "multiplier_zero_rectified", image, (2, 3), **_RELU,
            weight_scales=[0.02, 1e-20, 0.0, 0.01, 1e-13, 1e-11],
            bias=[9, -900, 2**31 - 1, 7, 2**30, -(2**30)],
        ),
        depthwise_s8_case("all_minus_128", image, weights=-128, zero_points=(-128, -128)),
        depthwise_s8_case("all_minus_128_of_127", image, weights=-128, zero_points=(127, 0)),
        depthwise_s8_case("all_127", image, weights=127, zero_points=(-128, 0), stride=(2, 2)),
        depthwise_s8_case("large_127", (9, 9, 4), (9, 9), weights=127, zero_points=(-128, -128)),
        depthwise_s8_case(
            "sums_wrap", image, weights=100, bias=[2**31 - 1, -(2**31), 2**31 - 9, 0, 1, 2], ratio=3e-8
        ),
        depthwise_s8_case("bias_only", image, weights=0, bias=[1000, -1000, 0, 5, -5, 1]),
    ]  # fmt: skip


def _limits() -> list[Case]:
    return [
        depthwise_s8_case(
            f"{activation.lower()}_{zero}_{kernel[0]}",
            (3, 4, 5),
            kernel,
            activation=activation,
            scales=(0.05, 0.02, 0.03),
            span=20,
            zero_points=(4, zero),
        )
        for activation in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
        for zero in (-128, -20, 127)
        for kernel in ((3, 3), (2, 3))
    ]


def _sweep() -> list[Case]:
    """Random scales and shapes, so that every kind of multiplier and shift occurs."""
    rng = np.random.default_rng(11)
    return [
        depthwise_s8_case(
            f"sweep_{k}",
            (int(rng.integers(2, 6)), int(rng.integers(2, 7)), int(rng.integers(4, 9))),
            (3, 3) if k % 3 else (int(rng.integers(1, 5)), int(rng.integers(1, 5))),
            stride=(1 + k % 2, 1 + k % 2),
            ratio=float(2.0 ** rng.uniform(-12, -1)),
            span=int(rng.integers(1, 128)),
            zero_points=(int(rng.integers(-128, 128)), int(rng.choice([-128, -128, 5, 127]))),
        )
        for k in range(18)
    ]


def depthwise_chain(*, batches: int = 1) -> ModelSpec:
    """Depthwise layers of the kinds a network has, in a row."""
    sizes = ((9, 8), (9, 8), (5, 4), (5, 4), (5, 4))
    kernels = ((3, 1), (3, 2), (3, 1), (5, 1))
    rng = np.random.default_rng(3)
    channels = 6
    tensors = [
        TensorSpec(
            f"t{k}",
            (batches, *size, channels),
            "int8",
            scales=(0.1,),
            zero_points=(-128 if k % 2 else 4,),
        )
        for k, size in enumerate(sizes)
    ]
    operators = []
    for k, (kernel, stride) in enumerate(kernels, 1):
        weights = rng.integers(-127, 128, (1, kernel, kernel, channels))
        scale = 0.5 / (60 * kernel)
        tensors += [
            TensorSpec(f"w{k}", weights.shape, "int8", data=weights, scales=(scale,)),
            TensorSpec(
                f"b{k}",
                (channels,),
                "int32",
                data=rng.integers(-900, 900, channels),
                scales=(0.1 * scale,),
            ),
        ]
        operators.append(
            OperatorSpec(
                "DEPTHWISE_CONV_2D",
                [f"t{k - 1}", f"w{k}", f"b{k}"],
                [f"t{k}"],
                {
                    "padding": "SAME",
                    "stride_h": stride,
                    "stride_w": stride,
                    "depth_multiplier": 1,
                    "fused_activation_function": "RELU" if k % 2 else "NONE",
                },
            )
        )
    return ModelSpec(tensors, operators, ["t0"], [f"t{len(sizes) - 1}"])

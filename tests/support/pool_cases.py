"""One-operator networks of pooling and reduction, int8 and float32, and of float convolutions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from support.conv_cases import output_size
from support.engine_cases import VECTORS, Case
from support.tflite_builder import OperatorSpec, TensorSpec

__all__ = ["conv_f32_case", "float_cases", "pool_case", "pool_s8_cases", "reduce_case"]

Array = npt.NDArray[np.generic]


def pool_case(
    name: str,
    operator: str,
    image: tuple[int, int, int],
    window: tuple[int, int],
    *,
    dtype: str = "int8",
    batches: int = 1,
    stride: tuple[int, int] | None = None,
    padding: str = "SAME",
    quantization: tuple[float, int] = (0.05, 3),
    activation: str = "NONE",
) -> Case:
    """MAX_POOL_2D or AVERAGE_POOL_2D.

    Args:
        stride: the window's size by default.
        quantization: scale and zero point of input and output.
    """
    steps = stride or window
    sizes = zip(image[:2], window, steps, strict=True)
    out = tuple(output_size(size, cells, step, 1, padding) for size, cells, step in sizes)
    how = {"scales": quantization[:1], "zero_points": quantization[1:]} if dtype == "int8" else {}
    shape = (batches, *image)
    tensors = (
        TensorSpec("x", shape, dtype, **how),
        TensorSpec("y", (batches, *out, image[2]), dtype, **how),
    )
    options = {
        "padding": padding,
        "stride_h": steps[0],
        "stride_w": steps[1],
        "filter_height": window[0],
        "filter_width": window[1],
        "fused_activation_function": activation,
    }
    return Case(
        name, tensors, OperatorSpec(operator, ["x"], ["y"], options), _values(name, shape, dtype)
    )


def reduce_case(
    name: str,
    operator: str,
    shape: Sequence[int],
    axes: Sequence[int],
    *,
    dtype: str = "int8",
    keep: bool = False,
    given: tuple[float, int] = (0.05, 3),
    made: tuple[float, int] = (0.05, 3),
) -> Case:
    """MEAN, SUM or REDUCE_MAX over some dimensions.

    Args:
        keep: keep reduced dimensions with a size of 1.
        given: scale and zero point of the input.
        made: of the output.
    """
    chosen = {axis % len(shape) for axis in axes}
    out = [
        1 if axis in chosen else size for axis, size in enumerate(shape) if keep or axis not in chosen
    ]
    quantized = dtype == "int8"
    tensors = (
        TensorSpec("x", shape, dtype, **(_affine(given) if quantized else {})),
        TensorSpec("axes", (len(axes),), "int32", data=np.array(axes)),
        TensorSpec("y", out, dtype, **(_affine(made) if quantized else {})),
    )
    spec = OperatorSpec(operator, ["x", "axes"], ["y"], {"keep_dims": keep})
    return Case(name, tensors, spec, _values(name, tuple(shape), dtype))


def conv_f32_case(
    name: str,
    image: tuple[int, int, int],
    channels: int,
    kernel: tuple[int, int],
    *,
    depthwise: bool = False,
    batches: int = 1,
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    padding: str = "SAME",
    bias: bool = True,
    activation: str = "NONE",
) -> Case:
    """float32 CONV_2D or DEPTHWISE_CONV_2D; ``channels`` of the output."""
    rng = np.random.default_rng(list(name.encode()))
    weights = rng.standard_normal(
        (1, *kernel, channels) if depthwise else (channels, *kernel, image[2])
    )
    sizes = zip(image[:2], kernel, stride, dilation, strict=True)
    out = tuple(output_size(*each, padding) for each in sizes)
    shape = (batches, *image)
    tensors = [
        TensorSpec("x", shape),
        TensorSpec("w", weights.shape, data=weights),
        TensorSpec("y", (batches, *out, channels)),
    ]
    if bias:
        tensors.insert(2, TensorSpec("b", (channels,), data=rng.standard_normal(channels)))
    options: dict[str, int | str] = {
        "padding": padding,
        "stride_h": stride[0],
        "stride_w": stride[1],
        "dilation_h_factor": dilation[0],
        "dilation_w_factor": dilation[1],
        "fused_activation_function": activation,
    }
    if depthwise:
        options["depth_multiplier"] = channels // image[2]
    spec = OperatorSpec(
        "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
        ["x", "w", *(["b"] if bias else [])],
        ["y"],
        options,
    )
    return Case(name, tuple(tensors), spec, _values(name, shape, "float32"))


def _affine(quantization: tuple[float, int]) -> dict[str, tuple[float, ...] | tuple[int, ...]]:
    return {"scales": quantization[:1], "zero_points": quantization[1:]}


def _values(name: str, shape: tuple[int, ...], dtype: str) -> Array:
    """Random ones of all sizes, constant ones, small ones, extremes; floats with signed zeros."""
    rng = np.random.default_rng(list(name.encode()))
    if dtype == "float32":
        sizes = np.float32(10.0) ** rng.uniform(-3, 3, (VECTORS, *(1,) * len(shape)))
        floats = (rng.standard_normal((VECTORS, *shape)) * sizes).astype(np.float32)
        floats[0], floats[1] = 0.0, -0.0
        floats[2] *= np.float32(1e-38)
        floats[3] = np.float32(3e38)
        floats[4] = -np.float32(3e38)
        return floats
    vectors = rng.integers(-128, 128, (VECTORS, *shape))
    near = vectors[VECTORS // 2 :]
    near[:] = rng.integers(-3, 4, near.shape)
    for k, value in enumerate((-128, 127, 3, 0)):
        vectors[k] = value
    vectors[4:8] = rng.choice([-128, 127], vectors[4:8].shape)
    return vectors.astype(np.int8)


def pool_s8_cases() -> list[Case]:
    """int8: pooling and reduction."""
    return [*_pools("int8"), *_reductions("int8"), *_limits(), *_rescaled()]


def float_cases() -> list[Case]:
    """float32: pooling, reduction and convolutions."""
    return [*_pools("float32"), *_reductions("float32"), *_float_convolutions()]


def _pools(dtype: str) -> list[Case]:
    how: list[tuple[str, tuple[int, int, int], tuple[int, int], dict[str, object]]] = [
        ("2x2", (6, 8, 5), (2, 2), {}),
        ("2x2_odd", (5, 7, 4), (2, 2), {}),
        ("2x2_valid", (5, 7, 8), (2, 2), {"padding": "VALID"}),
        ("3x3_stride1", (4, 5, 6), (3, 3), {"stride": (1, 1)}),
        ("3x3_stride2", (7, 6, 9), (3, 3), {"stride": (2, 2)}),
        ("3x2_stride_beyond", (8, 9, 3), (3, 2), {"stride": (4, 3)}),
        ("1x2_time", (1, 13, 7), (1, 2), {"padding": "VALID"}),
        ("whole", (4, 3, 10), (4, 3), {"padding": "VALID"}),
        ("beyond", (2, 3, 4), (5, 7), {"stride": (1, 1)}),
        ("one_channel", (5, 4, 1), (2, 3), {"stride": (1, 2)}),
        ("two_channels", (5, 4, 2), (3, 3), {}),
        ("batches", (4, 4, 5), (2, 2), {"batches": 3}),
        ("many_cells", (19, 21, 4), (19, 21), {"padding": "VALID"}),
    ]
    return [
        pool_case(f"{operator[:3].lower()}_{name}", operator, image, window, dtype=dtype, **rest)
        for operator in ("MAX_POOL_2D", "AVERAGE_POOL_2D")
        for name, image, window, rest in how
    ]


def _reductions(dtype: str) -> list[Case]:
    how: list[tuple[str, tuple[int, ...], tuple[int, ...], bool]] = [
        ("space", (1, 5, 4, 6), (1, 2), False),
        ("space_kept", (1, 3, 7, 5), (1, 2), True),
        ("space_backward", (1, 4, 4, 8), (-2, -3), False),
        ("time", (1, 9, 7), (1,), False),
        ("row", (1, 6, 5, 3), (2,), True),
        ("column", (1, 6, 5, 4), (1,), False),
        ("channels", (1, 3, 4, 9), (3,), False),
        ("image", (1, 4, 3, 5), (1, 2, 3), False),
        ("one_cell", (1, 1, 1, 7), (1, 2), False),
        ("many", (1, 17, 33, 4), (1, 2), False),
    ]
    return [
        reduce_case(f"{operator.lower()}_{name}", operator, shape, axes, dtype=dtype, keep=keep)
        for operator in ("MEAN", "SUM", "REDUCE_MAX")
        for name, shape, axes, keep in how
    ]


def _limits() -> list[Case]:
    return [
        pool_case(
            f"{operator[:3].lower()}_{activation.lower()}_{zero}_{channels}",
            operator,
            (4, 3, channels),
            (2, 2),
            activation=activation,
            quantization=(0.05, zero),
        )
        for operator in ("MAX_POOL_2D", "AVERAGE_POOL_2D")
        for activation in ("RELU", "RELU6", "RELU_N1_TO_1")
        for zero in (-128, -9, 100)
        for channels in (3, 6)
    ]


def _rescaled() -> list[Case]:
    """Ratios of scales above and below 1, ties, and zero points at the ends."""
    image = (1, 3, 4, 6)
    found = []
    for operator in ("MEAN", "SUM"):
        for k, (scale, made) in enumerate(
            [
                (0.5, 0.5),
                (0.5, 1.0),
                (1.0, 0.25),
                (0.031, 0.017),
                (0.02, 0.9),
                (1e-6, 3.0),
                (30.0, 0.01),
            ]
        ):
            zeros = ((-128, 127), (127, -128), (0, 0), (5, -7))[k % 4]
            found.append(
                reduce_case(
                    f"{operator.lower()}_rescaled_{k}",
                    operator,
                    image,
                    (1, 2),
                    given=(scale, zeros[0]),
                    made=(made * (math.sqrt(12) if operator == "SUM" else 1), zeros[1]),
                )
            )
    return found  # fmt: skip


def _float_convolutions() -> list[Case]:
    return [
        conv_f32_case("conv_3x3", (5, 6, 3), 4, (3, 3), activation="RELU"),
        conv_f32_case("conv_1x1", (3, 4, 5), 7, (1, 1), bias=False),
        conv_f32_case("conv_stride", (7, 6, 2), 3, (3, 2), stride=(2, 3), padding="VALID"),
        conv_f32_case("conv_dilated", (8, 7, 2), 3, (3, 3), dilation=(2, 3), activation="RELU6"),
        conv_f32_case("conv_time", (1, 16, 3), 5, (1, 5), padding="VALID"),
        conv_f32_case("conv_beyond", (2, 2, 3), 3, (5, 6), activation="RELU_N1_TO_1"),
        conv_f32_case("conv_nothing_inside", (3, 3, 2), 2, (2, 2), dilation=(10, 10)),
        conv_f32_case("conv_batches", (3, 4, 2), 3, (2, 2), batches=2),
        conv_f32_case("dw_3x3", (5, 6, 5), 5, (3, 3), depthwise=True, activation="RELU"),
        conv_f32_case("dw_stride", (7, 6, 4), 4, (3, 3), depthwise=True, stride=(2, 2), bias=False),
        conv_f32_case("dw_multiplier_3", (4, 5, 2), 6, (2, 3), depthwise=True, activation="RELU6"),
        conv_f32_case("dw_one_channel", (6, 5, 1), 4, (3, 3), depthwise=True, padding="VALID"),
        conv_f32_case("dw_dilated", (7, 8, 3), 3, (3, 2), depthwise=True, dilation=(2, 2)),
        conv_f32_case("dw_batches", (3, 4, 3), 3, (2, 2), depthwise=True, batches=2),
    ]

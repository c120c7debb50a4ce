"""Edge cases of int8 CONV_2D: everything that its geometry, roundings and kernels can get wrong."""

from __future__ import annotations

import numpy as np
from support.conv_cases import conv_s8_case
from support.engine_cases import Case

__all__ = ["conv_s8_cases"]

_ZERO_POINTS = ((-128, 127), (127, -128), (0, 0), (5, -7), (-128, -128))
_ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def conv_s8_cases() -> list[Case]:
    """CONV_2D: every remainder of channels, depth and pixels, and what rounding can get wrong."""
    return _grid() + _geometry() + _roundings() + _ranges() + _activations() + _sweep()


def _grid() -> list[Case]:
    """Depths and channels of every remainder, pixels of every remainder of three."""
    cases = [
        conv_s8_case(
            f"grid_{cin}_{cout}_{kernel[0]}x{kernel[1]}",
            (3 + cin % 3, 5 + cout % 3, cin),
            cout,
            kernel,
            zero_points=_ZERO_POINTS[(cin + cout + kernel[0]) % 5],
            per_channel=(cin + cout) % 2 == 0,
            bias=None if cin == 2 else (),
            padding="SAME" if (cin + kernel[1]) % 2 else "VALID",
        )
        for cin, cout in ((1, 8), (2, 5), (3, 4), (4, 3), (5, 2), (6, 7), (7, 1), (8, 6))
        for kernel in ((1, 1), (3, 3), (2, 4))
    ]
    cases += [
        conv_s8_case(f"pixels_{width}", (1, width, 6), 5, (1, 1), zero_points=(0, -128))
        for width in (1, 2, 3, 4, 5)
    ]
    return cases


def _geometry() -> list[Case]:
    """Strides, dilations, borders, batches; kernels as wide as the image, or larger."""
    return [
        conv_s8_case("first_stride_2", (9, 10, 3), 8, (3, 3), stride=(2, 2), zero_points=(-1, -128)),
        conv_s8_case("first_gray", (8, 9, 1), 8, (3, 3), stride=(2, 2), zero_points=(-128, -128)),
        conv_s8_case("first_10x4", (19, 10, 1), 6, (10, 4), stride=(2, 2), zero_points=(83, -128)),
        conv_s8_case("first_10x8", (11, 20, 1), 8, (10, 8), stride=(2, 2), zero_points=(-128, -128)),
        conv_s8_case("strides_1x3", (5, 11, 3), 4, (2, 2), stride=(1, 3)),
        conv_s8_case("strides_3x1", (9, 7, 2), 3, (2, 2), stride=(3, 1), padding="VALID"),
        conv_s8_case("stride_beyond_kernel", (9, 9, 3), 5, (2, 2), stride=(4, 3), padding="VALID"),
        conv_s8_case("stride_beyond_kernel_same", (7, 8, 4), 5, (1, 1), stride=(3, 3)),
        conv_s8_case("pointwise_stride_2", (6, 7, 5), 6, (1, 1), stride=(2, 2)),
        conv_s8_case("dilation_2", (7, 9, 3), 5, (3, 3), dilation=(2, 2)),
        conv_s8_case("dilation_2x3", (7, 10, 4), 4, (2, 3), dilation=(2, 3), padding="VALID"),
        conv_s8_case("dilation_of_rows", (8, 6, 4), 4, (3, 2), dilation=(3, 1)),
        conv_s8_case("dilation_of_columns", (4, 12, 1), 4, (2, 3), dilation=(1, 4)),
        conv_s8_case("dilation_beyond_image", (3, 4, 2), 3, (3, 3), dilation=(4, 4)),
        conv_s8_case("stride_and_dilation", (9, 9, 4), 3, (2, 2), stride=(2, 2), dilation=(2, 2)),
        conv_s8_case("time_5", (1, 20, 3), 8, (1, 5), padding="VALID", zero_points=(0, -128)),
        conv_s8_case("time_3", (1, 11, 8), 6, (1, 3), padding="VALID"),
        conv_s8_case("time_same", (1, 13, 6), 5, (1, 4), stride=(1, 2)),
        conv_s8_case("time_upright", (20, 1, 3), 8, (5, 1), padding="VALID", zero_points=(-9, -128)),
        conv_s8_case("time_upright_same", (14, 1, 2), 5, (5, 1), stride=(2, 1), dilation=(2, 1)),
        conv_s8_case("time_of_one_value", (17, 1, 1), 4, (3, 1)),
        conv_s8_case("all_axes", (15, 3, 1), 6, (4, 3), padding="VALID"),
        conv_s8_case("all_axes_stride", (15, 3, 2), 5, (3, 3), stride=(2, 1), padding="VALID"),
        conv_s8_case("whole_image", (4, 5, 3), 7, (4, 5), padding="VALID"),
        conv_s8_case("whole_images", (4, 2, 3), 7, (4, 2), padding="VALID", batches=4),
        conv_s8_case("whole_image_dilated", (5, 5, 3), 4, (3, 3), dilation=(2, 2), padding="VALID"),
        conv_s8_case("two_pixels", (4, 5, 3), 5, (4, 4), padding="VALID"),
        conv_s8_case("one_pixel_each_row", (5, 4, 3), 5, (2, 4), padding="VALID"),
        conv_s8_case("kernel_beyond_image", (2, 3, 2), 4, (5, 6)),
        conv_s8_case("kernel_far_beyond_image", (2, 2, 2), 3, (7, 7), zero_points=(-60, 3)),
        conv_s8_case("width_1_kernel_3", (6, 1, 5), 4, (3, 3)),
        conv_s8_case("rows_of_three_bytes", (5, 3, 1), 4, (2, 2)),
        conv_s8_case("axes_apart", (12, 3, 1), 7, (5, 1), padding="VALID"),
        conv_s8_case("axes_apart_stride", (13, 3, 1), 6, (6, 1), stride=(2, 1)),
        conv_s8_case("axes_apart_two_values", (9, 2, 2), 8, (4, 1), dilation=(2, 1)),
        conv_s8_case("rows_of_four_bytes", (5, 4, 1), 4, (3, 3)),
        conv_s8_case("rows_of_five_bytes", (5, 5, 1), 4, (5, 5)),
        conv_s8_case("batches", (5, 4, 3), 5, (3, 3), batches=3),
        conv_s8_case("batches_pointwise", (3, 2, 5), 5, (1, 1), batches=4),
        conv_s8_case("batches_time", (1, 7, 4), 5, (1, 3), batches=2),
        conv_s8_case("wide", (1, 4, 40), 17, (1, 1), zero_points=(-128, -128)),
        conv_s8_case("deep", (4, 4, 20), 9, (3, 3), zero_points=(-128, -128)),
        conv_s8_case("channels_12", (6, 6, 12), 12, (3, 3), zero_points=(-77, -128)),
    ]


def _roundings() -> list[Case]:
    """Ratios of scales that end in ties, in the first rounding step or in a left shift."""
    halves = {"span": 3, "per_channel": False, "zero_points": (0, 0)}
    unsigned = {"span": 3, "per_channel": False, "zero_points": (0, -128)}
    image = (3, 4, 2)
    return [
        conv_s8_case("ties_half", image, 5, (1, 3), scales=(0.5, 0.5, 0.5), **halves),
        conv_s8_case("ties_quarter", image, 5, (3, 1), scales=(0.5, 0.5, 1.0), **halves),
        conv_s8_case("ties_eighth", image, 6, (1, 3), scales=(0.5, 0.5, 2.0), **halves),
        conv_s8_case("ties_sixteenth", image, 4, (2, 2), scales=(0.5, 0.25, 2.0), **halves),
        conv_s8_case("ties_unsigned", image, 5, (1, 3), scales=(0.5, 0.5, 1.0), **unsigned),
        conv_s8_case("ties_unsigned_fine", image, 5, (2, 2), scales=(0.5, 0.5, 4.0), **unsigned),
        conv_s8_case("ratio_0.3", image, 8, (2, 2), ratio=0.3, span=3),
        conv_s8_case("ratio_0.13", image, 8, (2, 2), ratio=0.13, span=5),
        conv_s8_case("ratio_0.49", image, 8, (2, 1), ratio=0.49, span=2, per_channel=False),
        conv_s8_case("ratio_0.7", image, 8, (2, 1), ratio=0.7, span=2, per_channel=False),
        conv_s8_case("ratio_0.99", image, 8, (1, 2), ratio=0.99, span=1),
        conv_s8_case("left_shift_1", image, 8, (1, 2), ratio=1.7, span=1),
        conv_s8_case("left_shift_5", image, 7, (1, 1), ratio=23.7, span=1, per_channel=False),
        conv_s8_case("left_shift_20", image, 4, (1, 2), ratio=1.5 * 2**19, span=1),
        conv_s8_case("left_shift_packed", (9, 3, 1), 3, (4, 2), ratio=2.5, span=2),
        conv_s8_case("left_shift_relu", image, 5, (1, 2), ratio=1.7, span=1, activation="RELU"),
        conv_s8_case("left_shift_odd", (2, 5, 3), 5, (2, 2), ratio=1.2, span=1, batches=2),
        conv_s8_case(
            "mixed_shifts", image, 8, (2, 2), weight_scales=[0.02 * 4.0**k for k in range(-5, 3)]
        ),
        conv_s8_case("right_shift_14", image, 5, (3, 3), ratio=2.0**-14.3),
        conv_s8_case(
            "right_shift_18", image, 5, (3, 3), ratio=2.0**-18.2, bias=[9, -9, 99999, 5, -80000]
        ),
    ]


def _ranges() -> list[Case]:
    """Extreme weights, accumulators and biases."""
    rng = np.random.default_rng(7)
    image = (3, 4, 4)
    dead = np.zeros((6, 1, 2, 4), np.int64)
    dead[0] = rng.integers(-127, 128, (1, 2, 4))
    dead[3] = rng.integers(-3, 4, (1, 2, 4))
    dead_bias = [100, 2**30, -(2**30), 2**30 - 1, -(2**30) + 12345, 2**29]
    scales = [0.02] + [50 * 0.01 / 0.05 / 2**30] * 5
    # the output changes where the accumulator passes 2^30: not constant
    moving = dead.copy()
    moving[1:] = rng.integers(-127, 128, (5, 1, 2, 4))
    moving_scales = [0.02] + [50.5 * 0.01 / 0.05 / 2**30] * 5
    lowest = rng.integers(-128, 128, (5, 1, 1, 4))
    lowest[..., ::3] = -128
    full = np.where(np.arange(256) % 2, -127, 127)
    return [
        conv_s8_case(
            "dead_channels", image, 6, (1, 2), weights=dead, bias=dead_bias, weight_scales=scales,
            scales=(0.05, 0.02, 0.01),
        ),
        conv_s8_case(
            "dead_channels_relu", image, 6, (1, 2), weights=dead, bias=dead_bias, weight_scales=scales,
            scales=(0.05, 0.02, 0.01), zero_points=(-128, -128), activation="RELU",
        ),
        conv_s8_case(
            "dead_but_moving", image, 6, (1, 2), weights=moving, bias=[100] + [2**30] * 5,
            weight_scales=moving_scales, scales=(0.05, 0.02, 0.01),
        ),
        conv_s8_case(
            "multiplier_zero", image, 4, (1, 1), weight_scales=[0.02, 1e-20, 0.0, 0.01],
            bias=[9, -900, 2**31 - 1, 7],
        ),
        conv_s8_case("minus_128_pairs", image, 5, (1, 1), weights=lowest),
        conv_s8_case("minus_128_alone", image, 6, (2, 1), weights=[-128, 5, -128, 0]),
        conv_s8_case("all_minus_128", image, 5, (2, 2), weights=-128),
        conv_s8_case(
            "largest_sums", (1, 4, 256), 4, (1, 1), weights=full, bias=None, zero_points=(-128, 0)
        ),
        conv_s8_case(
            "two_segments", (1, 4, 600), 3, (1, 1), weights=np.where(np.arange(600) % 2, -127, 127),
            zero_points=(-128, 0),
        ),
        conv_s8_case(
            "three_segments", (1, 3, 400), 3, (1, 2), weights=-127, zero_points=(127, 0),
            bias=[-127 * 127 * 800, -127 * 127 * 400, 0], ratio=1 / 4400,
        ),
        conv_s8_case(
            "sums_wrap", image, 4, (1, 2), weights=100, ratio=3e-8,
            bias=[2**31 - 1, -(2**31), 2**31 - 9, 0],
        ),
        conv_s8_case(
            "offset_wraps", image, 4, (1, 1), weights=0, zero_points=(0, 127), ratio=0.9,
            bias=[2**31 - 1, -(2**31), 2**30, 0],
        ),
        conv_s8_case("bias_only", image, 3, (2, 2), weights=0, bias=[1000, -1000, 0]),
    ]  # fmt: skip


def _activations() -> list[Case]:
    return [
        conv_s8_case(
            f"{activation.lower()}_{zero}",
            (3, 4, 3),
            5,
            (2, 2),
            activation=activation,
            scales=(0.05, 0.02, 0.03),
            span=20,
            zero_points=(4, zero),
        )
        for activation in _ACTIVATIONS
        for zero in (-128, -20, 127)
    ]


def _sweep() -> list[Case]:
    """Random scales, so that every kind of multiplier and shift occurs."""
    rng = np.random.default_rng(11)
    return [
        conv_s8_case(
            f"sweep_{k}",
            (int(rng.integers(2, 5)), int(rng.integers(4, 7)), int(rng.integers(1, 7))),
            int(rng.integers(1, 9)),
            (int(rng.integers(1, 4)), int(rng.integers(1, 4))),
            ratio=float(2.0 ** rng.uniform(-12, 0)),
            span=int(rng.integers(1, 128)),
            zero_points=(int(rng.integers(-128, 128)), int(rng.choice([-128, -128, 5, 127]))),
        )
        for k in range(16)
    ]

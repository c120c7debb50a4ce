"""Edge cases of int8 FULLY_CONNECTED: everything that its roundings and kernels can get wrong."""

from __future__ import annotations

import math

import numpy as np
from support.engine_cases import Case, dense_s8_case

__all__ = ["dense_s8_cases", "float_product_scales"]

_ZERO_POINTS = ((-128, 127), (127, -128), (0, 0), (5, -7))
_ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def dense_s8_cases() -> list[Case]:
    """FULLY_CONNECTED: every remainder of rows and depth, and what rounding can get wrong."""
    cases = [
        dense_s8_case(
            f"grid_{rows}x{depth}",
            rows,
            depth,
            zero_points=_ZERO_POINTS[(rows + depth) % 4],
            per_channel=(rows + depth // 2) % 2 == 0,
            bias=None if depth == 9 and rows % 2 else (),
        )
        for rows in (4, 5, 6, 7)
        for depth in (8, 9, 10, 11)
    ]
    cases += [
        dense_s8_case(f"tiny_{rows}x{depth}", rows, depth)
        for rows, depth in ((1, 1), (2, 2), (3, 3), (1, 16), (4, 1), (9, 3))
    ]
    return cases + _roundings() + _ranges() + _activations() + _shapes() + _sweep()


def _roundings() -> list[Case]:
    """Ratios of scales that end in ties, in the first rounding step or in a left shift."""
    halves = {"span": 3, "per_channel": False, "zero_points": (0, 0)}
    return [
        dense_s8_case("ties_half", 5, 6, scales=(0.5, 0.5, 0.5), **halves),
        dense_s8_case("ties_quarter", 5, 6, scales=(0.5, 0.5, 1.0), **halves),
        dense_s8_case("ties_eighth", 5, 7, scales=(0.5, 0.5, 2.0), **halves),
        dense_s8_case("ties_sixteenth", 4, 8, scales=(0.5, 0.25, 2.0), **halves),
        dense_s8_case("ratio_0.3", 8, 7, ratio=0.3, span=3),
        dense_s8_case("ratio_0.13", 8, 9, ratio=0.13, span=5),
        dense_s8_case("ratio_0.7", 8, 5, ratio=0.7, span=2, per_channel=False),
        dense_s8_case("ratio_0.99", 8, 5, ratio=0.99, span=1),
        dense_s8_case("left_shift_1", 8, 5, ratio=1.7, span=1),
        dense_s8_case("left_shift_5", 8, 3, ratio=23.7, span=1, per_channel=False),
        dense_s8_case("left_shift_20", 4, 4, ratio=1.5 * 2**19, weights=[[0, 0, 0, 1]]),
        dense_s8_case("left_shift_31", 4, 4, scales=(2.0**15, 2.0**15, 1.0), weights=[[1, 0, 0, -1]]),
        dense_s8_case(
            "float32_product",
            6,
            6,
            scales=float_product_scales(),
            span=2,
            per_channel=False,
            zero_points=(0, 0),
        ),
        dense_s8_case(
            "float32_product_rows",
            6,
            6,
            scales=float_product_scales(),
            span=2,
            weight_scales=[float_product_scales()[1]] * 6,
            zero_points=(0, 0),
        ),
        _mantissa_case(),
        dense_s8_case(
            "mantissa_rounds_up",
            6,
            6,
            scales=_almost_one(),
            span=1,
            per_channel=False,
            zero_points=(0, 0),
        ),
        dense_s8_case("mixed_shifts", 8, 8, weight_scales=[0.02 * 4.0**k for k in range(-5, 3)]),
    ]


def _ranges() -> list[Case]:
    """Extreme weights, accumulators and biases."""
    rng = np.random.default_rng(7)
    dead = np.zeros((6, 8), np.int64)
    dead[0] = rng.integers(-127, 128, 8)
    dead_bias = [100, 2**30, -(2**30), 2**30 - 1, -(2**30) + 12345, 2**29]
    dead_scales = [0.02] + [50 * 0.01 / 0.05 / 2**30] * 5
    full = np.where(np.arange(256) % 2, -127, 127)
    lowest = rng.integers(-128, 128, (5, 12))
    lowest[:, ::3] = -128
    return [
        dense_s8_case(
            "dead_channels", 6, 8, weights=dead, bias=dead_bias, weight_scales=dead_scales,
            scales=(0.05, 0.02, 0.01),
        ),
        dense_s8_case(
            "multiplier_zero", 4, 8, weight_scales=[0.02, 1e-20, 0.0, 0.01],
            bias=[9, -900, 2**31 - 1, 7],
        ),
        dense_s8_case("minus_128_pairs", 5, 12, weights=lowest),
        dense_s8_case("minus_128_alone", 6, 8, weights=[[-128, 5, -128, 0, 7, -3, 1, 127]]),
        dense_s8_case("all_minus_128", 5, 9, weights=np.full((5, 9), -128)),
        dense_s8_case("largest_paired", 5, 256, weights=full, bias=None, zero_points=(-128, 0)),
        dense_s8_case(
            "too_large_to_pair", 5, 300, weights=np.full((5, 300), 127), zero_points=(-128, 0)
        ),
        dense_s8_case(
            "sums_wrap", 4, 8, weights=np.full((4, 8), 100), bias=[2**31 - 1, -(2**31), 2**31 - 9, 0],
            ratio=3e-8,
        ),
        dense_s8_case(
            "offset_wraps", 4, 4, weights=np.zeros((4, 4)), zero_points=(0, 127),
            bias=[2**30 - 1, 2**30 - 30, -(2**30), 2**30 - 70], ratio=1.9999999, per_channel=False,
        ),
        dense_s8_case("deep", 10, 784, span=127),
    ]  # fmt: skip


def _activations() -> list[Case]:
    return [
        *(
            dense_s8_case(f"fused_{name}_{zero}", 6, 8, activation=name, zero_points=(3, zero))
            for name in _ACTIVATIONS
            for zero in (-128, -3)
        ),
        # 6 / scale is 100.7, 1.5 and 1.5; 1 / scale is 0.5: bounds that rounding decides
        dense_s8_case(
            "bound_100.7",
            5,
            8,
            scales=(0.5, 0.02, 6 / 100.7),
            activation="RELU6",
            zero_points=(0, -128),
        ),
        dense_s8_case(
            "bound_tie", 5, 8, scales=(0.5, 0.5, 4.0), activation="RELU6", zero_points=(0, 3)
        ),
        dense_s8_case(
            "bound_both", 5, 8, scales=(0.5, 0.5, 2.0), activation="RELU_N1_TO_1", zero_points=(0, 5)
        ),
        dense_s8_case(
            "bound_float32",
            5,
            8,
            scales=(0.5, 0.02, _bound_scale()),
            activation="RELU6",
            zero_points=(0, -128),
        ),
        dense_s8_case(
            "bound_outside", 5, 8, scales=(0.5, 0.02, 0.02), activation="RELU6", zero_points=(0, 40)
        ),
    ]


def _bound_scale() -> float:
    """A scale by which 6 is a tie in float32, and less than one in float64."""
    ties = np.arange(100, 140) + 0.5
    scales = (6 / ties).astype(np.float32)
    return next(
        float(scale)
        for scale, tie in zip(scales, ties, strict=True)
        if 6 / float(scale) < tie and np.float32(6) / scale == np.float32(tie)
    )


def _shapes() -> list[Case]:
    return [
        dense_s8_case("batches_3", 5, 7, batches=3),
        dense_s8_case("batches_2_even", 4, 8, batches=2, activation="RELU"),
        dense_s8_case("batches_2_wide", 8, 10, batches=2, per_channel=False),
        dense_s8_case("flattened", 4, 12, input_shape=(1, 2, 3, 2)),
    ]


def _mantissa_case() -> Case:
    """Biases whose sum with nothing is a tie that one step of the multiplier decides."""
    scales = (0.05, 0.02, 0.01)
    weight_scale = np.float32(37 * scales[2] / scales[0] / 2**30)
    while True:
        ratio = float(np.float32(scales[0])) * float(weight_scale) / float(np.float32(scales[2]))
        mantissa, shift = math.frexp(ratio)
        if mantissa * 2**31 % 1 > 0.6:
            break
        weight_scale = np.nextafter(weight_scale, np.float32(1))
    multiplier = math.ceil(mantissa * 2**31)
    biases = []
    for step in (3, 20, 29, 36):
        tie = (2 * step + 1) << (-shift - 1)
        near = tie * 2**31 // multiplier
        biases += [
            bias
            for bias in range(near - 4, near + 5)
            if (bias * multiplier + 2**30) >> 31 == tie
            and (bias * (multiplier - 1) + 2**30) >> 31 < tie
        ][:1]
    assert len(biases) > 1
    return dense_s8_case(
        "mantissa", len(biases), 4, weights=np.zeros((1, 4)), bias=biases, scales=scales,
        weight_scales=[float(weight_scale)] * len(biases),
    )  # fmt: skip


def _almost_one() -> tuple[float, float, float]:
    """Scales whose ratio is so little below 1 that its 31-bit mantissa rounds up to 2^31."""
    rng = np.random.default_rng(5)
    while True:
        a, b = rng.uniform(0.1, 1.0, (2, 4096)).astype(np.float32)
        product = a.astype(np.float64) * b.astype(np.float64)
        gap = ((a * b).astype(np.float64) - product) / product
        found = np.flatnonzero((gap > 0) & (gap < 2.0**-33))
        if found.size:
            first = int(found[0])
            return float(a[first]), float(b[first]), float(a[first] * b[first])


def _sweep() -> list[Case]:
    """Random combinations of everything."""
    rng = np.random.default_rng(20)
    return [
        dense_s8_case(
            f"sweep_{k}",
            int(rng.integers(1, 13)),
            int(rng.integers(1, 40)),
            batches=int(rng.integers(1, 4)),
            ratio=None if k % 2 else float(2 ** rng.uniform(-9, 2)),
            per_channel=bool(rng.integers(2)),
            span=int(rng.integers(1, 128)),
            bias=None if k % 5 == 0 else (),
            zero_points=(int(rng.integers(-128, 128)), int(rng.integers(-128, 128))),
            activation=_ACTIVATIONS[int(rng.integers(4))],
        )
        for k in range(30)
    ]


def float_product_scales() -> tuple[float, float, float]:
    """Scales for which the precision of the first two's product decides every odd accumulator.

    Their product rounds up in float32, and the third is twice the rounded product: the ratio is
    exactly 1/2 with the float32 product, and a little less with the exact one.
    """
    rng = np.random.default_rng(3)
    while True:
        a, b = rng.uniform(0.1, 1.0, 2).astype(np.float32)
        rounded = float(a * b)
        if rounded - float(a) * float(b) > rounded * 2**-26:
            return float(a), float(b), 2 * rounded

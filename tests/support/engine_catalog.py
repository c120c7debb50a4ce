"""Edge cases of the other operators; with ``dense_catalog``, what every tier runs."""

from __future__ import annotations

import numpy as np
from support.engine_cases import (
    Case,
    convert_case,
    dense_f32_case,
    softmax_f32_case,
    softmax_s8_case,
)

__all__ = ["conversion_cases", "dense_f32_cases", "softmax_f32_cases", "softmax_s8_cases"]


def softmax_s8_cases() -> list[Case]:
    """SOFTMAX int8: widths, betas, and scales up to where only equal inputs have weight."""
    widths = (1, 2, 3, 10, 37, 200, 511)
    return [
        *(softmax_s8_case(f"width_{width}", width, 0.11) for width in widths),
        softmax_s8_case("width_1000", 1000, 0.3),
        *(softmax_s8_case(f"beta_{beta}", 11, 0.2, beta=beta) for beta in (0.1, 0.33, 0.5, 1.5, 2.0)),
        *(
            softmax_s8_case(f"scale_{scale:g}", 12, scale, zero=zero)
            for scale, zero in (
                (1e-6, 0), (0.001, -128), (1 / 256, 127), (0.25, 4), (0.5, 0), (1.0, 9), (3.7, -1),
                (7.9, 0), (8.0, 0), (15.9, 0), (16.0, 0), (31.9, 0), (40.0, 0), (1e6, 0),
            )
        ),
        softmax_s8_case("rows_3", 5, 0.15, rows=3),
        *(softmax_s8_case(f"fine_{scale}", 8, scale, below=below) for scale, below in _FINE.items()),
        softmax_s8_case("far", 511, 0.11, below=_far_below()),
    ]  # fmt: skip


# Found by search: differences to the largest input for which an output changes if one constant or
# rounding of the exponential, of its sum or of the reciprocal does, by as little as 1e-6.
_FINE = {
    0.25: (
        (0, 8, 4, 9, 9, 11, 23, 6), (0, 23, 20, 12, 20, 1, 5, 1), (0, 14, 7, 7, 3, 6, 15, 10),
        (0, 18, 14, 11, 22, 7, 22, 6), (0, 11, 10, 13, 6, 22, 22, 4), (0, 21, 19, 17, 23, 4, 21, 8),
        (0, 6, 23, 5, 17, 1, 3, 10), (0, 8, 1, 10, 6, 18, 20, 16), (0, 4, 13, 9, 7, 21, 14, 20),
        (0, 12, 1, 10, 16, 3, 20, 0), (0, 17, 8, 9, 9, 16, 21, 8),
    ),
    0.0625: (
        (0, 18, 4, 4, 88, 1, 42, 48), (0, 58, 57, 72, 47, 39, 24, 32), (0, 16, 27, 45, 91, 22, 33, 28),
        (0, 30, 9, 47, 46, 65, 56, 3), (0, 63, 71, 4, 45, 20, 87, 5), (0, 12, 27, 7, 32, 61, 4, 58),
        (0, 72, 13, 59, 27, 34, 28, 90), (0, 35, 48, 44, 87, 29, 61, 41), (0, 92, 8, 75, 60, 80, 4, 64),
    ),
    0.03: (
        (0, 86, 39, 80, 32, 66, 9, 50), (0, 151, 129, 29, 76, 87, 8, 95),
        (0, 71, 142, 145, 91, 51, 137, 20), (0, 134, 77, 97, 21, 86, 98, 121),
        (0, 148, 23, 115, 134, 164, 150, 187), (0, 149, 168, 29, 148, 82, 9, 157),
        (0, 52, 128, 49, 12, 58, 86, 43),
    ),
}  # fmt: skip


def _far_below() -> np.ndarray:
    """Hundreds of classes with exponentials of 2^-11 and less, which still add up."""
    rng = np.random.default_rng(4)
    below = rng.integers(73, 125, (30, 511))
    below[:, 200:] = rng.integers(119, 124, (30, 311))
    for k, row in enumerate(below):
        row[: 1 + k % 7] = 0
        row[7:20] = rng.integers(1, 50, 13)
    return below


def conversion_cases() -> list[Case]:
    """QUANTIZE and DEQUANTIZE between all pairs of types."""
    eight = [
        (f"{source}_{target}_{k}", source, target, given, made)
        for source, target in (("int8", "int8"), ("int8", "uint8"), ("uint8", "int8"))
        for k, (given, made) in enumerate(
            (
                ((0.5, 0), (0.5, 0)),
                ((0.1, 3), (0.07, 5)),
                ((0.1, 3), (0.33, 5)),
                ((0.1, 100), (0.2, 7)),
                ((0.02, 11), (0.5, 1)),
                ((1.0, 1), (1e-7, 2)),
                ((1e-12, 1), (1.0, 2)),
            )
        )
    ]
    offsets = {"int8": 0, "uint8": 128}
    moved = [
        (name, s, t, (given[0], given[1] + offsets[s]), (made[0], made[1] + offsets[t]))
        for name, s, t, given, made in eight
        if made[1] + offsets[t] <= 255 and given[1] + offsets[s] <= 255
    ]
    return [
        *(convert_case(name, s, t, given=given, made=made) for name, s, t, given, made in moved),
        convert_case("flip_to_uint8", "int8", "uint8", given=(0.3, -128), made=(0.3, 0)),
        convert_case("flip_to_int8", "uint8", "int8", given=(0.3, 255), made=(0.3, 127)),
        convert_case("rescale_ends", "int8", "int8", given=(0.3, 127), made=(0.11, -128)),
        *(
            convert_case(f"dequantize_{source}_{zero}", source, "float32", given=(scale, zero))
            for source, scale, zero in (
                ("int8", 0.1, -128), ("int8", 0.037, 127), ("int8", 1e-30, 3), ("uint8", 0.1, 0),
                ("uint8", 3e5, 255),
            )
        ),
        *(
            convert_case(
                f"quantize_{scale:g}_{zero}", "float32", "int8", made=(scale, zero), extra=extra
            )
            for scale, zero, extra in (
                (0.5, 0, ()), (0.1, -128, ()), (1 / 255, -128, ()), (0.037, 127, ()), (3e4, 5, ()),
                (1.0, 0, (0.49999997, -0.49999997, 8388607.5, -8388609.0)),
                _division_scale(),
            )
        ),
    ]  # fmt: skip


def _division_scale() -> tuple[float, int, tuple[float, ...]]:
    """A scale, and values whose quotient by it is a tie that multiplying by 1/scale misses."""
    rng = np.random.default_rng(11)
    scale = np.float32(0.1)
    ties = ((rng.integers(-120, 120, 20000) + 0.5).astype(np.float32) * scale).astype(np.float32)
    near = np.concatenate([ties, np.nextafter(ties, np.float32(0)), np.nextafter(ties, np.float32(9))])

    def rounded(ratio: np.ndarray) -> np.ndarray:
        return np.copysign(np.floor(np.abs(ratio.astype(np.float64)) + 0.5), ratio)

    differ = rounded(near / scale) != rounded(near * (np.float32(1) / scale))
    found = np.unique(near[differ])[:200]
    assert found.size > 10
    return float(scale), 0, tuple(found.tolist())


def dense_f32_cases() -> list[Case]:
    """FULLY_CONNECTED in float32."""
    return [
        dense_f32_case("plain", 5, 7),
        dense_f32_case("no_bias", 4, 8, bias=False),
        dense_f32_case("batches", 3, 6, batches=3),
        dense_f32_case("deep", 10, 300),
        dense_f32_case("one", 1, 1),
        *(
            dense_f32_case(f"fused_{name}", 6, 9, activation=name)
            for name in ("RELU", "RELU6", "RELU_N1_TO_1")
        ),
    ]


def softmax_f32_cases() -> list[Case]:
    """SOFTMAX in float32."""
    return [
        softmax_f32_case("f32_1", 1),
        softmax_f32_case("f32_10", 10),
        softmax_f32_case("f32_100", 100, beta=0.7),
        softmax_f32_case("f32_rows", 6, rows=4, beta=2.0),
    ]

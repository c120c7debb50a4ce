"""The golden model: each layer in numpy, by formula, as a second opinion on the C kernels.

Integer layers compute in int64 with the wrap-around made explicit; float layers add in the
order that the reference adds. It shares no code with the kernels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.layers import (
    Affine,
    DenseF32,
    DenseS8,
    LayerBody,
    Rescale8,
    SoftmaxF32,
    SoftmaxS8,
)

__all__ = ["doubling_high_multiply", "evaluate", "requantize", "rounding_shift_right"]

_Array = npt.NDArray[np.generic]
_Wide = npt.NDArray[np.int64]


def evaluate(body: LayerBody, x: _Array) -> _Array:
    """The layer's output for one input, as a flat array in the stored type."""
    match body:
        case DenseS8():
            return _dense_s8(body, x)
        case DenseF32():
            return _dense_f32(body, x)
        case SoftmaxS8():
            return _softmax_s8(body, x)
        case SoftmaxF32():
            return _softmax_f32(body, x)
        case Affine():
            return _affine(body, x)
        case Rescale8():
            return _rescale_8(body, x)


def _wrap32(x: _Wide) -> _Wide:
    return (x + 2**31) % 2**32 - 2**31


def doubling_high_multiply(a: _Wide, b: _Wide) -> _Wide:
    """floor((a b + 2^30) / 2^31), the first rounding."""
    return (a * b + 2**30) >> 31


def rounding_shift_right(x: _Wide, n: _Wide) -> _Wide:
    """X / 2^n, rounded to nearest with halves away from zero: the second rounding."""
    half = np.where(n > 0, np.int64(1) << np.maximum(n - 1, 0), 0)
    return np.where(n > 0, (x + np.where(x < 0, -1, 0) + half) >> n, x)


def requantize(x: _Wide, multiplier: _Wide, shift: _Wide) -> _Wide:
    """X * multiplier * 2^(shift - 31), rounded twice; a left shift comes first and wraps."""
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    return rounding_shift_right(doubling_high_multiply(_wrap32(x << left), multiplier), right)


def _dense_s8(body: DenseS8, x: _Array) -> _Array:
    wide = x.astype(np.int64).reshape(body.batches, -1) - body.input_zero_point
    sums = _wrap32(wide @ body.weights.astype(np.int64).T + body.bias)
    y = requantize(sums, body.multiplier.astype(np.int64), body.shift.astype(np.int64))
    moved = _wrap32(y + body.output_zero_point)
    return np.clip(moved, body.clamp_low, body.clamp_high).astype(np.int8).ravel()


def _dense_f32(body: DenseF32, x: _Array) -> _Array:
    columns = x.astype(np.float32).reshape(body.batches, -1)
    sums = np.zeros((body.batches, body.weights.shape[0]), np.float32)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for k in range(body.weights.shape[1]):
            sums += columns[:, k : k + 1] * body.weights[:, k]
        if body.bias is not None:
            sums += body.bias
    clamped: npt.NDArray[np.float32] = np.clip(
        sums, np.float32(body.clamp_low), np.float32(body.clamp_high)
    )
    return clamped.ravel()


def _exp_negative(a: _Wide) -> _Wide:
    """Exp of a Q5.26 number <= 0, in Q0.31 (gemmlowp's polynomial on a quarter, then factors)."""
    quarter = 2**24
    t = (a & (quarter - 1)) - quarter
    x = (t << 5) + 2**28
    x2 = doubling_high_multiply(x, x)
    x3, x4 = doubling_high_multiply(x2, x), doubling_high_multiply(x2, x2)
    two, one = np.full_like(a, 2), np.full_like(a, 1)
    third = np.full_like(a, 715827883)
    terms = rounding_shift_right(
        doubling_high_multiply(rounding_shift_right(x4, two) + x3, third) + x2, one
    )
    start = np.full_like(a, 1895147668)
    result = start + doubling_high_multiply(start, x + terms)
    factors = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
    for k, factor in enumerate(factors):
        scaled = doubling_high_multiply(result, np.full_like(a, factor))
        result = np.where((t - a) & (quarter << k), scaled, result)
    return np.where(a == 0, 2**31 - 1, result)


def _one_over_one_plus(a: int) -> int:
    half = np.array([(a + 2**31) >> 1], np.int64)
    x = 1515870810 + doubling_high_multiply(half, np.array([-1010580540], np.int64))
    for _ in range(3):
        error = 2**29 - doubling_high_multiply(half, x)
        x = x + np.clip(doubling_high_multiply(x, error) << 2, -(2**31), 2**31 - 1)
    return min(int(x[0]) << 1, 2**31 - 1)


def _softmax_s8(body: SoftmaxS8, x: _Array) -> _Array:
    rows = x.astype(np.int64).reshape(body.rows, body.depth)
    result = np.full(rows.shape, -128, np.int64)
    for row, values in enumerate(rows):
        difference = values - values.max()
        kept = difference >= body.diff_min
        multiplier = np.full(int(kept.sum()), body.multiplier, np.int64)
        e = _exp_negative(
            requantize(difference[kept], multiplier, np.full_like(multiplier, body.shift))
        )
        total = int(rounding_shift_right(e, np.full_like(e, 12)).sum())
        headroom = 32 - total.bit_length()
        scale = _one_over_one_plus((total << headroom) - 2**31)
        y = doubling_high_multiply(np.full_like(e, scale), e)
        result[row, kept] = rounding_shift_right(y, np.full_like(y, 35 - headroom)) - 128
    return np.clip(result, -128, 127).astype(np.int8).ravel()


def _softmax_f32(body: SoftmaxF32, x: _Array) -> _Array:
    rows = x.astype(np.float32).reshape(body.rows, body.depth)
    e = np.exp((rows - rows.max(axis=1, keepdims=True)) * np.float32(body.beta))
    total = np.zeros((body.rows, 1), np.float32)
    for k in range(body.depth):
        total += e[:, k : k + 1]
    shares: npt.NDArray[np.float32] = e / total
    return shares.ravel()


def _affine(body: Affine, x: _Array) -> _Array:
    if body.kernel == "cai_quantize_f32_s8":
        with np.errstate(over="ignore", under="ignore"):
            ratio = x.astype(np.float32) / np.float32(body.scale)
        away = np.copysign(np.floor(np.abs(ratio.astype(np.float64)) + 0.5), ratio)
        moved = np.where(np.isnan(away), -128, away + body.zero_point)
        stored: npt.NDArray[np.int8] = np.clip(moved, -128, 127).astype(np.int8)
        return stored.ravel()
    steps = (x.astype(np.int32) - body.zero_point).astype(np.float32)
    real: npt.NDArray[np.float32] = np.float32(body.scale) * steps
    return real.ravel()


def _rescale_8(body: Rescale8, x: _Array) -> _Array:
    stored = x.astype(np.int64).ravel() - (128 if body.input_unsigned else 0)
    y = requantize(
        stored - body.input_zero_point,
        np.full_like(stored, body.multiplier),
        np.full_like(stored, body.shift),
    )
    y = np.clip(_wrap32(y + body.output_zero_point), -128, 127)
    return (y + 128).astype(np.uint8) if body.output_unsigned else y.astype(np.int8)

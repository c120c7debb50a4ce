"""Comparing outputs with an oracle's, in stored and in real units.

The names of the metrics are those of ST's ``validate`` report, whose legend explains them in
words (acc: "Accuracy (class, axis=-1)", l2r: "L2 relative error", nse: "Nash-Sutcliffe efficiency
criteria"). The formulas are the textbook ones for those words, with y the outputs, r the oracle's,
both in real units, over all elements of all vectors and outputs::

    rmse = sqrt(mean((y - r)^2))          mae = mean(|y - r|)
    l2r  = ||y - r|| / ||r||              cos = y . r / (||y|| ||r||)
    nse  = 1 - sum((y - r)^2) / sum((r - mean(r))^2)    (J. E. Nash, J. V. Sutcliffe, 1970)

acc is the fraction of vectors whose arg-max is the oracle's, in every output if there are several.
A metric that is not defined for the values at hand is missing, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import InputError
from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.reports.scoring import accuracy, arg_max, confusion
from cubeai_auto.reports.ulp import NOT_COMPARABLE, ulp_distance
from cubeai_auto.reports.validation import Metrics

__all__ = ["Affine", "OutputComparison", "accuracy", "compare_outputs", "confusion", "dequantized"]

Array = npt.NDArray[np.generic]
_SOURCE = "comparison with the oracle's outputs, in real units"
_LARGEST_FLOAT = 8


class Affine(Protocol):
    """Anything with a per-tensor scale and zero point: real = scale * (stored - zero_point)."""

    @property
    def scale(self) -> float:
        """The per-tensor scale."""

    @property
    def zero_point(self) -> int:
        """The per-tensor zero point."""


@dataclass(frozen=True, slots=True)
class OutputComparison:
    """What differs between outputs and the oracle's.

    Attributes:
        vectors: input vectors behind the outputs.
        outputs_compared: output elements compared.
        mismatches: integers that differ, and floats further apart than the allowed ulps.
        max_abs_error: largest difference in stored units (LSB for int8, real for float32);
            ``None`` if one is not finite.
        max_ulp: largest distance of two floats that are both numbers, in units in the last
            place; ``None`` without float outputs.
        metrics: errors in real units.
    """

    vectors: int
    outputs_compared: int
    mismatches: int
    max_abs_error: float | None
    max_ulp: int | None
    metrics: Metrics


def compare_outputs(
    got: Sequence[Array],
    expected: Sequence[Array],
    quantizations: Sequence[Affine | None],
    *,
    ulp: int = 0,
    relative: float = 0.0,
    source: str = _SOURCE,
) -> OutputComparison:
    """Compare outputs, element by element, with the oracle's.

    Integers and booleans must be equal; floats may be ``ulp`` units in the last place apart, or
    by ``relative`` times the largest finite value of the oracle's output.

    Args:
        got: one array per graph output, vectors along the first axis, as stored.
        expected: the oracle's, of the same types and shapes.
        quantizations: per output, how stored values become real; ``None`` where they are real.
        ulp: the tolerance for floats.
        relative: likewise, for code that may round sums differently.
        source: the provenance of the metrics.

    Raises:
        InputError: the arrays do not correspond to each other, or there is nothing to compare.
    """
    _check(got, expected, quantizations)
    mismatches = 0
    largest: list[float | None] = []
    ulps: list[int] = []
    for y, r in zip(got, expected, strict=True):
        if y.dtype.kind == "f":
            apart = ulp_distance(y, r)
            mismatches += int(np.count_nonzero((apart > ulp) & ~_close(y, r, relative)))
            ulps.append(int(apart[apart != NOT_COMPARABLE].max(initial=0)))
            largest.append(_largest_float_difference(y, r))
        else:
            mismatches += int(np.count_nonzero(y != r))
            largest.append(_largest_integer_difference(y, r))
    finite = [value for value in largest if value is not None]
    return OutputComparison(
        vectors=len(got[0]),
        outputs_compared=sum(y.size for y in got),
        mismatches=mismatches,
        max_abs_error=max(finite) if len(finite) == len(largest) else None,
        max_ulp=max(ulps, default=None),
        metrics=_metrics(got, expected, quantizations, source),
    )


def dequantized(stored: Array, quantization: Affine | None) -> npt.NDArray[np.float64]:
    """The real values of stored ones, as float64; values without quantization are real already."""
    real = stored.astype(np.float64)
    return real if quantization is None else (real - quantization.zero_point) * quantization.scale


def _check(
    got: Sequence[Array], expected: Sequence[Array], quantizations: Sequence[Affine | None]
) -> None:
    if not len(got) == len(expected) == len(quantizations):
        counts = f"{len(got)}, {len(expected)} and {len(quantizations)}"
        msg = f"the numbers of outputs, of the oracle's and of quantizations differ: {counts}"
        raise InputError(msg)
    for index, (y, r) in enumerate(zip(got, expected, strict=True)):
        numeric = y.dtype.kind in "biuf" and y.dtype.itemsize <= _LARGEST_FLOAT
        if y.dtype != r.dtype or y.shape != r.shape or y.ndim == 0 or not numeric:
            pair = f"{y.dtype} {y.shape} against the oracle's {r.dtype} {r.shape}"
            msg = f"output {index} cannot be compared: {pair}"
            raise InputError(msg)
    if len({len(y) for y in got}) > 1:
        msg = "the outputs hold different numbers of vectors"
        raise InputError(msg)
    if not any(y.size for y in got):
        msg = "there is no output to compare"
        raise InputError(msg)


def _close(y: Array, r: Array, relative: float) -> npt.NDArray[np.bool_]:
    """Where two floats differ by at most a share of the oracle's largest finite value."""
    if not relative:
        return np.zeros(y.shape, np.bool_)
    wide, exact = y.astype(np.float64), r.astype(np.float64)
    limit = relative * np.abs(exact[np.isfinite(exact)]).max(initial=0.0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(wide - exact) <= limit)


def _largest_integer_difference(y: Array, r: Array) -> float:
    wide = np.uint64 if y.dtype == np.uint64 else np.int64
    a, b = y.astype(wide), r.astype(wide)
    # Modulo 2**64 the difference is right even where int64 would overflow.
    return float(
        (np.maximum(a, b).astype(np.uint64) - np.minimum(a, b).astype(np.uint64)).max(initial=0)
    )


def _largest_float_difference(y: Array, r: Array) -> float | None:
    a, b = y.astype(np.float64), r.astype(np.float64)
    differ = ~((a == b) | (np.isnan(a) & np.isnan(b)))  # infinity minus itself would be NaN
    a, b = a[differ], b[differ]
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return None
    with np.errstate(over="ignore"):
        worst = float(np.abs(a - b).max(initial=0.0))
    return worst if math.isfinite(worst) else None


def _metrics(
    got: Sequence[Array],
    expected: Sequence[Array],
    quantizations: Sequence[Affine | None],
    source: str,
) -> Metrics:
    def joined(arrays: Sequence[Array]) -> npt.NDArray[np.float64]:
        parts = [dequantized(a, q).ravel() for a, q in zip(arrays, quantizations, strict=True)]
        return np.concatenate(parts)

    def known(value: float) -> Quantity:
        if math.isfinite(value):
            return measured(value, "1", source)
        return missing("the outputs are too large to compute it")

    y, r = joined(got), joined(expected)
    acc = _agreement(got, expected, source)
    if not (np.isfinite(y).all() and np.isfinite(r).all()):
        gap = missing("an output is NaN or infinite")
        return Metrics(acc, gap, gap, gap, gap, gap)
    with np.errstate(over="ignore", invalid="ignore"):
        error = y - r
        squared, power_y, power_r = float(error @ error), float(y @ y), float(r @ r)
        deviation = r - r.mean() if np.ptp(r) > 0 else np.zeros(1)
        variation = float(deviation @ deviation)
        product, absolute = float(y @ r), float(np.abs(error).mean())
    l2r = cos = missing("the oracle's outputs are all zero")
    nse = missing("the oracle's outputs are all the same")
    if power_r > 0:
        l2r = known(math.sqrt(squared) / math.sqrt(power_r))
        cos = missing("the outputs are all zero")
    if power_y > 0 and power_r > 0:
        angle = product / math.sqrt(power_y * power_r)
        cos = known(min(1.0, max(-1.0, angle)) if math.isfinite(angle) else angle)
    if variation > 0:
        nse = known(1.0 - squared / variation)
    return Metrics(acc, known(math.sqrt(squared / y.size)), known(absolute), l2r, nse, cos)


def _agreement(got: Sequence[Array], expected: Sequence[Array], source: str) -> Quantity:
    if any(y[0].size <= 1 for y in got):
        return missing("an output of one element has no arg-max")
    agree = np.ones(len(got[0]), dtype=bool)
    for y, r in zip(got, expected, strict=True):
        agree &= arg_max(y) == arg_max(r)
    return measured(float(agree.mean()), "1", source)

"""Least squares without negative coefficients, and what it says of networks it has not seen."""

from __future__ import annotations

import statistics
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from cubeai_auto.engines.predicted.coefficients import Error

__all__ = ["Matrix", "error_of", "leave_one_out", "non_negative", "relative"]

Matrix = npt.NDArray[np.float64]
_ROUNDS = 300
_TINY = 1e-9


def non_negative(matrix: Matrix, values: Matrix) -> Matrix:
    """The x >= 0 with the least squared error of ``matrix @ x - values`` (Lawson and Hanson)."""
    count = matrix.shape[1]
    x = np.zeros(count)
    free = np.zeros(count, dtype=bool)
    for _ in range(_ROUNDS):
        slope = matrix.T @ (values - matrix @ x)
        slope[free] = -np.inf
        if free.all() or slope.max() <= _TINY:
            break
        free[int(np.argmax(slope))] = True
        while True:
            trial = np.zeros(count)
            trial[free] = np.linalg.lstsq(matrix[:, free], values, rcond=None)[0]
            low = free & (trial <= 0)
            if not low.any():
                x = trial
                break
            x = x + (x[low] / (x[low] - trial[low])).min() * (trial - x)
            free &= x > _TINY
    return x


def relative(matrix: Matrix, values: Matrix) -> Matrix:
    """Non-negative coefficients with the least squared relative error."""
    return non_negative(matrix / values[:, None], np.ones(len(values)))


def leave_one_out(matrix: Matrix, values: Matrix, groups: Sequence[Hashable]) -> Matrix:
    """For each value what a fit without its group predicts."""
    predicted = np.zeros(len(values))
    for group in dict.fromkeys(groups):
        left = np.array([other == group for other in groups])
        if left.all():
            predicted[left] = np.nan
            continue
        predicted[left] = matrix[left] @ relative(matrix[~left], values[~left])
    return predicted


def error_of(predicted: Sequence[float], stated: Sequence[float], groups: Sequence[Hashable]) -> Error:
    """Median and worst of the absolute relative errors."""
    errors = [abs(p / s - 1) for p, s in zip(predicted, stated, strict=True)]
    return Error(len(errors), len(set(groups)), statistics.median(errors), max(errors))

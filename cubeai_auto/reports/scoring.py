"""Scoring stored outputs of a classifier against labels."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import InputError

__all__ = ["accuracy", "arg_max", "confusion"]

Array = npt.NDArray[np.generic]


def arg_max(outputs: Array) -> npt.NDArray[np.int64]:
    """The index of the largest element of every vector, as a loop in C finds it.

    The first of equal values wins, and a NaN after the first element never does
    (``if (x[i] > best)`` is false for it). Stored integers need no dequantization: the scale
    is positive.

    Args:
        outputs: (vectors, ...); everything after the first axis counts as one vector.

    Returns:
        (vectors,) indices into the flattened vector.

    Raises:
        InputError: the vectors are empty.
    """
    width = math.prod(outputs.shape[1:])
    if outputs.ndim == 0 or width == 0:
        msg = f"outputs of shape {outputs.shape} have no largest element"
        raise InputError(msg)
    flat = outputs.reshape(len(outputs), width)
    if np.issubdtype(flat.dtype, np.floating):
        real = flat.astype(np.float64)
        unknown = np.isnan(real)
        best = np.where(unknown, -np.inf, real).argmax(axis=1)
        best[unknown[:, 0]] = 0
        return np.asarray(best, np.int64)
    return np.asarray(np.argmax(flat, axis=1), np.int64)


def accuracy(outputs: Array, labels: npt.NDArray[np.integer]) -> float:
    """Fraction of vectors whose arg-max is the label, between 0 and 1.

    Args:
        outputs: (vectors, classes), as stored.
        labels: (vectors,) class indices.

    Raises:
        InputError: labels and outputs do not belong together, or there are none.
    """
    found = _checked(outputs, labels)
    return float(np.mean(found == labels))


def confusion(
    outputs: Array, labels: npt.NDArray[np.integer], classes: int
) -> tuple[tuple[int, ...], ...]:
    """How often each class was read as which: ``confusion[true][predicted]`` counts vectors.

    Args:
        outputs: (vectors, at most ``classes``), as stored.
        labels: (vectors,) class indices.
        classes: the number of rows and columns.

    Raises:
        InputError: labels and outputs do not belong together, or a class is out of range.
    """
    found = _checked(outputs, labels)
    for what, values in (("label", labels), ("arg-max", found)):
        if int(values.min()) < 0 or int(values.max()) >= classes:
            msg = (
                f"a {what} lies outside the {classes} classes: {int(values.min())}..{int(values.max())}"
            )
            raise InputError(msg)
    cells = labels.astype(np.int64) * classes + found
    counts = np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
    return tuple(tuple(int(count) for count in row) for row in counts)


def _checked(outputs: Array, labels: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    if labels.ndim != 1 or outputs.ndim < 2 or len(outputs) != len(labels):
        msg = f"outputs of shape {outputs.shape} do not fit labels of shape {labels.shape}"
        raise InputError(msg)
    if not len(labels):
        msg = "there are no vectors to score"
        raise InputError(msg)
    return arg_max(outputs)

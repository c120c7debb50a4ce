"""Mild variation of training pictures: a little shifted, turned and resized, new in every epoch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cubeai_auto.models.dataset import Samples

__all__ = ["Augment", "vary_pictures"]

Augment = Callable[[Samples, np.random.Generator], Samples]
"""Gives varied raw samples of the same shape and type; all randomness comes from the generator."""

_CHUNK = 500  # pictures at a time, so that the index arrays stay in the processor's cache


def vary_pictures(
    pictures: npt.NDArray[np.uint8],
    random: np.random.Generator,
    *,
    shift: float,
    degrees: float,
    zoom: float,
) -> npt.NDArray[np.uint8]:
    """Move, turn and resize each picture at random about its center, with bilinear sampling.

    Args:
        pictures: (N, height, width), the digit bright on a background of 0.
        random: where the random numbers come from.
        shift: the largest shift in pixels, in each direction.
        degrees: the largest turn, either way.
        zoom: the largest change of size, as a fraction.

    Returns:
        as many pictures of the same size; what comes in from outside is background.
    """
    count, height, width = pictures.shape
    turn = np.deg2rad(random.uniform(-degrees, degrees, count))
    size = random.uniform(1 - zoom, 1 + zoom, count)
    down = random.uniform(-shift, shift, count)
    right = random.uniform(-shift, shift, count)
    cosine = (np.cos(turn) / size).astype(np.float32)[:, None]
    sine = (np.sin(turn) / size).astype(np.float32)[:, None]
    # one pixel of background all around, so that sampling needs no test for the edge
    framed = np.pad(pictures, ((0, 0), (1, 1), (1, 1))).astype(np.float32)
    center_y, center_x = (height - 1) / 2, (width - 1) / 2
    from_y = (center_y + 1 - down).astype(np.float32)[:, None]
    from_x = (center_x + 1 - right).astype(np.float32)[:, None]
    rows, columns = np.indices((height, width), np.float32).reshape(2, -1)
    rows -= np.float32(center_y)
    columns -= np.float32(center_x)
    varied = np.empty_like(pictures)
    for start in range(0, count, _CHUNK):
        part = slice(start, start + _CHUNK)
        y = cosine[part] * rows + sine[part] * columns + from_y[part]
        x = cosine[part] * columns - sine[part] * rows + from_x[part]
        sampled = _bilinear(framed[part], y, x)
        varied[part] = (sampled + np.float32(0.5)).astype(np.uint8).reshape(-1, height, width)
    return varied


def _bilinear(
    framed: npt.NDArray[np.float32], y: npt.NDArray[np.float32], x: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Values at fractional positions (N, P) of framed pictures (N, H, W); outside is the frame."""
    count, height, width = framed.shape
    y = np.clip(y, 0, np.float32(height - 1.001))
    x = np.clip(x, 0, np.float32(width - 1.001))
    row, column = y.astype(np.int32), x.astype(np.int32)
    y -= row
    x -= column
    first = np.arange(count, dtype=np.int32)[:, None] * (height * width) + row * width + column
    flat = framed.reshape(-1)
    top: npt.NDArray[np.float32] = flat[first]
    top += (flat[first + 1] - top) * x
    bottom = flat[first + width]
    bottom += (flat[first + width + 1] - bottom) * x
    top += (bottom - top) * y
    return top

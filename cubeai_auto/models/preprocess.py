"""The input contract at work: raw samples checked, scaled, and quantized as the firmware does it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from cubeai_auto.contract import InputContract
from cubeai_auto.errors import DatasetError
from cubeai_auto.models.dataset import Samples
from cubeai_auto.models.har.preparation import prepare

__all__ = ["apply", "check", "quantize"]

_NEAR = 0.25
"""How far the border of a picture may be from the background, as a part of the raw range."""

_CONTRAST = 0.125
"""The least difference between darkest and brightest pixel of all pictures, likewise."""

_BEYOND = np.float32(2**20)
"""Larger than any stored integer of up to 16 bits with any zero point."""


def apply(contract: InputContract, raw: Samples) -> npt.NDArray[np.float32]:
    """Raw samples as the network's input: ``(raw - offset) * scale`` in float32.

    For windows of a sensor, what the contract says is then computed from those values
    (:func:`~cubeai_auto.models.har.preparation.prepare`).

    Args:
        contract: the preprocessing the network was trained with.
        raw: (N, *contract.raw_shape) of ``contract.raw_dtype``; sizes of 1 do not count.

    Returns:
        float32 of shape (N, *contract.shape).

    Raises:
        DatasetError: :func:`check` does not accept the samples.
    """
    check(contract, raw)
    real = (raw.astype(np.float32) - np.float32(contract.offset)) * np.float32(contract.scale)
    if contract.sensor is not None:
        real = prepare(contract.sensor, real.reshape(len(raw), *contract.raw_shape))
    return real.reshape(len(raw), *contract.shape)


def check(contract: InputContract, raw: Samples) -> None:
    """Refuse samples the network was not trained for, before they give silently wrong answers.

    Besides type, shape (dimensions of size 1 do not count) and range, pictures are checked for their
    background (black on white fed to a network that knows white on black) and for contrast (pixels
    that were scaled already, or one value copied into the whole picture).

    Raises:
        DatasetError: with a sentence that says what does not fit.
    """
    problem = _form(contract, raw) or _values(contract, raw) or _picture(contract, raw)
    if problem is not None:
        msg = f"the samples do not fit the input contract ({contract.description}): {problem}"
        raise DatasetError(msg, hint="prepare the data as the input contract says")


def quantize(
    x: npt.NDArray[np.float32], scale: float, zero_point: int, dtype: Literal["int8", "uint8", "int16"]
) -> npt.NDArray[np.integer]:
    """Real values as the stored integers of a quantized tensor.

    TensorFlow Lite's rule: divide by the float32 scale in float32, round half away from zero, add the
    zero point, clip to the type (``AffineQuantize`` in TFLite's
    ``kernels/internal/reference/quantize.h``).

    Raises:
        DatasetError: a value is not a number.
    """
    with np.errstate(over="ignore"):  # beyond float32 is beyond the type: clipped below
        ratio = np.asarray(x, np.float32) / np.float32(scale)
    if np.isnan(ratio).any():
        msg = "cannot quantize values that are not a number"
        raise DatasetError(msg)
    limits = np.iinfo(dtype)
    ratio = np.clip(ratio, -_BEYOND, _BEYOND)
    whole = np.trunc(ratio)
    # not floor(x + 0.5): in float32 that rounds 0.49999997 up
    rounded = whole + np.copysign(np.abs(ratio - whole) >= np.float32(0.5), ratio)
    shifted = rounded.astype(np.int64) + zero_point
    stored: npt.NDArray[np.integer] = np.clip(shifted, limits.min, limits.max).astype(dtype)
    return stored


def _form(contract: InputContract, raw: Samples) -> str | None:
    if raw.dtype != np.dtype(contract.raw_dtype):
        return f"they are {raw.dtype}, expected {contract.raw_dtype}"
    if raw.ndim < 1 or _squeezed(raw.shape[1:]) != _squeezed(contract.raw_shape):
        return f"a sample has the shape {raw.shape[1:]}, expected {contract.raw_shape}"
    if len(raw) == 0:
        return "there are none"
    return None


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _values(contract: InputContract, raw: Samples) -> str | None:
    low, high = float(raw.min()), float(raw.max())  # NaN in the data makes both NaN
    if not (contract.raw_min <= low and high <= contract.raw_max):
        return f"values {low:g}..{high:g} leave the range {contract.raw_min:g}..{contract.raw_max:g}"
    return None


def _picture(contract: InputContract, raw: Samples) -> str | None:
    if contract.background is None or len(_squeezed(contract.shape)) < 2:
        return None
    span = contract.raw_max - contract.raw_min
    contrast = float(raw.max()) - float(raw.min())
    if contrast < _CONTRAST * span:
        return (
            f"all pixels lie between {float(raw.min()):g} and {float(raw.max()):g} of the range "
            f"{contract.raw_min:g}..{contract.raw_max:g}; were they scaled already, or is it empty?"
        )
    rows, columns = _squeezed(contract.shape)[:2]
    pictures = raw.reshape(len(raw), rows, columns, -1)
    border = np.concatenate(
        [
            pictures[:, 0].reshape(len(raw), -1),
            pictures[:, -1].reshape(len(raw), -1),
            pictures[:, 1:-1, 0].reshape(len(raw), -1),
            pictures[:, 1:-1, -1].reshape(len(raw), -1),
        ],
        axis=1,
    )
    median = np.median(border, axis=1)
    wrong = np.flatnonzero(np.abs(median - contract.background) > _NEAR * span)
    if len(wrong):
        return (
            f"the border of {len(wrong)} of {len(raw)} pictures (first: index {wrong[0]}) has the "
            f"value {median[wrong[0]]:g}, but the background must be {contract.background:g}; "
            "are black and white swapped?"
        )
    return None

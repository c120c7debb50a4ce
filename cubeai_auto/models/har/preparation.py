"""What a network sees of a window of acceleration: the contract of each network, and its values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from cubeai_auto.contract import InputContract, Preparation, SensorSignal
from cubeai_auto.errors import DatasetError
from cubeai_auto.models.har.features import FEATURES, magnitude_channel, ten_features

__all__ = ["feature_contract", "prepare", "window_contract"]

_DIGITS: Final = 6
"""Significant digits of center and gain: short enough to be read in the header."""

_LEAST_SPREAD: Final = 1e-6
"""A feature that hardly varies in the training set is not blown up."""

_Windows = npt.NDArray[np.float32]
_PREPARATIONS: Final[dict[Preparation, Callable[[_Windows], _Windows]]] = {
    "none": lambda windows: windows,
    "magnitude": magnitude_channel,
    "ten-features": ten_features,
}


def window_contract(raw: InputContract) -> InputContract:
    """The contract of a network on windows with |a| as fourth channel.

    Args:
        raw: of the data set's raw windows.

    Returns:
        input shape (1, samples, 4): one row, so that a convolution over time is a CONV_2D of height 1.

    Raises:
        DatasetError: the data set does not say what its numbers mean.
    """
    signal = _signal(raw)
    channels = ", ".join(signal.axes)
    return replace(
        raw,
        description=f"{raw.description}; with the vector's length as fourth channel",
        shape=(1, signal.window, len(signal.axes) + 1),
        layout=f"sample by sample, {channels}, length; oldest sample first",
        sensor=replace(signal, preparation="magnitude"),
    )


def feature_contract(raw: InputContract, windows: npt.NDArray[np.generic]) -> InputContract:
    """The contract of a network on ten features, each centered and scaled to a spread of 1.

    Without that, one scale for all ten would leave an int8 input hardly a step for the means: counts
    and spectra are up to hundreds of times larger.

    Args:
        raw: of the data set's raw windows.
        windows: the raw windows of the training part; they alone decide center and gain.

    Raises:
        DatasetError: the data set does not say what its numbers mean.
    """
    signal = _signal(raw)
    real = (windows.astype(np.float32) - np.float32(raw.offset)) * np.float32(raw.scale)
    features = ten_features(real).astype(np.float64)
    spread = np.maximum(features.std(axis=0), _LEAST_SPREAD)
    return replace(
        raw,
        description=f"{raw.description}; ten features, centered and scaled one by one",
        shape=(len(FEATURES),),
        layout=", ".join(FEATURES),
        sensor=replace(
            signal,
            preparation="ten-features",
            center=tuple(_rounded(value) for value in features.mean(axis=0)),
            gain=tuple(_rounded(1 / value) for value in spread),
        ),
    )


def prepare(signal: SensorSignal, windows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """What the contract computes from scaled windows.

    Args:
        signal: the contract's sensor.
        windows: (N, samples, axes), in ``signal.unit``.

    Returns:
        (N, samples, axes), (N, samples, axes + 1) or (N, 10), by ``signal.preparation``.
    """
    prepared = _PREPARATIONS[signal.preparation](windows)
    if signal.center:
        prepared = prepared - np.array(signal.center, np.float32)
    if signal.gain:
        prepared = prepared * np.array(signal.gain, np.float32)
    return prepared


def _signal(raw: InputContract) -> SensorSignal:
    if raw.sensor is None or len(raw.sensor.axes) != 3:
        msg = f"these samples are no windows of a three-axis sensor: {raw.description}"
        raise DatasetError(msg, hint="choose one of the data sets that this recipe reads")
    return raw.sensor


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")

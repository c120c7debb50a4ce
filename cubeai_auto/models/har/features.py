"""The ten features of a window of acceleration, and the length of its vectors.

The features are those of C. Unsalan, B. Hoke and E. Atmaca, "Embedded Machine Learning with
Microcontrollers" (application HAR, ``feature_utils.py``): of each axis the mean, the number of
samples above zero, and the standard deviation of the spectrum's magnitudes; then the sum of all
magnitudes of the three axes, divided by 50 whatever the window's length.

Their function for the microcontroller (``create_features_mcu.py``) differs from the one they train
with: it sums the samples of the time signal, not the spectrum, in the last feature. Here both sides
sum the spectrum.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["FEATURES", "SUM_DIVISOR", "magnitude_channel", "spectrum", "ten_features"]

FEATURES: Final[tuple[str, ...]] = (
    "mean x", "mean y", "mean z",
    "count of x > 0", "count of y > 0", "count of z > 0",
    "spread of spectrum x", "spread of spectrum y", "spread of spectrum z",
    "sum of spectra / 50",
)  # fmt: skip
"""The features by name, in their order."""

SUM_DIVISOR: Final = 50.0
"""Of the last feature."""


def ten_features(windows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The ten features of each window, computed in float64.

    Args:
        windows: (N, samples, 3).

    Returns:
        float32 (N, 10), in the order of :data:`FEATURES`.
    """
    signal = windows.astype(np.float64)
    magnitudes = spectrum(signal)
    columns = [
        signal.mean(axis=1),
        (windows > 0).sum(axis=1, dtype=np.float64),
        magnitudes.std(axis=1),
        magnitudes.sum(axis=(1, 2))[:, None] / SUM_DIVISOR,
    ]
    features: npt.NDArray[np.float32] = np.concatenate(columns, axis=1).astype(np.float32)
    return features


def spectrum(signal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Magnitudes of the discrete Fourier transform along axis 1, bins 1 to half the length.

    Args:
        signal: (N, samples, 3).

    Returns:
        (N, samples // 2, 3).
    """
    bins: npt.NDArray[np.float64] = np.abs(np.fft.rfft(signal, axis=1))[:, 1 : signal.shape[1] // 2 + 1]
    return bins


def magnitude_channel(windows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The windows with the length of each vector as a fourth channel.

    In float32, added x, y, z in this order: C's ``sqrtf(x * x + y * y + z * z)`` gives the same bits.

    Args:
        windows: (N, samples, 3).

    Returns:
        (N, samples, 4).
    """
    x, y, z = windows[..., 0], windows[..., 1], windows[..., 2]
    length = np.sqrt(x * x + y * y + z * z)
    return np.concatenate([windows, length[..., None]], axis=-1)

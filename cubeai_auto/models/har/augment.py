"""Varied training windows: the sensor worn otherwise, the movement weaker or stronger."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.contract import InputContract
from cubeai_auto.models.dataset import Samples

__all__ = ["random_rotations", "vary_windows"]


def vary_windows(
    windows: Samples,
    random: np.random.Generator,
    contract: InputContract,
    *,
    degrees: float,
    scale: float,
) -> Samples:
    """Turn each window about an axis of its own, by a random angle, and make it stronger or weaker.

    All samples of a window turn together, as if the sensor were fixed otherwise to the body.

    Args:
        windows: raw, (N, samples, 3); the raw zero is that of the contract.
        random: where the random numbers come from.
        contract: gives zero, type and range of raw values; what leaves the range is clipped.
        degrees: the largest angle; 180 reaches every orientation.
        scale: the largest change of strength, as a fraction.

    Returns:
        varied windows of the same shape and type.
    """
    turns = random_rotations(len(windows), random, degrees)
    turns *= random.uniform(1 - scale, 1 + scale, len(windows))[:, None, None]
    centered = windows.astype(np.float32) - np.float32(contract.offset)
    varied = centered @ turns.transpose(0, 2, 1).astype(np.float32) + np.float32(contract.offset)
    if np.issubdtype(windows.dtype, np.integer):
        varied = np.rint(varied)
    varied = np.clip(varied, np.float32(contract.raw_min), np.float32(contract.raw_max))
    same_type: Samples = varied.astype(windows.dtype)
    return same_type


def random_rotations(
    count: int, random: np.random.Generator, degrees: float
) -> npt.NDArray[np.float64]:
    """Rotation matrices (count, 3, 3): axes evenly over the sphere, angles evenly up to ``degrees``.

    By Rodrigues' formula: R = I + sin(a) K + (1 - cos(a)) K K, with K the axis as cross product.
    """
    axis = random.normal(size=(count, 3))
    x, y, z = (axis / np.linalg.norm(axis, axis=1, keepdims=True)).T
    zero = np.zeros(count)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(count, 3, 3)
    angle = np.deg2rad(random.uniform(0, degrees, count))[:, None, None]
    rotations: npt.NDArray[np.float64] = (
        np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
    )
    return rotations

"""Varied pictures: nothing happens at zero, and what happens is what was asked for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.models.augment import vary_pictures


def dot(row: int, column: int, count: int = 1) -> npt.NDArray[np.uint8]:
    pictures = np.zeros((count, 28, 28), np.uint8)
    pictures[:, row - 1 : row + 2, column - 1 : column + 2] = 250
    return pictures


def center(picture: npt.NDArray[np.uint8]) -> tuple[float, float]:
    rows, columns = np.indices(picture.shape)
    total = picture.sum(dtype=float)
    return float((rows * picture).sum() / total), float((columns * picture).sum() / total)


def test_no_change_asked_for_is_no_change() -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (600, 28, 28)).astype(np.uint8)
    same = vary_pictures(pictures, np.random.default_rng(2), shift=0, degrees=0, zoom=0)
    assert np.array_equal(same, pictures)


def test_shifts_stay_in_bounds_and_go_every_way() -> None:
    varied = vary_pictures(dot(14, 14, 200), np.random.default_rng(3), shift=2, degrees=0, zoom=0)
    moved = np.array([center(picture) for picture in varied]) - 14
    assert np.abs(moved).max() <= 2.01
    assert (moved.min(axis=0) < -1.5).all()
    assert (moved.max(axis=0) > 1.5).all()


def test_turning_and_resizing_keep_the_center_and_the_angle_bound() -> None:
    random = np.random.default_rng(4)
    varied = vary_pictures(dot(4, 14, 200), random, shift=0, degrees=12, zoom=0)
    points = np.array([center(picture) for picture in varied]) - 13.5
    radius = np.hypot(4 - 13.5, 14 - 13.5)
    assert np.abs(np.hypot(*points.T) - radius).max() < 0.15
    angles = np.degrees(np.arctan2(points[:, 1], -points[:, 0]) - np.arctan2(0.5, 9.5))
    assert 10 < np.abs(angles).max() < 12.6
    zoomed = vary_pictures(dot(4, 14, 200), random, shift=0, degrees=0, zoom=0.1)
    reach = np.array([13.5 - center(picture)[0] for picture in zoomed]) / 9.5
    assert 0.88 < reach.min() < 0.93
    assert 1.07 < reach.max() < 1.12


def test_the_same_generator_gives_the_same_pictures_and_the_input_stays() -> None:
    pictures = dot(10, 12, 30)
    before = pictures.copy()
    first, again, other = (
        vary_pictures(pictures, np.random.default_rng(seed), shift=2, degrees=10, zoom=0.1)
        for seed in (5, 5, 6)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(pictures, before)
    assert first.dtype == np.uint8

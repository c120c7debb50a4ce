"""Varied windows: turned as a whole, a little stronger or weaker, inside the sensor's range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.har.assemble import assemble
from cubeai_auto.models.har.augment import random_rotations, vary_windows
from cubeai_auto.models.har.recordings import Recordings
from cubeai_auto.models.options import SignalOptions


def test_rotations_are_rotations_of_all_directions_and_bounded_angles() -> None:
    turns = random_rotations(500, np.random.default_rng(1), 30)
    assert np.allclose(turns @ turns.transpose(0, 2, 1), np.eye(3), atol=1e-12)
    assert np.allclose(np.linalg.det(turns), 1)
    angles = np.degrees(np.arccos(np.clip((np.trace(turns, axis1=1, axis2=2) - 1) / 2, -1, 1)))
    assert angles.max() <= 30.001
    assert angles.max() > 29
    everywhere = random_rotations(500, np.random.default_rng(1), 180) @ np.array([0.0, 0.0, 1.0])
    assert len({tuple(octant) for octant in everywhere > 0}) == 8
    assert np.abs(everywhere[:, :2].mean(axis=0)).max() < 0.1
    assert np.array_equal(
        random_rotations(3, np.random.default_rng(1), 0), np.tile(np.eye(3), (3, 1, 1))
    )


def test_a_window_turns_as_a_whole(made: Dataset) -> None:
    assert made.contract is not None
    windows = made.x_train.astype(np.float32)
    varied = vary_windows(windows, np.random.default_rng(2), made.contract, degrees=180, scale=0)
    assert varied.dtype == np.float32
    for before, after in zip(windows, varied, strict=True):
        assert np.allclose(before @ before.T, after @ after.T, atol=2e-4)
    scaled = vary_windows(windows, np.random.default_rng(2), made.contract, degrees=0, scale=0.2)
    factor = (scaled / windows).reshape(len(windows), -1)
    assert np.allclose(factor, factor[:, :1], rtol=1e-3)
    assert factor.min() > 0.799
    assert factor.max() < 1.201
    assert factor.std(axis=0).min() > 0.08


@pytest.mark.parametrize("unit", ["counts", "g"])
def test_varied_values_stay_in_range_and_type(people: Recordings, unit: str) -> None:
    options = SignalOptions(raw_unit=unit, full_scale=1.5)  # type: ignore[arg-type]
    dataset = assemble(people, "made", options)
    contract = dataset.contract
    assert contract is not None
    varied = vary_windows(dataset.x_train, np.random.default_rng(3), contract, degrees=180, scale=0.2)
    assert varied.dtype == dataset.x_train.dtype
    assert varied.shape == dataset.x_train.shape
    assert float(varied.min()) == contract.raw_min
    assert float(varied.max()) == contract.raw_max


def test_the_raw_zero_is_the_contracts(made: Dataset) -> None:
    contract = made.contract
    assert contract is not None
    shifted = replace(contract, offset=2.0)
    plain = vary_windows(made.x_train, np.random.default_rng(4), contract, degrees=90, scale=0.1)
    moved = vary_windows(
        (made.x_train + np.float32(2)).astype(np.float32),
        np.random.default_rng(4),
        shifted,
        degrees=90,
        scale=0.1,
    )
    assert np.allclose(plain + np.float32(2), moved, atol=1e-5)


def test_the_same_generator_gives_the_same_and_the_input_stays(made: Dataset) -> None:
    assert made.contract is not None
    before = made.x_train.copy()
    first, again, other = (
        vary_windows(made.x_train, np.random.default_rng(s), made.contract, degrees=90, scale=0.1)
        for s in (5, 5, 6)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(made.x_train, before)

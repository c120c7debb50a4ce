"""The ten features against their definition, written out."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cubeai_auto.contract import InputContract
from cubeai_auto.errors import DatasetError
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.har.features import FEATURES, magnitude_channel, ten_features
from cubeai_auto.models.har.preparation import feature_contract, prepare, window_contract
from cubeai_auto.models.preprocess import apply, check

WINDOWS = hnp.arrays(
    np.float32,
    st.tuples(st.just(2), st.integers(8, 24), st.just(3)),
    elements=st.floats(-20, 20, width=32),
)


def by_definition(window: np.ndarray) -> list[float]:
    """The features of one window, in plain Python."""
    samples = len(window)
    spectra = []
    for axis in range(3):
        values = [float(v) for v in window[:, axis]]
        spectra.append([
            abs(sum(v * cmath.exp(-2j * cmath.pi * k * n / samples) for n, v in enumerate(values)))
            for k in range(1, samples // 2 + 1)
        ])  # fmt: skip
    means = [float(window[:, axis].astype(np.float64).sum()) / samples for axis in range(3)]
    above = [float(sum(v > 0 for v in window[:, axis])) for axis in range(3)]
    spreads = []
    for bins in spectra:
        center = sum(bins) / len(bins)
        spreads.append(math.sqrt(sum((b - center) ** 2 for b in bins) / len(bins)))
    return [*means, *above, *spreads, sum(sum(bins) for bins in spectra) / 50]


@given(WINDOWS)
def test_the_features_are_their_definition(windows: np.ndarray) -> None:
    found = ten_features(windows)
    assert found.dtype == np.float32
    assert found.shape == (2, len(FEATURES)) == (2, 10)
    for row, window in zip(found, windows, strict=True):
        assert row.tolist() == pytest.approx(by_definition(window), rel=1e-5, abs=1e-5)


def test_the_last_feature_is_of_the_spectrum_not_of_the_time_signal() -> None:
    """Published code for the microcontroller sums the samples there: another number altogether."""
    steady = np.full((1, 80, 3), 9.81, np.float32)
    upstream_on_the_microcontroller = float(np.abs(steady).sum() / 50)
    assert upstream_on_the_microcontroller == pytest.approx(47.1, abs=0.1)
    assert ten_features(steady)[0, 9] == pytest.approx(0, abs=1e-4)
    tone = np.zeros((1, 80, 3), np.float32)
    tone[0, :, 0] = np.cos(2 * np.pi * 5 * np.arange(80) / 80)
    above = float((tone[0, :, 0] > 0).sum())
    assert ten_features(tone)[0].tolist() == pytest.approx(
        [0, 0, 0, above, 0, 0, math.sqrt(39), 0, 0, 40 / 50], abs=1e-4
    )


@given(WINDOWS)
def test_the_fourth_channel_is_the_length(windows: np.ndarray) -> None:
    found = magnitude_channel(windows)
    assert np.array_equal(found[..., :3], windows)
    lengths = np.linalg.norm(windows.astype(np.float64), axis=-1)
    assert np.allclose(found[..., 3], lengths, rtol=1e-6, atol=1e-30)


def test_contracts_of_both_networks(made: Dataset) -> None:
    assert made.contract is not None
    cnn = window_contract(made.contract)
    assert cnn.shape == (1, 40, 4)
    assert cnn.raw_shape == (40, 3)
    seen = apply(cnn, made.x_test)
    assert seen.shape == (len(made.x_test), 1, 40, 4)
    assert np.array_equal(seen[:, 0, :, :3], made.x_test)
    mlp = feature_contract(made.contract, made.x_train)
    assert mlp.shape == (10,)
    features = apply(mlp, made.x_train)
    assert np.abs(features.mean(axis=0)).max() < 1e-3
    assert np.abs(features.std(axis=0) - 1).max() < 1e-3
    for contract in (cnn, mlp):
        with pytest.raises(DatasetError, match=r"a sample has the shape \(39, 3\), expected \(40, 3\)"):
            check(contract, made.x_test[:, 1:])
        with pytest.raises(DatasetError, match="leave the range"):
            check(contract, made.x_test * np.float32(100))


def test_a_feature_that_never_varies_is_not_blown_up(made: Dataset) -> None:
    assert made.contract is not None
    contract = feature_contract(made.contract, np.ones_like(made.x_train))
    assert np.abs(apply(contract, np.ones_like(made.x_train))).max() < 1e-3


def test_the_test_part_decides_nothing(made: Dataset) -> None:
    assert made.contract is not None
    mlp = feature_contract(made.contract, made.x_train)
    assert mlp != feature_contract(made.contract, made.x_test)


def test_pictures_have_no_such_contract(picture_contract: InputContract, made: Dataset) -> None:
    with pytest.raises(DatasetError, match="no windows of a three-axis sensor"):
        window_contract(picture_contract)
    assert made.contract is not None
    assert made.contract.sensor is not None
    same = prepare(made.contract.sensor, made.x_test.astype(np.float32))
    assert np.array_equal(same, made.x_test)

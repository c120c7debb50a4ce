"""The data set's checks, its digest, and choosing a loader by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from cubeai_auto.errors import ConfigError, DatasetError, UsageError
from cubeai_auto.models import digits, mnist
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.loaders import load_named
from cubeai_auto.models.options import DatasetOptions, SignalOptions, TrainingOptions


@pytest.fixture
def small() -> Dataset:
    samples = np.arange(6 * 4, dtype=np.uint8).reshape(6, 2, 2)
    labels = np.array([0, 1, 2, 0, 1, 2])
    return Dataset("made", "a test", ("a", "b", "c"), samples, labels, samples[:3], labels[:3])


def test_the_digest_follows_every_sample_and_label(small: Dataset) -> None:
    changed = small.x_test.copy()
    changed[2, 1, 1] += 1
    digests = {
        small.digest(),
        replace(small, x_test=changed).digest(),
        replace(small, y_test=np.array([0, 1, 1])).digest(),
        replace(
            small, x_train=small.x_train.reshape(6, 4, 1), x_test=small.x_test.reshape(3, 4, 1)
        ).digest(),
        replace(small, x_train=small.x_train.view(np.int8), x_test=small.x_test.view(np.int8)).digest(),
    }
    assert len(digests) == 5


def test_the_digest_ignores_how_labels_are_stored_and_memory_order(small: Dataset) -> None:
    stored = replace(
        small, y_train=small.y_train.astype(np.uint8), x_train=np.asfortranarray(small.x_train)
    )
    assert stored.digest() == small.digest()


@pytest.mark.parametrize(
    ("part", "wrong", "sentence"),
    [
        ("y_train", np.array([0, 1, 2, 0, 1]), "6 samples but 5 labels"),
        ("y_train", np.array([0, 1, 2, 0, 1, 3]), "label 3 is not an index of the 3 classes"),
        ("y_test", np.array([0, -1, 2]), "label -1 is not"),
        ("y_test", np.array([0.0, 1.0, 2.0]), "labels must be integers"),
        ("x_train", np.zeros((6, 2, 2), np.float32), "training samples are float32"),
        ("x_test", np.zeros((3, 2, 3), np.uint8), "test samples uint8 of shape (2, 3)"),
        ("x_test", np.zeros(3, np.uint8), "array of numbers (N, ...)"),
        ("x_test", np.array([["a"], ["b"], ["c"]]), "array of numbers (N, ...)"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    small: Dataset, part: str, wrong: npt.NDArray[np.generic], sentence: str
) -> None:
    fields = {part: wrong}
    with pytest.raises(DatasetError) as caught:
        replace(small, **fields)  # type: ignore[arg-type]
    assert sentence in caught.value.message


def test_an_empty_part_and_values_that_are_not_finite_are_refused(small: Dataset) -> None:
    with pytest.raises(DatasetError, match="test part: there are no samples"):
        replace(small, x_test=small.x_test[:0], y_test=small.y_test[:0])
    signals = np.zeros((6, 4), np.float32)
    signals[5, 3] = np.nan
    with pytest.raises(DatasetError, match="training part: some values are not finite"):
        replace(small, x_train=signals, x_test=signals[:3])


def test_a_loader_is_found_by_name_and_a_wrong_name_meets_its_neighbor(small: Dataset) -> None:
    loaders = {"digits": lambda _: small, "mnist": lambda _: small}
    assert load_named(DatasetOptions("mnist"), loaders) is small
    with pytest.raises(ConfigError) as caught:
        load_named(DatasetOptions("minst"), loaders)
    assert caught.value.key == "dataset.name"
    assert caught.value.hint == "did you mean 'mnist'?"
    with pytest.raises(ConfigError, match="digits, mnist"):
        load_named(DatasetOptions("zzz"), loaders)


def test_pictures_take_no_windows() -> None:
    for load in (digits.load, mnist.load):
        with pytest.raises(ConfigError, match=r"takes no \[signal\]") as caught:
            load(DatasetOptions("pictures", signal=SignalOptions(window=80)))
        assert caught.value.key == "signal"


@pytest.mark.parametrize(("seed", "epochs", "batch"), [(-1, 1, 1), (2**32, 1, 1), (0, 0, 1), (0, 1, 0)])
def test_training_options_out_of_range_are_refused(seed: int, epochs: int, batch: int) -> None:
    with pytest.raises(UsageError):
        TrainingOptions(seed, epochs, batch, augment=False)

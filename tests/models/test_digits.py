"""The digits that come with scikit-learn."""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from cubeai_auto.errors import ConfigError, DatasetError, MissingPathError, ToolMissingError
from cubeai_auto.models import digits
from cubeai_auto.models.options import DatasetOptions

needs_sklearn = pytest.mark.skipif(find_spec("sklearn") is None, reason="scikit-learn is not installed")

OPTIONS = DatasetOptions("digits")


@needs_sklearn
def test_the_digits_look_like_mnist() -> None:
    dataset = digits.load(OPTIONS)
    assert dataset.x_train.shape[1:] == (28, 28)
    assert dataset.x_train.dtype == np.uint8
    assert len(dataset.x_train) + len(dataset.x_test) == 1797
    pictures = np.concatenate([dataset.x_train, dataset.x_test]).astype(int)
    assert pictures.max() == 255
    frame = np.ones((28, 28), bool)
    frame[4:24, 4:24] = False
    assert pictures[:, frame].max() == 0
    assert dataset.classes == tuple("0123456789")
    assert any("13 people" in note for note in dataset.notes)
    assert dataset.source.startswith("scikit-learn ")


@needs_sklearn
def test_the_same_pictures_come_out_of_scikit_learn_itself() -> None:
    from sklearn.datasets import load_digits

    theirs = load_digits()
    dataset = digits.load(OPTIONS)
    train, test = digits.stratified_split(theirs.target, 0.2, digits.SPLIT_SEED)
    pictures = digits.enlarge(theirs.images.astype(np.int64))
    assert np.array_equal(dataset.x_train, pictures[train])
    assert np.array_equal(dataset.y_test, theirs.target[test])


@needs_sklearn
def test_the_split_never_changes() -> None:
    # an accuracy is only comparable over the same split; a new digest means a new data set
    assert digits.load(OPTIONS).digest() == (
        "395555885bcfc84f4644a0e21430ec5849678d1c0ceca21917657b5b83c40301"
    )


def test_each_class_gives_its_share_to_the_test_part() -> None:
    labels = np.array([0] * 10 + [1] * 25 + [2] * 4)
    train, test = digits.stratified_split(labels, 0.2, 3)
    assert np.bincount(labels[test], minlength=3).tolist() == [2, 5, 0]
    assert sorted([*train, *test]) == list(range(39))
    again = digits.stratified_split(labels, 0.2, 3)
    other = digits.stratified_split(labels, 0.2, 4)
    assert np.array_equal(test, again[1])
    assert not np.array_equal(test, other[1])


def test_enlarging_is_bilinear_with_cell_centers() -> None:
    ramp = np.tile(np.arange(8, dtype=np.int64), (8, 1))[None]  # ink grows by 1 a cell to the right
    row = digits.enlarge(ramp)[0, 14, 4:24].astype(float)
    expected = np.clip(0.4 * np.arange(20) - 0.3, 0, 7) * 255 / 16
    assert np.abs(row - expected).max() <= 0.5 + 1e-9
    full = digits.enlarge(np.full((1, 8, 8), 16, np.int64))[0]
    assert np.array_equal(full[4:24, 4:24], np.full((20, 20), 255))


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "find_spec", lambda name: None)
    with pytest.raises(ToolMissingError) as caught:
        digits.load(OPTIONS)
    assert caught.value.exit_code == 3
    assert caught.value.hint == 'pip install "cubeai-auto[train]"'


def test_a_place_is_refused_and_not_ignored(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        digits.load(DatasetOptions("digits", path=tmp_path / "nowhere"))
    with pytest.raises(ConfigError) as caught:
        digits.load(DatasetOptions("digits", path=tmp_path))
    assert caught.value.key == "dataset.path"
    with pytest.raises(ConfigError, match=r"dataset\.url"):
        digits.load(DatasetOptions("digits", url="http://localhost/x"))


ROW = ",".join(["0"] * 64 + ["3"])


@pytest.mark.parametrize(
    "content",
    [
        b"not gzip",
        gzip.compress((ROW + "\n").encode(), mtime=0)[:-6],
        gzip.compress(b"1,2,3\n", mtime=0),
        gzip.compress(b"one,two\n", mtime=0),
        gzip.compress(ROW.replace("0", "17", 1).encode(), mtime=0),
        gzip.compress(ROW.replace("0", "0.5", 1).encode(), mtime=0),
        gzip.compress(ROW.replace("3", "10", 1).encode(), mtime=0),
        gzip.compress(b"\xff\xfe", mtime=0),
        gzip.compress(b"", mtime=0),
    ],
    ids=["text", "cut", "columns", "words", "ink", "fraction", "label", "binary", "empty"],
)
def test_a_damaged_package_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    file = tmp_path / "digits.csv.gz"
    file.write_bytes(content)
    monkeypatch.setattr(digits, "_data_file", lambda: file)
    with pytest.raises(DatasetError) as caught:
        digits.load(OPTIONS)
    assert str(file) in caught.value.message

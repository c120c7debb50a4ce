"""MNIST from a folder, from an ``.npz``, from Keras' cache, and from a local server."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from cubeai_auto.contract import InputContract
from cubeai_auto.errors import (
    ConfigError,
    CubeAIError,
    DatasetError,
    MissingPathError,
    RefusedError,
)
from cubeai_auto.files import sha256_file
from cubeai_auto.models import mnist
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.options import DatasetOptions
from cubeai_auto.models.preprocess import check

Arrays = dict[str, npt.NDArray[np.generic]]


def from_path(path: Path, sha256: str | None = None) -> Dataset:
    return mnist.load(DatasetOptions("mnist", path=path, sha256=sha256))


@pytest.fixture
def npz(tmp_path: Path, arrays: Arrays) -> Path:
    file = tmp_path / "small.npz"
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Keras home; the published address leads nowhere, so no test reaches the network."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras home"))
    monkeypatch.setattr(mnist, "NPZ_URL", "http://127.0.0.1:9/mnist.npz")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "keras home" / "datasets"


def same(dataset: Dataset, arrays: Arrays) -> bool:
    return all(np.array_equal(getattr(dataset, key), arrays[key]) for key in arrays)


@pytest.mark.parametrize("mark", ["-", "."])
@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_with_the_four_files(
    idx_folder: Callable[[str, bool], Path], arrays: Arrays, mark: str, packed: bool
) -> None:
    dataset = from_path(idx_folder(mark, packed))
    assert same(dataset, arrays)
    assert dataset.name == "mnist"
    assert any("40 training pictures" in note for note in dataset.notes)


def test_all_ways_give_the_same_data(idx_folder: Callable[[str, bool], Path], npz: Path) -> None:
    assert from_path(idx_folder("-", True)).digest() == from_path(npz).digest()


def test_a_folder_that_lacks_a_file_names_it(idx_folder: Callable[[str, bool], Path]) -> None:
    folder = idx_folder("-", False)
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(MissingPathError, match="t10k-labels-idx1-ubyte"):
        from_path(folder)


def test_swapped_files_are_noticed(idx_folder: Callable[[str, bool], Path]) -> None:
    folder = idx_folder("-", False)
    labels = folder / "train-labels-idx1-ubyte"
    labels.write_bytes((folder / "t10k-labels-idx1-ubyte").read_bytes())
    with pytest.raises(DatasetError, match="40 samples but 20 labels"):
        from_path(folder)


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError) as caught:
        from_path(tmp_path / "nowhere")
    assert caught.value.exit_code == 2


def test_an_npz_and_its_hash(npz: Path, arrays: Arrays) -> None:
    assert same(from_path(npz), arrays)
    assert same(from_path(npz, sha256_file(npz).upper()), arrays)
    with pytest.raises(DatasetError, match="not the expected file"):
        from_path(npz, "0" * 64)


def test_a_hash_does_not_fit_a_folder(idx_folder: Callable[[str, bool], Path]) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        from_path(idx_folder("-", False), "0" * 64)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"y_test": None}, "has no array y_test"),
        ({"x_train": np.zeros((40, 784), np.uint8)}, "must be uint8 of shape"),
        ({"x_train": np.zeros((40, 28, 28), np.float32)}, "must be uint8 of shape"),
        ({"y_train": np.zeros(40, np.float32)}, "must be integer labels"),
        ({"y_train": np.full(40, 10, np.uint8)}, "label 10 is not"),
        ({"y_train": np.array([{"code": "never run"}] * 40, dtype=object)}, "not a readable"),
    ],
    ids=["missing", "flat", "float", "float labels", "label 10", "pickled"],
)
def test_an_npz_with_other_content_is_refused(
    tmp_path: Path, arrays: Arrays, change: dict[str, npt.NDArray[np.generic] | None], sentence: str
) -> None:
    content = {key: value for key, value in {**arrays, **change}.items() if value is not None}
    file = tmp_path / "other.npz"
    np.savez(file, **content)  # type: ignore[arg-type]
    with pytest.raises(DatasetError) as caught:
        from_path(file)
    assert sentence in caught.value.message


def test_files_that_are_no_npz_are_refused(tmp_path: Path, npz: Path) -> None:
    whole = npz.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    np.save(tmp_path / "single.npy", np.zeros(3))
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("x_train.npy", "this is not an array")
    for name, content in (
        ("empty.npz", b""),
        ("text.npy", b"hello"),
        ("cut.npz", whole[: len(whole) // 2]),
        ("flipped.npz", bytes(flipped)),
    ):
        (tmp_path / name).write_bytes(content)
    for name in ("empty.npz", "text.npy", "cut.npz", "flipped.npz", "single.npy", "text.npz"):
        with pytest.raises(DatasetError) as caught:
            from_path(tmp_path / name)
        assert name in caught.value.message


def test_an_npz_that_unpacks_to_too_much_is_refused(npz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "_NPZ_LIMIT", 1000)
    with pytest.raises(DatasetError, match="more than the 1000"):
        from_path(npz)


def test_keras_cache_is_used_and_a_foreign_file_there_is_noted(
    cache: Path, npz: Path, arrays: Arrays
) -> None:
    cache.mkdir(parents=True)
    (cache / "mnist.npz").write_bytes(npz.read_bytes())
    dataset = mnist.load(DatasetOptions("mnist"))
    assert same(dataset, arrays)
    assert dataset.source == str(cache / "mnist.npz")
    assert any("not the file that Keras publishes" in note for note in dataset.notes)
    with pytest.raises(DatasetError, match="not the expected file"):
        mnist.load(DatasetOptions("mnist", sha256=mnist.NPZ_SHA256))


def test_without_cache_and_network_there_is_no_substitute(cache: Path) -> None:
    with pytest.raises(RefusedError) as caught:
        mnist.load(DatasetOptions("mnist"))
    assert caught.value.exit_code == 4
    assert caught.value.hint is not None
    assert "dataset.path" in caught.value.hint
    assert not list(cache.glob("*"))


def test_an_address_without_a_hash_is_refused(cache: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        mnist.load(DatasetOptions("mnist", url="http://127.0.0.1:9/mnist.npz"))
    assert caught.value.key == "dataset.sha256"


def test_a_download_lands_in_the_cache_and_is_not_repeated(
    cache: Path, npz: Path, arrays: Arrays, serve: Callable[[bytes], str], requests: list[str]
) -> None:
    url = serve(npz.read_bytes())
    options = DatasetOptions("mnist", url=url, sha256=sha256_file(npz))
    assert same(mnist.load(options), arrays)
    assert same(mnist.load(options), arrays)
    assert len(requests) == 1
    [stored] = cache.iterdir()
    assert stored.name == f"mnist-{sha256_file(npz)[:12]}.npz"  # mnist.npz stays Keras' own


def test_the_published_address_goes_to_keras_own_name(
    cache: Path,
    npz: Path,
    arrays: Arrays,
    serve: Callable[[bytes], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mnist, "NPZ_URL", serve(npz.read_bytes()))
    monkeypatch.setattr(mnist, "NPZ_SHA256", sha256_file(npz))
    dataset = mnist.load(DatasetOptions("mnist"))
    assert same(dataset, arrays)
    assert [file.name for file in cache.iterdir()] == ["mnist.npz"]
    assert not any("publishes" in note for note in dataset.notes)


def test_a_download_with_another_hash_leaves_nothing(
    cache: Path, npz: Path, serve: Callable[[bytes], str]
) -> None:
    with pytest.raises(DatasetError, match="not the expected file"):
        mnist.load(DatasetOptions("mnist", url=serve(npz.read_bytes()), sha256="0" * 64))
    assert not list(cache.glob("*"))


def test_without_a_home_folder_the_error_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    with pytest.raises(CubeAIError, match="no home folder"):
        mnist.load(DatasetOptions("mnist"))


@pytest.mark.corpus
def test_the_real_files(corpus: Path, picture_contract: InputContract) -> None:
    dataset = from_path(corpus / "datasets" / "mnist")
    assert dataset.x_train.shape == (10_000, 28, 28)
    assert dataset.x_test.shape == (10_000, 28, 28)
    # the class counts of the published test set, and its first label
    assert np.bincount(dataset.y_test).tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]
    assert dataset.y_test[0] == 7
    check(picture_contract, dataset.x_train)
    check(picture_contract, dataset.x_test)

"""The handwritten digits that come with scikit-learn, brought to the size of MNIST: works offline.

Source: the copy of the test part of the UCI set "Optical Recognition of Handwritten Digits"
(E. Alpaydin, C. Kaynak, 1998) inside the scikit-learn package: 1,797 pictures of 8x8 cells, each cell
the number of ink pixels (0..16) in a 4x4 block of the scan. The package's data file is read directly,
which takes a fraction of the time of importing scikit-learn.
"""

from __future__ import annotations

import gzip
import zlib
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import ConfigError, DatasetError, MissingPathError, ToolMissingError
from cubeai_auto.files import refusals
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.loaders import refuse_signal
from cubeai_auto.models.options import DatasetOptions

__all__ = ["SPLIT_SEED", "enlarge", "load", "stratified_split"]

SPLIT_SEED = 0
"""Seed of the split into training and test part; fixed, so that accuracies can be compared."""

_TEST_SHARE = 0.2
_CELLS = 8
_INK = 16
_BOX = 20
_BORDER = 4

_NOTES = (
    "8x8 scans of the UCI optical digits, enlarged to 20x20 and framed to 28x28: coarser than MNIST",
    (
        "written by 13 people; the file does not say who wrote what, so the same hands are in the "
        "training and the test part and the accuracy is that for known writers"
    ),
    f"split: a fifth of each class for testing, chosen with the fixed seed {SPLIT_SEED}",
)


def load(options: DatasetOptions) -> Dataset:
    """The digits as white on black ``uint8`` pictures (N, 28, 28).

    Raises:
        ToolMissingError: scikit-learn is not installed.
        ConfigError: a path or address was given, which this data set has no use for.
        DatasetError: the package's file is damaged.
    """
    _refuse_place(options)
    refuse_signal(options)
    file = _data_file()
    table = _read_table(file)
    pictures = enlarge(table[:, :-1].reshape(-1, _CELLS, _CELLS))
    labels = table[:, -1]
    train, test = stratified_split(labels, _TEST_SHARE, SPLIT_SEED)
    return Dataset(
        name=options.name,
        source=f"scikit-learn {_release()}, {file.name}",
        classes=tuple(str(digit) for digit in range(10)),
        x_train=pictures[train],
        y_train=labels[train],
        x_test=pictures[test],
        y_test=labels[test],
        notes=_NOTES,
    )


def enlarge(cells: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Bring 8x8 cells (0..16) to 28x28 pixels (0..255), as MNIST has them: a 20x20 digit, framed.

    Bilinear with the centers of the outer cells repeated outwards, in whole numbers, so that every
    machine gets the same bytes.
    """
    weights = np.zeros((_BOX, _CELLS), np.int64)  # tenths: pixel i lies at cell 0.4 i - 0.3
    for pixel in range(_BOX):
        cell, tenths = divmod(4 * pixel - 3, 10)
        weights[pixel, max(cell, 0)] += 10 - tenths
        weights[pixel, min(cell + 1, _CELLS - 1)] += tenths
    hundredths = np.einsum("yi,nij,xj->nyx", weights, cells, weights)
    box = (hundredths * 255 + 50 * _INK) // (100 * _INK)
    frame = ((0, 0), (_BORDER, _BORDER), (_BORDER, _BORDER))
    return np.pad(box.astype(np.uint8), frame)


def stratified_split(
    labels: npt.NDArray[np.integer], share: float, seed: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Indices of the training and the test part, both in rising order.

    Args:
        labels: (N,).
        share: the part of each class that is kept for testing, rounded down to whole samples.
        seed: of the random choice. Drawn from NumPy's legacy generator: its stream is frozen for good
            (NEP 19), that of the newer ones is not.
    """
    stream = np.random.RandomState(seed)
    test = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        test[stream.permutation(members)[: int(len(members) * share)]] = True
    return np.flatnonzero(~test), np.flatnonzero(test)


def _refuse_place(options: DatasetOptions) -> None:
    if options.path is not None and not options.path.exists():
        msg = f"the data set's path does not exist: {options.path}"
        raise MissingPathError(msg)
    for key, value in (("path", options.path), ("url", options.url), ("sha256", options.sha256)):
        if value is not None:
            msg = f"the data set {options.name!r} comes with scikit-learn and takes no dataset.{key}"
            hint = "to read your own files: --set dataset.name=mnist"
            raise ConfigError(msg, key=f"dataset.{key}", hint=hint)


def _data_file() -> Path:
    spec = find_spec("sklearn")  # finds the package without importing it
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        file = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if file.is_file():
            return file
    what = "is not installed" if spec is None else "is installed without its digits"
    msg = f"the data set 'digits' comes with scikit-learn, which {what}"
    raise ToolMissingError(msg, hint='pip install "cubeai-auto[train]"')


def _release() -> str:
    try:
        return version("scikit-learn")
    except PackageNotFoundError:
        return "(release unknown)"


def _read_table(file: Path) -> npt.NDArray[np.int64]:
    with refusals("read", file):
        content = file.read_bytes()
    try:
        lines = gzip.decompress(content).decode("ascii").split()
        table = np.loadtxt(lines or ["0"], delimiter=",", ndmin=2)
    except (EOFError, ValueError, gzip.BadGzipFile, zlib.error) as error:
        msg = f"{file} is damaged: {error}"
        raise DatasetError(msg, hint="reinstall scikit-learn") from error
    cells = table.astype(np.int64)
    good = cells.shape[1] == _CELLS**2 + 1 and np.array_equal(cells, table)
    if not good or cells.min() < 0 or cells[:, :-1].max() > _INK or cells[:, -1].max() > 9:
        msg = f"{file} does not hold 8x8 digits with ink 0..16 and a label"
        raise DatasetError(msg, hint="reinstall scikit-learn")
    return cells

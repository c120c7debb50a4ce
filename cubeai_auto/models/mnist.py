"""MNIST: 28x28 handwritten digits, from files, from Keras' cache, or downloaded with a checked hash.

The data is by Y. LeCun and C. Cortes (CC BY-SA 3.0); the ``.npz`` form is the one Keras distributes.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from cubeai_auto.errors import ConfigError, DatasetError, MissingPathError
from cubeai_auto.files import refusals, sha256_file
from cubeai_auto.models.dataset import Dataset, Samples
from cubeai_auto.models.download import fetch
from cubeai_auto.models.idx import read_idx
from cubeai_auto.models.loaders import refuse_signal
from cubeai_auto.models.options import DatasetOptions

__all__ = ["NPZ_SHA256", "NPZ_URL", "load"]

NPZ_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
NPZ_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"

_SIDE = 28
_FULL_TRAINING = 60_000
_TIMEOUT = 120.0
_NPZ_LIMIT = 1 << 29
_KEYS = ("x_train", "y_train", "x_test", "y_test")
_IDX = {
    "x_train": "train-images{}idx3-ubyte",
    "y_train": "train-labels{}idx1-ubyte",
    "x_test": "t10k-images{}idx3-ubyte",
    "y_test": "t10k-labels{}idx1-ubyte",
}
_UNREADABLE = (  # what zipfile, zlib and NumPy raise for damaged, encrypted or foreign content
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, MemoryError,
)  # fmt: skip
_HINT = "give the files: --set dataset.path=FOLDER_WITH_IDX_FILES or --set dataset.path=mnist.npz"


def load(options: DatasetOptions) -> Dataset:
    """MNIST as white on black ``uint8`` pictures (N, 28, 28).

    With ``path``: a folder with the four IDX files (plain or gzip) or an ``.npz`` file; nothing else
    is then looked at. Without: Keras' cache (``$KERAS_HOME`` or ``~/.keras``, ``datasets/mnist.npz``);
    if it is not there, a download into that cache.

    Raises:
        MissingPathError: the path, or one of the four files in it, does not exist.
        ConfigError: an address without a hash, or a hash for a folder.
        DatasetError: damaged files, files of another kind, or another hash than demanded.
        RefusedError: the download failed, or the system does not let us read.
    """
    refuse_signal(options)
    if options.path is None:
        file, note = _cached(options)
        return _from_npz(file, options.name, () if note is None else (note,))
    if options.path.is_dir():
        if options.sha256 is not None:
            msg = f"dataset.sha256 is the hash of one file, but {options.path} is a folder"
            raise ConfigError(msg, key="dataset.sha256", hint="leave dataset.sha256 away")
        return _from_folder(options.path, options.name)
    if not options.path.exists():
        msg = f"the data set's path does not exist: {options.path}"
        raise MissingPathError(msg, hint="check dataset.path")
    if options.sha256 is not None:
        _demand(options.path, options.sha256)
    return _from_npz(options.path, options.name)


def _cached(options: DatasetOptions) -> tuple[Path, str | None]:
    """The ``.npz`` in Keras' cache, downloaded first if need be, and what to note about it."""
    if options.url is not None and options.sha256 is None:
        msg = "dataset.url needs dataset.sha256: a download is only accepted with a known hash"
        raise ConfigError(msg, key="dataset.sha256", hint="--set dataset.sha256=HASH (see sha256sum)")
    wanted = (options.sha256 or NPZ_SHA256).strip().lower()
    own = wanted != NPZ_SHA256  # Keras' own name is left to the file Keras expects there
    file = _cache_folder() / (f"mnist-{wanted[:12]}.npz" if own else "mnist.npz")
    if not file.exists():
        fetch(options.url or NPZ_URL, wanted, file, _TIMEOUT, hint=_HINT)
    found = sha256_file(file)
    if found == wanted:
        return file, None
    if options.sha256 is not None:
        _demand(file, wanted)
    return file, f"{file} is not the file that Keras publishes: its SHA-256 is {found}"


def _cache_folder() -> Path:
    home = os.environ.get("KERAS_HOME")
    try:
        return (Path(home) if home else Path.home() / ".keras") / "datasets"
    except RuntimeError as error:
        msg = "there is no home folder, so Keras' cache cannot be found"
        raise MissingPathError(msg, hint=_HINT) from error


def _demand(file: Path, sha256: str) -> None:
    found = sha256_file(file)
    if found != sha256.strip().lower():
        msg = f"{file} is not the expected file: its SHA-256 is {found}, not {sha256}"
        raise DatasetError(msg, hint="delete or replace the file, or correct dataset.sha256")


def _from_folder(folder: Path, name: str) -> Dataset:
    arrays: dict[str, Samples] = {}
    for key, pattern in _IDX.items():
        names = [pattern.format(mark) + packed for packed in ("", ".gz") for mark in "-."]
        file = next((folder / each for each in names if (folder / each).is_file()), None)
        if file is None:
            msg = f"{folder} does not hold {names[0]} (plain or .gz)"
            raise MissingPathError(msg, hint="give the folder with the four IDX files of MNIST")
        arrays[key] = read_idx(file, 3 if key.startswith("x") else 1)
    return _assemble(arrays, name, str(folder))


def _from_npz(file: Path, name: str, notes: tuple[str, ...] = ()) -> Dataset:
    hint = "give a folder with the four IDX files or an .npz with " + ", ".join(_KEYS)
    try:
        with refusals("read", file), zipfile.ZipFile(file) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > _NPZ_LIMIT:
            msg = f"{file} unpacks to {unpacked} bytes, more than the {_NPZ_LIMIT} that are accepted"
            raise DatasetError(msg, hint=hint)
        with np.load(file, allow_pickle=False) as stored:
            missing = [key for key in _KEYS if key not in stored]
            if missing:
                msg = f"{file} has no array {', '.join(missing)}; it has {', '.join(stored) or 'none'}"
                raise DatasetError(msg, hint=hint)
            arrays = {key: np.asarray(stored[key]) for key in _KEYS}
    except _UNREADABLE as error:
        msg = f"{file} is not a readable .npz file: {error}"
        raise DatasetError(msg, hint=hint) from error
    return _assemble(arrays, name, str(file), notes)


def _assemble(
    arrays: dict[str, Samples], name: str, source: str, notes: tuple[str, ...] = ()
) -> Dataset:
    for key in ("x_train", "x_test"):
        x = arrays[key]
        if x.dtype != np.uint8 or x.shape[1:] != (_SIDE, _SIDE):
            msg = f"{source}: {key} must be uint8 of shape (N, 28, 28), not {x.dtype} {x.shape}"
            raise DatasetError(msg)
    labels = {}
    for key in ("y_train", "y_test"):
        y = arrays[key]
        if not np.issubdtype(y.dtype, np.integer):
            msg = f"{source}: {key} must be integer labels, not {y.dtype}"
            raise DatasetError(msg)
        labels[key] = y.astype(np.int64)
    trained = len(arrays["x_train"])
    if trained != _FULL_TRAINING:
        notes = (*notes, f"{trained:,} training pictures (the published set has {_FULL_TRAINING:,})")
    return Dataset(
        name=name,
        source=source,
        classes=tuple(str(digit) for digit in range(10)),
        x_train=arrays["x_train"],
        y_train=labels["y_train"],
        x_test=arrays["x_test"],
        y_test=labels["y_test"],
        notes=notes,
    )

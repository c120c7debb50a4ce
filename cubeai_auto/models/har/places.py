"""Where a data set's files are: given, downloaded with a checked hash, or to be fetched by hand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.errors import ConfigError, DatasetError, MissingPathError
from cubeai_auto.files import sha256_file
from cubeai_auto.models.download import fetch
from cubeai_auto.models.options import DatasetOptions

__all__ = ["Upstream", "find_files"]

_TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a data set comes from.

    Attributes:
        where: the page to fetch it from by hand.
        what: the file or folder to give as ``dataset.path``.
        url: a file at an address that never changes; empty if there is none.
        sha256: its hash.
    """

    where: str
    what: str
    url: str = ""
    sha256: str = ""


def find_files(options: DatasetOptions, upstream: Upstream) -> Path:
    """The file or folder of a data set, downloaded first if need be and possible.

    Raises:
        MissingPathError: ``dataset.path`` does not exist.
        ConfigError: no path where one is needed, an address without a hash, a hash for a folder.
        DatasetError: the file has another hash than the one asked for.
        RefusedError: the download failed, or the system does not let us read.
    """
    hint = f"{upstream.what}, from {upstream.where}: --set dataset.path=..."
    if options.path is not None:
        return _given(options.path, options.sha256, hint)
    url, sha256 = options.url or upstream.url, options.sha256 or upstream.sha256
    if options.url is not None and options.sha256 is None:
        msg = "dataset.url needs dataset.sha256: a download is only accepted with a known hash"
        raise ConfigError(msg, key="dataset.sha256", hint="--set dataset.sha256=HASH (see sha256sum)")
    if not url:
        msg = f"the data set {options.name!r} does not come with this package and has to be fetched"
        raise ConfigError(msg, key="dataset.path", hint=hint)
    wanted = sha256.strip().lower()
    file = _cache_folder() / f"{options.name}-{wanted[:12]}{Path(url).suffix}"
    if not file.exists():
        fetch(url, wanted, file, _TIMEOUT, hint=hint)
    return _given(file, wanted, hint)


def _given(path: Path, sha256: str | None, hint: str) -> Path:
    if not path.exists():
        msg = f"the data set's path does not exist: {path}"
        raise MissingPathError(msg, hint=hint)
    if sha256 is None:
        return path
    if path.is_dir():
        msg = f"dataset.sha256 is the hash of one file, but {path} is a folder"
        raise ConfigError(msg, key="dataset.sha256", hint="leave dataset.sha256 away")
    found = sha256_file(path)
    if found != sha256.strip().lower():
        msg = f"{path} is not the expected file: its SHA-256 is {found}, not {sha256}"
        raise DatasetError(msg, hint="delete or replace the file, or correct dataset.sha256")
    return path


def _cache_folder() -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    try:
        base = Path(given) if given else Path.home() / ".cache"
    except RuntimeError as error:
        msg = "there is no home folder, so there is no place for a download"
        raise MissingPathError(msg, hint="give the files: --set dataset.path=...") from error
    return base / "cubeai-auto" / "datasets"

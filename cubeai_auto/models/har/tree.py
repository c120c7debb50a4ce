"""The files of a data set, in a folder or in a zip archive, read as streams."""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

from cubeai_auto.errors import DatasetError, MissingPathError
from cubeai_auto.files import refusals

__all__ = ["Tree", "open_tree"]

_LARGEST: Final = 1 << 31
_BROKEN: Final = (  # what zipfile and zlib raise for damaged, encrypted or foreign content
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


class Tree:
    """Names with ``/`` between folders, and the content behind them."""

    def __init__(self, path: Path, names: tuple[str, ...], archive: zipfile.ZipFile | None) -> None:
        self.path = path
        self.names = names
        """All files, in the order of their names; without those that a Mac adds to archives."""
        self._archive = archive

    def ending(self, suffix: str) -> tuple[str, ...]:
        """The names that end so, whatever the case of their letters."""
        return tuple(name for name in self.names if name.lower().endswith(suffix.lower()))

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """The content of a file.

        Raises:
            DatasetError: the archive is damaged there.
            RefusedError: the system does not let us read.
        """
        with refusals("read", self.path / name):
            if self._archive is None:
                with (self.path / name).open("rb") as stream:
                    yield stream
                return
            try:
                with self._archive.open(name) as member:
                    yield member
            except _BROKEN as error:
                msg = f"{self.path}: {name} is damaged: {error}"
                raise DatasetError(msg, hint="fetch the archive again") from error


@contextlib.contextmanager
def open_tree(path: Path) -> Iterator[Tree]:
    """A folder, or a zip archive, as a tree.

    Raises:
        MissingPathError: the path does not exist.
        DatasetError: a file that is no readable zip archive, or that unpacks to more than 2 GiB.
        RefusedError: the system does not let us read.
    """
    with contextlib.ExitStack() as stack:
        archive: zipfile.ZipFile | None = None
        with refusals("read", path):
            if path.is_dir():
                found = [
                    file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()
                ]
            elif not path.exists():
                msg = f"the data set's path does not exist: {path}"
                raise MissingPathError(msg, hint="check dataset.path")
            else:
                archive = stack.enter_context(_archive(path))
                found = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        yield Tree(path, tuple(sorted(filter(_wanted, found))), archive)


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(path)
        unpacked = sum(entry.file_size for entry in archive.infolist())
    except _BROKEN as error:
        msg = f"{path} is not a readable zip archive: {error}"
        raise DatasetError(
            msg, hint="give the zip file as published, or the unpacked folder"
        ) from error
    if unpacked > _LARGEST:
        archive.close()
        msg = f"{path} unpacks to {unpacked} bytes, more than the {_LARGEST} that are accepted"
        raise DatasetError(msg, hint="unpack it and give the folder")
    return archive


def _wanted(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" not in parts and not any(part.startswith("._") for part in parts)

"""Files that appear whole or not at all, content hashes, and the templates that ship as data."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cubeai_auto.errors import MissingPathError, RefusedError

__all__ = [
    "existing_file",
    "new_directory",
    "refusals",
    "sha256_bytes",
    "sha256_file",
    "templates_dir",
    "temporary_folder",
    "write_atomic",
    "write_files",
]


@contextlib.contextmanager
def refusals(doing: str, path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a typed error.

    Raises:
        RefusedError: any :class:`OSError` raised inside, with the path and what was being done.
    """
    try:
        yield
    except OSError as error:
        msg = f"cannot {doing} {path}: {error.strerror or error}"
        raise RefusedError(msg, hint="check free disk space and permissions") from error


def existing_file(path: Path, what: str) -> Path:
    """The path itself, if it is a file.

    Raises:
        MissingPathError: it does not exist or is a folder.
    """
    if path.is_dir():
        msg = f"{what} is a folder, not a file: {path}"
        raise MissingPathError(msg)
    if not path.exists():
        msg = f"{what} does not exist: {path}"
        raise MissingPathError(msg)
    return path


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write a file beside its place and rename it there; text is UTF-8 with LF line ends.

    What UTF-8 cannot say (bytes of a file name that are no text) is written as an escape.

    Raises:
        RefusedError: the disk is full, the folder is read-only, ...; nothing is left behind.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with refusals("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def new_directory(path: Path) -> Iterator[Path]:
    """A folder that appears at ``path`` when the block ends well, and not at all otherwise.

    The block fills a sibling; an existing folder at ``path`` is replaced only at the end. A
    sibling left behind by a killed process is removed by the next call for the same path.

    Raises:
        RefusedError: the sibling cannot be made or moved.
    """
    part = path.with_name(f".{path.name}.part")
    with refusals("prepare", part):
        path.parent.mkdir(parents=True, exist_ok=True)
        if part.exists():
            shutil.rmtree(part)
        part.mkdir()
    try:
        yield part
        with refusals("move into place", path):
            old = path.with_name(f".{path.name}.old")
            if old.exists():
                shutil.rmtree(old)
            if path.exists():
                path.replace(old)
            part.replace(path)
            if old.exists():
                shutil.rmtree(old)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def sha256_bytes(data: bytes) -> str:
    """SHA-256 of the bytes, as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's content, as 64 hex digits.

    Raises:
        RefusedError: the file cannot be read.
    """
    with refusals("read", path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def templates_dir() -> Path:
    """The folder ``cube_templates``: inside an installed wheel, or beside a source checkout."""
    package = Path(__file__).resolve().parent
    for candidate in (package / "cube_templates", package.parent / "cube_templates"):
        if candidate.is_dir():
            return candidate
    msg = f"the templates that ship with cubeai_auto are missing beside {package}"
    raise MissingPathError(msg, hint="reinstall the package")


@contextlib.contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """A folder that is gone afterwards, in ``parent`` or the system's place.

    Raises:
        RefusedError: it cannot be made.
    """
    with refusals("make a temporary folder in", parent or Path("the system's temporary folder")):
        folder = tempfile.TemporaryDirectory(
            prefix="cubeai-auto-", dir=parent, ignore_cleanup_errors=True
        )
    with folder as name:
        yield Path(name)


def write_files(directory: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write several files into a folder; none is touched before all are safely on the disk.

    Other files in the folder stay. A folder that did not exist appears whole.

    Raises:
        MissingPathError: ``directory`` is a file.
        RefusedError: disk full, no permission, ...; the folder is as it was.
    """
    if directory.exists() and not directory.is_dir():
        msg = f"not a folder: {directory}"
        raise MissingPathError(msg)
    exists = directory.exists()
    with refusals("write into", directory):
        directory.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(
            tempfile.mkdtemp(
                prefix=f".{directory.name}.",
                suffix=".part",
                dir=directory if exists else directory.parent,
            )
        )
        try:
            for name, content in contents.items():
                write_atomic(staging / name, content)
            if exists:
                _replace_files(staging, directory, list(contents))
            else:
                staging.chmod(0o755)
                staging.replace(directory)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _replace_files(staging: Path, directory: Path, names: Sequence[str]) -> None:
    """Move files into a folder; if one cannot be moved, those it had are put back."""
    kept = staging / ".kept.old"
    kept.mkdir()
    before = [name for name in names if (directory / name).exists()]
    for name in before:
        shutil.copy2(directory / name, kept / name)
    moved: list[str] = []
    try:
        for name in names:
            (staging / name).replace(directory / name)
            moved.append(name)
    except BaseException:
        for name in moved:
            with contextlib.suppress(OSError):
                if name in before:
                    (kept / name).replace(directory / name)
                else:
                    (directory / name).unlink()
        raise

"""Several files in several folders replaced together: all of them, or none."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.errors import RefusedError
from cubeai_auto.files import refusals

__all__ = ["Replacement", "replace_all"]


@dataclass(frozen=True, slots=True)
class Replacement:
    """What shall become of a file; ``None`` is a file that does not exist."""

    path: Path
    before: bytes | None
    after: bytes | None


def replace_all(replacements: Sequence[Replacement]) -> None:
    """Write, replace and delete files so that all are done or none is.

    New contents are first written beside their places and read back; then it is checked that
    nobody changed a file in the meantime; only then are they renamed. If one cannot be, those
    before it get their old content back.

    Raises:
        RefusedError: the operating system refused, or a file is not as it was when it was read.
    """
    staged: dict[Path, Path] = {}
    done: list[Replacement] = []
    try:
        for item in replacements:
            if item.after is not None:
                staged[item.path] = _stage(item.path, item.after)
        for item in replacements:
            _check_content(item.path, item.before, "was changed by another program")
        for item in replacements:
            done.append(item)
            with refusals("replace", item.path):
                if item.after is None:
                    item.path.unlink(missing_ok=True)
                else:
                    staged[item.path].replace(_real(item.path))
                    del staged[item.path]
    except BaseException:
        for item in reversed(done):
            _restore(item)
        raise
    finally:
        for temporary in staged.values():
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _real(path: Path) -> Path:
    """The file behind a symbolic link, so that the link stays one."""
    return path.resolve()


def _content(path: Path) -> bytes | None:
    with refusals("read", path):
        return path.read_bytes() if path.exists() else None


def _check_content(path: Path, wanted: bytes | None, what: str) -> None:
    if _content(path) != wanted:
        msg = f"{path} {what}; nothing was changed"
        raise RefusedError(msg, hint="close other programs that write there, then try again")


def _stage(path: Path, content: bytes) -> Path:
    """The new content beside its place, on the disk and read back, with the old file's mode."""
    real = _real(path)
    with refusals("write", path):
        mode = real.stat().st_mode & 0o7777 if real.exists() else 0o644
        handle, name = tempfile.mkstemp(prefix=f".{real.name}.", suffix=".part", dir=real.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(mode)
            _check_content(temporary, content, "is not what was written")
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return temporary


def _restore(item: Replacement) -> None:
    """Give a file its old content back, as well as that is still possible."""
    with contextlib.suppress(OSError, RefusedError):
        if item.before is None:
            item.path.unlink(missing_ok=True)
        elif _content(item.path) != item.before:
            temporary = _stage(item.path, item.before)
            try:
                temporary.replace(_real(item.path))
            except OSError:
                temporary.unlink(missing_ok=True)

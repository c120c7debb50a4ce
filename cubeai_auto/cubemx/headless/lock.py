"""One CubeMX at a time: two at once wait for each other's packs."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cubeai_auto.errors import ToolTimeoutError
from cubeai_auto.files import refusals

__all__ = ["exclusive"]

_POLL_SECONDS = 0.1


@contextlib.contextmanager
def exclusive(path: Path, *, timeout: float, command: str) -> Iterator[None]:
    """Hold a lock file for the duration of the block; the system frees it if this process dies.

    Args:
        path: the lock file; it stays behind, empty.
        timeout: seconds to wait for another process.
        command: what waits, for the error.

    Raises:
        RefusedError: the file cannot be made.
        ToolTimeoutError: another process held the lock all the time.
    """
    with refusals("lock", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + timeout
        while not _locked(handle):
            if time.monotonic() >= deadline:
                msg = f"another process has been running CubeMX for {timeout:g} s"
                raise ToolTimeoutError(msg, command=command, hint=f"its lock is {path}")
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

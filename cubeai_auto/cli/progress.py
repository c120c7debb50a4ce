"""Progress of a long run on standard error: a line a step, and a passing detail on a terminal."""

from __future__ import annotations

import sys
import time

__all__ = ["StderrNarrator"]

_CLEAR = "\r\x1b[K"


class StderrNarrator:
    """Says what is going on, with the seconds since the start.

    On a terminal a step's details overwrite each other; elsewhere they are left out.
    """

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._live = sys.stderr.isatty()
        self._pending = False

    def step(self, text: str) -> None:
        """A new step begins."""
        self._clear()
        self._write(f"[{time.monotonic() - self._started:6.1f} s] {text}\n")

    def detail(self, text: str) -> None:
        """Something inside the current step."""
        if self._live:
            self._clear()
            self._write(f"           {text}")
            self._pending = True

    def close(self) -> None:
        """No detail stays behind."""
        self._clear()

    def _clear(self) -> None:
        if self._pending:
            self._write(_CLEAR)
            self._pending = False

    def _write(self, text: str) -> None:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()

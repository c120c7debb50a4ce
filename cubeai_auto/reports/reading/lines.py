"""The lines of a text report, cleaned, one at a time: a report may be many megabytes."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from cubeai_auto.errors import InputError
from cubeai_auto.reports.reading.titles import is_rule, section_of

__all__ = ["LineReader", "as_utf8", "clean_lines", "marker_in"]

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]")
_LONGEST = 8 << 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_MARKER_LENGTH = 7
_FIGURE = frozenset("0123456789.,")


def marker_in(line: str) -> bool:
    """Whether a line is a conflict marker that git left behind."""
    if not line.startswith(_MARKERS):
        return False
    return len(line) == _MARKER_LENGTH or (line[_MARKER_LENGTH] == " " and line[0] in "<>|")


def as_utf8(stream: BinaryIO) -> BinaryIO:
    """The stream itself, or its UTF-16 text (a console redirected by PowerShell) as UTF-8."""
    start = stream.read(2)
    stream.seek(0)
    if start not in _UTF16:
        return stream
    return io.BytesIO(stream.read().decode("utf-16", errors="replace").encode("utf-8"))


def clean_lines(stream: BinaryIO, file: Path, note: Callable[[str], None]) -> Iterator[tuple[int, str]]:
    """Number (from 1) and text of each line, without line end, colors and overwritten progress.

    Bytes that are not UTF-8 become replacement characters. After the first progress line of a
    console capture blank lines are left out, because they then stand between any two table rows.
    A last line that ends in a figure without a line end is left out with a note: the file may be
    cut off within the figure.

    Raises:
        InputError: a conflict marker that git left, or a line of more than 8 MiB.
    """
    console = False
    number = 0
    while raw := stream.readline(_LONGEST):
        number += 1
        if len(raw) == _LONGEST and not raw.endswith(b"\n"):
            msg = f"{file}:{number}: a line of more than {_LONGEST >> 20} MiB: not a report"
            raise InputError(msg)
        text = raw.decode("utf-8", errors="replace").rstrip()
        if number == 1:
            text = text.removeprefix("\ufeff")
        if "\x1b" in text:
            text = _ANSI.sub("", text).rstrip()
        if "\r" in text:
            text = text.rpartition("\r")[2]
        if marker_in(text):
            msg = f"{file}:{number}: git conflict marker {text[:60]!r}: the file holds two versions"
            raise InputError(msg, hint="resolve the conflict, or check out one of the two reports")
        if text.lstrip().startswith("PASS:"):
            console = True
        elif text[-1:] in _FIGURE and not raw.endswith(b"\n"):
            note(f"line {number}: cut off within a figure: left out")
        elif text or not console:
            yield number, text


class LineReader:
    """Lines that can be put back; ``number`` is that of the line taken last."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._pushed: deque[tuple[int, str]] = deque()
        self.number = 0

    def take(self) -> str | None:
        """The next line; ``None`` at the end."""
        if self._pushed:
            self.number, line = self._pushed.popleft()
            return line
        try:
            self.number, line = next(self._lines)
        except StopIteration:
            return None
        return line

    def push(self, line: str) -> None:
        """Put the line taken last back."""
        self._pushed.appendleft((self.number, line))

    def peek(self) -> str | None:
        """The next line, which stays; ``None`` at the end."""
        number = self.number
        line = self.take()
        if line is not None:
            self.push(line)
        self.number = number
        return line

    def body(self) -> Iterator[str]:
        """The lines up to the next section's title, which stays; the title may be unknown."""
        previous = "the title"
        while (line := self.take()) is not None:
            if section_of(line) is not None or (previous == "" and self.starts_unknown(line)):
                self.push(line)
                return
            previous = line
            yield line

    def starts_unknown(self, line: str) -> bool:
        """Whether a line looks like a title of its own: text over a rule."""
        if not line or is_rule(line) or line.startswith("   "):
            return False
        following = self.peek()
        return following is not None and is_rule(following)

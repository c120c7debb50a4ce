"""On which line of a TOML text each key stands, which ``tomllib`` does not tell.

The scan follows TOML 1.0 (https://toml.io/en/v1.0.0) just far enough to know where keys and
values begin and end. It is meant for text that ``tomllib`` has accepted; in any other text it
stops at the first thing it does not understand and keeps what it has.
"""

from __future__ import annotations

import bisect
import contextlib
import re
import tomllib
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["MAX_DEPTH", "KeyPath", "line_of", "locate_keys"]

KeyPath = tuple[str | int, ...]
"""The way to a value: keys of tables, and indices in arrays."""

MAX_DEPTH = 8
"""Longer paths are not recorded, so that absurd nesting costs no memory."""

_VOID = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANKS = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # a multi-line string may end in quotes of its own
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


class _LostError(Exception):
    """The text at hand is not TOML."""


def locate_keys(text: str) -> Mapping[KeyPath, int]:
    """The 1-based line of every table, key and array element.

    A table stands where its header is, or else where it is first mentioned.

    Args:
        text: a TOML document.

    Returns:
        Lines by path, such as ``("engine", "name")`` or ``("validate", "on", 1)``; read-only.
    """
    scanner = _Scanner(text)
    # What was found before a stop still helps.
    with contextlib.suppress(_LostError, RecursionError, tomllib.TOMLDecodeError):
        scanner.document()
    return MappingProxyType(scanner.lines)


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """The line of a path, or of the innermost thing around it that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class _Scanner:
    """A position in a text, and the lines found so far."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._array_tables: dict[KeyPath, int] = {}

    def document(self) -> None:
        """Headers and key-value pairs up to the end."""
        table: KeyPath = ()
        self._match(_VOID)
        while self._at < len(self._text):
            if self._take("[["):
                table = self._header(repeated=True)
                self._expect("]]")
            elif self._take("["):
                table = self._header(repeated=False)
                self._expect("]")
            else:
                self._pair(table)
            self._match(_VOID)

    def _header(self, *, repeated: bool) -> KeyPath:
        line = self._line()
        path: KeyPath = ()
        parts = self._key()
        for position, part in enumerate(parts):
            path = self._below(path, part)
            last = position == len(parts) - 1
            if last and not repeated:
                self.lines[path] = line
            else:
                self.lines.setdefault(path, line)
            if last and repeated:
                self._array_tables[path] = self._array_tables.get(path, -1) + 1
            if path in self._array_tables:
                path = self._below(path, self._array_tables[path])
                self.lines.setdefault(path, line)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = self._below(path, part)
            self.lines.setdefault(path, line)
        self._expect("=")
        self._match(_BLANKS)
        self._value(path)

    def _key(self) -> list[str]:
        """The parts of a dotted key, with the blanks around them."""
        parts: list[str] = []
        while True:
            self._match(_BLANKS)
            if self._text[self._at : self._at + 1] in {'"', "'"}:
                quoted = self._match(_STRING)
                parts.append(str(tomllib.loads(f"key = {quoted}")["key"]))
            else:
                parts.append(self._match(_BARE_KEY))
            self._match(_BLANKS)
            if not self._take("."):
                return parts

    def _value(self, path: KeyPath) -> None:
        if self._take("["):
            index = 0
            while not self._closed("]"):
                element = self._below(path, index)
                self.lines.setdefault(element, self._line())
                self._value(element)
                index += 1
        elif self._take("{"):
            while not self._closed("}"):
                self._pair(path)
        elif self._text[self._at : self._at + 1] in {'"', "'"}:
            self._match(_STRING)
        else:
            self._match(_SCALAR)

    def _closed(self, end: str) -> bool:
        """Whether the closing bracket is next; a comma before it is passed over."""
        self._match(_VOID)
        if self._take(","):
            self._match(_VOID)
        return self._take(end)

    def _below(self, path: KeyPath, part: str | int) -> KeyPath:
        return path if len(path) == MAX_DEPTH else (*path, part)

    def _line(self) -> int:
        return bisect.bisect_left(self._line_ends, self._at) + 1

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise _LostError
        self._at = match.end()
        return match[0]

    def _take(self, token: str) -> bool:
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise _LostError

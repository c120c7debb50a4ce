"""The assignments of a Makefile, line by line, with the place of every word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Assignment", "Line", "Word", "assignments_of", "lines_of"]

_ASSIGNMENT = re.compile(
    r" *(?:(?:export|override|unexport) +)*([A-Za-z0-9_.\-]+)[ \t]*(\+=|\?=|!=|:{0,3}=)"
)
_WORD = re.compile(r"\S+")
_OPENING = re.compile(r"[ \t]*(?:ifeq|ifneq|ifdef|ifndef)\b")
_CLOSING = re.compile(r"[ \t]*endif\b")
_DEFINE = re.compile(r" *(?:override +)?define\b")
_ENDEF = re.compile(r" *endef\b")
_COMMENT = re.compile(r"(?<!\\)#")


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line: offset, text without line end, and the line end."""

    start: int
    text: str
    newline: str

    @property
    def end(self) -> int:
        """The offset behind the text."""
        return self.start + len(self.text)

    @property
    def continues(self) -> bool:
        """Whether a backslash joins the next line."""
        return (len(self.text) - len(self.text.rstrip("\\"))) % 2 == 1


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a value, and where it stands."""

    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """``NAME = words``, over all its lines.

    Attributes:
        name: the variable.
        operator: ``=``, ``:=``, ``+=``, ...
        first: number of its first line, from 0.
        last: number of its last line.
        words: the words of the value.
        commented: whether the value ends in a comment.
        conditional: whether it stands between ``if...`` and ``endif``.
    """

    name: str
    operator: str
    first: int
    last: int
    words: tuple[Word, ...]
    commented: bool
    conditional: bool


def lines_of(text: str) -> tuple[Line, ...]:
    """The physical lines of a text."""
    found: list[Line] = []
    start = 0
    parts = text.split("\n")
    for number, part in enumerate(parts):
        if number == len(parts) - 1:
            if part:
                found.append(Line(start, part, ""))
            break
        body = part.removesuffix("\r")
        found.append(Line(start, body, part[len(body) :] + "\n"))
        start += len(part) + 1
    return tuple(found)


def assignments_of(lines: Sequence[Line]) -> Iterator[Assignment]:
    """The assignments, in order; recipes and ``define`` bodies have none."""
    number, depth, defining = 0, 0, False
    while number < len(lines):
        first = number
        text = lines[first].text
        while lines[number].continues and number + 1 < len(lines):
            number += 1
        last, number = number, number + 1
        if defining:
            defining = not _ENDEF.match(text)
        elif _DEFINE.match(text):
            defining = True
        elif _OPENING.match(text):
            depth += 1
        elif _CLOSING.match(text):
            depth = max(0, depth - 1)
        elif match := _ASSIGNMENT.match(text):
            yield _assignment(lines, first, last, match, depth > 0)


def _assignment(
    lines: Sequence[Line], first: int, last: int, match: re.Match[str], conditional: bool
) -> Assignment:
    words: list[Word] = []
    commented = False
    for number in range(first, last + 1):
        line = lines[number]
        begin = match.end() if number == first else 0
        text = line.text[: len(line.text) - 1] if line.continues else line.text
        comment = _COMMENT.search(text, begin)
        if comment:
            commented = True
            text = text[: comment.start()]
        words += (
            Word(word[0], line.start + word.start(), line.start + word.end(), number)
            for word in _WORD.finditer(text, begin)
        )
        if comment:
            break
    return Assignment(match[1], match[2], first, last, tuple(words), commented, conditional)

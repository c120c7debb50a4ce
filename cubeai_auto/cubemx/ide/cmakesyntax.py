"""The commands of a CMake file, with their arguments and places (cmake-language(7))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cubeai_auto.cubemx.ide.edit import IdeFormatError

__all__ = ["Command", "commands_of", "resolved", "variables_of"]

_SPACE = re.compile(r"[ \t\r\n]+")
_BRACKET = re.compile(r"\[(=*)\[")
_LINE_COMMENT = re.compile(r"#[^\n]*")
_IDENTIFIER = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[ \t]*\(")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_UNQUOTED = re.compile(r"(?:[^\s()#\"\\]|\\.|\"(?:[^\"\\]|\\.)*\")+", re.DOTALL)
_REFERENCE = re.compile(r"\$\{([A-Za-z0-9_.\-/+]+)\}")
_LONGEST = 4096
_OPENING = {"function", "macro", "foreach", "while", "block"}
_CLOSING = {f"end{name}" for name in _OPENING}


@dataclass(frozen=True, slots=True)
class Command:
    """A command invocation.

    Attributes:
        name: in lower case.
        arguments: as written; quoted ones with their quotes.
        start: the offset of the name.
        end: the offset behind the closing parenthesis.
        inner: whether it stands in the body of a function, macro, loop or block.
    """

    name: str
    arguments: tuple[str, ...]
    start: int
    end: int
    inner: bool

    def word(self, number: int) -> str:
        """An argument without quotes; empty if there is none."""
        text = self.arguments[number] if number < len(self.arguments) else ""
        return text[1:-1] if len(text) > 1 and text.startswith('"') else text


def commands_of(text: str) -> Iterator[Command]:
    """The commands in order.

    Raises:
        IdeFormatError: the text is no CMake code; the message has the line.
    """
    position, depth = 0, 0
    while (position := _skipped(text, position)) < len(text):
        match = _IDENTIFIER.match(text, position)
        if match is None:
            raise _damaged(text, position, "neither a comment nor a command")
        arguments, end = _arguments(text, match.end(), match.start())
        name = match[1].lower()
        depth -= 1 if name in _CLOSING and depth else 0
        yield Command(name, arguments, match.start(), end, depth > 0)
        depth += 1 if name in _OPENING else 0
        position = end


def _skipped(text: str, position: int) -> int:
    """The offset behind white space and comments."""
    while position < len(text):
        if match := _SPACE.match(text, position):
            position = match.end()
        elif text[position] != "#":
            break
        elif bracket := _BRACKET.match(text, position + 1):
            position = _bracket_end(text, bracket)
        elif match := _LINE_COMMENT.match(text, position):
            position = match.end()
    return position


def _bracket_end(text: str, bracket: re.Match[str]) -> int:
    closing = f"]{bracket[1]}]"
    end = text.find(closing, bracket.end())
    if end < 0:
        raise _damaged(text, bracket.start(), "a bracket that is not closed")
    return end + len(closing)


def _arguments(text: str, position: int, start: int) -> tuple[tuple[str, ...], int]:
    """The arguments of a command whose parenthesis is open, and the offset behind it."""
    found: list[str] = []
    depth = 1
    while (position := _skipped(text, position)) < len(text):
        letter = text[position]
        if letter in "()":
            depth += 1 if letter == "(" else -1
            position += 1
            if depth == 0:
                return tuple(found), position
            continue
        begin = position
        bracket = _BRACKET.match(text, position)
        match = (_QUOTED if letter == '"' else _UNQUOTED).match(text, position)
        if bracket is not None:
            position = _bracket_end(text, bracket)
        elif match is not None:
            position = match.end()
        else:
            raise _damaged(text, position, "an argument that does not end")
        found.append(text[begin:position])
    raise _damaged(text, start, "a command that does not end")


def variables_of(commands: Iterator[Command] | tuple[Command, ...]) -> dict[str, str]:
    """What simple ``set(NAME value)`` and ``project(NAME)`` commands give the variables."""
    values: dict[str, str] = {}
    for command in commands:
        if command.inner:
            continue
        if command.name == "set" and len(command.arguments) >= 2:
            values[command.word(0)] = resolved(command.word(1), values)
        elif command.name == "project" and command.arguments:
            name = resolved(command.word(0), values)
            values["PROJECT_NAME"] = name
            values.setdefault("CMAKE_PROJECT_NAME", name)
    return values


def resolved(text: str, values: dict[str, str]) -> str:
    """A text with ``${...}`` of known variables replaced; as it is if that would be too long."""
    new = _REFERENCE.sub(lambda match: values.get(match[1], match[0]), text)
    return new if len(new) <= _LONGEST else text


def _damaged(text: str, position: int, what: str) -> IdeFormatError:
    line = text.count("\n", 0, position) + 1
    return IdeFormatError(
        f"line {line}: {what}", hint="restore the CMakeLists.txt from version control"
    )

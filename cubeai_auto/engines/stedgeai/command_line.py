"""A command line of any version read back into a request: the counterpart of ``arguments.build``.

Reports quote command lines without quotes, so that a path with blanks falls into several words;
read from a text, they are joined again. Backslashes are part of Windows paths, never escapes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cubeai_auto.engines.stedgeai.arguments import check_value
from cubeai_auto.engines.stedgeai.connection import Connection
from cubeai_auto.engines.stedgeai.options import OptionRow, command_rows, rows_for
from cubeai_auto.engines.stedgeai.requests import (
    AnalyzeRequest,
    GenerateRequest,
    SupportedOpsRequest,
    ToolRequest,
    ValidateRequest,
)
from cubeai_auto.engines.stedgeai.versions import ToolVersion
from cubeai_auto.errors import UsageError

__all__ = ["parse", "split_words"]

_PROGRAM = re.compile(r"(?:^|.*[/\\])(?:stm32ai|stedgeai)(?:\.exe)?$", re.IGNORECASE)
_WORD = re.compile(r"""(?P<name>--?[\w-]+=)?(?:"(?P<dq>[^"]*)"|'(?P<sq>[^']*)')(?=\s|$)|\S+""")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_EMPTY: dict[str, ToolRequest] = {
    "analyze": AnalyzeRequest(),
    "generate": GenerateRequest(),
    "validate": ValidateRequest(),
    "supported-ops": SupportedOpsRequest(),
}


def split_words(line: str) -> list[str]:
    """Words of a command line; whole words in quotes lose them, backslashes stay."""
    words = []
    for match in _WORD.finditer(line.strip()):
        quoted = match["dq"] if match["dq"] is not None else match["sq"]
        words.append(match[0] if quoted is None else (match["name"] or "") + quoted)
    return words


def parse(line: str | Sequence[str], version: ToolVersion) -> ToolRequest:
    """The request that a command line of a version makes.

    Args:
        line: the text of a report (``Parameters``) or of a shell, with or without the program;
            or the words themselves.
        version: of the tool; it decides what ``--target`` means.

    Raises:
        UsageError: an unknown command or option, or a value that the option does not take.
    """
    loose = isinstance(line, str)
    words = split_words(line) if isinstance(line, str) else list(line)
    if words and _PROGRAM.match(words[0]):
        words.pop(0)
    command = _command(words, version)
    reader = _Reader(rows_for(command, version), command, version, words, loose)
    return reader.read()


def _command(words: list[str], version: ToolVersion) -> str:
    """Take the command off the words; stedgeai's default is analyze."""
    if not words or words[0].startswith("-"):
        return "analyze"
    word = words.pop(0)
    for row in command_rows():
        if word in (row.name, *row.aliases) and row.span.covers(version):
            if row.name not in _EMPTY:
                msg = f"the command {row.name} of {version} is not driven"
                raise UsageError(msg, hint=row.alternative)
            return row.name
    known = ", ".join(row.name for row in command_rows() if row.span.covers(version))
    msg = f"{version} has no command {word!r}"
    raise UsageError(msg, hint=f"commands: {known}")


@dataclass(slots=True)
class _Reader:
    """The words that are left, and the fields found so far."""

    rows: tuple[OptionRow, ...]
    command: str
    version: ToolVersion
    words: list[str]
    loose: bool
    # Values of every field's own type; `replace` below is where they meet the typed request.
    found: dict[str, Any] = field(default_factory=dict)

    def read(self) -> ToolRequest:
        while self.words:
            word = self.words.pop(0)
            name, equals, value = word.partition("=")
            if not name.startswith("-"):
                msg = f"{self.version} {self.command} does not take the word {word!r}"
                raise UsageError(msg, hint="put paths with blanks in quotes")
            rows = self._rows_named(name)
            self._take(rows, value if equals else None)
        return replace(_EMPTY[self.command], **self.found)

    def _rows_named(self, name: str) -> list[OptionRow]:
        """The rows of an option by name, alias, or unique beginning (as argparse allows)."""
        exact = [row for row in self.rows if name in (row.name, *row.aliases)]
        if exact:
            return exact
        begun = [row for row in self.rows if name.startswith("--") and row.name.startswith(name)]
        if len({row.name for row in begun}) == 1:
            return begun
        msg = f"{self.version} {self.command} has no option {name}"
        if begun:
            msg = f"{name} may be " + " or ".join(sorted({row.name for row in begun}))
        raise UsageError(msg, hint="see the tool's --help")

    def _take(self, rows: list[OptionRow], attached: str | None) -> None:
        row = rows[0]
        match row.kind:
            case "flag":
                if attached is not None:
                    msg = f"{row.name} takes no value, and {attached!r} was given"
                    raise UsageError(msg, hint=f"write {row.name} alone")
                self.found[row.field] = row.means
            case "optional":
                text = attached if attached is not None else self._value(row, optional=True)
                self.found[row.field] = self._checked(row, text)
            case "list":
                self.found[row.field] = tuple(self._list(row, attached))
            case "numbers":
                self.found[row.field] = tuple(self._numbers(row, attached))
            case _:
                text = attached if attached is not None else self._value(row)
                chosen = next((r for r in rows if r.pattern and r.fits(text)), None)
                plain = next((r for r in rows if not r.pattern), row)
                self._single(chosen or plain, text)

    def _single(self, row: OptionRow, text: str) -> None:
        value: Any
        match row.kind:
            case "repeat":
                value = (*self.found.get(row.field, ()), text)
            case "connection":
                value = Connection.parse(text)
            case "comma":
                value = tuple(self._checked(row, part) for part in text.split(","))
            case "integer":
                value = int(self._checked(row, text))
            case _:
                value = self._checked(row, text)
        self.found[row.field] = value
        if row.also:
            self.found[row.also] = value

    def _checked(self, row: OptionRow, text: str) -> str:
        """The neutral form of a written value."""
        if row.values:
            parts = text.split(",") if row.kind == "optional" else [text]
            text = ",".join(self._neutral(row, part) for part in parts)
        check_value(row, text, self.version)
        return text

    def _neutral(self, row: OptionRow, text: str) -> str:
        for entry in row.values:
            if entry.text == text and entry.span.covers(self.version):
                return entry.value
        known = ", ".join(e.text for e in row.values if e.text and e.span.covers(self.version))
        msg = f"{row.name} does not take {text!r} in {self.version}"
        raise UsageError(msg, hint=f"it takes: {known}")

    def _value(self, row: OptionRow, *, optional: bool = False) -> str:
        """The next word; in a text, with the words that follow up to the next option."""
        if not self.words or self._is_option(self.words[0]):
            if optional:
                return ""
            msg = f"{row.name} needs a value"
            raise UsageError(msg, hint=f"write {row.name} VALUE")
        value = self.words.pop(0)
        if self.loose and row.kind in {"path", "repeat", "optional", "text"}:
            while self.words and not self._is_option(self.words[0]):
                value += " " + self.words.pop(0)
        return value

    def _list(self, row: OptionRow, attached: str | None) -> list[str]:
        values = [] if attached is None else [attached]
        while self.words and not self._is_option(self.words[0]):
            values.append(self.words.pop(0))
        if not values:
            msg = f"{row.name} needs at least one value"
            raise UsageError(msg, hint=f"write {row.name} FILE")
        return values

    def _numbers(self, row: OptionRow, attached: str | None) -> list[float]:
        texts = [] if attached is None else [attached]
        while self.words and _NUMBER.fullmatch(self.words[0]):
            texts.append(self.words.pop(0))
        if not texts or not all(_NUMBER.fullmatch(text) for text in texts):
            msg = f"{row.name} needs numbers"
            raise UsageError(msg, hint=f"write {row.name} MIN MAX")
        return [float(text) for text in texts]

    def _is_option(self, word: str) -> bool:
        return word.startswith("-") and len(word) > 1 and _NUMBER.fullmatch(word) is None

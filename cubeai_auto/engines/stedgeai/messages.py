"""What ST's tool prints when it fails: found in captured output, and classified.

Forms: ``E102(CliArgumentError): ...`` (from 7.x on), ``TOOL ERROR: ...`` (older), argparse's
``error: ...``, a Python traceback. Rules and next steps: ``resources/stedgeai_errors.toml``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

__all__ = ["Category", "ToolMessage", "clean_console", "find_messages", "looks_like_a_prompt"]

Category = Literal["model", "option", "bench", "crash", "consent", "license"]
_CODED = re.compile(r"^\s*(?P<code>E\d{3})\((?P<kind>\w+)\):\s*(?P<text>.*)$")
_PREFIXED = re.compile(r"^\s*(?P<prefix>TOOL ERROR|INTERNAL ERROR|NOT IMPLEMENTED):\s*(?P<text>.*)$")
_USAGE = re.compile(r"^(?:stedgeai|stm32ai)(?:\.exe)?(?: [\w-]+)?: error: (?P<text>.*)$")
_DESCRIPTOR = re.compile(r'(?P<text>invalid/unsupported ".*" descriptor.*)$')
_LICENSE = re.compile(
    r"(?P<text>.*\blicen[cs]e\b.*(?:accept|expired|invalid|missing|required).*)", re.IGNORECASE
)
_RAISED = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Interrupt))(?:: (?P<text>.*))?$")
_PROMPT = re.compile(
    r"(?i)\by(?:es)?\s*/\s*n(?:o)?\b|\bdo you (?:accept|agree|consent|want)\b"
    r"|\bpress (?:enter|any key)"
    r"|\bconsent\b|accept the .*(?:terms|licen[cs]e)"
)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class ToolMessage:
    """One error as the tool printed it.

    Attributes:
        text: its words.
        code: ``E102``; empty in old versions.
        kind: the class (``CliArgumentError``) or the prefix (``TOOL ERROR``).
        category: what kind of trouble it is.
        hint: the next step.
    """

    text: str
    code: str
    kind: str
    category: Category
    hint: str

    def __str__(self) -> str:
        head = f"{self.code}({self.kind})" if self.code else self.kind
        return f"{head}: {self.text}" if head else self.text


@dataclass(frozen=True, slots=True)
class _Rule:
    category: Category
    hint: str
    code: str
    kind: str
    prefix: str
    text: str

    def matches(self, code: str, kind: str, prefix: str, text: str) -> bool:
        wanted = ((self.code, code), (self.kind, kind), (self.prefix, prefix))
        if any(pattern and re.fullmatch(pattern, value) is None for pattern, value in wanted):
            return False
        return not self.text or re.search(self.text, text) is not None


def clean_console(text: str) -> list[str]:
    """The lines of captured output without colors, progress bars and what was overwritten."""
    lines = (line.rpartition("\r")[2] for line in _ANSI.sub("", text).split("\n"))
    return [line.rstrip() for line in lines if not line.lstrip().startswith("PASS:")]


def find_messages(text: str) -> tuple[ToolMessage, ...]:
    """Every error in captured output, the deepest cause first where one line explains another."""
    found: list[ToolMessage] = []
    lines = clean_console(text)
    traceback = False
    for number, line in enumerate(lines):
        if match := _CODED.match(line):
            rest = match["text"] or _next(lines, number)
            found.append(_message(match["code"], match["kind"], "", rest))
        elif match := _PREFIXED.match(line):
            found.append(_message("", "", match["prefix"], match["text"] or _next(lines, number)))
        elif match := _USAGE.match(line):
            found.append(_message("", "", "usage", match["text"]))
        elif (match := _DESCRIPTOR.search(line)) or "wstring_convert" in line:
            found.append(_message("", "", "", match["text"] if match else line.strip()))
        elif line.startswith("Traceback (most recent call last)"):
            traceback = True
        elif traceback and (match := _RAISED.match(line)):
            words = f"{match['kind']}: {match['text']}" if match["text"] else match["kind"]
            found.append(_message("", "", "Traceback", words))
            traceback = False
        elif match := _LICENSE.match(line):
            message = _message("", "", "", match["text"].strip())
            found += [message] if message.category == "license" else []
    # A hardware error explains the validation error it follows; an option the crash around it.
    return tuple(sorted(dict.fromkeys(found), key=_depth))


def looks_like_a_prompt(text: str) -> str:
    """The last line of output that asks something, or an empty text."""
    asked = [line.strip() for line in clean_console(text)[-8:] if _PROMPT.search(line)]
    return asked[-1] if asked else ""


def _message(code: str, kind: str, prefix: str, text: str) -> ToolMessage:
    for rule in _rules():
        if rule.matches(code, kind, prefix, text):
            return ToolMessage(text, code, kind or prefix, rule.category, rule.hint)
    return ToolMessage(text, code, kind or prefix, "crash", "read the log of the tool")


def _next(lines: list[str], number: int) -> str:
    """The first line with words after one that has only a code."""
    return next((line.strip() for line in lines[number + 1 : number + 4] if line.strip()), "")


def _depth(message: ToolMessage) -> int:
    order = ["consent", "license", "option", "bench", "model", "crash"]
    return 2 * order.index(message.category) + (message.kind == "ValidationError")


@cache
def _rules() -> tuple[_Rule, ...]:
    text = (files("cubeai_auto") / "resources" / "stedgeai_errors.toml").read_text("utf-8")
    return tuple(
        _Rule(
            row["category"],
            row["hint"],
            row.get("code", ""),
            row.get("kind", ""),
            row.get("prefix", ""),
            row.get("text", ""),
        )
        for row in tomllib.loads(text)["rule"]
    )

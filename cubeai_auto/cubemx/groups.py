"""What a key of an ``.ioc`` is about: pins, clocks, peripherals, X-CUBE-AI or the project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, read_rows

__all__ = ["Group", "Grouping", "group_of", "is_ai_text"]


class Group(StrEnum):
    """The five groups, in the order in which differences are shown."""

    PINS = "pins"
    CLOCKS = "clocks"
    PERIPHERALS = "peripherals"
    AI = "ai"
    PROJECT = "project"


_AI = re.compile(r"(VP_)?STMicroelectronics\.X-CUBE-AI(?![A-Za-z0-9-])")
_PIN = re.compile(r"VP_|SH\.|P[A-Z][0-9]{1,2}(?![A-Za-z0-9])")
_ROW = re.compile(
    rf"({re.escape(PINS.prefix)}|{re.escape(IPS.prefix)}|{re.escape(THIRD_PARTIES.prefix)})"
    r"([0-9]+)(_\w+)?"
)
_ROW_GROUPS = {PINS.prefix: Group.PINS, IPS.prefix: Group.PERIPHERALS}
_COUNTERS = {PINS.counter: Group.PINS, IPS.counter: Group.PERIPHERALS}
_PROJECT = frozenset(
    {"CAD", "File", "MxCube", "MxDb", "PCC", "PinOutPanel", "ProjectManager", "Mcu", "LPBAM"}
)


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of one document's keys.

    Attributes:
        pins: the registered pins; some have unusual names, such as ``BOOT0 (PF11)``.
        ai_rows: the keys of rows that name X-CUBE-AI or one of its virtual pins.
    """

    pins: frozenset[str]
    ai_rows: frozenset[str]

    @classmethod
    def of(cls, document: IocDocument) -> Self:
        """The grouping of a document."""
        rows = [key for key in document.keys if _ROW.fullmatch(key)]
        ai_rows = frozenset(key for key in rows if is_ai_text(document.get(key) or ""))
        return cls(frozenset(read_rows(document, PINS)), ai_rows)

    def group(self, key: str) -> Group:
        """The group of a key; a row of a numbered list belongs where its value does.

        A key that no rule knows is a peripheral's: the first part of its name is then an instance
        of a peripheral or of a middleware.
        """
        if _AI.match(key):
            return Group.AI
        if key in _COUNTERS:
            return _COUNTERS[key]
        if row := _ROW.fullmatch(key):
            ai = row[1] + row[2] in self.ai_rows
            return Group.AI if ai else _ROW_GROUPS.get(row[1], Group.PERIPHERALS)
        head, dot, rest = key.partition(".")
        if not dot or head in _PROJECT or head.startswith("MMT") or key == "GPIO.groupedBy":
            return Group.PROJECT
        if head == "RCC":
            return Group.CLOCKS
        if rest == "Pins" or _PIN.match(key) or key.rpartition(".")[0] in self.pins:
            return Group.PINS
        return Group.PERIPHERALS


def group_of(document: IocDocument, key: str) -> Group:
    """The group of one key of a document; for many keys make a :class:`Grouping` once."""
    return Grouping.of(document).group(key)


def is_ai_text(value: str) -> bool:
    """Whether a value names X-CUBE-AI or one of its virtual pins."""
    return _AI.match(value) is not None

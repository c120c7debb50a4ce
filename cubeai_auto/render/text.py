"""Values as text: numbers, quantities with their provenance mark, and numbered footnotes.

Every view of a run prints its figures through :class:`Notes`, so that a value looks the same
wherever it stands and a missing value leads to the reason why there is none.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from cubeai_auto.quantity import How, Quantity

__all__ = [
    "LEGEND",
    "MISSING",
    "Cell",
    "Notes",
    "Style",
    "accuracy_text",
    "kib",
    "mark",
    "number",
    "one_line",
    "quantity_text",
    "size",
]

Style = Literal["unit", "bare", "accuracy"]
"""How to print a known value: with its unit, without it, or as a percentage."""

MISSING: Final = "-"

LEGEND: Final[tuple[tuple[How, str], ...]] = (
    ("measured", "a real tool or run gave it"),
    ("reported", "another tool's report or a publication says so"),
    ("predicted", "computed from known rules"),
    ("simulated", "an emulator gave it"),
)


def one_line(text: str) -> str:
    r"""Text that is safe to print anywhere: one line, nothing invisible, nothing unprintable.

    White space becomes a blank; control, format and surrogate characters (terminal escapes,
    changes of writing direction, undecodable path bytes) become their ``\x1b`` spelling.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(char) for char in text)


def _visible(char: str) -> str:
    if char.isspace():
        return " "
    if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Cn"}:
        return char
    return (
        f"\\x{ord(char):02x}" if ord(char) < 0x80 else char.encode("ascii", "backslashreplace").decode()
    )


def number(value: float) -> str:
    """A number with thousands separators: ``118,282``, ``243,480.5``, ``0.00392157``."""
    if isinstance(value, int):
        return f"{value:,}"
    if value.is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if 1000 <= abs(value) < 1e15:
        return f"{value:,.1f}"
    return f"{value:.6g}"


def size(value: float) -> str:
    """A number of bytes: ``1,284 B``."""
    return f"{number(value)} B"


def kib(value: float) -> str:
    """A number of bytes in units of 1,024: ``116.29 KiB``."""
    return f"{value / 1024:,.2f} KiB"


def accuracy_text(value: float) -> str:
    """A fraction as a percentage with two digits: ``97.08 %``; only 1 itself gives 100.00 %."""
    text = f"{value * 100:.2f}"
    return "99.99 %" if text == "100.00" and value < 1 else f"{text} %"


def mark(how: How) -> str:
    """The one-letter mark of a provenance: m, r, p or s."""
    return how[0]


def quantity_text(value: float, unit: str, style: Style = "unit") -> str:
    """A value in the style asked for; the unit ``"1"`` (a count or a fraction) is not written."""
    if style == "accuracy":
        return accuracy_text(value)
    if style == "bare" or unit == "1":
        return number(value)
    return f"{number(value)} {one_line(unit)}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value ready to be shown.

    Attributes:
        text: the value, or ``-``.
        how: its provenance; ``None`` if there is no value.
        origin: its source, or the reason why there is none.
        note: the number of the source in :attr:`Notes.sources`, or of the reason in
            :attr:`Notes.reasons`; counted from 1.
    """

    text: str
    how: How | None
    origin: str
    note: int

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.how is not None

    @property
    def mark(self) -> str:
        """``m``, ``r``, ``p``, ``s``, or the number of the footnote: ``[2]``."""
        return f"[{self.note}]" if self.how is None else mark(self.how)

    def __str__(self) -> str:
        return f"{self.text} {self.mark}"


class Notes:
    """The footnotes of one view: reasons of missing values and sources of known ones.

    Both are numbered in the order in which they are first used, and equal ones share a number.
    """

    def __init__(self) -> None:
        self._reasons: dict[str, int] = {}
        self._sources: dict[tuple[How, str], int] = {}

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons, number 1 first."""
        return tuple(self._reasons)

    @property
    def sources(self) -> tuple[tuple[How, str], ...]:
        """The sources with their provenance, number 1 first."""
        return tuple(self._sources)

    def cell(self, quantity: Quantity, style: Style = "unit") -> Cell:
        """A quantity as a cell; its reason or source is noted."""
        if quantity.value is None or quantity.how is None:
            return self.absent(quantity.reason)
        text = quantity_text(quantity.value, quantity.unit, style)
        return self.known(text, quantity.how, quantity.source)

    def known(self, text: str, how: How, source: str) -> Cell:
        """A cell whose text was made elsewhere; its source is noted."""
        origin = one_line(source)
        return Cell(text, how, origin, self._sources.setdefault((how, origin), len(self._sources) + 1))

    def absent(self, reason: str) -> Cell:
        """A cell without a value; the reason is noted."""
        origin = " ".join(one_line(reason).split())
        return Cell(MISSING, None, origin, self._reasons.setdefault(origin, len(self._reasons) + 1))

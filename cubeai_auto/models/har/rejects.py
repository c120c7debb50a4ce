"""What was not taken from a data set's files, counted by cause."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Final, Literal, get_args

from cubeai_auto.models.har.text import count_of

__all__ = ["RejectCause", "RejectCounts", "RejectTally"]

RejectCause = Literal[
    "blank_line", "too_long", "field_count", "missing_value", "bad_user", "unknown_activity",
    "bad_time", "zero_time", "repeated_record", "repeated_time", "bad_number", "out_of_range",
]  # fmt: skip

_WORDS: Final[dict[str, str]] = {
    "blank_line": "blank line",
    "too_long": "record too long",
    "field_count": "wrong number of fields",
    "missing_value": "missing value",
    "bad_user": "unreadable user",
    "unknown_activity": "unknown activity",
    "bad_time": "unreadable time",
    "zero_time": "time 0",
    "repeated_record": "the same record again",
    "repeated_time": "the same time with other values",
    "bad_number": "unreadable number",
    "out_of_range": "beyond the sensor's range",
}


@dataclass(frozen=True, slots=True)
class RejectCounts:
    """How many records were not taken, by cause; each rejected record counts once.

    Attributes:
        blank_line: a line with nothing in it, between records.
        too_long: no end within the longest record accepted; counted once up to the next separator.
        field_count: too few or too many fields.
        missing_value: a field is empty.
        bad_user: the user is not a whole number.
        unknown_activity: no activity of the data set.
        bad_time: the time is not a whole number from 0 on.
        zero_time: the time is 0: a record that the recording app made up.
        repeated_record: time and values of the record before, once more.
        repeated_time: the time of the record before, with other values.
        bad_number: a value is no finite number.
        out_of_range: a value that no sensor of this kind gives.
    """

    blank_line: int = 0
    too_long: int = 0
    field_count: int = 0
    missing_value: int = 0
    bad_user: int = 0
    unknown_activity: int = 0
    bad_time: int = 0
    zero_time: int = 0
    repeated_record: int = 0
    repeated_time: int = 0
    bad_number: int = 0
    out_of_range: int = 0

    @property
    def total(self) -> int:
        """All rejected records."""
        return sum(self._values())

    def _values(self) -> tuple[int, ...]:
        values: tuple[int, ...] = astuple(self)
        return values

    def __add__(self, other: RejectCounts) -> RejectCounts:
        """The counts of both together."""
        pairs = zip(self._values(), other._values(), strict=True)
        return RejectCounts(*(mine + theirs for mine, theirs in pairs))

    def sentence(self) -> str:
        """``rejected: 12 x time 0, 3 x missing value``; or that nothing was."""
        named = zip(fields(self), self._values(), strict=True)
        found = [f"{count:,} x {_WORDS[field.name]}" for field, count in named if count]
        return f"rejected: {', '.join(found)}" if found else "nothing rejected"

    def share(self, accepted: int) -> str:
        """How much of all records was taken: ``144,000 of 144,002 records taken``."""
        return f"{accepted:,} of {count_of(accepted + self.total, 'record')} taken"


class RejectTally:
    """Counts while files are read."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = dict.fromkeys(get_args(RejectCause), 0)

    def add(self, cause: RejectCause, count: int = 1) -> None:
        """Count rejected records."""
        self._counts[cause] += count

    def counts(self) -> RejectCounts:
        """What was counted so far."""
        return RejectCounts(**self._counts)

"""Recordings: what one person did without a break, as a sensor gave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from cubeai_auto.models.har.rejects import RejectCounts

__all__ = [
    "GAP_SECONDS", "STANDARD_GRAVITY", "BorderCounts", "Part", "Recording", "Recordings", "SourceUnit",
    "range_of",
]  # fmt: skip

GAP_SECONDS = 1.0
"""A longer time without a sample ends a recording."""

SourceUnit = Literal["g", "mg", "m/s^2", "as recorded"]
"""The unit in a data set's files; ``as recorded`` where its documentation does not say."""

Part = Literal["train", "test"]

STANDARD_GRAVITY = 9.80665
"""m/s^2 in one g, by definition."""

_RANGES: dict[SourceUnit, float] = {
    "g": 16.0,
    "mg": 16_000.0,
    "m/s^2": float(np.float32(16 * STANDARD_GRAVITY)),
    "as recorded": 160.0,
}


def range_of(unit: SourceUnit) -> float:
    """The largest magnitude that a wearable's accelerometer gives on one axis: 16 g."""
    return _RANGES[unit]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Successive samples of one person and one activity, without a gap.

    Attributes:
        user: the person's number in the data set; ``None`` if it does not say.
        activity: the activity's name.
        values: float32 (samples, 3): x, y, z.
        part: the data set's own division, if it has one.
    """

    user: int | None
    activity: str
    values: npt.NDArray[np.float32]
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class BorderCounts:
    """Why recordings ended inside a file.

    Attributes:
        user: the next sample is another person's.
        activity: the next sample is of another activity.
        gap: more than :data:`GAP_SECONDS` without a sample.
        backwards: the time jumped back.
    """

    user: int = 0
    activity: int = 0
    gap: int = 0
    backwards: int = 0

    def __add__(self, other: BorderCounts) -> BorderCounts:
        """The counts of both together."""
        return BorderCounts(
            self.user + other.user,
            self.activity + other.activity,
            self.gap + other.gap,
            self.backwards + other.backwards,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Recordings:
    """A data set as its files give it, before windows are cut.

    Attributes:
        source: the file or folder it was read from.
        unit: of the values.
        rate: samples a second.
        window: the usual length of a window, in samples.
        recordings: all recordings, in the order of the files.
        rejects: records that were not taken.
        borders: where recordings ended inside files.
        test_users: the people that are usually kept for testing; empty if there is no such usage.
        notes: what a reader of an accuracy must know about the data itself.
        records: accepted records, where one is a whole window; ``None`` where one is a sample.
    """

    source: str
    unit: SourceUnit
    rate: float
    window: int
    recordings: tuple[Recording, ...]
    rejects: RejectCounts = field(default_factory=RejectCounts)
    borders: BorderCounts = field(default_factory=BorderCounts)
    test_users: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    records: int | None = None

    @property
    def samples(self) -> int:
        """Samples in all recordings."""
        return sum(len(recording.values) for recording in self.recordings)

    @property
    def taken(self) -> int:
        """Accepted records; with ``rejects.total`` all records of the files."""
        return self.samples if self.records is None else self.records

    @property
    def users(self) -> tuple[int, ...]:
        """The people, in rising order; empty if the data set does not say who it was."""
        return tuple(sorted({r.user for r in self.recordings if r.user is not None}))

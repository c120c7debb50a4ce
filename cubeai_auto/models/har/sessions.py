"""Samples, one after the other, into recordings that end wherever something does not go on."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cubeai_auto.models.har.recordings import (
    GAP_SECONDS,
    BorderCounts,
    Recording,
    SourceUnit,
    range_of,
)
from cubeai_auto.models.har.rejects import RejectTally

__all__ = ["Sessions"]

_CLOCKS = (1e9, 1e6, 1e3)  # nanoseconds, microseconds, milliseconds
_LATEST = 2**63 - 1


@dataclass(slots=True)
class _Run:
    """Samples of one person and one activity that follow each other in a file."""

    user: int | None
    activity: str
    timed: bool
    values: array[float]
    times: array[int]

    def steps(self) -> npt.NDArray[np.float64]:
        """From each sample's time to the next one's."""
        return np.diff(np.frombuffer(self.times, np.int64)).astype(np.float64)


class Sessions:
    """Collects the samples of a data set's files, and cuts them into recordings.

    Memory grows with the samples taken (20 bytes each), not with the file. Where records have no time,
    their place in the file stands for it: a rejected record then counts as one missing sample.

    Args:
        rate: samples a second.
        unit: of the values; a value beyond its range is rejected.
        tally: counts what is rejected here: repeated times, values beyond the range.
    """

    __slots__ = ("_borders", "_last", "_limit", "_place", "_rate", "_runs", "_tally", "recordings")

    def __init__(self, rate: float, unit: SourceUnit, tally: RejectTally) -> None:
        self.recordings: list[Recording] = []
        self._rate = rate
        self._limit = range_of(unit)
        self._tally = tally
        self._borders = BorderCounts()
        self._runs: list[_Run] = []
        self._last: tuple[int, float, float, float] | None = None
        self._place = 0

    def rejected(self) -> None:
        """A record was rejected where it stands; without times, a sample is missing there."""
        self._place += 1

    def add(
        self,
        user: int | None,
        activity: str,
        time: int | None,
        values: tuple[float, float, float],
        *,
        place: int | None = None,
    ) -> None:
        """Take the next sample, or reject it.

        Args:
            user: the person.
            activity: what is being done.
            time: its time in nano-, micro- or milliseconds, which is found out for each person of a
                file; ``None`` if the records of this file have no time.
            values: x, y, z, finite.
            place: the record's number in a file whose records are numbered instead of timed.
        """
        run = self._run(user, activity, time is not None)
        self._place = self._place + 1 if place is None else min(place, _LATEST)
        if max(values) > self._limit or min(values) < -self._limit:
            self._tally.add("out_of_range")
            return
        clock = place if time is None else time
        if clock is not None:
            record = (clock, *values)
            if self._last is not None and clock == self._last[0]:
                self._tally.add("repeated_record" if record == self._last else "repeated_time")
                return
            self._last = record
        run.values.extend(values)
        run.times.append(self._place if time is None else min(time, _LATEST))

    def end_file(self) -> None:
        """The file is over: cut what it gave wherever time did not go on, and keep the pieces."""
        runs = [run for run in self._runs if run.times]
        for before, after in pairwise(runs):
            other = before.user != after.user
            self._borders += BorderCounts(user=1) if other else BorderCounts(activity=1)
        clocks = {user: self._clock(runs, user) for user in {run.user for run in runs}}
        for run in runs:
            steps = run.steps()
            back = steps < 0
            gap = steps > GAP_SECONDS * (clocks[run.user] if run.timed else self._rate)
            self._borders += BorderCounts(gap=int(gap.sum()), backwards=int(back.sum()))
            values = np.frombuffer(run.values, np.float32).reshape(-1, 3)
            for piece in np.split(values, np.flatnonzero(gap | back) + 1):
                self.recordings.append(Recording(run.user, run.activity, piece.copy()))
        self._runs = []
        self._last = None

    def borders(self) -> BorderCounts:
        """Why recordings ended inside the files that are over."""
        return self._borders

    def _run(self, user: int | None, activity: str, timed: bool) -> _Run:
        """The run that a sample belongs to: the last one, or a new one."""
        if self._runs:
            last = self._runs[-1]
            if (last.user, last.activity, last.timed) == (user, activity, timed):
                return last
        self._last = None
        self._runs.append(_Run(user, activity, timed, array("f"), array("q")))
        return self._runs[-1]

    def _clock(self, runs: list[_Run], user: int | None) -> float:
        """Units of time in a second: the clock whose usual step is nearest to the sampling period."""
        steps = np.concatenate(
            [run.steps() for run in runs if run.user == user and run.timed] or [np.empty(0)]
        )
        steps = steps[steps > 0]
        if not len(steps):
            return _CLOCKS[0]
        usual = float(np.median(steps)) * self._rate
        return min(_CLOCKS, key=lambda clock: abs(math.log(usual / clock)))

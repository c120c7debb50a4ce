"""Recordings end where person, activity or time do not go on, whatever the clock."""

from __future__ import annotations

import numpy as np
import pytest

from cubeai_auto.models.har.recordings import BorderCounts, range_of
from cubeai_auto.models.har.rejects import RejectCounts, RejectTally
from cubeai_auto.models.har.sessions import Sessions

SECOND = 10**9


def collect(
    samples: list[tuple[int | None, str, int | None]], rate: float = 20.0
) -> tuple[list[tuple[int | None, str, list[int]]], BorderCounts, RejectCounts]:
    """Feed samples whose x is their place; gives user, activity and the places of each recording."""
    tally = RejectTally()
    sessions = Sessions(rate, "m/s^2", tally)
    for place, (user, activity, time) in enumerate(samples):
        sessions.add(user, activity, time, (float(place), 0.0, 0.0))
    sessions.end_file()
    found = [(r.user, r.activity, [int(x) for x in r.values[:, 0]]) for r in sessions.recordings]
    return found, sessions.borders(), tally.counts()


def test_another_person_and_another_activity_end_a_recording() -> None:
    found, borders, _ = collect([(1, "a", 1), (1, "b", 2), (2, "b", 3), (1, "b", 4)])
    assert [places for _, _, places in found] == [[0], [1], [2], [3]]
    assert borders == BorderCounts(user=2, activity=1)


@pytest.mark.parametrize("tick", [SECOND, 10**6, 10**3], ids=["ns", "us", "ms"])
def test_a_gap_of_more_than_a_second_ends_a_recording_in_every_clock(tick: int) -> None:
    times = [tick * 20 * k // 400 for k in range(1, 11)]
    times += [times[-1] + tick, times[-1] + 2 * tick + tick // 100]
    found, borders, _ = collect([(1, "a", time) for time in times])
    assert [len(places) for _, _, places in found] == [11, 1]
    assert borders == BorderCounts(gap=1)


def test_each_person_of_a_file_has_a_clock() -> None:
    nano = [(1, "a", 5 * 10**7 * k) for k in range(1, 5)]
    milli = [(2, "a", 50 * k) for k in range(1, 5)] + [(2, "a", 5000)]
    found, borders, _ = collect([*nano, *milli])
    assert [len(places) for _, _, places in found] == [4, 4, 1]
    assert borders == BorderCounts(user=1, gap=1)


def test_time_that_jumps_back_ends_a_recording() -> None:
    found, borders, _ = collect([(1, "a", t * 10**7) for t in (5, 10, 15, 3, 8)])
    assert [places for _, _, places in found] == [[0, 1, 2], [3, 4]]
    assert borders == BorderCounts(backwards=1)


def test_repeated_times_are_dropped_by_kind() -> None:
    tally = RejectTally()
    sessions = Sessions(20.0, "g", tally)
    for time, x in ((1, 0.5), (1, 0.5), (1, 0.7), (1, 0.5), (2, 0.5), (1, 0.5)):
        sessions.add(1, "a", time * 5 * 10**7, (x, 0.0, 0.0))
    sessions.end_file()
    assert tally.counts() == RejectCounts(repeated_record=2, repeated_time=1)
    assert [len(r.values) for r in sessions.recordings] == [2, 1]


def test_without_times_a_rejected_record_is_a_missing_sample() -> None:
    tally = RejectTally()
    sessions = Sessions(10.0, "g", tally)
    for missing in (0, 9, 10):  # up to a second is bridged: one sample a tenth
        for _ in range(missing):
            sessions.rejected()
        sessions.add(1, "a", None, (0.0, 0.0, 0.0))
    sessions.end_file()
    assert [len(r.values) for r in sessions.recordings] == [2, 1]
    assert sessions.borders() == BorderCounts(gap=1)


def test_numbered_records_show_their_gaps() -> None:
    tally = RejectTally()
    sessions = Sessions(50.0, "g", tally)
    for place in (0, 1, 51, 102, 102, 3):
        sessions.add(1, "a", None, (0.0, 0.0, 0.0), place=place)
    sessions.end_file()
    assert [len(r.values) for r in sessions.recordings] == [3, 1, 1]
    assert sessions.borders() == BorderCounts(gap=1, backwards=1)
    assert tally.counts() == RejectCounts(repeated_record=1)


def test_values_beyond_the_sensor_are_rejected_and_files_do_not_continue_each_other() -> None:
    tally = RejectTally()
    sessions = Sessions(20.0, "m/s^2", tally)
    limit = range_of("m/s^2")
    for z in (limit, -limit, limit * 1.001, 1e30):
        sessions.add(1, "a", None, (0.0, 0.0, z))
    sessions.end_file()
    sessions.add(1, "a", None, (0.0, 0.0, 0.0))
    sessions.end_file()
    assert tally.counts() == RejectCounts(out_of_range=2)
    assert [len(r.values) for r in sessions.recordings] == [2, 1]
    assert sessions.recordings[0].values.dtype == np.float32


def test_enormous_times_do_not_overflow() -> None:
    found, borders, _ = collect([(1, "a", 1), (1, "a", 10**19 - 1), (1, "a", 5)])
    assert [len(places) for _, _, places in found] == [1, 1, 1]
    assert borders == BorderCounts(gap=1, backwards=1)

"""A training and a test part that do not know each other, as far as the data allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import ConfigError
from cubeai_auto.models.digits import SPLIT_SEED, stratified_split
from cubeai_auto.models.har.recordings import Recordings
from cubeai_auto.models.har.text import count_of, ranges
from cubeai_auto.models.har.windows import Windows
from cubeai_auto.models.options import SignalOptions, Split

__all__ = ["TEST_SHARE", "Division", "divide"]

TEST_SHARE: Final = 0.3
"""The part of people, recordings or windows that is kept for testing where nothing else is said."""


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """Indices of windows for training and for testing, and how they were divided."""

    train: npt.NDArray[np.intp]
    test: npt.NDArray[np.intp]
    note: str


def divide(data: Recordings, windows: Windows, options: SignalOptions) -> Division:
    """Divide windows by person, by recording, as the data set does, or at random.

    Args:
        data: the recordings the windows are from.
        windows: all windows.
        options: the way asked for. ``auto``: as the data set does, else by person, else by recording.

    Raises:
        ConfigError: the data does not allow what was asked for.
    """
    named = bool(options.train_users or options.test_users)
    kind = options.split
    if kind == "auto":
        kind = "users" if named else _strictest(data)
    elif named and kind != "users":
        msg = f"signal.split = {kind!r} does not divide by person, but people are named"
        raise ConfigError(msg, key="signal.split", hint="--set signal.split=users")
    match kind:
        case "users":
            return _by_user(data, windows, options)
        case "given":
            return _as_given(data, windows)
        case "recordings":
            return _by_recording(windows)
        case _:
            return _at_random(windows)


def _strictest(data: Recordings) -> Split:
    if all(recording.part is not None for recording in data.recordings):
        return "given"
    return "users" if data.users else "recordings"


def _by_user(data: Recordings, windows: Windows, options: SignalOptions) -> Division:
    people = data.users
    if not people:
        msg = f"{data.source} does not say who was recorded: it cannot be divided by person"
        raise ConfigError(msg, key="signal.split", hint="--set signal.split=auto")
    for key, asked in (("train_users", options.train_users), ("test_users", options.test_users)):
        unknown = set(asked) - set(people)
        if unknown:
            msg = f"signal.{key}: nobody in the data has the number {ranges(unknown)}"
            raise ConfigError(msg, key=f"signal.{key}", hint=f"there are {ranges(people)}")
    test = set(options.test_users)
    if not test:
        test = set(people) - set(options.train_users) if options.train_users else _usual(data)
    train = set(options.train_users) or set(people) - test
    if both := train & test:
        msg = f"person {ranges(both)} is asked for in training and test"
        raise ConfigError(msg, key="signal.test_users", hint="name each person once")
    if not train or not test:
        msg = f"{data.source} has {count_of(len(people), 'person')}; two are needed to divide by person"
        raise ConfigError(msg, key="signal.split", hint="--set signal.split=recordings")
    unused = set(people) - train - test
    note = (
        f"divided by person: trained on {ranges(train)}, tested on {ranges(test)}, who are new to it"
        + (f"; not used: {ranges(unused)}" if unused else "")
    )
    owner = np.array([-1 if user is None else user for user in windows.users])[windows.recording]
    return Division(
        np.flatnonzero(np.isin(owner, sorted(train))),
        np.flatnonzero(np.isin(owner, sorted(test))),
        note,
    )


def _usual(data: Recordings) -> set[int]:
    """Who is usually kept for testing, else the last three in ten people."""
    usual = set(data.test_users) & set(data.users)
    if usual and usual != set(data.users):
        return usual
    count = max(1, int(len(data.users) * TEST_SHARE + 1e-9))
    return set(data.users[-count:])


def _as_given(data: Recordings, windows: Windows) -> Division:
    if any(part is None for part in windows.parts):
        msg = f"{data.source} has no training and test part of its own"
        raise ConfigError(msg, key="signal.split", hint="--set signal.split=auto")
    test = np.array([part == "test" for part in windows.parts])[windows.recording]
    train_people = {r.user for r in data.recordings if r.part == "train" and r.user is not None}
    test_people = {r.user for r in data.recordings if r.part == "test" and r.user is not None}
    note = "divided as the data set is"
    if both := train_people & test_people:
        note += f"; person {ranges(both)} is in both parts"
    elif train_people and test_people:
        trained, tested = ranges(train_people), ranges(test_people)
        note += f", by person: trained on {trained}, tested on {tested}, who are new to it"
    else:
        note += "; subjects unknown"
    return Division(np.flatnonzero(~test), np.flatnonzero(test), note)


def _by_recording(windows: Windows) -> Division:
    used, first = np.unique(windows.recording, return_index=True)
    _, chosen = stratified_split(windows.labels[first], TEST_SHARE, SPLIT_SEED)
    test = np.isin(windows.recording, used[chosen])
    people = [windows.users[index] for index in used]
    same = "the same people may be" if None in people else "the same people are"
    note = (
        f"divided by recording ({len(chosen)} of {len(used)} for testing, seed {SPLIT_SEED}): "
        f"no recording is in both parts, but {same}"
    )
    return Division(np.flatnonzero(~test), np.flatnonzero(test), note)


def _at_random(windows: Windows) -> Division:
    train, test = stratified_split(windows.labels, TEST_SHARE, SPLIT_SEED)
    note = (
        f"RANDOM SPLIT, as asked for (seed {SPLIT_SEED}): the same people, and with overlapping "
        "windows the same seconds, are in both parts; the accuracy for new people is lower"
    )
    return Division(train, test, note)

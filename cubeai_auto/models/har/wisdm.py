"""The raw text files of the WISDM lab: "Activity Prediction" (v1.1) and the smart-watch set of 2019.

Version 1.1 is one file of records ``user,activity,timestamp,x,y,z;`` from 36 people with a phone in
the pocket, 20 a second, in m/s^2 (J. R. Kwapisz, G. M. Weiss, S. A. Moore, "Activity Recognition
using Cell Phone Accelerometers", 2010). The published file has records that share a line, blanks
after commas, lines without an end, records of zeros at time 0, and runs of equal times.

The set of 2019 is a file a person, activities as letters (G. M. Weiss, "WISDM Smartphone and
Smartwatch Activity and Biometrics Dataset", CC BY 4.0); copies without the time are read as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cubeai_auto.errors import DatasetError, MissingPathError
from cubeai_auto.files import refusals
from cubeai_auto.models.har.recordings import Recordings
from cubeai_auto.models.har.records import number, records, whole
from cubeai_auto.models.har.rejects import RejectTally
from cubeai_auto.models.har.sessions import Sessions

__all__ = ["ACTIVITIES_2019", "ACTIVITIES_V1", "read_wisdm_2019_watch", "read_wisdm_v1_1"]

ACTIVITIES_V1: Final[dict[bytes, str]] = {
    name.encode(): name
    for name in ("Downstairs", "Jogging", "Sitting", "Standing", "Upstairs", "Walking")
}

ACTIVITIES_2019: Final[dict[bytes, str]] = {
    b"A": "walking", b"B": "jogging", b"C": "stairs", b"D": "sitting", b"E": "standing",
    b"F": "typing", b"G": "brushing teeth", b"H": "eating soup", b"I": "eating chips",
    b"J": "eating pasta", b"K": "drinking", b"L": "eating a sandwich", b"M": "kicking",
    b"O": "playing catch", b"P": "dribbling", b"Q": "writing", b"R": "clapping",
    b"S": "folding clothes",
}  # fmt: skip

_RATE = 20.0
_TEST_USERS_V1 = tuple(range(29, 37))
_RAW_NAME = "WISDM_ar_v1.1_raw.txt"
_WATCH_PATTERN = "data_*_accel_watch.txt"
_LAYOUT_RECORDS = 200
_TIMED, _UNTIMED = 6, 5


@dataclass(frozen=True, slots=True)
class _Format:
    """What a record of a file holds: six fields with a time, or five without."""

    activities: Mapping[bytes, str]
    fields: int


def read_wisdm_v1_1(path: Path) -> Recordings:
    """Read the raw file of version 1.1, or the folder that holds it.

    Raises:
        MissingPathError: the folder has no such file.
        DatasetError: the file has not one good record.
        RefusedError: the system does not let us read.
    """
    file = path / _RAW_NAME if path.is_dir() else path
    if not file.is_file():
        msg = f"there is no {_RAW_NAME} in {path}"
        raise MissingPathError(msg, hint="unpack the archive and give the raw text file")
    return _read([file], path, ACTIVITIES_V1, 80, test_users=_TEST_USERS_V1, fields=_TIMED)


def read_wisdm_2019_watch(path: Path) -> Recordings:
    """Read the acceleration of the watches: one file, or all ``data_*_accel_watch.txt`` in a folder.

    Raises:
        MissingPathError: the folder, with those in it, has no such file.
        DatasetError: the files have not one good record.
        RefusedError: the system does not let us read.
    """
    with refusals("read", path):
        files = sorted(path.rglob(_WATCH_PATTERN)) if path.is_dir() else [path]
    if not files:
        msg = f"there is no {_WATCH_PATTERN} in {path}"
        raise MissingPathError(msg, hint="give the folder raw/watch/accel of the data set")
    return _read(files, path, ACTIVITIES_2019, 80)


def _read(
    files: Iterable[Path],
    source: Path,
    activities: Mapping[bytes, str],
    window: int,
    *,
    test_users: tuple[int, ...] = (),
    fields: int | None = None,
) -> Recordings:
    tally = RejectTally()
    sessions = Sessions(_RATE, "m/s^2", tally)
    untimed = 0
    for file in files:
        form = _Format(activities, _fields(file) if fields is None else fields)
        untimed += form.fields == _UNTIMED
        with refusals("read", file), file.open("rb") as stream:
            for record in records(stream, tally):
                _take(record, form, sessions, tally)
        sessions.end_file()
    if not sessions.recordings:
        msg = f"{source}: not one record of this data set; {tally.counts().sentence()}"
        raise DatasetError(msg, hint="give the raw text as published: user,activity,time,x,y,z;")
    notes = ("the records have no time: their place in the file stands for it",) if untimed else ()
    return Recordings(
        source=str(source),
        unit="m/s^2",
        rate=_RATE,
        window=window,
        recordings=tuple(sessions.recordings),
        rejects=tally.counts(),
        borders=sessions.borders(),
        test_users=test_users,
        notes=notes,
    )


def _fields(file: Path) -> int:
    """Whether the records of a file have a time: what most of the first good ones say."""
    seen = {_TIMED: 0, _UNTIMED: 0}
    with refusals("read", file), file.open("rb") as stream:
        for record, _ in zip(records(stream, RejectTally()), range(_LAYOUT_RECORDS), strict=False):
            count = len(_split(record))
            seen[count] = seen.get(count, 0) + 1
    return _UNTIMED if seen[_UNTIMED] > seen[_TIMED] else _TIMED


def _split(record: bytes) -> list[bytes]:
    fields = [field.strip() for field in record.split(b",")]
    # some records end in a comma with nothing behind it
    return fields[:-1] if len(fields) > _TIMED and not fields[-1] else fields


def _take(record: bytes, form: _Format, sessions: Sessions, tally: RejectTally) -> None:
    """Give one record to the sessions, or count why not."""
    fields = _split(record)
    if len(fields) == _TIMED and form.fields == _UNTIMED and not fields[-1]:
        fields = fields[:-1]
    if len(fields) != form.fields:
        tally.add("field_count")
    elif not all(fields):
        tally.add("missing_value")
    elif (user := whole(fields[0])) is None:
        tally.add("bad_user")
    elif (activity := form.activities.get(fields[1])) is None:
        tally.add("unknown_activity")
    elif (time := whole(fields[2]) if form.fields == _TIMED else -1) is None:
        tally.add("bad_time")
    elif time == 0:
        tally.add("zero_time")
    elif None in (values := [number(field) for field in fields[-3:]]):
        tally.add("bad_number")
    else:
        x, y, z = (value for value in values if value is not None)
        sessions.add(user, activity, time if form.fields == _TIMED else None, (x, y, z))
        return
    sessions.rejected()

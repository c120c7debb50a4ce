"""MotionSense: six activities of 24 people with a phone in the trouser pocket, 50 samples a second.

M. Malekzadeh, R. G. Clegg, A. Cavallaro, H. Haddadi, "Protecting Sensory Data against Sensitive
Inferences", 2018; MIT license. ``A_DeviceMotion_data/<activity>_<trial>/sub_<person>.csv`` with a
header; acceleration in g is given as gravity and what the user adds, whose sum the sensor measured.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from cubeai_auto.errors import DatasetError
from cubeai_auto.models.har.recordings import Recordings
from cubeai_auto.models.har.records import number, records, whole
from cubeai_auto.models.har.rejects import RejectTally
from cubeai_auto.models.har.sessions import Sessions
from cubeai_auto.models.har.tree import Tree, open_tree

__all__ = ["ACTIVITIES", "read_motionsense"]

ACTIVITIES: Final[dict[str, str]] = {
    "dws": "downstairs", "ups": "upstairs", "wlk": "walking", "jog": "jogging", "sit": "sitting",
    "std": "standing",
}  # fmt: skip

_RATE = 50.0
_WINDOW = 128
_NAME = re.compile(r"(?:^|/)([a-z]{3})_\d+/sub_(\d+)\.csv$", re.IGNORECASE)
_COLUMNS = (
    b"gravity.x", b"gravity.y", b"gravity.z",
    b"userAcceleration.x", b"userAcceleration.y", b"userAcceleration.z",
)  # fmt: skip


def read_motionsense(path: Path) -> Recordings:
    """Read ``A_DeviceMotion_data.zip`` or the unpacked folder.

    Raises:
        MissingPathError: the path does not exist.
        DatasetError: a damaged archive, no files of this data set, or a file without its columns.
        RefusedError: the system does not let us read.
    """
    tally = RejectTally()
    sessions = Sessions(_RATE, "g", tally)
    with open_tree(path) as tree:
        for name in tree.ending(".csv"):
            found = _NAME.search(name)
            activity = ACTIVITIES.get(found[1].lower()) if found else None
            if found and activity is not None:
                _read_file(tree, name, int(found[2]), activity, sessions, tally)
                sessions.end_file()
    if not sessions.recordings:
        msg = f"{path}: there are no readable files <activity>_<trial>/sub_<person>.csv of MotionSense"
        raise DatasetError(msg, hint="give A_DeviceMotion_data.zip or the folder unpacked from it")
    return Recordings(
        source=str(path),
        unit="g",
        rate=_RATE,
        window=_WINDOW,
        recordings=tuple(sessions.recordings),
        rejects=tally.counts(),
        borders=sessions.borders(),
        notes=("acceleration is the sum of gravity and userAcceleration",),
    )


def _read_file(
    tree: Tree, name: str, user: int, activity: str, sessions: Sessions, tally: RejectTally
) -> None:
    with tree.open(name) as stream:
        rows = records(stream, tally)
        header = [field.strip(b' "') for field in next(rows, b"").split(b",")]
        missing = [column.decode() for column in _COLUMNS if column not in header]
        if missing:
            msg = f"{tree.path}: {name} has no column {', '.join(missing)}"
            raise DatasetError(msg, hint="give the files of A_DeviceMotion_data, with their header")
        columns = [header.index(column) for column in _COLUMNS]
        numbered = header[0] == b""  # the index that the exporting program wrote first
        for row in rows:
            fields = [field.strip() for field in row.split(b",")]
            place = whole(fields[0]) if numbered else None
            if len(fields) != len(header):
                tally.add("field_count")
            elif not all(fields[column] for column in columns):
                tally.add("missing_value")
            elif numbered and place is None:
                tally.add("bad_time")
            elif None in (values := [number(fields[column]) for column in columns]):
                tally.add("bad_number")
            else:
                g = [value for value in values if value is not None]
                total = (g[0] + g[3], g[1] + g[4], g[2] + g[5])
                sessions.add(user, activity, None, total, place=place)
                continue
            sessions.rejected()

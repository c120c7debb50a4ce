"""The recordings of ST's wiki tutorial on activity recognition: three activities, 26 samples a second.

92 files of 1,000 lines ``x, y, z`` in mg from an LSM6DSL (full scale 4 g) on a B-L475E-IOT01A, one
folder an activity; BSD-3-Clause, STMicroelectronics 2020. Nobody says who wore the board.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from cubeai_auto.errors import DatasetError
from cubeai_auto.models.har.recordings import Recordings
from cubeai_auto.models.har.records import number, records
from cubeai_auto.models.har.rejects import RejectTally
from cubeai_auto.models.har.sessions import Sessions
from cubeai_auto.models.har.tree import open_tree

__all__ = ["ACTIVITIES", "ARCHIVE_SHA256", "ARCHIVE_URL", "read_st_wiki"]

ACTIVITIES: Final = ("running", "stationary", "walking")

ARCHIVE_URL: Final = (
    "https://raw.githubusercontent.com/STMicroelectronics/stm32ai-wiki/"
    "5ed628af9aa8c884bdf7086bf0b947e76355f83d/AI_resources/HAR/dataset.zip"
)
ARCHIVE_SHA256: Final = "54dd162d06d24d05520843cf818d65e68583281af8269f05a969847e4fc0249d"

_RATE = 26.0
_WINDOW = 26


def read_st_wiki(path: Path) -> Recordings:
    """Read ``dataset.zip`` or the unpacked folder.

    Raises:
        MissingPathError: the path does not exist.
        DatasetError: a damaged archive, or no files of this data set.
        RefusedError: the system does not let us read.
    """
    tally = RejectTally()
    sessions = Sessions(_RATE, "mg", tally)
    with open_tree(path) as tree:
        for name in tree.ending(".csv"):
            activity = PurePosixPath(name).parent.name.lower()
            if activity not in ACTIVITIES:
                continue
            with tree.open(name) as stream:
                for record in records(stream, tally):
                    fields = [field.strip() for field in record.split(b",")]
                    if len(fields) != 3:
                        tally.add("field_count")
                    elif not all(fields):
                        tally.add("missing_value")
                    elif None in (values := [number(field) for field in fields]):
                        tally.add("bad_number")
                    else:
                        x, y, z = (value for value in values if value is not None)
                        sessions.add(None, activity, None, (x, y, z))
                        continue
                    sessions.rejected()
            sessions.end_file()
    if not sessions.recordings:
        msg = f"{path}: there are no readable files {'/, '.join(ACTIVITIES)}/*.csv"
        raise DatasetError(msg, hint="give dataset.zip of the tutorial or the unpacked folder")
    return Recordings(
        source=str(path),
        unit="mg",
        rate=_RATE,
        window=_WINDOW,
        recordings=tuple(sessions.recordings),
        rejects=tally.counts(),
        borders=sessions.borders(),
        notes=("subjects unknown: the files do not say who wore the board",),
    )

"""UCI HAR: six activities of 30 people with a phone at the waist, 50 samples a second.

D. Anguita, A. Ghio, L. Oneto, X. Parra, J. L. Reyes-Ortiz, "A Public Domain Dataset for Human Activity
Recognition Using Smartphones", 2013. The folder ``UCI HAR Dataset`` has, for ``train`` (21 people) and
``test`` (the other 9), ``Inertial Signals/total_acc_<axis>_<part>.txt`` with a window of 128 values in
g a line, ``y_<part>.txt`` with its activity and ``subject_<part>.txt`` with its person. Windows
overlap by half and stay as they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import IO, Final

import numpy as np

from cubeai_auto.errors import DatasetError, MissingPathError
from cubeai_auto.models.har.recordings import Part, Recording, Recordings, range_of
from cubeai_auto.models.har.records import number, whole
from cubeai_auto.models.har.rejects import RejectCause, RejectTally
from cubeai_auto.models.har.tree import Tree, open_tree

__all__ = ["ACTIVITIES", "WINDOW", "read_uci_har"]

ACTIVITIES: Final = (
    "walking", "walking upstairs", "walking downstairs", "sitting", "standing", "laying",
)  # fmt: skip
"""By number, from 1 on."""

WINDOW: Final = 128
"""Samples of a window in the files."""

_RATE = 50.0
_LONGEST_LINE = 16 * WINDOW * 4
_PARTS: tuple[Part, ...] = ("train", "test")


def read_uci_har(path: Path) -> Recordings:
    """Read the folder ``UCI HAR Dataset`` (or one that holds it), or a zip of it.

    Raises:
        MissingPathError: the path, or one of the ten files needed, does not exist.
        DatasetError: files whose lines do not belong together, or not one good window.
        RefusedError: the system does not let us read.
    """
    tally = RejectTally()
    found: list[Recording] = []
    with open_tree(path) as tree:
        for part in _PARTS:
            found += _read_part(tree, part, tally)
    if not found:
        msg = f"{path}: not one readable window; {tally.counts().sentence()}"
        raise DatasetError(msg, hint="give the folder 'UCI HAR Dataset' as unpacked")
    return Recordings(
        source=str(path),
        unit="g",
        rate=_RATE,
        window=WINDOW,
        recordings=tuple(found),
        rejects=tally.counts(),
        records=len(found),
        notes=("the files hold windows of 128 samples that overlap by half; a record is a window",),
    )


def _read_part(tree: Tree, part: Part, tally: RejectTally) -> list[Recording]:
    names = [f"total_acc_{axis}_{part}.txt" for axis in "xyz"]
    names += [f"y_{part}.txt", f"subject_{part}.txt"]
    found: list[Recording] = []
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(tree.open(_find(tree, name))) for name in names]
        for lines in zip_longest(*map(_lines, streams)):
            if None in lines:
                if not any(line.strip() for line in lines if line is not None):
                    continue
                short = ", ".join(n for n, line in zip(names, lines, strict=True) if line is None)
                msg = f"{tree.path}: fewer lines in {short} than in the other files of its part"
                raise DatasetError(msg, hint="the files belong together line by line: unpack again")
            window = _window([line.strip() for line in lines], part)
            if isinstance(window, Recording):
                found.append(window)
            else:
                tally.add(window)
    return found


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, cut at a length that no window's line has."""
    while line := stream.readline(_LONGEST_LINE):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(_LONGEST_LINE)
        yield line


def _window(lines: list[bytes], part: Part) -> Recording | RejectCause:
    """A window from the lines of its five files, or why not."""
    if not all(lines):
        return "blank_line" if not any(lines) else "missing_value"
    activity, user = whole(lines[3]), whole(lines[4])
    if activity is None or not 1 <= activity <= len(ACTIVITIES):
        return "unknown_activity"
    if user is None:
        return "bad_user"
    if any(len(line) >= _LONGEST_LINE - 1 for line in lines):
        return "too_long"
    axes = [line.split() for line in lines[:3]]
    if any(len(axis) != WINDOW for axis in axes):
        return "field_count"
    values = [number(field) for axis in axes for field in axis]
    if None in values:
        return "bad_number"
    samples = np.array(values, np.float64).reshape(3, WINDOW).T
    if np.abs(samples).max() > range_of("g"):
        return "out_of_range"
    return Recording(user, ACTIVITIES[activity - 1], samples.astype(np.float32), part)


def _find(tree: Tree, name: str) -> str:
    found = [each for each in tree.ending(name) if each.lower().rpartition("/")[2] == name.lower()]
    if not found:
        msg = f"there is no {name} in {tree.path}"
        hint = "give the unpacked folder 'UCI HAR Dataset' with 'Inertial Signals' in it"
        raise MissingPathError(msg, hint=hint)
    return found[0]

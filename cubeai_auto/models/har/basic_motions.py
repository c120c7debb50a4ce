"""BasicMotions: four activities with a smart watch, 10 samples a second; comes with sktime, offline.

A student project of the University of East Anglia in the UEA archive: four students, four activities,
five recordings of ten seconds each. Both parts of the package are kept as they are; the files do not
say which student a recording is of, and not in which units the watch gave its values. Each line holds
six series: acceleration x, y, z, then the gyroscope, which is not used here.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from cubeai_auto.errors import DatasetError, MissingPathError, ToolMissingError
from cubeai_auto.files import refusals
from cubeai_auto.models.har.recordings import Part, Recording, Recordings, range_of
from cubeai_auto.models.har.records import number
from cubeai_auto.models.har.rejects import RejectCause, RejectTally

__all__ = ["find_basic_motions", "read_basic_motions"]

_RATE = 10.0
_FOLDER = "BasicMotions"
_FILES: Final[tuple[tuple[Part, str], ...]] = (
    ("train", "BasicMotions_TRAIN.ts"),
    ("test", "BasicMotions_TEST.ts"),
)
_AXES = 3
_LARGEST = 64 << 20
_NOTES = (
    (
        "four students are in the data; the files do not say who is in which part, so the accuracy "
        "is that for people whom the network may know"
    ),
    "units unknown: the files do not say what the watch's numbers mean",
    "the acceleration of each recording only, not the gyroscope",
)


def find_basic_motions() -> Path:
    """The folder of the data inside the installed ``sktime``, which is not imported.

    Raises:
        ToolMissingError: sktime is not installed, or without its data.
    """
    spec = find_spec("sktime")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        found = Path(folder) / "datasets" / "data" / _FOLDER
        if found.is_dir():
            return found
    what = "is not installed" if spec is None else "is installed without its data"
    msg = f"the data set 'basic_motions' comes with the package sktime, which {what}"
    raise ToolMissingError(msg, hint='pip install "cubeai-auto[train]"')


def read_basic_motions(path: Path | None) -> Recordings:
    """Read the two files ``BasicMotions_TRAIN.ts`` and ``_TEST.ts``.

    Args:
        path: their folder; ``None`` for the one inside sktime.

    Raises:
        ToolMissingError: no folder was given, and sktime is not there.
        MissingPathError: the folder does not hold both files.
        DatasetError: a file in another format, or without one good recording.
        RefusedError: the system does not let us read.
    """
    folder = find_basic_motions() if path is None else path
    tally = RejectTally()
    found: list[Recording] = []
    for part, name in _FILES:
        file = folder / name
        if not file.is_file():
            msg = f"there is no {name} in {folder}"
            raise MissingPathError(msg, hint="leave dataset.path away to take the files of sktime")
        found += _read_file(file, part, tally)
    return Recordings(
        source=f"sktime {_release()}, {_FOLDER}" if path is None else str(path),
        unit="as recorded",
        rate=_RATE,
        window=len(found[0].values),
        recordings=tuple(found),
        rejects=tally.counts(),
        records=len(found),
        notes=_NOTES,
    )


def _release() -> str:
    try:
        return version("sktime")
    except PackageNotFoundError:
        return "(release unknown)"


def _read_file(file: Path, part: Part, tally: RejectTally) -> list[Recording]:
    """The recordings of a file in the ``.ts`` format: ``#`` comments, ``@`` header, then the data."""
    with refusals("read", file):
        if file.stat().st_size > _LARGEST:
            msg = f"{file} is larger than this data set can be"
            raise DatasetError(msg, hint="reinstall sktime")
        lines = file.read_bytes().splitlines()
    classes: dict[bytes, str] = {}
    found: list[Recording] = []
    in_data = False
    for raw in lines:
        line = raw.strip()
        if not in_data:
            in_data = line.lower() == b"@data"
            word, *labels = line.split() or [b""]
            if word.lower() == b"@classlabel" and labels[:1] == [b"true"]:
                classes = {label: label.decode("utf-8", "replace").lower() for label in labels[1:]}
        elif not line:
            tally.add("blank_line")
        elif not line.startswith((b"#", b"@")):
            taken = _recording(line, classes, part)
            if isinstance(taken, Recording):
                found.append(taken)
            else:
                tally.add(taken)
    if not classes or not found:
        msg = f"{file} holds no labeled recordings of BasicMotions; {tally.counts().sentence()}"
        raise DatasetError(msg, hint="reinstall sktime")
    return found


def _recording(line: bytes, classes: dict[bytes, str], part: Part) -> Recording | RejectCause:
    *series, label = line.split(b":")
    activity = classes.get(label.strip())
    if activity is None:
        return "unknown_activity"
    axes = [one.split(b",") for one in series[:_AXES]]
    if len(series) < _AXES or len({len(axis) for axis in axes}) != 1:
        return "field_count"
    fields = [field.strip() for axis in axes for field in axis]
    if not all(fields) or b"?" in fields:
        return "missing_value"
    values = [number(field) for field in fields]
    if None in values:
        return "bad_number"
    samples = np.array(values, np.float64).reshape(_AXES, -1).T
    if np.abs(samples).max() > range_of("as recorded"):
        return "out_of_range"
    return Recording(None, activity, samples.astype(np.float32), part)

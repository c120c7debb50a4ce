"""MotionSense's CSV files, in a folder and in an archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.errors import DatasetError, MissingPathError
from cubeai_auto.models.har.motionsense import read_motionsense
from cubeai_auto.models.har.recordings import BorderCounts
from cubeai_auto.models.har.rejects import RejectCounts

Write = Callable[[str, str | bytes], Path]

HEADER = (
    ",attitude.roll,attitude.pitch,attitude.yaw,gravity.x,gravity.y,gravity.z,rotationRate.x,"
    "rotationRate.y,rotationRate.z,userAcceleration.x,userAcceleration.y,userAcceleration.z\n"
)


def row(place: int | str, x: float | str = 0.25) -> str:
    return f"{place},1.5,-0.7,0.6,{x},0.5,-0.75,0.1,0.2,0.3,0.125,-0.25,0.5\n"


@pytest.fixture
def folder(write: Write, tmp_path: Path) -> Path:
    for activity, trial, user in (("dws", 1, 1), ("dws", 11, 1), ("wlk", 15, 24)):
        text = HEADER + "".join(row(place) for place in range(60))
        write(f"A_DeviceMotion_data/{activity}_{trial}/sub_{user}.csv", text)
    write("A_DeviceMotion_data/dws_1/._sub_1.csv", b"\0\5\x16\7")
    write("A_DeviceMotion_data/notes.csv", "not,a,recording\n")
    return tmp_path / "A_DeviceMotion_data"


def test_total_acceleration_of_every_file(folder: Path, pack: Callable[[Path], Path]) -> None:
    for path in (folder, pack(folder), folder.parent):
        data = read_motionsense(path)
        assert [(r.user, r.activity, len(r.values)) for r in data.recordings] == [
            (1, "downstairs", 60), (1, "downstairs", 60), (24, "walking", 60),
        ]  # fmt: skip
        assert data.recordings[0].values[7].tolist() == [0.375, 0.25, -0.25]
        assert (data.unit, data.rate, data.rejects) == ("g", 50.0, RejectCounts())


def test_damaged_rows_are_counted_and_gaps_seen(write: Write, tmp_path: Path) -> None:
    rows = [row(k) for k in range(10)]
    rows[2] = "2,1.5,-0.7\n"
    rows[3] = row(3, "")
    rows[4] = row(4, "abc")
    rows[5] = "\n"
    rows[6] = row(6, 99.0)
    rows[7] = row("seven")
    rows += [row(9, 0.5), row(200), row(201)]
    write("x/jog_9/sub_3.csv", HEADER + "".join(rows))
    data = read_motionsense(tmp_path)
    assert data.rejects == RejectCounts(
        blank_line=1, field_count=1, missing_value=1, bad_time=1, repeated_time=1, bad_number=1,
        out_of_range=1,
    )  # fmt: skip
    assert [len(r.values) for r in data.recordings] == [4, 2]
    assert data.borders == BorderCounts(gap=1)
    assert data.taken + data.rejects.total == 13


def test_columns_are_found_by_name_and_missed_by_name(write: Write, tmp_path: Path) -> None:
    write("a/sit_1/sub_1.csv", (HEADER + row(0)).replace("gravity.x,", "gravity.w,"))
    with pytest.raises(DatasetError, match=r"sub_1\.csv has no column gravity\.x"):
        read_motionsense(tmp_path / "a")
    swapped = HEADER.replace("gravity.x,gravity.y", "gravity.y,gravity.x") + row(0)
    write("b/sit_1/sub_1.csv", swapped)
    assert read_motionsense(tmp_path / "b").recordings[0].values[0, 0] == 0.625


def test_what_is_no_such_data_set(write: Write, folder: Path, pack: Callable[[Path], Path]) -> None:
    with pytest.raises(MissingPathError):
        read_motionsense(folder / "nowhere")
    with pytest.raises(DatasetError, match="no readable files"):
        read_motionsense(write("empty/readme.txt", "").parent)
    with pytest.raises(DatasetError, match="not a readable zip"):
        read_motionsense(write("no.zip", "text"))
    archive = pack(folder).read_bytes()
    for cut in (10, len(archive) // 2, len(archive) - 5):
        with pytest.raises(DatasetError):
            read_motionsense(write("cut.zip", archive[:cut]))
    spoiled = bytearray(archive)
    spoiled[200:260] = b"\xff" * 60
    with pytest.raises(DatasetError, match="is damaged"):
        read_motionsense(write("spoiled.zip", bytes(spoiled)))

"""WISDM's text files: every known defect of the published file, and any garbage besides."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cubeai_auto.errors import DatasetError, MissingPathError
from cubeai_auto.models.har.recordings import BorderCounts
from cubeai_auto.models.har.rejects import RejectCounts
from cubeai_auto.models.har.windows import cut_windows
from cubeai_auto.models.har.wisdm import read_wisdm_2019_watch, read_wisdm_v1_1

Write = Callable[[str, str | bytes], Path]

# Each line of the sample shows one thing; the records are made up, their forms are those of the file.
DEFECTS = """\
33,Jogging,49105962326000,-0.6946377,12.680544,0.50395286;
33,Jogging,49106062271000,5.012288,11.264028,0.95342433;33,Jogging,49106112167000,4.903325,10.88,-0.08;
19, Walking, 49106222305000, -0.61291564, 18.496431, 3.0237172;

20,Sitting,0,0,0,0.0;
20,Sitting,0,0,0,0.0;
20,Sitting,1871422325000,1.0,2.0,3.0;
20,Sitting,1871422325000,1.0,2.0,3.0;
20,Sitting,1871422325000,1.1,2.0,3.0;
11,Walking,1867172313000,4.4,4.4,;
11,Walking,1867222270000,4.4,4.4,4.4,;
11,Walking,1867272270000
11,Walking,18672
17,Walking,57869902574000,6.28,-2.11
7,Dancing,57869902574000,6.28,-2.11,3.0;
x7,Walking,57869902574000,6.28,-2.11,3.0;
7,Walking,-5,6.28,-2.11,3.0;
7,Walking,57869902574000,6.28,nan,3.0;
7,Walking,57869902574000,6.28,-2.1.1,3.0;
7,Walking,57869902574000,6.28,-2.11,3000.0;
7,Walking,57869952574000,6.28,-2.11,3.0,4.0,5.0;
7,Walking,57869902574000,6.28,-2.11,3.0;
"""


def test_every_defect_of_version_1_1_is_counted_by_its_cause(write: Write) -> None:
    data = read_wisdm_v1_1(write("WISDM_ar_v1.1_raw.txt", DEFECTS))
    assert data.rejects == RejectCounts(
        blank_line=1,
        field_count=4,
        missing_value=1,
        bad_user=1,
        unknown_activity=1,
        bad_time=1,
        zero_time=2,
        repeated_record=1,
        repeated_time=1,
        bad_number=2,
        out_of_range=1,
    )
    found = [(r.user, r.activity, len(r.values)) for r in data.recordings]
    assert found == [
        (33, "Jogging", 3), (19, "Walking", 1), (20, "Sitting", 1), (11, "Walking", 1),
        (7, "Walking", 1),
    ]  # fmt: skip
    assert data.samples + data.rejects.total == 23
    assert data.recordings[0].values[1].tolist() == [
        np.float32(5.012288), np.float32(11.264028), np.float32(0.95342433),
    ]  # fmt: skip
    assert (data.unit, data.rate, data.window) == ("m/s^2", 20.0, 80)
    assert data.users == (7, 11, 19, 20, 33)


def test_nothing_is_lost_behind_a_missing_value(write: Write) -> None:
    """A loader in circulation ends at the first record without z, and keeps a third of the file."""
    good = "".join(f"{u},Walking,{t}0000000,1,2,3;\n" for u in (1, 2) for t in range(5, 55, 5))
    broken = good.replace("2,Walking,50000000,1,2,3;", "2,Walking,50000000,1,2,;")
    data = read_wisdm_v1_1(write("raw.txt", broken))
    assert data.samples == 19
    assert data.users == (1, 2)


def test_the_folder_will_do_and_what_is_not_there_is_named(write: Write, tmp_path: Path) -> None:
    write("folder/WISDM_ar_v1.1_raw.txt", "1,Walking,5,1,2,3;\n")
    assert read_wisdm_v1_1(tmp_path / "folder").samples == 1
    for path in (tmp_path, tmp_path / "nowhere.txt"):
        with pytest.raises(MissingPathError, match=r"WISDM_ar_v1\.1_raw\.txt"):
            read_wisdm_v1_1(path)
    with pytest.raises(DatasetError, match=r"rejected: 1 x wrong number of fields"):
        read_wisdm_v1_1(write("other.txt", "hello world\n"))
    with pytest.raises(DatasetError, match="not one record"):
        read_wisdm_v1_1(write("empty.txt", ""))


@pytest.mark.parametrize("timed", [True, False], ids=["with time", "without"])
def test_the_watch_set_is_read_with_and_without_its_times(
    write: Write, tmp_path: Path, timed: bool
) -> None:
    def line(user: int, letter: str, place: int) -> str:
        time = f"{252207666810782 + place * 50_000_000}," if timed else ""
        return f"{user},{letter},{time}0.5,-9.5,{place / 100};\n"

    for user in (1600, 1650):
        text = "".join(line(user, letter, place) for letter in "AS" for place in range(5))
        write(f"raw/watch/accel/data_{user}_accel_watch.txt", text)
        write(f"raw/watch/gyro/data_{user}_gyro_watch.txt", text)
        write(f"raw/phone/accel/data_{user}_accel_phone.txt", text)
    data = read_wisdm_2019_watch(tmp_path)
    assert data.samples == 20
    assert data.rejects == RejectCounts()
    assert [(r.user, r.activity) for r in data.recordings] == [
        (user, activity) for user in (1600, 1650) for activity in ("walking", "folding clothes")
    ]
    assert bool(data.notes) is not timed


def test_a_watch_file_of_the_other_kind_is_counted_not_mixed_up(write: Write) -> None:
    lines = ["1600,A,252207666810782,1,2,3;"] * 3 + ["1600,A,1,2,3;"] * 5 + ["1600,A,1,2,;"]
    data = read_wisdm_2019_watch(write("data_1600_accel_watch.txt", "\n".join(lines)))
    assert data.samples == 5
    assert data.rejects == RejectCounts(field_count=3, missing_value=1)


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match="accel_watch"):
        read_wisdm_2019_watch(tmp_path)


ACTIVITIES = ("Walking", "Sitting")
STEPS = st.sampled_from(
    [50_000_000, 50_000_000, 50_000_000, 999_000_000, 1_100_000_000, 0, -400_000_000]
)
GARBAGE = st.one_of(
    st.binary(max_size=40).filter(
        lambda raw: b"\n" not in raw and b"\r" not in raw and b";" not in raw
    ),
    st.sampled_from([b"", b"1,Walking,5,,2,3", b"1,Walking", b"2,Sitting,0,0,0,0", b"\0" * 20]),
)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, list[tuple[int, str, int]], int]:
    """A file of good records (z tells which) and garbage; the good ones, and how many pieces."""
    user, activity, time = 1, ACTIVITIES[0], 10**9
    lines: list[bytes] = []
    good: list[tuple[int, str, int]] = []
    pieces = 0
    for kind in draw(st.lists(st.sampled_from("rrrrrrrrrruag"), max_size=120)):
        if kind == "u":
            user = 3 - user
        elif kind == "a":
            activity = ACTIVITIES[1 - ACTIVITIES.index(activity)]
        elif kind == "g":
            lines.append(draw(GARBAGE) + b"\n")
            pieces += bool(lines[-1].strip())
        else:
            time += draw(STEPS)
            lines.append(f"{user},{activity},{time},1,2,{len(good) / 100};".encode())
            lines[-1] += draw(st.sampled_from([b"\n", b"\n", b"\r\n", b""]))
            good.append((user, activity, time))
            pieces += 1
    return b"".join(lines), good, pieces


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(files(), st.integers(1, 9), st.integers(1, 5))
def test_no_window_crosses_a_border_and_the_counts_add_up(
    tmp_path: Path, made: tuple[bytes, list[tuple[int, str, int]], int], window: int, step: int
) -> None:
    content, good, pieces = made
    file = tmp_path / "raw.txt"
    file.write_bytes(content)
    if not good:
        return
    data = read_wisdm_v1_1(file)
    assert data.samples + data.rejects.total - data.rejects.blank_line == pieces
    if max(len(r.values) for r in data.recordings) < window:
        return
    windows = cut_windows(data, window, step)
    for values, label, recording in zip(windows.values, windows.labels, windows.recording, strict=True):
        members = [good[round(float(z) * 100)] for z in values[:, 2]]
        assert {user for user, _, _ in members} == {windows.users[recording]}
        assert {activity for _, activity, _ in members} == {windows.classes[label]}
        steps = np.diff([time for _, _, time in members])
        assert ((steps > 0) & (steps <= 10**9)).all()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_an_error_of_ours_or_a_data_set(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "data_1_accel_watch.txt"
    file.write_bytes(content)
    for read in (read_wisdm_v1_1, read_wisdm_2019_watch):
        with pytest.raises(DatasetError, match="not one record"):
            read(file)


def test_memory_is_that_of_the_samples_not_of_the_file(write: Write) -> None:
    lines = "".join(f"1,Walking,{t * 50_000_000},1.0,2.0,3.0;\n" for t in range(1, 30_001))
    file = write("raw.txt", lines + " " * 3_000_000 + "\n" + "g" * 3_000_000)
    del lines
    tracemalloc.start()
    try:
        data = read_wisdm_v1_1(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert data.samples == 30_000
    assert data.rejects == RejectCounts(too_long=2)
    assert peak < 12_000_000
    assert data.borders == BorderCounts()

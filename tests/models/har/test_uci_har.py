"""UCI HAR's signal files: windows as they are, five files that belong together line by line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.errors import DatasetError, MissingPathError
from cubeai_auto.models.har.assemble import assemble
from cubeai_auto.models.har.rejects import RejectCounts
from cubeai_auto.models.har.uci_har import WINDOW, read_uci_har

Write = Callable[[str, str | bytes], Path]

USERS = {"train": [1, 1, 3, 3], "test": [2, 2]}
LABELS = {"train": [1, 6, 1, 6], "test": [6, 1]}


def line(value: float, count: int = WINDOW) -> str:
    return "".join(f"  {value:.7e}" for _ in range(count)) + "\n"


@pytest.fixture
def folder(write: Write, tmp_path: Path) -> Path:
    for part, users in USERS.items():
        for index, axis in enumerate("xyz"):
            text = "".join(line(user + index / 10) for user in users)
            write(f"UCI HAR Dataset/{part}/Inertial Signals/total_acc_{axis}_{part}.txt", text)
            write(f"UCI HAR Dataset/{part}/Inertial Signals/body_acc_{axis}_{part}.txt", "0\n")
        write(f"UCI HAR Dataset/{part}/y_{part}.txt", "".join(f"{k}\n" for k in LABELS[part]))
        write(f"UCI HAR Dataset/{part}/subject_{part}.txt", "".join(f"{u}\n" for u in users))
    return tmp_path / "UCI HAR Dataset"


def test_windows_with_person_activity_and_part(folder: Path, pack: Callable[[Path], Path]) -> None:
    for path in (folder, folder.parent, pack(folder)):
        data = read_uci_har(path)
        assert [(r.user, r.activity, r.part) for r in data.recordings] == [
            (1, "walking", "train"), (1, "laying", "train"), (3, "walking", "train"),
            (3, "laying", "train"), (2, "laying", "test"), (2, "walking", "test"),
        ]  # fmt: skip
        assert data.recordings[2].values.shape == (WINDOW, 3)
        assert data.recordings[2].values[5].tolist() == pytest.approx([3.0, 3.1, 3.2])
        assert data.taken == 6


def test_the_given_parts_are_by_person_and_said_to_be(folder: Path) -> None:
    dataset = assemble(read_uci_har(folder), "uci_har", None)
    assert (len(dataset.x_train), len(dataset.x_test)) == (4, 2)
    assert dataset.notes[0] == (
        "divided as the data set is, by person: trained on 1, 3, tested on 2, who are new to it"
    )


def test_bad_lines_are_counted_without_moving_the_others(folder: Path) -> None:
    signals = folder / "train" / "Inertial Signals"
    (signals / "total_acc_y_train.txt").write_text(line(9, WINDOW - 1) + line(8) + line(7) + line(99))
    (signals / "total_acc_z_train.txt").write_text(line(9) + line(8).replace("8", "x", 1) + line(7) * 2)
    (folder / "train" / "y_train.txt").write_text("1\n1\n7\n2\n")
    data = read_uci_har(folder)
    assert data.rejects == RejectCounts(field_count=1, bad_number=1, unknown_activity=1, out_of_range=1)
    assert data.taken + data.rejects.total == 6


def test_files_that_do_not_fit_each_other_are_refused(folder: Path) -> None:
    (folder / "train" / "subject_train.txt").write_text("1\n1\n3\n")
    with pytest.raises(DatasetError, match=r"fewer lines in subject_train\.txt"):
        read_uci_har(folder)
    (folder / "train" / "subject_train.txt").unlink()
    with pytest.raises(MissingPathError, match=r"no subject_train\.txt"):
        read_uci_har(folder)


def test_an_enormous_line_is_one_bad_window(folder: Path) -> None:
    (folder / "test" / "Inertial Signals" / "total_acc_x_test.txt").write_text(
        "1 " * 300_000 + "\n" + line(2)
    )
    data = read_uci_har(folder)
    assert data.rejects == RejectCounts(too_long=1)
    assert data.taken == 5

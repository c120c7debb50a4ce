"""The recordings of ST's wiki tutorial."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.errors import DatasetError
from cubeai_auto.models.har.rejects import RejectCounts
from cubeai_auto.models.har.st_wiki import read_st_wiki

Write = Callable[[str, str | bytes], Path]


def test_recordings_by_folder(write: Write, tmp_path: Path, pack: Callable[[Path], Path]) -> None:
    for activity in ("running", "stationary", "walking", "swimming"):
        write(
            f"dataset/{activity}/{activity}_01_26Hz_4g_mg.csv", " -276,   -85,  -309\n  315, 247, -36\n"
        )
    for path in (tmp_path / "dataset", pack(tmp_path / "dataset")):
        data = read_st_wiki(path)
        assert [r.activity for r in data.recordings] == ["running", "stationary", "walking"]
        assert {r.user for r in data.recordings} == {None}
        assert data.recordings[0].values.tolist() == [[-276, -85, -309], [315, 247, -36]]
        assert (data.unit, data.rate) == ("mg", 26.0)
        assert "subjects unknown" in data.notes[0]


def test_damaged_lines_are_counted_and_break_where_a_second_is_missing(
    write: Write, tmp_path: Path
) -> None:
    lines = ["1,2,3", "1,2", "1,2,", "1,2,x", "", "1,2,99999", "1,2,3", *["?"] * 26, "1,2,3"]
    write("walking/a.csv", "\n".join(lines))
    data = read_st_wiki(tmp_path)
    assert data.rejects == RejectCounts(
        blank_line=1, field_count=27, missing_value=1, bad_number=1, out_of_range=1
    )
    assert [len(r.values) for r in data.recordings] == [2, 1]
    assert data.borders.gap == 1


def test_another_archive_is_refused(write: Write, tmp_path: Path) -> None:
    write("swimming/a.csv", "1,2,3\n")
    with pytest.raises(DatasetError, match="no readable files"):
        read_st_wiki(tmp_path)

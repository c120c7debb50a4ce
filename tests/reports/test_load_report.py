"""What is no report, what is damaged, and several files at once."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from support.cube_reports import LAYOUTS, V2_2

from cubeai_auto.errors import InputError, MissingPathError
from cubeai_auto.reports import diff_reports, load_report, load_reports

CONFLICT = "<<<<<<< HEAD\n" + V2_2 + "=======\n" + V2_2 + ">>>>>>> main\n"


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match="does not exist"):
        load_report(tmp_path / "no.txt")
    with pytest.raises(MissingPathError, match="folder"):
        load_report(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n\n",
        b"hello\n",
        b"{}",
        b"[1, 2]",
        b"{",
        b'{"a": 1}',
        b'{"schema": "other/1", "footprint": {}}',
        b"[" * 100_000,
        b'{"rom_size": ' + b"9" * 5000 + b"}",
        b"\x00" * 5000,
        bytes(range(256)) * 20,
    ],
)
def test_what_is_no_report_is_a_typed_error(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x_report.txt"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_report(file)
    assert str(file) in caught.value.message


@pytest.mark.parametrize(("start", "line"), [("", 1), ("a line\n\n", 3)])
def test_git_markers_are_named_by_line(start: str, line: int, tmp_path: Path) -> None:
    file = tmp_path / "merged.txt"
    file.write_text(start + CONFLICT)
    with pytest.raises(InputError, match="conflict marker") as caught:
        load_report(file)
    assert f"{file}:{line}:" in caught.value.message


def test_git_markers_in_json(tmp_path: Path) -> None:
    file = tmp_path / "c_info.json"
    file.write_text('{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> main\n}\n')
    with pytest.raises(InputError, match="conflict marker") as caught:
        load_report(file)
    assert f"{file}:2:" in caught.value.message


def test_a_rule_of_equal_signs_is_no_marker(tmp_path: Path) -> None:
    file = tmp_path / "npu.txt"
    file.write_text(LAYOUTS["neural-art-2"])
    assert load_report(file).status == "ok"


def test_damaged_json_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{\n "report_version": 1.1,\n "layers": [\n')
    with pytest.raises(InputError, match=r"x\.json:4: not valid JSON"):
        load_report(file)


def test_all_files_are_read_and_all_problems_told(tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text(V2_2)
    bad = tmp_path / "bad.txt"
    bad.write_text("nothing")
    batch = load_reports([bad, good, tmp_path / "no.txt", good])
    assert [report.file for report in batch.reports] == [str(good), str(good)]
    assert [(type(p.error), p.file) for p in batch.problems] == [
        (InputError, str(bad)),
        (MissingPathError, str(tmp_path / "no.txt")),
    ]


def test_a_report_of_many_megabytes_is_read_line_by_line(tmp_path: Path) -> None:
    head, row, tail = V2_2.partition("1      dense (Gemm, Gemm)")
    block = row + tail[: tail.index("\n") + 1]
    file = tmp_path / "wide.txt"
    count = 30_000
    wide = "      " + " " * 120 + "x" * 300_000 + "\n"
    file.write_text(head + wide + block * count + tail[tail.index("\n") + 1 :])
    assert file.stat().st_size > 3 << 20
    start = time.perf_counter()
    report = load_report(file)
    assert time.perf_counter() - start < 10
    assert len(report.layers) > count


def test_one_endless_line_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "endless.txt"
    file.write_bytes(b"x" * (9 << 20))
    with pytest.raises(InputError, match="MiB"):
        load_report(file)


def test_diff(tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text(V2_2)
    new.write_text(
        V2_2.replace("v2.2.0-20266 2adc00962", "v3.0.0-20426 123672867")
        .replace("options            :   ", "options            :   use-st-ai, ")
        .replace("network_data_params.h", "network_details.h")
        .replace("60 B (60 B) (1 segment)", "56 B (56 B) (1 segment)")
        .replace("       out (Nonlinearity, Relu) [b:1,c:3]                      9",
                 "       end (Nonlinearity, Relu) [b:1,c:3]                      9")
    )  # fmt: skip
    diff = diff_reports(load_report(old), load_report(new))
    facts = {fact.name: (fact.before, fact.after) for fact in diff.facts if fact.changed}
    assert facts == {
        "tool": ("stedgeai 2.2.0-20266", "stedgeai 3.0.0-20426"),
        "pack": ("10.2.0", "11.0.0"),
        "api": ("legacy", "st-ai"),
    }
    totals = {change.name: change.difference for change in diff.totals}
    assert totals["weights"] == -4
    assert totals["macc"] == 0
    assert totals["inputs"] is None
    assert [(layer.name, layer.state) for layer in diff.layers if layer.state != "same"] == [
        ("out", "removed"),
        ("end", "added"),
    ]
    assert diff.changed
    assert json.loads(json.dumps(diff.to_json()))["totals"][2]["difference"] == -4
    same = diff_reports(load_report(old), load_report(old))
    assert not same.changed

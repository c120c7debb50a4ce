"""The journal as a file, as a value that grows, and as something that may be damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_projects import ioc_document, small_project

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.journal import (
    Journal,
    JournalError,
    OriginalLine,
    journal_after,
    journal_path,
)
from cubeai_auto.cubemx.cube_ai.remove import remove_cube_ai
from cubeai_auto.cubemx.cube_ai.request import AddRequest, Analysis, NetworkRequest
from cubeai_auto.cubemx.cube_ai.update import update_network
from cubeai_auto.cubemx.cube_ai.upgrade import upgrade_cube_ai
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.edit import Edit, KeyChange
from cubeai_auto.errors import CubeAIError, InputError, MissingPathError
from cubeai_auto.files import write_atomic


def request(pack: str = "8.1.0") -> AddRequest:
    return AddRequest(pack, (NetworkRequest("network", "model.tflite", "TFLITE"),), heap=0x1000)


def added(pack: str = "8.1.0") -> tuple[Edit, Journal]:
    edit = add_cube_ai(ioc_document(small_project()), request(pack))
    return edit, Journal.of(edit, pack)


def changed(document: IocDocument, **values: str) -> Edit:
    after = document.copy()
    for key, value in values.items():
        after.set(key.replace("__", "."), value)
    return Edit(document, after)


def test_the_file_says_the_same_journal_and_always_the_same_bytes(tmp_path: Path) -> None:
    edit, journal = added()
    path = journal_path(tmp_path / "my project.v2.ioc")
    assert path == tmp_path / "my project.v2.cubeai.json"
    write_atomic(path, journal.to_json())
    assert Journal.read(path) == journal
    assert journal.to_json() == Journal.of(edit, "8.1.0").to_json()
    top = json.loads(path.read_text())
    assert list(top) == ["schema", "pack", "sha256_before", "changed", "lines"]
    assert top["schema"] == "cubeai-auto/ioc-journal/1"
    assert {"key": "ProjectManager.HeapSize", "before": "0x200", "after": "0x1000"} in top["changed"]


def test_a_journal_knows_whether_it_begins_before_the_pack() -> None:
    edit, journal = added()
    assert journal.covers_add
    later = update_network(edit.after, "network", Analysis(1, 2, 3, 1, 1))
    assert not Journal.of(later, "8.1.0").covers_add
    assert journal.then(later).covers_add


def test_keys_of_the_pack_that_cubemx_wrote_in_between_do_not_move_the_beginning() -> None:
    edit, journal = added()
    pack = "STMicroelectronics.X-CUBE-AI.8.1.0"
    between = edit.after.copy()
    between.set(f"{pack}.HeapSize", "0x2000")
    between.set(f"{pack}.ModelMacc-{'0' * 64}", "5")
    both = journal.then(upgrade_cube_ai(between, "10.2.0"))
    assert both.covers_add
    assert not [entry for entry in both.entries if "8.1.0" in entry.key]


def test_extending_drops_what_came_and_went_and_keeps_the_first_values() -> None:
    edit, journal = added()
    upgrade = upgrade_cube_ai(edit.after, "10.2.0")
    both = journal.then(upgrade)
    assert both.pack == "10.2.0"
    assert both.sha256 == journal.sha256
    direct = Journal.of(Edit(edit.before, upgrade.after), "10.2.0")
    assert both == direct


def test_a_value_changed_between_two_edits_belongs_to_who_changed_it() -> None:
    edit, journal = added()
    between = changed(edit.after, ProjectManager__HeapSize="0x2000").after
    second = changed(between, ProjectManager__HeapSize="0x4000")
    entries = {entry.key: entry for entry in journal.then(second).entries}
    assert entries["ProjectManager.HeapSize"] == KeyChange(
        "ProjectManager.HeapSize", "0x2000", "0x4000"
    )


def test_rows_that_moved_between_two_edits_are_not_recorded_by_number() -> None:
    edit, journal = added()
    between = edit.after.copy()
    rows = [between.get(f"Mcu.Pin{k}") or "" for k in range(8)]
    for k, row in enumerate([rows[-1], *rows[:-1]]):
        between.set(f"Mcu.Pin{k}", row)
    both = journal.then(upgrade_cube_ai(between, "10.2.0"))
    assert not [entry.key for entry in both.entries if entry.key.startswith("Mcu.Pin")]
    assert [entry.key for entry in both.entries if entry.key.startswith("Mcu.IP")]


def test_the_journal_to_keep() -> None:
    edit, journal = added()
    same = add_cube_ai(edit.after, request())
    assert journal_after(None, same) is None
    assert journal_after(journal, same) == journal
    assert journal_after(None, edit) == journal
    other = changed(edit.before, ProjectManager__HeapSize="0x300")
    again = add_cube_ai(other.after, request())
    fresh = journal_after(journal, again)
    assert fresh == Journal.of(again, "8.1.0"), "the old journal is of a pack that was removed"
    upgrade = upgrade_cube_ai(edit.after, "9.1.0")
    assert journal_after(journal, upgrade) == journal.then(upgrade)


def test_lines_that_stand_otherwise_than_cubemx_writes_them_come_back() -> None:
    text = ioc_document(small_project()).to_bytes()
    odd = text.replace(b"ProjectManager.HeapSize=", b"ProjectManager.HeapSize : ")
    odd = odd.replace(b"Mcu.ThirdPartyNb=0", b"Mcu.ThirdPartyNb=\\\n   0")
    odd = odd.replace(b"Mcu.PinsNb=", b"Mcu.\\u0050insNb=")
    before = IocDocument.parse(odd)
    edit = add_cube_ai(before, request())
    journal = Journal.parse(Journal.of(edit, "8.1.0").to_json())
    assert [line.key for line in journal.lines] == [
        "Mcu.PinsNb",
        "Mcu.ThirdPartyNb",
        "ProjectManager.HeapSize",
    ]
    assert remove_cube_ai(edit.after, journal).after.to_bytes() == odd
    upgrade = upgrade_cube_ai(edit.after, "10.2.0")
    assert remove_cube_ai(upgrade.after, journal.then(upgrade)).after.to_bytes() == odd
    assert remove_cube_ai(upgrade.after, journal).after.to_bytes() == odd


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"board=other", b"bord=custom", b"#board=custom", b"board=custom\n", b"board=custom\\"),
        *(b"=======", b"board=custom\nx=y", b"board=\\u12"),
    ],
)
def test_only_a_line_with_the_same_value_can_be_put_back(line: bytes) -> None:
    document = ioc_document(small_project())
    text = document.to_bytes()
    with pytest.raises(InputError):
        document.set_raw_line("board", line)
    assert document.to_bytes() == text
    document.set_raw_line("board", b"  bo\\\nard :custom")
    assert document.to_bytes() == text.replace(b"board=custom", b"  bo\\\nard :custom")
    assert document.raw_line("board") == b"  bo\\\nard :custom"


def test_a_line_of_another_value_is_not_put_back() -> None:
    edit, journal = added()
    lie = (OriginalLine("ProjectManager.HeapSize", "ProjectManager.HeapSize=0x999"),)
    lying = Journal(journal.pack, journal.entries, journal.sha256, lie)
    assert remove_cube_ai(edit.after, lying).after.to_bytes() == edit.before.to_bytes()


GOOD = added()[1].to_json()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"8.1.0"', '"eight"', "pack is no version"),
        ('"8.1.0"', "8", "pack is no text"),
        ("ioc-journal/1", "ioc-journal/2", "not known to this version"),
        ("cubeai-auto/ioc-journal/1", "report/1", "its schema"),
        ('"sha256_before": "', '"sha256_before": "zz', "no SHA-256"),
        ('"changed": [', '"changed": {}, "more": [', "must have exactly"),
        ('"lines": []', '"lines": 3', "lines is no list"),
        ('"lines": []', '"lines": [{"key": "a", "line": "\\u2122"}]', "beyond Latin-1"),
        ('"lines": []', '"lines": [{"key": "a", "line": ""}]', "empty"),
        ('"before": "0x200"', '"before": "0x1000"', "changes nothing"),
        ('"before": "0x200"', '"before": 7', "before is no text"),
        ('"key": "Mcu.IP0"', '"key": ""', "changes nothing"),
        ('"key": "Mcu.IP1"', '"key": "Mcu.IP0"', "not sorted"),
        ("{", "[" * 100_000, "no usable JSON"),
        ('"8.1.0"', "9" * 5000, "no usable JSON"),
    ],
)
def test_a_damaged_journal_is_refused_with_the_place(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(JournalError, match=says) as caught:
        Journal.parse(GOOD.replace(old, new, 1))
    assert caught.value.hint


def test_files_that_are_no_journal(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        Journal.read(tmp_path / "none.json")
    path = tmp_path / "odd.json"
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(JournalError, match=r"odd\.json"):
        Journal.read(path)
    path.write_text("[]")
    with pytest.raises(JournalError, match=r"odd\.json.*must have exactly"):
        Journal.read(path)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(place=st.integers(0, len(GOOD)), cut=st.integers(0, 40), put=st.text(max_size=6))
def test_a_mutated_journal_gives_a_typed_error_or_a_journal(place: int, cut: int, put: str) -> None:
    try:
        journal = Journal.parse(GOOD[:place] + put + GOOD[place + cut :])
    except JournalError:
        return
    assert Journal.parse(journal.to_json()) == journal
    edit = added()[0]
    try:
        after = remove_cube_ai(edit.after, journal).after
    except CubeAIError:
        return
    assert b"X-CUBE-AI" not in after.to_bytes()


values = (
    st.none() | st.text(max_size=12) | st.sampled_from(["0", "CRC", "0x800", "a,b", "VP_CRC_VS_CRC"])
)
some_keys = st.sampled_from(
    [
        "Mcu.Pin0",
        "Mcu.Pin3",
        "Mcu.PinsNb",
        "Mcu.IP2",
        "Mcu.IPNb",
        "Mcu.ThirdParty0_Instance",
        "Mcu.ThirdPartyNb",
        "ProjectManager.HeapSize",
        "ProjectManager.functionlistsort",
        "VP_CRC_VS_CRC.Mode",
        "CORTEX_M7.IPParameters",
        "STMicroelectronics.X-CUBE-AI.8.1.0.IPParameters",
        "#comment",
        "<<<<<<< HEAD",
        "Appli.IPs",
    ]
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    changes=st.dictionaries(some_keys | st.text(min_size=1, max_size=8), st.tuples(values, values)),
    fitting=st.booleans(),
)
def test_an_invented_journal_does_no_worse_than_a_typed_error(
    changes: dict[str, tuple[str | None, str | None]], fitting: bool
) -> None:
    document = added()[0].after
    entries = [
        KeyChange(key, before, document.get(key) if fitting else after)
        for key, (before, after) in sorted(changes.items())
    ]
    kept = tuple(entry for entry in entries if entry.before != entry.after)
    journal = Journal.parse(Journal("8.1.0", kept, "0" * 64).to_json())
    try:
        edit = remove_cube_ai(document, journal)
    except CubeAIError:
        return
    assert IocDocument.parse(edit.after.to_bytes()).items() == edit.after.items()

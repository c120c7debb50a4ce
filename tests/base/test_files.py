"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

import pytest

from cubeai_auto import files
from cubeai_auto.errors import MissingPathError, RefusedError


def disk_full(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_text_is_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    files.write_atomic(tmp_path / "new" / "ä.txt", "ä\n")
    assert (tmp_path / "new" / "ä.txt").read_bytes() == b"\xc3\xa4\n"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "file"
    path.write_text("old", "utf-8")
    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", disk_full)
    else:
        monkeypatch.setattr(Path, "replace", disk_full)
    with pytest.raises(RefusedError, match="No space left") as caught:
        files.write_atomic(path, "new")
    assert caught.value.exit_code == 4
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_several_files_come_together(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    files.write_files(folder, {"a": "1", "b": b"2"})
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == {"a": "1", "b": "2"}
    (folder / "mine").write_text("stays", "utf-8")
    files.write_files(folder, {"a": "3"})
    assert (folder / "a").read_text("utf-8") == "3"
    assert (folder / "mine").read_text("utf-8") == "stays"
    assert list(tmp_path.iterdir()) == [folder]


def test_of_several_files_none_is_touched_if_one_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    files.write_files(folder, {"a": "old"})
    synced: list[int] = []

    def second_fails(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            disk_full()

    monkeypatch.setattr(os, "fsync", second_fails)
    with pytest.raises(RefusedError):
        files.write_files(folder, {"a": "new", "b": "new"})
    assert (folder / "a").read_text("utf-8") == "old"
    assert not (folder / "b").exists()
    assert list(tmp_path.iterdir()) == [folder]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("", "utf-8")
    with pytest.raises(MissingPathError, match="not a folder"):
        files.write_files(path, {"a": ""})


def test_a_new_directory_appears_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "run"
    with files.new_directory(target) as part:
        (part / "a").write_text("1", "utf-8")
        assert not target.exists()
    assert (target / "a").read_text("utf-8") == "1"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_new_directory_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "run"
    with files.new_directory(target) as part:
        (part / "a").write_text("1", "utf-8")

    def write_and_fail() -> None:
        with files.new_directory(target) as part:
            (part / "a").write_text("2", "utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert (target / "a").read_text("utf-8") == "1"
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".run.part").mkdir()
    (tmp_path / ".run.part" / "stale").write_text("", "utf-8")
    with files.new_directory(tmp_path / "run"):
        pass
    assert list((tmp_path / "run").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_hashes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert files.sha256_file(path) == files.sha256_bytes(b"abc") == known
    with pytest.raises(RefusedError):
        files.sha256_file(tmp_path / "nothing")


def test_an_existing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match="the model does not exist"):
        files.existing_file(tmp_path / "nothing", "the model")
    with pytest.raises(MissingPathError, match="is a folder"):
        files.existing_file(tmp_path, "the model")


def test_the_templates_are_found() -> None:
    assert (files.templates_dir() / "harness" / "host_main.c").is_file()

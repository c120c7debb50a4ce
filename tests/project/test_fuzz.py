"""Whatever is in a project file or after --set: a configuration or a ConfigError."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cubeai_auto.errors import ConfigError
from cubeai_auto.project import load_config

EVERY_KEY = b"""\
[project]
name = "Digits" # a comment
description = '''
several lines'''
[model]
recipe = "model.py"
variants = ["float32", "int8"]
name = "network"
epochs = 3
augment = false
[dataset]
name = "digits"
url = "https://example.org/x"
sha256 = "00000000000000000000000000000000000000000000000000000000000000aa"
[target]
board = "NUCLEO-F446RE"
[engine]
opt_level = "O3"
[validate]
on = ["host", "emulator"]
timeout = 1.5
[budgets]
flash = "64 KiB"
accuracy = 0.9
[cubemx]
pack = "10.2.0"
"""

PIECES = [
    b"[", b"]", b"[[", b"{", b"}", b"=", b".", b",", b'"', b"'", b'"""', b"'''", b"\n", b"\\", b"#",
    b"\0", b"\r", b"\xff", b"\xef\xbb\xbf", b"nan", b"-inf", b"1e999", b"1979-05-27", b"07:32:00",
    b"\\u0000", b"\\ud800", b"[engine]", b"model.path='x'", b"9" * 400, b"\xc3\xa4", b"64 KB", b"-1",
]  # fmt: skip

EDIT = st.tuples(st.integers(0, len(EVERY_KEY)), st.integers(0, 12), st.sampled_from([b"", *PIECES]))


def ends_well(folder: Path, overrides: list[str]) -> None:
    caught: ConfigError | None = None
    try:
        load_config(folder, overrides)
    except ConfigError as error:
        caught = error
    if caught is not None:
        assert caught.message
        assert caught.hint
        caught.message.encode("utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@settings(max_examples=200, deadline=None)
@given(st.lists(EDIT, max_size=3), st.integers(0, 2 * len(EVERY_KEY)))
@example([], 0)
@example([], len(EVERY_KEY))
def test_edited_and_cut_files(folder: Path, edits: list[tuple[int, int, bytes]], end: int) -> None:
    data = EVERY_KEY
    for start, length, piece in edits:
        data = data[:start] + piece + data[start + length :]
    (folder / "project.toml").write_bytes(data[:end])
    ends_well(folder, [])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(folder: Path, data: bytes) -> None:
    (folder / "project.toml").write_bytes(data)
    ends_well(folder, [])


KEYS = [
    "dataset.path",
    "model.variants",
    "budgets.flash",
    "engine.name",
    "engine",
    "validate.timeout",
    "",
]
VALUE = st.one_of(
    st.text(st.characters(), max_size=12),
    st.lists(st.sampled_from([piece.decode("utf-8", "surrogateescape") for piece in PIECES])).map(
        "".join
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.one_of(st.sampled_from(KEYS), VALUE), VALUE), max_size=3))
def test_any_override(folder: Path, pairs: list[tuple[str, str]]) -> None:
    (folder / "project.toml").write_bytes(EVERY_KEY)
    ends_well(folder, [f"{key}={value}" for key, value in pairs])


def test_the_unedited_file_is_right(folder: Path) -> None:
    (folder / "project.toml").write_bytes(EVERY_KEY)
    assert load_config(folder).config.budgets.flash == 65_536

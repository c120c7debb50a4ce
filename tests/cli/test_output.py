"""How a verb hands over its result."""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path

import pytest

from cubeai_auto.cli.output import emit, write_stdout
from cubeai_auto.errors import RefusedError

PAYLOAD = {"value": 1.5, "name": "größe", "schema": "cubeai-auto/test/1", "list": [1, None, True]}


def options(json_target: str | None = None, quiet: bool = False) -> argparse.Namespace:
    return argparse.Namespace(json=json_target, quiet=quiet)


def test_text_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    emit(options(), PAYLOAD, "one line")
    assert capsys.readouterr().out == "one line\n"
    emit(options(quiet=True), PAYLOAD, "one line")
    emit(argparse.Namespace(), PAYLOAD, "bare\n")
    emit(options(), PAYLOAD, "")
    assert capsys.readouterr().out == "bare\n"


def test_json_on_standard_output_stands_alone(capsys: pytest.CaptureFixture[str]) -> None:
    for quiet in (False, True):
        emit(options("-", quiet), PAYLOAD, "one line")
        out = capsys.readouterr().out
        assert json.loads(out) == PAYLOAD
        assert out.startswith('{\n  "schema": "cubeai-auto/test/1",\n  "value": 1.5,\n')
        assert out.isascii()
        assert out.endswith("}\n")


def test_json_in_a_file_leaves_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "new folder" / "ergebnis ü.json"
    emit(options(str(target)), PAYLOAD, "one line")
    assert capsys.readouterr().out == "one line\n"
    assert json.loads(target.read_text("ascii")) == PAYLOAD
    first = target.read_bytes()
    emit(options(str(target), quiet=True), PAYLOAD, "one line")
    assert target.read_bytes() == first
    assert capsys.readouterr().out == ""
    assert [p.name for p in target.parent.iterdir()] == [target.name]


def test_a_file_that_cannot_be_written_prints_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RefusedError):
        emit(options(str(tmp_path / "file" / "x.json")), PAYLOAD, "one line")
    assert capsys.readouterr().out == ""


def test_a_payload_without_schema_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="schema"):
        emit(options("-"), {"value": 1}, "")


def test_what_the_terminal_cannot_say_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    write_stdout("grün \udcff\n")
    assert raw.getvalue() == b"gr\\xfcn \\udcff\n"


def test_a_full_disk_and_a_reader_that_went_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stream(io.StringIO):
        encoding = "utf-8"

        def __init__(self, error: OSError) -> None:
            super().__init__()
            self.error = error

        def flush(self) -> None:
            raise self.error

    monkeypatch.setattr(sys, "stdout", Stream(OSError(28, "No space left on device")))
    with pytest.raises(RefusedError, match="No space left"):
        write_stdout("text")
    monkeypatch.setattr(sys, "stdout", Stream(BrokenPipeError()))
    with pytest.raises(BrokenPipeError):
        write_stdout("text")

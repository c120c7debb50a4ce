"""The console view: golden files, narrow and plain terminals, hostile names."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest

from cubeai_auto.compare.record import RunRecord
from cubeai_auto.render.console import make_console, render_run, safe_box

Golden = Callable[[str, str], None]


def printed(record: RunRecord, width: int = 100, encoding: str = "utf-8") -> str:
    """The output without the blanks at line ends that tables are padded with."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    render_run(record, make_console(quiet=False, file=stream, width=width))
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    lines = stream.buffer.getvalue().decode(encoding).splitlines()
    assert encoding != "utf-8" or max(map(len, lines)) <= width
    return "\n".join(line.rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("width", [100, 120])
def test_golden(run_record: RunRecord, golden: Golden, width: int) -> None:
    golden(f"console_{width}.txt", printed(run_record, width))


def test_golden_of_a_machine_without_tools(bare_record: RunRecord, golden: Golden) -> None:
    golden("console_bare_ascii.txt", printed(bare_record, encoding="ascii"))


def test_the_built_in_engine_is_never_called_cube_ai(bare_record: RunRecord) -> None:
    text = printed(bare_record)
    assert "engine   built-in engine" in text
    assert "Cube.AI" not in text


def test_a_cached_run_says_so(run_record: RunRecord, bare_record: RunRecord) -> None:
    line = "answered from the run folder: no training, no engine work"
    assert line in printed(bare_record)
    assert line not in printed(run_record)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_hostile_names_reach_no_terminal(hostile_record: RunRecord, encoding: str) -> None:
    text = printed(hostile_record, 120, encoding)
    assert not re.search(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\udc00-\udfff]", text)
    assert "\\x1b" in text


@pytest.mark.parametrize("width", [40, 60, 80])
def test_narrow_terminals_get_more_tables_and_lose_nothing(run_record: RunRecord, width: int) -> None:
    text = printed(run_record, width)
    assert "(continued)" in text
    for figure in ("475,288 B m", "123,138 B m", "180,844 s", "243,480 r"):
        assert figure in text


def test_markup_in_names_is_text(run_record: RunRecord) -> None:
    from dataclasses import replace

    assert "[bold]digits[/bold]" in printed(replace(run_record, project="[bold]digits[/bold]"))


def test_a_console_that_is_no_terminal_is_plain(
    run_record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    stream = io.StringIO()
    console = make_console(quiet=False, file=stream)
    render_run(run_record, console)
    assert console.width == 100
    assert "\x1b" not in stream.getvalue()


def test_colors_on_a_terminal_unless_no_color(
    run_record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_terminal() -> str:
        stream = io.StringIO()
        render_run(run_record, make_console(quiet=False, file=stream, width=100))
        return stream.getvalue()

    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert re.search(r"\x1b\[[0-9;]*3[0-7]m", on_terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", on_terminal())


def test_quiet_prints_nothing(run_record: RunRecord) -> None:
    stream = io.StringIO()
    render_run(run_record, make_console(quiet=True, file=stream))
    assert stream.getvalue() == ""


def test_the_box_follows_the_encoding() -> None:
    plain = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    rich = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    assert str(safe_box(make_console(quiet=False, file=plain))).isascii()
    assert not str(safe_box(make_console(quiet=False, file=rich))).isascii()

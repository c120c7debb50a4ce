"""The page in a real browser, headless and with a new profile."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import pytest

from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.compare.record import RunRecord
from cubeai_auto.files import write_atomic
from cubeai_auto.process import Completed, run
from cubeai_auto.render.compare_html import render_compared_html
from cubeai_auto.render.html import render_html

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = 1200, 2400


def browse(folder: Path, page: Path, *options: str) -> Completed:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program is not None
    return run(
        [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--hide-scrollbars", f"--user-data-dir={folder / 'profile'}", *options, page.as_uri(),
        ],
        timeout=60,
    )  # fmt: skip


def test_a_screenshot_is_drawn(run_record: RunRecord, tmp_path: Path) -> None:
    page, picture = tmp_path / "run é.html", tmp_path / "page.png"
    write_atomic(page, render_html(run_record))
    browse(tmp_path, page, f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={picture}")
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack_from(">II", data, 16) == (WIDTH, HEIGHT)
    assert len(data) > 100_000, "an empty page is a tenth of that"


def test_the_document_holds_the_figures(run_record: RunRecord, tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    write_atomic(page, render_html(run_record))
    done = browse(tmp_path, page, "--enable-logging=stderr", "--dump-dom")
    for figure in ("97.22 %", "123,138 B", "180,844", "0 of 3,600", "read 7, is 1", "refused"):
        assert figure in done.stdout
    assert done.stdout.count("<section") == 9
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert complaints == [], "the page breaks its own content security policy or fails to parse"


def test_hostile_names_run_nothing(hostile_record: RunRecord, tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    write_atomic(page, render_html(hostile_record))
    done = browse(tmp_path, page, "--enable-logging=stderr", "--dump-dom")
    assert "<script" not in done.stdout
    assert "&lt;script&gt;alert('x')" in done.stdout
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def test_the_page_of_a_comparison_is_drawn(compared: ComparedModel, tmp_path: Path) -> None:
    page, picture = tmp_path / "compare.html", tmp_path / "page.png"
    write_atomic(page, render_compared_html(compared))
    options = ("--enable-logging=stderr", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={picture}")
    done = browse(tmp_path, page, *options)
    assert len(picture.read_bytes()) > 100_000
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    shown = browse(tmp_path, page, "--dump-dom").stdout
    for figure in ("123,138 B", "169,824 B", "needs the least flash", "headroom on NUCLEO-G431RB"):
        assert figure in shown
    assert shown.count('class="map"') == 2, "arena over time, and work of the layers"
    assert shown.count('class="bar"') == 6, "flash and RAM of three sides"


def test_the_page_of_a_run_with_a_baseline_is_drawn(judged_record: RunRecord, tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    write_atomic(page, render_html(judged_record))
    done = browse(tmp_path, page, "--enable-logging=stderr", "--dump-dom")
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    for figure in ("+1,138 B (+0.9 %)", "BROKEN", "below the floor", "by nature"):
        assert figure in done.stdout

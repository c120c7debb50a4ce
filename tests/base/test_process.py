"""The one door to external programs."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from cubeai_auto import process
from cubeai_auto.errors import (
    MissingPathError,
    RefusedError,
    ToolFailedError,
    ToolMissingError,
    ToolTimeoutError,
)

PYTHON = sys.executable


def script(text: str) -> list[str]:
    return [PYTHON, "-c", text]


def test_output_and_status_are_returned() -> None:
    done = process.run(script("import sys; print('out'); print('err', file=sys.stderr)"), timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "out\n", "err\n")
    assert PYTHON in done.command


def test_standard_input_is_closed() -> None:
    done = process.run(script("import sys; print(repr(sys.stdin.read()))"), timeout=30)
    assert done.stdout == "''\n"


def test_arguments_are_not_read_by_a_shell(tmp_path: Path) -> None:
    hostile = f"; touch {tmp_path}/made $(echo) `echo` 'ä b'"
    done = process.run([*script("import sys; print(ascii(sys.argv[1]))"), hostile], timeout=30)
    assert done.stdout.strip() == ascii(hostile)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_shows_command_status_last_lines_log_and_hint(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "tool.log"
    with pytest.raises(ToolFailedError) as caught:
        process.run(
            script("import sys\nfor k in range(50): print('line', k)\nsys.exit(7)"),
            timeout=30,
            log=log,
            hint="look at line 49",
        )
    error = caught.value
    assert error.returncode == 7
    assert error.tail[-1] == "line 49"
    assert "line 37" not in error.tail
    assert error.log == log
    assert error.hint == "look at line 49"
    assert error.exit_code == 4
    for part in ("exit status: 7", "line 49", str(log), PYTHON):
        assert part in error.message
    assert "line 0\n" in log.read_text("utf-8")


def test_other_statuses_may_mean_success() -> None:
    assert process.run(script("raise SystemExit(3)"), timeout=30, ok_codes=(0, 3)).returncode == 3
    assert process.run(script("raise SystemExit(9)"), timeout=30, ok_codes=None).returncode == 9


def test_a_missing_program_is_its_own_error() -> None:
    with pytest.raises(ToolMissingError, match="no-such-program-here"):
        process.run(["no-such-program-here"], timeout=5)
    with pytest.raises(ToolMissingError, match="PATH"):
        process.find_program("no-such-program-here", hint="install it")


def test_a_missing_working_folder_is_not_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match="working folder"):
        process.run(script("pass"), timeout=5, cwd=tmp_path / "nowhere")


def test_a_file_that_is_no_program_is_a_failure(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("not a program", "utf-8")
    with pytest.raises(ToolFailedError, match="cannot start"):
        process.run([text], timeout=5)


@pytest.mark.skipif(sys.platform == "win32", reason="process groups of Unix")
def test_a_timeout_ends_the_children_too(tmp_path: Path) -> None:
    started = tmp_path / "child"
    text = (
        "import subprocess, sys, time, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = subprocess.Popen([{PYTHON!r}, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(started)!r}, 'w').write(str(child.pid))\n"
        "print('working', flush=True)\n"
        "time.sleep(60)\n"
    )
    before = time.monotonic()
    with pytest.raises(ToolTimeoutError) as caught:
        process.run(script(text), timeout=2)
    assert time.monotonic() - before < 20
    assert caught.value.exit_code == 6
    assert "working" in caught.value.message
    child = int(started.read_text("ascii"))
    deadline = time.monotonic() + 5
    while _running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _running(child)


@pytest.mark.skipif(sys.platform == "win32", reason="process groups of Unix")
def test_a_child_left_behind_is_ended_when_the_program_ends(tmp_path: Path) -> None:
    text = (
        "import subprocess\n"
        f"child = subprocess.Popen([{PYTHON!r}, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid)\n"
    )
    child = int(process.run(script(text), timeout=30).stdout)
    deadline = time.monotonic() + 5
    while _running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _running(child)


def _running(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_bytes_that_are_not_utf8_become_marks() -> None:
    done = process.run(script(r"import sys; sys.stdout.buffer.write(b'caf\xe9\r\n')"), timeout=30)
    assert done.stdout == "caf\ufffd\n"


def test_much_output_does_not_block() -> None:
    done = process.run(script("print('x' * 1_000_000)"), timeout=30)
    assert len(done.stdout) == 1_000_001


def test_the_environment_is_extended() -> None:
    text = "import os; print(os.environ['CUBEAI_TEST'], 'PATH' in os.environ)"
    done = process.run(script(text), timeout=30, env={"CUBEAI_TEST": "ä"})
    assert done.stdout.strip().endswith("True")


def test_a_log_in_the_way_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(RefusedError, match="log"):
        process.run(script("pass"), timeout=30, log=tmp_path / "file" / "log")

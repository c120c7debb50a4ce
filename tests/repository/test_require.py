"""``CUBEAI_REQUIRE``: skips that continuous integration does not accept."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from cubeai_auto import process

TESTS = """
import pytest

@pytest.mark.corpus
def test_marked(corpus): pass

def test_fixture(corpus): pass

@pytest.mark.arm
def test_inside(): pytest.skip("no tool")

@pytest.mark.arm
@pytest.mark.xfail(reason="known")
def test_known(): raise AssertionError

@pytest.mark.arm
@pytest.mark.real_tool
def test_st(): pytest.skip("no tool of ST's")

def test_other(): pytest.skip("another system")
"""
INI = "[pytest]\nmarkers =\n    corpus: files\n    arm: compiler\n    real_tool: ST's\n"


@pytest.mark.parametrize(
    ("required", "code", "outcome"),
    [
        ("", 0, "5 skipped, 1 xfailed"),
        ("oracle", 0, "5 skipped, 1 xfailed"),
        ("arm", 1, "1 failed, 4 skipped, 1 xfailed"),
        ("corpus,arm", 1, "1 failed, 2 skipped, 1 xfailed, 2 errors"),
    ],
)
def test_a_required_skip_fails(
    required: str, code: int, outcome: str, repository: Path, tmp_path: Path
) -> None:
    shutil.copy(repository / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text(INI)
    (tmp_path / "test_it.py").write_text(TESTS)
    done = process.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=tmp_path,
        env={"CUBEAI_REQUIRE": required, "CUBEAI_CORPUS": str(tmp_path / "none"), "PYTEST_ADDOPTS": ""},
        timeout=120,
        ok_codes=None,
    )
    assert (done.returncode, done.stdout.splitlines()[-1].partition(" in ")[0]) == (code, outcome)

"""The files that ``run`` writes on request."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from support.small_models import chain
from support.tflite_builder import build

from cubeai_auto.render.markdown_parts import LARGEST

Say = Callable[..., Any]

SETTINGS = """\
[project]
name = "tiny"
[model]
path = "m.tflite"
[engine]
name = "builtin"
[validate]
on = ["host"]
host_samples = 3
[compare]
tflm = false
[budgets]
arena = {arena}
"""

pytestmark = pytest.mark.usefixtures("no_tools")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "project.toml").write_text(SETTINGS.format(arena=5), "utf-8")
    (folder / "m.tflite").write_bytes(build(chain(10, 8, 5)))
    return folder


def test_all_files_are_written_even_if_a_check_failed(project: Path, say: Say, tmp_path: Path) -> None:
    folder = tmp_path / "new folder"
    names = ("markdown", "html", "csv", "junit")
    done = say("run", project, "--quiet", *(p for n in names for p in (f"--{n}", folder / f"out.{n}")))
    assert (done.code, done.out) == (1, "")
    assert len((folder / "out.markdown").read_bytes()) < LARGEST
    assert "All figures" in (folder / "out.markdown").read_text("utf-8")
    assert (folder / "out.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    with (folder / "out.csv").open(encoding="utf-8") as stream:
        assert {row["variant"] for row in csv.DictReader(stream)} == {"int8"}
    root = etree.parse(folder / "out.junit").getroot()
    (failure,) = root.iter("failure")
    assert "budget arena is not held" in (failure.get("message") or "")
    short = tmp_path / "short.md"
    assert say("run", project, "--quiet", "--markdown", short, "--compact").code == 1
    assert "All figures" not in short.read_text("utf-8")
    assert "**FAIL**" in short.read_text("utf-8")


def test_one_file_for_two_views_is_a_mistake(project: Path, say: Say, tmp_path: Path) -> None:
    done = say("run", project, "--html", tmp_path / "o", "--csv", tmp_path / "." / "o")
    assert done.code == 2
    assert "are the same" in done.err
    assert not (tmp_path / "o").exists()
    assert not (project / "runs").exists(), "told before any work"


def test_a_place_that_refuses(project: Path, say: Say, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = say("run", project, "--junit", tmp_path / "file" / "j.xml")
    assert done.code == 4
    assert "Traceback" not in done.err

"""The files of a whole run: they fit their schemas, agree with each other, and hold a baseline."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from support.json_schemas import validator

from cubeai_auto.render.markdown_parts import LARGEST

QUICK = ("--set", "model.epochs=2", "--set", "model.augment=false")

pytestmark = [pytest.mark.train, pytest.mark.oracle, pytest.mark.emulator]


def test_the_record_fits_its_schema(first_run: Any) -> None:
    validator("run", closed=True)(first_run.json)


def test_every_view_of_the_same_run(
    first_run: Any, project: Path, command: Any, tmp_path: Path
) -> None:
    assert first_run.code == 0
    files = {kind: tmp_path / f"out.{kind}" for kind in ("markdown", "html", "csv", "junit")}
    options = [str(part) for kind, path in files.items() for part in (f"--{kind}", path)]
    done = command("run", project, *QUICK, *options, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    texts = {kind: path.read_text("utf-8") for kind, path in files.items()}
    assert len(texts["markdown"].encode()) < LARGEST
    assert "Left out" not in texts["markdown"]
    assert texts["markdown"].count("side by side") == 3
    suites = etree.fromstring(texts["junit"].encode())
    assert suites.get("failures") == "0"
    names = [suite.get("name") for suite in suites]
    assert names == ["float32", "int8", "dynamic-range"]
    rows = {
        (r["variant"], r["side"], r["metric"]): r for r in csv.DictReader(io.StringIO(texts["csv"]))
    }
    for variant in first_run.json["variants"]:
        for side in variant["comparison"]["sides"]:
            total = rows[variant["name"], side["name"], "flash.total"]
            stated = side["flash"]["total"]
            assert total["value"] == ("" if stated["value"] is None else str(stated["value"]))
            assert total["reason"] == stated.get("reason", "")
    assert texts["html"].count("multiply-accumulates of") == 2


def test_a_baseline_of_all_variants(project: Path, command: Any, tmp_path: Path) -> None:
    """On a copy: a run that is judged again rewrites its folder, which other tests look at."""
    ours = tmp_path / "project"
    shutil.copytree(project, ours, ignore=shutil.ignore_patterns("runs"))
    project = ours
    file = tmp_path / "baseline.json"
    place = ("--set", f'baseline.file="{file}"')
    stored = command("baseline", project, *QUICK, *place, "--update", "--json", "-")
    assert stored.code == 0, stored.err
    validator("baseline", closed=True)(stored.json)
    content = json.loads(file.read_text("utf-8"))
    assert [variant["name"] for variant in content["variants"]] == ["float32", "int8"]
    assert str(project) not in file.read_text("utf-8"), "nothing of this machine's folders"
    figures = {f["name"]: f["value"] for v in content["variants"] for f in v["figures"]}
    assert all(value["value"] is not None for value in figures.values())
    smaller = ("--set", 'engine.opt_level="O3"', "--set", "baseline.flash=0")
    grown = command("run", project, *QUICK, *place, *smaller, "--variant", "int8", "--json", "-")
    assert grown.code == 1, grown.err
    flash = next(c for c in grown.json["baseline"]["changes"] if c["figure"] == "flash")
    assert (flash["state"], [part["name"] for part in flash["parts"]][:1]) == ("broken", ["kernels"])
    assert "float32: in the baseline, not in this run" in grown.json["baseline"]["notes"]

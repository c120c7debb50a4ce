"""``cubeai-auto baseline``, and ``run`` with a baseline, from the outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.small_models import chain, hybrid
from support.tflite_builder import build

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
[baseline]
arena = "10 %"
macc = "5 %"
flash = "1 %"
"""

pytestmark = pytest.mark.usefixtures("no_tools")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "Projekt ü"
    folder.mkdir()
    (folder / "project.toml").write_text(SETTINGS, "utf-8")
    (folder / "m.tflite").write_bytes(build(chain(10, 8, 5)))
    return folder


@pytest.fixture
def grown(project: Path, say: Say) -> Path:
    """The project with a baseline, and a larger model since."""
    done = say("baseline", project, "--update", "--quiet")
    assert done.code == 0, done.err
    (project / "m.tflite").write_bytes(build(chain(10, 32, 5)))
    return project


def states(check: Any) -> dict[str, str]:
    return {change["figure"]: change["state"] for change in check["changes"]}


def test_store_and_look_again(project: Path, say: Say) -> None:
    missing = say("baseline", project)
    assert missing.code == 2
    assert "--update stores the current figures" in missing.err
    assert not (project / "runs").exists(), "told before any work"

    stored = say("baseline", project, "--update")
    assert stored.code == 0, stored.err
    assert "stored 2 of 6 figures" in stored.out
    assert "! int8, flash: not known: not linked" in stored.out
    content = (project / "baseline.json").read_bytes()

    same = say("baseline", project, "--json", project / "out.json")
    assert same.code == 0
    assert "2 as before" in same.out
    document = json.loads((project / "out.json").read_text("utf-8"))
    assert document["schema"] == "cubeai-auto/baseline/1"
    assert (document["updated"], document["check"]["broken"]) == (False, 0)
    assert say("baseline", project, "--update").code == 0
    assert (project / "baseline.json").read_bytes() == content, "the same run, the same bytes"


def test_growth_breaks_the_run_and_is_shown_everywhere(grown: Path, say: Say, tmp_path: Path) -> None:
    files = {name: tmp_path / f"out.{name}" for name in ("markdown", "html", "csv", "junit", "json")}
    done = say("run", grown, *(part for name, path in files.items() for part in (f"--{name}", path)))
    assert done.code == 1, done.err
    assert "BROKEN" in done.out
    record = json.loads(files["json"].read_text("utf-8"))
    assert states(record["baseline"]) == {
        "flash": "unknown", "ram": "unknown", "arena": "broken", "macc": "broken",
        "instructions": "unknown", "accuracy": "unknown",
    }  # fmt: skip
    assert "int8: another model file than in the baseline" in record["baseline"]["notes"]
    assert "BROKEN" in files["markdown"].read_text("utf-8")
    assert "BROKEN" in files["html"].read_text("utf-8")
    assert 'failures="2"' in files["junit"].read_text("utf-8")
    assert "int8,builtin,baseline.macc.change," in files["csv"].read_text("utf-8")
    stored = json.loads((Path(record["run_dir"]) / "run.json").read_text("utf-8"))
    assert stored["baseline"] == record["baseline"]

    looked = say("baseline", grown, "--json", "-")
    assert looked.code == 1
    assert states(json.loads(looked.out)["check"])["arena"] == "broken"
    updated = say("baseline", grown, "--update")
    assert updated.code == 0
    assert "BROKEN" in updated.out, "what is accepted is shown once more"
    assert say("run", grown).code == 0


def test_another_limit_is_judged_without_running_again(grown: Path, say: Say) -> None:
    first = say("run", grown, "--json", "-")
    lenient = ("--set", 'baseline.arena="900 %"', "--set", 'baseline.macc="900 %"')
    again = say("run", grown, *lenient, "--json", "-")
    assert (first.code, again.code) == (1, 0)
    record = json.loads(again.out)
    assert record["cached"] is True
    assert states(record["baseline"])["macc"] == "kept"
    page = Path(record["run_dir"]) / "report.html"
    assert "BROKEN" not in page.read_text("utf-8"), "the run folder shows the last judgment"
    before = page.stat().st_mtime_ns
    assert say("run", grown, *lenient).code == 0
    assert page.stat().st_mtime_ns == before


def test_which_checks_decide(grown: Path, say: Say) -> None:
    for check, code in (("all", 1), ("limits", 1), ("outputs", 0), ("none", 0)):
        done = say("run", grown, "--check", check)
        assert done.code == code, check
        assert "BROKEN" in done.out
    assert say("run", grown, "--check", "outputs", "--strict").code == 3
    assert say("run", grown, "--check", "some").code == 2


def test_a_damaged_baseline_stops_before_any_work_and_can_be_replaced(grown: Path, say: Say) -> None:
    file = grown / "baseline.json"
    file.write_text(file.read_text("utf-8")[:700], "utf-8")
    runs = sorted(path.name for path in (grown / "runs").iterdir())
    for verb in ("run", "baseline"):
        done = say(verb, grown)
        assert done.code == 5
        assert "baseline.json cannot be read" in done.err
        assert "Traceback" not in done.err
    assert sorted(path.name for path in (grown / "runs").iterdir()) == runs
    assert say("baseline", grown, "--update").code == 0
    assert say("run", grown).code == 0


def test_a_baseline_that_is_not_there_yet(project: Path, say: Say) -> None:
    done = say("run", project, "--json", "-")
    assert done.code == 0
    check = json.loads(done.out)["baseline"]
    assert "there is no baseline.json yet" in check["reason"]
    (project / "project.toml").write_text(SETTINGS.partition("[baseline]")[0], "utf-8")
    without = say("run", project, "--json", "-")
    assert json.loads(without.out)["baseline"] is None


def test_nothing_is_stored_of_a_model_that_is_refused(project: Path, say: Say) -> None:
    (project / "m.tflite").write_bytes(build(hybrid()))
    done = say("baseline", project, "--update")
    assert done.code == 5
    assert "no figures to store" in done.err
    assert not (project / "baseline.json").exists()


def test_a_baseline_in_a_place_that_is_a_folder(project: Path, say: Say) -> None:
    (project / "baseline.json").mkdir()
    for arguments in (("run", project), ("baseline", project, "--update")):
        done = say(*arguments)
        assert done.code == 2
        assert "is a folder" in done.err


def test_a_setting_on_the_command_line_names_another_file(
    project: Path, say: Say, tmp_path: Path
) -> None:
    other = tmp_path / "ci" / "base.json"
    option = ("--set", f'baseline.file="{other}"')
    assert say("baseline", project, "--update", *option).code == 0
    assert other.is_file()
    done = say("run", project, *option, "--json", "-")
    assert json.loads(done.out)["baseline"]["file"] == str(other)

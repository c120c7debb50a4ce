"""The pipelines in docs/ci: their shell steps run here, with stand-ins for the services' own parts.

Only the step that installs is replaced: by the package as it is, and a ``gh`` that notes what it is
asked for.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree
from support.small_models import chain
from support.tflite_builder import build

from cubeai_auto.process import run

pytestmark = [
    pytest.mark.arm,
    pytest.mark.emulator,
    pytest.mark.oracle,
    pytest.mark.skipif(sys.platform == "win32", reason="the examples are for Linux"),
]

SETTINGS = """\
[project]
name = "tiny"
[model]
path = "m.tflite"
[validate]
samples = 3
host_samples = 3
[budgets]
flash = "64 KiB"
arena = {arena}
[baseline]
flash = "1 %"
"""
PUSH = {"github.event_name": "push", "github.repository": "we/net", "github.token": "t"}
SAME = PUSH | {
    "github.event_name": "pull_request",
    "github.event.number": "7",
    "github.event.pull_request.head.repo.full_name": "we/net",
}
FORK = SAME | {"github.event.pull_request.head.repo.full_name": "they/net"}


@dataclass
class Job:
    """What a run of a pipeline's job left."""

    checkout: Path
    outputs: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        return (self.checkout.parent / "summary").read_text("utf-8")

    @property
    def asked_of_gh(self) -> str:
        notes = self.checkout.parent / "gh.txt"
        return notes.read_text("utf-8") if notes.exists() else ""


@pytest.fixture
def checkout(tmp_path: Path, repository: Path) -> Path:
    """A checkout with the project that the examples name, and the programs that they call."""
    folder = tmp_path / "checkout"
    project = folder / "projects" / "digits"
    project.mkdir(parents=True)
    (project / "project.toml").write_text(SETTINGS.format(arena=999), "utf-8")
    (project / "m.tflite").write_bytes(build(chain(10, 8, 5)))
    shutil.copytree(repository / "docs" / "ci", folder / "ci")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (
        ("cubeai-auto", f'PYTHONPATH="{repository}" exec "{sys.executable}" -m cubeai_auto "$@"'),
        ("gh", f'echo "$@" >> "{tmp_path}/gh.txt"'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    return folder


def shell(job: Job, name: str, script: str, env: Mapping[str, str]) -> bool:
    """Run a step as a runner does: ``bash -e``, in the checkout."""
    whole = {
        "PATH": f"{job.checkout.parent / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(job.checkout.parent / "summary"),
        "CI_PROJECT_DIR": str(job.checkout),
        **env,
    }
    done = run(["bash", "-e", "-c", script], cwd=job.checkout, env=whole, timeout=120, ok_codes=None)
    job.ran.append(name)
    job.outputs.append(done.stdout + done.stderr)
    if done.returncode:
        job.failed.append(f"{name}: {done.returncode}")
    return done.returncode == 0


def resolved(text: str, context: Mapping[str, str]) -> str:
    """The text with ``${{ a.b }}`` replaced."""
    return re.sub(r"\$\{\{ *([\w.]+) *\}\}", lambda match: context.get(match[1], ""), text)


def wanted(condition: str | None, context: Mapping[str, str], *, green: bool) -> bool:
    """The value of an ``if``: ``always()`` and equalities, joined by ``&&``."""
    if condition is None:
        return green
    inside = re.fullmatch(r"\$\{\{ (.*) \}\}", condition)
    assert inside is not None, condition
    terms = inside[1].split(" && ")
    assert "always()" in terms, "without it, a step after a red one is skipped"

    def value(term: str) -> str:
        return term[1:-1] if term.startswith("'") else context.get(term, "")

    equalities = [term.split(" == ") for term in terms if term != "always()"]
    return all(value(left) == value(right) for left, right in equalities)


def github(checkout: Path, context: Mapping[str, str]) -> Job:
    """The job of the GitHub workflow."""
    document = yaml.safe_load((checkout / "ci" / "github-actions.yml").read_text("utf-8"))
    (definition,) = document["jobs"].values()
    job = Job(checkout)
    (checkout.parent / "summary").write_text("", "utf-8")
    for step in definition["steps"]:
        name = step["name"]
        if not wanted(step.get("if"), context, green=not job.failed):
            continue
        if "run" not in step:
            kinds = "checkout|setup-python|cache|upload-artifact"
            assert re.fullmatch(rf"actions/({kinds})@v\d+", step["uses"])
            job.ran.append(name)
        elif name == "Install":
            assert 'pip install "$CUBEAI_AUTO"' in step["run"]
            job.ran.append(name)
        else:
            own = {key: resolved(str(text), context) for key, text in step.get("env", {}).items()}
            shell(job, name, step["run"], document["env"] | own)
    return job


def gitlab(checkout: Path) -> tuple[Job, dict[str, Any]]:
    """The GitLab job, with its definition."""
    document = yaml.safe_load((checkout / "ci" / "gitlab-ci.yml").read_text("utf-8"))
    (definition,) = document.values()
    installing = " ".join(definition["before_script"])
    assert 'pip install "$CUBEAI_AUTO"' in installing
    job = Job(checkout)
    variables = {
        key: text.replace("$CI_PROJECT_DIR", str(checkout))
        for key, text in definition["variables"].items()
    }
    # A runner joins the lines of a job into one script that ends at the first that fails.
    shell(job, "script", "\n".join(definition["script"]), variables)
    return job, definition


def artifacts(checkout: Path, patterns: str | list[str]) -> Iterator[Path]:
    for pattern in patterns.split() if isinstance(patterns, str) else patterns:
        found = list(checkout.glob(pattern))
        assert found, f"nothing to keep: {pattern}"
        yield from found


def spoil(checkout: Path) -> None:
    project = checkout / "projects" / "digits" / "project.toml"
    project.write_text(SETTINGS.format(arena=5), "utf-8")


def test_github_on_a_push(checkout: Path) -> None:
    job = github(checkout, PUSH)
    assert job.failed == [], job.outputs[-1]
    assert job.ran == [
        "Checkout", "Python", "Earlier run", "Install", "Tools", "Run", "Summary", "Results",
    ]  # fmt: skip
    assert "## tiny on NUCLEO-F446RE" in job.summary
    assert "| int8 | passed |" in job.summary
    assert job.asked_of_gh == ""
    document = yaml.safe_load((checkout / "ci" / "github-actions.yml").read_text("utf-8"))
    (definition,) = document["jobs"].values()
    (upload,) = [step for step in definition["steps"] if "upload" in step.get("uses", "")]
    kept = {path.name for path in artifacts(checkout, upload["with"]["path"])}
    assert kept >= {"report.html", "figures.csv", "junit.xml", "run.json", "summary.md", "generated"}


def test_github_comments_on_pull_requests_but_not_from_forks(checkout: Path) -> None:
    job = github(checkout, FORK)
    assert job.failed == []
    assert "Comment" not in job.ran
    assert job.summary
    again = github(checkout, SAME)
    assert again.failed == []
    assert again.ran[-1] == "Comment"
    assert "answered from the run folder" in again.outputs[1]
    assert again.asked_of_gh == (
        "pr comment 7 --edit-last --create-if-none --body-file build/cubeai/comment.md\n"
    )
    comment = (checkout / "build" / "cubeai" / "comment.md").read_text("utf-8")
    assert "| int8 | passed |" in comment
    assert len(comment) < 65_536


def test_github_with_a_broken_budget_is_red_and_shows_why(checkout: Path) -> None:
    spoil(checkout)
    job = github(checkout, SAME)
    assert job.failed == ["Run: 1"]
    assert job.ran[-3:] == ["Summary", "Results", "Comment"]
    assert "**FAIL**" in job.summary
    assert "**FAIL**" in (checkout / "build" / "cubeai" / "comment.md").read_text("utf-8")
    junit = etree.parse(checkout / "build" / "cubeai" / "junit.xml").getroot()
    assert junit.get("failures") == "1"


def test_github_when_the_run_itself_ends_early(checkout: Path) -> None:
    (checkout / "projects" / "digits" / "baseline.json").write_text("{", "utf-8")
    job = github(checkout, SAME)
    assert job.failed == ["Run: 5"], "the steps after it have nothing to show, and say nothing"
    assert job.summary == ""
    assert job.asked_of_gh == ""


@pytest.mark.parametrize("broken", [False, True])
def test_gitlab(checkout: Path, broken: bool) -> None:
    if broken:
        spoil(checkout)
    job, definition = gitlab(checkout)
    assert job.failed == (["script: 1"] if broken else []), job.outputs
    kept = definition["artifacts"]
    assert kept["when"] == "always"
    assert list(artifacts(checkout, kept["paths"]))
    (junit,) = artifacts(checkout, [kept["reports"]["junit"]])
    assert etree.parse(junit).getroot().get("failures") == str(int(broken))


@pytest.mark.parametrize("change", ["--update", ""])
def test_the_baseline_of_the_page(checkout: Path, change: str) -> None:
    """docs/ci.md: store, commit, and the next pull request that grows is red."""
    job = Job(checkout)
    assert shell(job, "store", "cubeai-auto baseline projects/digits --update", {})
    model = checkout / "projects" / "digits" / "m.tflite"
    model.write_bytes(build(chain(10, 64, 5)))
    if change:
        assert shell(job, "accept", f"cubeai-auto baseline projects/digits {change}", {})
    assert github(checkout, PUSH).failed == ([] if change else ["Run: 1"])


def test_the_page_shows_the_same_command(repository: Path) -> None:
    def words(text: str) -> list[str]:
        return text.replace("\\\n", " ").replace('"$PROJECT"', "projects/digits").split()

    page = (repository / "docs" / "ci.md").read_text("utf-8")
    command = words(page.split("```sh\n")[1].split("```")[0])
    folder = repository / "docs" / "ci"
    workflow = yaml.safe_load((folder / "github-actions.yml").read_text("utf-8"))
    (steps,) = (job["steps"] for job in workflow["jobs"].values())
    assert words(next(step["run"] for step in steps if step["name"] == "Run")) == command
    (other,) = yaml.safe_load((folder / "gitlab-ci.yml").read_text("utf-8")).values()
    assert words(other["script"][-1]) == command


def test_nothing_needs_a_secret(repository: Path) -> None:
    for path in (repository / "docs" / "ci").iterdir():
        assert "secrets." not in path.read_text("utf-8")

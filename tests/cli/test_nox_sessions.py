"""The sessions for a user's noxfile, run by nox itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree
from support.small_models import chain
from support.tflite_builder import build

from cubeai_auto import nox_sessions
from cubeai_auto.nox_sessions import SESSIONS, Sessions
from cubeai_auto.process import Completed
from cubeai_auto.process import run as run_program

Nox = Callable[..., Completed]

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
arena = 5
"""
NOXFILE = """\
from cubeai_auto import nox_sessions

nox_sessions.register("projects/ü tiny", strict=False)
"""

needs_nox = pytest.mark.skipif(find_spec("nox") is None, reason="nox is not installed")


@pytest.fixture
def nox(tmp_path: Path, repository: Path) -> Nox:
    """Runs nox in a folder with a noxfile of three lines and a project whose budget is broken."""
    project = tmp_path / "projects" / "ü tiny"
    project.mkdir(parents=True)
    (project / "project.toml").write_text(SETTINGS, "utf-8")
    (project / "m.tflite").write_bytes(build(chain(10, 8, 5)))
    (tmp_path / "noxfile.py").write_text(NOXFILE, "utf-8")

    def run(*arguments: str, **env: str) -> Completed:
        return run_program(
            [sys.executable, "-m", "nox", "--no-venv", *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(repository), "PATH": "/usr/bin:/bin", **env},
            timeout=120,
            ok_codes=None,
        )

    return run


@needs_nox
def test_the_list_reads_like_a_manual(nox: Nox) -> None:
    listed = nox("--list").stdout
    for name in SESSIONS:
        assert f"cubeai-{name} -> " in listed
    assert "Write the C sources of every variant" in listed


@needs_nox
def test_generate_validate_compare_budget(nox: Nox, tmp_path: Path) -> None:
    results = tmp_path / "build" / "cubeai" / "ü tiny"
    done = nox("-s", "cubeai-generate", "cubeai-compare")
    assert done.returncode == 0, done.stderr
    assert "was successful" in done.stderr
    assert "pip install" not in done.stderr
    (variant,) = (results / "run" / "generated").iterdir()
    assert (variant / "network.c").is_file()
    for ending in ("md", "html", "csv", "json"):
        assert (results / f"compare.{ending}").is_file()
    record = json.loads((results / "compare.json").read_text("utf-8"))
    assert record["cached"] is True, "the second session had nothing left to do"

    done = nox("-s", "cubeai-validate")
    assert done.returncode == 0, done.stderr
    assert etree.parse(results / "validate.xml").getroot().get("failures") == "1", "shown all the same"
    done = nox("-s", "cubeai-budget")
    assert done.returncode == 1
    assert "exit code 1" in done.stderr
    assert "**FAIL**" in (results / "budget.md").read_text("utf-8")
    assert (results / "budget.xml").is_file()


@needs_nox
def test_further_arguments_go_to_run(nox: Nox, tmp_path: Path) -> None:
    done = nox("-s", "cubeai-budget", "--", "--set", "budgets.arena=9999", "--json", "out.json")
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert record["budgets"][0]["passed"] is True


@needs_nox
def test_validate_does_not_pass_what_was_not_compared(nox: Nox, tmp_path: Path) -> None:
    noxfile = tmp_path / "noxfile.py"
    noxfile.write_text(NOXFILE.replace(", strict=False", ""), "utf-8")
    done = nox("-s", "cubeai-validate", ARM_NONE_EABI_GCC=str(tmp_path / "no gcc"))
    assert done.returncode == 1
    assert "exit code 3" in done.stderr


@needs_nox
def test_an_environment_of_its_own_gets_the_package(tmp_path: Path, repository: Path) -> None:
    """Without running pip: nox says what it would install."""
    (tmp_path / "noxfile.py").write_text(
        "from cubeai_auto import nox_sessions\n"
        'nox_sessions.register("p", python=["3.11", "3.12"], extras=["train"], prefix="ai")\n',
        "utf-8",
    )
    done = run_program(
        [sys.executable, "-m", "nox", "--list"],
        cwd=tmp_path, env={"PYTHONPATH": str(repository)}, timeout=60,
    )  # fmt: skip
    assert "ai-generate-3.11" in done.stdout
    assert "ai-budget-3.12" in done.stdout


class FakeSession:
    """What the sessions use of nox's session, and what they did with it."""

    def __init__(self, backend: str, *posargs: str) -> None:
        self.venv_backend = backend
        self.posargs = list(posargs)
        self.installed: list[tuple[str, ...]] = []
        self.ran: list[tuple[str, ...]] = []

    def install(self, *arguments: str) -> None:
        self.installed.append(arguments)

    def run(self, *arguments: str) -> None:
        self.ran.append(arguments)

    def log(self, text: str) -> None:
        pass

    def error(self, text: str) -> None:
        raise RuntimeError(text)


def sessions(*projects: str, install: bool = True) -> Sessions:
    folders = tuple(map(Path, projects))
    return Sessions(folders, Path("out"), "cubeai-auto[oracle]", install, True, ("model.seed=2",))


def test_commands_in_an_environment() -> None:
    session = FakeSession("virtualenv", "--variant", "int8")
    sessions("projects/a", "projects/b").validate(session)  # type: ignore[arg-type]
    assert session.installed == [("cubeai-auto[oracle]",)]
    assert session.ran[0] == (
        "python", "-m", "cubeai_auto", "run", "projects/a", "--output", str(Path("out/a/run")),
        "--set", "model.seed=2", "--check", "outputs", "--strict",
        "--junit", str(Path("out/a/validate.xml")), "--variant", "int8",
    )  # fmt: skip
    assert session.ran[1][4] == "projects/b"


def test_nothing_is_installed_without_an_environment_or_if_not_wanted() -> None:
    for backend, install in (("none", True), ("virtualenv", False)):
        session = FakeSession(backend)
        sessions("a", install=install).budget(session)  # type: ignore[arg-type]
        assert session.installed == []
        assert session.ran[0][0] == (sys.executable if backend == "none" else "python")


def test_two_projects_of_one_name_do_not_mix() -> None:
    with pytest.raises(RuntimeError, match="same folder name"):
        sessions("x/a", "y/a").compare(FakeSession("none"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("requirement", "extras", "whole"),
    [
        ("cubeai-auto", ["oracle"], "cubeai-auto[oracle]"),
        ("cubeai-auto >=1,<2", ["train", "oracle"], "cubeai-auto[train,oracle] >=1,<2"),
        ("cubeai-auto[dev]", ["train"], "cubeai-auto[dev]"),
        ("cubeai-auto", [], "cubeai-auto"),
        (".", ["train"], ".[train]"),
        ("../cubeai_auto", ["train"], "../cubeai_auto[train]"),
        ("cubeai-auto @ https://a/b.whl", ["oracle"], "cubeai-auto[oracle] @ https://a/b.whl"),
    ],
)
def test_requirements_with_extras(requirement: str, extras: list[str], whole: str) -> None:
    assert nox_sessions._with_extras(requirement, extras) == whole


@needs_nox
@pytest.mark.parametrize(("projects", "prefix"), [((), "cubeai"), (("p",), "no blanks")])
def test_mistakes_in_a_noxfile(projects: tuple[str, ...], prefix: str) -> None:
    with pytest.raises(ValueError):
        nox_sessions.register(*projects, prefix=prefix)


def test_it_is_imported_without_nox() -> None:
    code = "import sys; sys.modules['nox'] = None; import cubeai_auto.nox_sessions"
    assert run_program([sys.executable, "-c", code], timeout=30).returncode == 0

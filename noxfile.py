"""Sessions for working on cubeai_auto: ``nox -l`` lists them, ``nox`` runs lint, types and tests.

Started as ``.venv/bin/nox`` (after ``./setup.sh env``), sessions run in that environment. Started
from any other nox they make environments of their own below ``.nox`` and use them again.
"""

from __future__ import annotations

import shutil
import sys
import tomllib
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
IN_VENV = Path(sys.prefix).resolve() == VENV.resolve()

nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_venv = "yes"
if IN_VENV:
    # It has the extra "dev", hence everything that any session but "minimums" asks for.
    nox.options.default_venv_backend = "none"


def prepare(session: nox.Session, *packages: str) -> str:
    """Install what the session needs, if it has an environment of its own; returns its Python."""
    if IN_VENV:
        return sys.executable
    session.install("--quiet", *packages)
    return "python"


@nox.session
def demo(session: nox.Session) -> None:
    """Do the main job, digits from data to deployment (arguments: of `cubeai-auto run`)."""
    python = prepare(session, "-e", ".[train,oracle]")
    with session.chdir(session.invoked_from):
        session.run(
            python,
            "-P",
            "-m",
            "cubeai_auto",
            "run",
            str(ROOT / "projects" / "digits"),
            *session.posargs,
        )


@nox.session
def tests(session: nox.Session) -> None:
    """Pass the tests (arguments: of pytest, such as `-n 2` or `-k planner`)."""
    session.run(prepare(session, "-e", ".[dev]"), "-m", "pytest", *session.posargs)


@nox.session
def corpus(session: nox.Session) -> None:
    """Pass the tests on real files, none skipped (CUBEAI_CORPUS names the folder)."""
    python = prepare(session, "-e", ".[dev]")
    session.run(
        python, "-m", "pytest", "-m", "corpus", *session.posargs, env={"CUBEAI_REQUIRE": "corpus"}
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format of Python, and the shell scripts if shellcheck is there."""
    python = prepare(session, "ruff")
    session.run(python, "-m", "ruff", "check", *session.posargs)
    session.run(python, "-m", "ruff", "format", "--check")
    if shutil.which("shellcheck"):
        session.run("shellcheck", "setup.sh", ".ci/run", external=True)


@nox.session
def types(session: nox.Session) -> None:
    """Check the types with mypy --strict (arguments: of mypy)."""
    python = prepare(session, "-e", ".", "mypy", "nox")
    session.run(python, "-m", "mypy", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Rewrite the generated documentation (argument: `--check` only looks whether it is stale)."""
    session.run(prepare(session, "-e", "."), "docs/generate.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure start-up, generation and networks (arguments: a script of benchmarks/, its arguments)."""
    python = prepare(session, "-e", ".[dev]")
    if session.posargs:
        session.run(python, f"benchmarks/{session.posargs[0]}.py", *session.posargs[1:])
        return
    session.run(python, "benchmarks/startup.py")
    session.run(python, "benchmarks/generation.py")
    session.run(python, "benchmarks/networks.py")


@nox.session(venv_backend="virtualenv")
def minimums(session: nox.Session) -> None:
    """Pass the tests with the lowest versions that pyproject.toml allows, without training."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lowest = [requirement.replace(">=", "==") + ".*" for requirement in project["dependencies"]]
    tools = ["fastjsonschema", "hatchling", "hypothesis", "lxml", "pytest", "pytest-xdist", "pyyaml"]
    session.install("--quiet", "-e", ".[oracle]", *lowest, *tools)
    session.run("python", "-m", "pytest", "-m", "not train and not browser", *session.posargs)

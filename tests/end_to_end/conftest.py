"""Whole runs of the digits project, small enough to be repeated."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

QUICK = ("--set", "model.epochs=2", "--set", "model.augment=false")


@dataclass(frozen=True)
class Finished:
    """A finished command line."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """Standard output as JSON."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


Command = Callable[..., Finished]


@pytest.fixture(scope="session")
def command() -> Command:
    """Runs ``cubeai-auto`` in a process of its own, as a shell would."""

    def run(
        *arguments: str | Path,
        env: dict[str, str] | None = None,
        prelude: str = "",
        cwd: Path | None = None,
        program: Sequence[str] | None = None,
    ) -> Finished:
        start = f"{prelude}\nimport sys\nfrom cubeai_auto.cli.main import main\nsys.exit(main())"
        done = subprocess.run(
            [*(program or [sys.executable, "-c", start]), *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=300,
            env={**os.environ, **(env or {}), "PYTHONIOENCODING": "utf-8"},
            cwd=cwd,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A copy of the digits project, in a folder with blanks and non-ASCII letters."""
    folder = tmp_path_factory.mktemp("projects") / "Ziffern für Łódź 数字"
    source = repository / "projects" / "digits"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("runs", "__pycache__"))
    return folder


@pytest.fixture(scope="session")
def first_run(project: Path, command: Command) -> Finished:
    """The digits project, run for the first time."""
    return command("run", project, *QUICK, "--json", "-")

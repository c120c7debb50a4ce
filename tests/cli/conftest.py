"""The command line in this process, with what it printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.small_models import mlp
from support.tflite_builder import build

from cubeai_auto.cli.main import main


@dataclass(frozen=True)
class Spoken:
    """What a command left."""

    code: int
    out: str
    err: str


Say = Callable[..., Spoken]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs ``cubeai-auto`` with the arguments; usage errors of the parser are exit codes, too."""

    def run(*arguments: object) -> Spoken:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as left:
            code = int(left.code or 0)
        captured = capsys.readouterr()
        return Spoken(code, captured.out, captured.err)

    return run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small int8 network at a path with blanks and letters beyond ASCII."""
    folder = tmp_path / "mein Projekt ü"
    folder.mkdir()
    path = folder / "kleines Netz 数.tflite"
    path.write_bytes(build(mlp()))
    return path

"""Models on disk for the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.small_models import mlp
from support.tflite_builder import build


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small int8 network in a folder whose name has a blank and letters beyond ASCII."""
    folder = tmp_path / "mein Modell ü"
    folder.mkdir()
    path = folder / "kleines Netz.tflite"
    path.write_bytes(build(mlp()))
    return path


@pytest.fixture(autouse=True)
def nothing_left_in_the_working_folder() -> Iterator[None]:
    before = set(Path.cwd().iterdir())
    yield
    assert set(Path.cwd().iterdir()) == before

"""Project folders to load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SMALLEST = """\
[project]
name = "Digits"
[model]
recipe = "model.py"
[dataset]
name = "digits"
"""


@pytest.fixture
def smallest() -> str:
    """Six lines that make a right project file."""
    return SMALLEST


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Write a project.toml into a folder whose name has blanks and non-ASCII letters."""

    def make(content: str | bytes) -> Path:
        folder = tmp_path / "Ziffern für 数字"
        folder.mkdir(exist_ok=True)
        data = content.encode("utf-8") if isinstance(content, str) else content
        (folder / "project.toml").write_bytes(data)
        return folder

    return make

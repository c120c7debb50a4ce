"""The templates that ship with the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from cubeai_auto.files import templates_dir

BOARDS = sorted(path.name for path in (templates_dir() / "boards").iterdir() if path.is_dir())


@pytest.fixture(params=BOARDS)
def template(request: pytest.FixtureRequest) -> Path:
    """The ``.ioc`` of every board in turn."""
    (path,) = (templates_dir() / "boards" / str(request.param)).glob("*.ioc")
    return path

"""Installs the stand-in as the program of a CubeMX installation."""

from __future__ import annotations

import sys
from pathlib import Path

from stand_in_cubemx.tool import FAULTS

__all__ = ["install_cubemx"]

_TESTS = Path(__file__).resolve().parent.parent


def install_cubemx(root: Path, *faults: str, version: str = "6.15.0") -> Path:
    """The program's path, ``<root>/STM32CubeMX``, with the installation's version file."""
    assert set(faults) <= set(FAULTS)
    program = root / "STM32CubeMX"
    (root / "db").mkdir(parents=True)
    (root / "db" / "version.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<CubeMX version="{version}"/>\n'
    )
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path[:0] = {[str(_TESTS), str(_TESTS.parent)]!r}\n"
        f"from stand_in_cubemx.tool import run_as\nsys.exit(run_as({version!r}, *{faults!r}))\n"
    )
    program.chmod(0o755)
    return program

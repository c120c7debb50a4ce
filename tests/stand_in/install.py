"""Installs the stand-in tool as an executable in the folders of a real installation."""

from __future__ import annotations

import sys
from pathlib import Path

from stand_in.grammar import program_name
from stand_in.tool import FAULTS

__all__ = ["install_stand_in"]

_TESTS = Path(__file__).resolve().parent.parent
_LIBRARIES = {
    "STM32H7": "CM7", "ARMCortexM7": "CM7", "ARMCortexM4": "CM4", "ARMCortexM33": "CM33",
    "ARMCortexM0+": "CM0+",
}  # fmt: skip


def install_stand_in(
    root: Path, pack: str, *faults: str, folder: str = "linux", suffix: str = "", runtime: bool = True
) -> Path:
    """The program's path, ``<root>/Utilities/<folder>/<program>``, with runtime libraries."""
    assert set(faults) <= set(FAULTS)
    numbers = tuple(int(part) for part in pack.split("."))
    program = root / "Utilities" / folder / f"{program_name(numbers)}{suffix}"
    program.parent.mkdir(parents=True)
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path[:0] = {[str(_TESTS), str(_TESTS.parent)]!r}\n"
        f"from stand_in.tool import run_as\nsys.exit(run_as({pack!r}, {','.join(faults)!r}))\n"
    )
    program.chmod(0o755)
    if runtime:
        base = root / "Middlewares" / "ST" / "AI"
        (base / "Inc").mkdir(parents=True)
        (base / "Inc" / "ai_platform.h").write_text("/* stand-in */\n")
        for name, core in _LIBRARIES.items():
            archive = (
                base / "Lib" / "GCC" / name / f"NetworkRuntime{pack.replace('.', '')}_{core}_GCC.a"
            )
            archive.parent.mkdir(parents=True)
            archive.write_bytes(b"!<arch>\n")
    return program

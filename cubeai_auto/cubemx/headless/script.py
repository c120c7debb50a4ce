"""The script that makes CubeMX generate code, by the command language of UM1718."""

from __future__ import annotations

from pathlib import PurePath

from cubeai_auto.errors import UsageError

__all__ = ["TOOLCHAINS", "generation_script"]

TOOLCHAINS = ("STM32CubeIDE", "CMake", "Makefile", "EWARM", "MDK-ARM V5", "MDK-ARM V5.32")
"""What ``project toolchain`` understands."""


def generation_script(
    ioc: PurePath, *, toolchain: str | None = None, folder: PurePath | None = None
) -> str:
    """Load a project, generate its code, and leave.

    The project is loaded and generated twice: the first load can be overtaken by the clock
    solver of some versions.

    Args:
        ioc: absolute path of the project file; backslashes are kept, Windows needs them.
        toolchain: one of :data:`TOOLCHAINS`, or what the project says.
        folder: where to generate, if not beside the project file.

    Raises:
        UsageError: a path that the script language cannot hold, or an unknown toolchain.
    """
    if toolchain is not None and toolchain not in TOOLCHAINS:
        msg = f"CubeMX has no toolchain {toolchain!r}"
        raise UsageError(msg, hint="known toolchains: " + ", ".join(TOOLCHAINS))
    lines = [f"config load {_quoted(ioc)}"]
    if toolchain is not None:
        lines.append(
            f'project toolchain "{toolchain}"' if " " in toolchain else f"project toolchain {toolchain}"
        )
    if folder is not None:
        lines.append(f"project path {_quoted(folder)}")
    lines.append("project generate")
    return "\n".join([*lines, f"config load {_quoted(ioc)}", *lines[1:], "exit"]) + "\n"


def _quoted(path: PurePath) -> str:
    text = str(path)
    if not path.is_absolute():
        msg = f"CubeMX needs absolute paths, not {text}"
        raise UsageError(msg)
    if any(letter in text for letter in '"\n\r'):
        msg = f"a path that a CubeMX script cannot hold: {text!r}"
        raise UsageError(msg, hint="move the project to a folder without quotes in its name")
    return f'"{text}"'

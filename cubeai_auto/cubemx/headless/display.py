"""A display for programs that want one even without a window."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from cubeai_auto.errors import ToolMissingError

__all__ = ["with_display"]


def with_display(
    command: tuple[str, ...],
    *,
    environment: Mapping[str, str] | None = None,
    platform: str = sys.platform,
) -> tuple[str, ...]:
    """The command, under ``xvfb-run`` where there is no display.

    Raises:
        ToolMissingError: a virtual display is needed and ``xvfb-run`` is not installed.
    """
    env = os.environ if environment is None else environment
    if not platform.startswith("linux") or env.get("DISPLAY"):
        return command
    found = shutil.which("xvfb-run", path=env.get("PATH"))
    if found is None:
        msg = "CubeMX needs a display, and neither DISPLAY nor xvfb-run is here"
        raise ToolMissingError(msg, hint="install the package xvfb")
    return (found, "-a", *command)

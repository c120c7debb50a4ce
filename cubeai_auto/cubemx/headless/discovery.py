"""Where STM32CubeMX is installed, and how it is started.

CubeMX is never started to ask for its version: it would open a window. The version comes from
its own files. Places: ``resources/cubemx_places.toml``.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from cubeai_auto.discovery import Candidate, Place, Tool, ToolSearch, in_path, matches, objection
from cubeai_auto.errors import ToolMissingError

__all__ = ["INSTALL_HINT", "TOOL_NAME", "CubeMX", "CubeMXSearch", "search_cubemx"]

TOOL_NAME = "STM32CubeMX"
INSTALL_HINT = "install STM32CubeMX from st.com and set STM32CUBEMX_PATH to its program"
_MAX_BYTES = 65536
_VERSION = re.compile(r"""(?i)version\W{1,12}(?:MX\.)?(\d+\.\d+(?:\.\d+)?)""")
_SOFT_VERSION = re.compile(r"(?m)^SoftVersion\s*=\s*(?:MX\.)?(\d+\.\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class CubeMX:
    """An installed STM32CubeMX.

    Attributes:
        path: the program that was found.
        command: what starts it, without its arguments.
        version: as its own files say, or ``"unknown"``.
        needs_display: whether it wants a display even for a script without a window.
    """

    path: Path
    command: tuple[str, ...]
    version: str
    needs_display: bool


@dataclass(frozen=True, slots=True)
class CubeMXSearch:
    """The outcome of looking: for ``doctor``, and the tool itself."""

    search: ToolSearch
    tool: CubeMX | None

    def require(self) -> CubeMX:
        """The tool that was found.

        Raises:
            ToolMissingError: there is none; the message lists every candidate and its reason.
        """
        if self.tool is not None:
            return self.tool
        lines = [f"{TOOL_NAME} was not found"]
        lines += [f"  {candidate.path}: {candidate.reason}" for candidate in self.search.candidates]
        raise ToolMissingError("\n".join(lines), hint=INSTALL_HINT)


def search_cubemx(
    explicit: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    home: Path | None = None,
) -> CubeMXSearch:
    """Look for CubeMX and take the first candidate; a path that was given decides alone.

    Args:
        explicit: the program, or the folder it is installed in.
        environment: instead of this process's.
        platform: as ``sys.platform``.
        home: the user's folder, where CubeMX keeps its settings.
    """
    env = os.environ if environment is None else environment
    home = Path.home() if home is None else home
    looked_at: list[Candidate] = []
    seen: set[Path] = set()
    tool: CubeMX | None = None
    for place in _places(explicit, env, platform):
        reason = objection(place, seen, taken=tool is not None)
        if not reason and platform != "win32" and place.path.suffix != ".jar":
            reason = "" if os.access(place.path, os.X_OK) else "not executable"
        if not reason:
            tool = _tool(place.path, platform, home)
            reason = f"taken ({place.origin})"
        looked_at.append(Candidate(place.path, reason))
    listed = tuple(looked_at)
    found = None
    if tool is not None:
        found = Tool(TOOL_NAME, tool.path, tool.version, f"STM32CubeMX {tool.version}", listed)
    return CubeMXSearch(ToolSearch(TOOL_NAME, found, listed), tool)


def _places(explicit: Path | None, environment: Mapping[str, str], platform: str) -> tuple[Place, ...]:
    here = _platform(platform)
    variables = [name for name in _strings(_table()["variables"]) if environment.get(name, "").strip()]
    given = [(explicit, "given")] if explicit is not None else []
    given += [(Path(environment[name].strip()), name) for name in variables]
    if given:
        path, origin = given[0]
        path = path.expanduser().absolute()
        if not path.is_dir():
            return (Place(path, origin),)
        inside = [path / name for name in _strings(here["inside"]) if (path / name).is_file()]
        if inside:
            return tuple(Place(program, origin) for program in inside)
        return (Place(path, origin, f"no STM32CubeMX in this folder ({origin})"),)
    found = [in_path(name) for name in _strings(_table()["programs"])]
    for pattern in _strings(here["patterns"]):
        found += matches(pattern, environment)
    return tuple(found)


def _tool(path: Path, platform: str, home: Path) -> CubeMX:
    root = path.resolve().parent
    command: tuple[str, ...] = (str(path),)
    if platform == "win32" or path.suffix == ".jar":
        # The .exe is a launcher that detaches at once; its bundled Java stays.
        java = next((j for j in _java(root) if j.is_file()), None)
        bare = shutil.which("java") or "java"
        command = (str(java) if java is not None else bare, "-jar", str(path))
    return CubeMX(path, command, _version(root, home), platform.startswith("linux"))


def _java(root: Path) -> tuple[Path, ...]:
    return tuple(root / "jre" / "bin" / name for name in ("java.exe", "java"))


def _version(root: Path, home: Path) -> str:
    """What ``db/version.xml`` of the installation says, else the user's updater settings."""
    settings = home / ".stm32cubemx" / "plugins" / "updater" / "updater.ini"
    for path, pattern in ((root / "db" / "version.xml", _VERSION), (settings, _SOFT_VERSION)):
        try:
            with path.open("rb") as stream:
                text = stream.read(_MAX_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
        text = re.sub(r"<\?xml.*?\?>", "", text, count=1)
        if found := pattern.search(text):
            return found.group(1)
    return "unknown"


@cache
def _table() -> Mapping[str, object]:
    text = (files("cubeai_auto") / "resources" / "cubemx_places.toml").read_text("utf-8")
    return tomllib.loads(text)


def _platform(platform: str) -> Mapping[str, object]:
    known = _table()["platform"]
    row = known.get(platform, known["linux"]) if isinstance(known, dict) else {}
    return row if isinstance(row, dict) else {}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()

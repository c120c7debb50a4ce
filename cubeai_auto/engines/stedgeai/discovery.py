"""Which of ST's tools are installed, which one is taken, and why the others are not.

Order: an explicit path, the project's, the environment, ``PATH``, standalone installations,
X-CUBE-AI packs; within a place the newest first. A path that was given decides alone: a misspelt
one must not silently become another tool. Places: ``resources/stedgeai_places.toml``.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.discovery import Candidate, Place, Tool, ToolSearch, in_path, matches, objection
from cubeai_auto.engines.stedgeai.versions import ToolVersion, VersionRange, parse_tool_version
from cubeai_auto.errors import CubeAIError, ToolMissingError, ToolTimeoutError

__all__ = ["INSTALL_HINT", "TOOL_NAME", "StSearch", "StTool", "places", "search_st_tool"]

TOOL_NAME = "stedgeai"
INSTALL_HINT = (
    "install ST Edge AI Core or an X-CUBE-AI pack from st.com and set STEDGEAI_CORE_DIR to its "
    "folder, or use --engine builtin"
)
_CONSENT = "a first run may be waiting for consent: start it once by hand"
_VERSION_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class StTool:
    """An installed tool.

    Attributes:
        path: the program.
        version: what it says of itself.
        root: the folder that holds ``Utilities`` and ``Middlewares``; ``None`` for a program
            that stands alone.
    """

    path: Path
    version: ToolVersion
    root: Path | None


@dataclass(frozen=True, slots=True)
class StSearch:
    """The outcome of looking: for ``doctor``, and the tool itself."""

    search: ToolSearch
    tool: StTool | None

    def require(self) -> StTool:
        """The tool that was found.

        Raises:
            ToolMissingError: there is none; the message lists every candidate and its reason.
        """
        if self.tool is not None:
            return self.tool
        lines = [f"{TOOL_NAME} was not found"]
        lines += [f"  {candidate.path}: {candidate.reason}" for candidate in self.search.candidates]
        raise ToolMissingError("\n".join(lines), hint=INSTALL_HINT)


def search_st_tool(
    explicit: Path | None = None,
    *,
    project: Path | None = None,
    versions: VersionRange | None = None,
    environment: Mapping[str, str] | None = None,
    platform: str = sys.platform,
) -> StSearch:
    """Look for the tool and take the first candidate that answers and lies in the range.

    Args:
        explicit: a program, or the root folder of an installation.
        project: likewise, from a project file.
        versions: the versions that will do.
        environment: instead of this process's.
        platform: as ``sys.platform``.
    """
    looked_at: list[Candidate] = []
    tool: StTool | None = None
    seen: set[Path] = set()
    env = os.environ if environment is None else environment
    for place in places(explicit, project=project, environment=env, platform=platform):
        reason, version = _judge(place, versions, seen, taken=tool is not None)
        if version is not None:
            tool = StTool(place.path, version, _root(place.path))
            reason = f"taken ({place.origin})"
        looked_at.append(Candidate(place.path, reason))
    listed = tuple(looked_at)
    found = None
    if tool is not None:
        number = tool.version.number or "unknown"
        found = Tool(TOOL_NAME, tool.path, number, tool.version.banner, listed)
    return StSearch(ToolSearch(TOOL_NAME, found, listed), tool)


def places(
    explicit: Path | None = None,
    *,
    project: Path | None = None,
    environment: Mapping[str, str],
    platform: str = sys.platform,
) -> tuple[Place, ...]:
    """Everywhere to look, best first; what a given path rules out says so."""
    table = _table()
    variables = [name for name in _strings(table["variables"]) if environment.get(name, "").strip()]
    given = [
        (path, origin)
        for path, origin in (
            (explicit, "given"),
            (project, "project file"),
            *((Path(environment[name].strip()), name) for name in variables),
        )
        if path is not None
    ]
    deciding = given[0][1] if given else ""
    found: list[Place] = []
    for path, origin in given:
        chosen = _given(path.expanduser().absolute(), origin, platform)
        found += chosen if origin == deciding else _ruled_out(chosen, deciding)
    elsewhere = [in_path(name) for name in _strings(table["programs"])]
    for pattern in _patterns(platform):
        elsewhere += matches(pattern, environment)
    return (*found, *(_ruled_out(elsewhere, deciding) if deciding else elsewhere))


def _ruled_out(found: list[Place], deciding: str) -> list[Place]:
    why = "the path that was given" if deciding == "given" else deciding
    return [Place(p.path, p.origin, p.refused or f"not looked at: {why} decides") for p in found]


def _given(path: Path, origin: str, platform: str) -> list[Place]:
    """The program itself, or the programs of an installation."""
    if not path.is_dir():
        return [Place(path, origin)]
    found = [
        Place(program, origin)
        for pattern in _strings(_table()["inside"])
        for filled in _filled(pattern, platform)
        for program in sorted(path.glob(filled), reverse=True)
    ]
    return found or [Place(path, origin, f"neither stedgeai nor stm32ai in this folder ({origin})")]


def _patterns(platform: str) -> list[str]:
    table = _table()
    packs = table["packs"]
    standalone = _strings(_platform(platform)["standalone"])
    patterns = [*standalone, *_strings(packs["patterns"] if isinstance(packs, dict) else ())]
    return [filled for pattern in patterns for filled in _filled(pattern, platform)]


def _filled(pattern: str, platform: str) -> list[str]:
    here = _platform(platform)
    folders = _strings(here["folders"]) if "{os}" in pattern else ("",)
    return [
        pattern.format(os=folder, program=f"{program}{here['suffix']}")
        for program in _strings(_table()["programs"])
        for folder in folders
    ]


def _judge(
    place: Place, versions: VersionRange | None, seen: set[Path], *, taken: bool
) -> tuple[str, ToolVersion | None]:
    """Why a place is refused, or the version of its program."""
    if reason := objection(place, seen, taken=taken):
        return reason, None
    try:
        done = process.run(
            [place.path, "--version"], timeout=_VERSION_TIMEOUT, env={"LC_ALL": "C"}, ok_codes=None
        )
    except ToolTimeoutError as error:
        return f"{error.message.partition(chr(10))[0]}; {_CONSENT}", None
    except CubeAIError as error:
        return f"does not start: {error.message.partition(chr(10))[0]}", None
    version = parse_tool_version(done.stdout + "\n" + done.stderr)
    if done.returncode != 0 and not version.known:
        return f"does not tell its version: exit status {done.returncode}", None
    outside = versions.refusal(version) if versions is not None else ""
    return (outside, None) if outside else ("", version)


def _root(program: Path) -> Path | None:
    """The installation a program belongs to, through links."""
    for path in (program, program.resolve()):
        for parent in path.parents:
            if parent.name == "Utilities":
                return parent.parent
    return None


@cache
def _table() -> Mapping[str, object]:
    text = (files("cubeai_auto") / "resources" / "stedgeai_places.toml").read_text("utf-8")
    return tomllib.loads(text)


def _platform(platform: str) -> Mapping[str, object]:
    known = _table()["platform"]
    if not isinstance(known, dict):
        msg = "stedgeai_places.toml: [platform] is not a table"
        raise TypeError(msg)
    row = known.get(platform, known["linux"])
    return row if isinstance(row, dict) else {}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()

"""Which tool wrote a file: its banner in every spelling, and the X-CUBE-AI pack it came with."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cubeai_auto.reports.report import ToolInfo

__all__ = ["Release", "find_release", "releases", "tool_from_banner", "tool_from_version"]

_BANNER = re.compile(
    r"(?:stm32ai - )?(?:"
    r"Neural Network Tools for STM32\w*(?: family)? v(?P<cli>[\d.]+) "
    r"\((?:AI tools|STM\.ai|stm\.ai) v(?P<old>\d+\.\d+\.\d+)(?:-(?P<extra>\w+))?\)"
    r"|ST ?Edge ?AI Core v(?P<core>\d+\.\d+\.\d+)(?:-(?P<build>\w+))?(?: (?P<git>[0-9a-f]{7,}))?)"
)
_VERSION = re.compile(r"(\d+\.\d+\.\d+)(?:-(\w+))?(?: ([0-9a-f]{7,}))?")
_OLD_NAME = "stm32ai"
_NAME = "stedgeai"


@dataclass(frozen=True, slots=True)
class Release:
    """A tool version and its pack; ``build`` only where one version came in several packs."""

    name: str
    tool: str
    pack: str
    runtime: str
    build: str | None = None


@cache
def releases() -> tuple[Release, ...]:
    """All known releases, oldest first, from ``resources/cube_packs.toml``."""
    text = (files("cubeai_auto") / "resources" / "cube_packs.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return tuple(
        Release(name, row["tool"], row["pack"], row["runtime"], row.get("build"))
        for name in (_OLD_NAME, _NAME)
        for row in table[name]
    )


def find_release(name: str, version: str, build: str | None = None) -> Release | None:
    """The release of a version of ``stm32ai`` or ``stedgeai``; ``None`` if it is not known."""
    same = [item for item in releases() if (item.name, item.tool) == (name, version)]
    exact = [release for release in same if release.build == build]
    unbound = [release for release in same if release.build is None]
    return next(iter(exact or unbound or same), None)


def tool_from_banner(line: str) -> tuple[ToolInfo, str] | None:
    """The tool that prints this banner, and a note if its version is not known.

    ``None`` if the line is no banner.
    """
    match = _BANNER.match(line.strip())
    if match is None:
        return None
    if (old := match["old"]) is not None:
        return _tool(_OLD_NAME, old, match["extra"], None)
    return _tool(_NAME, match["core"], match["build"], match["git"])


def tool_from_version(text: str, *, old: bool = False) -> tuple[ToolInfo, str]:
    """The tool of a version as the JSON files spell it, such as ``2.2.0-20266 2adc00962``.

    Args:
        text: version, build and commit, the last two optional.
        old: the file is one of stm32ai (up to 8.1), which counts like the packs.
    """
    name = _OLD_NAME if old else _NAME
    match = _VERSION.match(text.strip())
    if match is None:
        return ToolInfo(name), f"the tool's version {text[:40]!r} is in an unknown form"
    return _tool(name, match[1], match[2], match[3])


def _tool(name: str, version: str, build: str | None, commit: str | None) -> tuple[ToolInfo, str]:
    release = find_release(name, version, build)
    tool = ToolInfo(name, version, build, None if release is None else release.pack, commit)
    if release is not None:
        return tool, ""
    return tool, f"{name} {version} is not in the table of known versions: read by its layout"

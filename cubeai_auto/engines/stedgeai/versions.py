"""Which ST tool this is: what its banner says, the X-CUBE-AI pack it belongs to, version ranges.

Versions are ordered by pack, because the tool's own numbering starts again: 8.1, 9.0, then Core
1.0 (pack 9.1), Core 2.0 (pack 10.0), and so on; ``resources/cube_packs.toml`` is the map.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cubeai_auto.errors import UsageError
from cubeai_auto.reports.reading.versions import releases

__all__ = [
    "KnownVersion",
    "ToolVersion",
    "VersionRange",
    "find_version",
    "known_versions",
    "numbers",
    "parse_tool_version",
]

_BANNER = re.compile(
    r"^ ?(?:stm32ai - )?(?:Neural Network Tools for STM32\w*(?: family)? v(?P<cli>[\d.]+) "
    r"\((?:AI tools|STM\.ai|stm\.ai) v(?P<ver>\d+\.\d+\.\d+)(?:-(?P<extra>\w+))?\)"
    r"|ST ?Edge ?AI Core v(?P<core>\d+\.\d+\.\d+)(?:-(?P<build>\w+))?(?: (?P<git>[0-9a-f]{7,}))?)"
)
_COMPONENT = re.compile(r"^\s+STM32CubeAI (?P<pack>\d+\.\d+\.\d+)", re.MULTILINE)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CONDITION = re.compile(r"^(>=|<=|==|!=|>|<|)\s*(?:(core|pack)\s+)?(\d+(?:\.\d+)*)$")
_LAST_CORE_MAJOR = 4
_FIRST_STEDGEAI = (9, 0)


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """A released version.

    Attributes:
        pack: the X-CUBE-AI version.
        number: the number its tool states.
        program: ``stm32ai`` up to 8.1, ``stedgeai`` from 9.0 on.
        runtime: the digits in the name of its runtime library.
        build: where one number came in several packs.
    """

    pack: str
    number: str
    program: str
    runtime: str
    build: str | None = None


@dataclass(frozen=True, slots=True)
class ToolVersion:
    """The version of one installed tool.

    Attributes:
        program: ``stm32ai``, ``stedgeai``, or empty if the text was not understood.
        number: the number it states (``2.2.0``), or empty.
        build: the tag behind it (``20266``, ``RC5``).
        git: the commit it states, from Core 2.1 on.
        pack: the X-CUBE-AI version it belongs to; ``None`` if it is not known.
        banner: the line it was read from.
    """

    program: str
    number: str
    build: str | None = None
    git: str | None = None
    pack: str | None = None
    banner: str = ""

    @property
    def known(self) -> bool:
        """Whether it can be ordered among the known versions."""
        return self.pack is not None

    @property
    def order(self) -> tuple[int, ...]:
        """The pack as numbers; an unknown version comes before all others."""
        return () if self.pack is None else numbers(self.pack)

    @property
    def grammar(self) -> tuple[int, ...]:
        """The pack whose command-line grammar applies: the newest known one for unknown versions."""
        return numbers(known_versions()[-1].pack) if self.pack is None else numbers(self.pack)

    @property
    def runtime_number(self) -> str:
        """The digits in the name of the runtime library (``1020``); empty if not known."""
        found = (known.runtime for known in known_versions() if known.pack == self.pack)
        return next(found, "" if self.pack is None else self.pack.replace(".", ""))

    def __str__(self) -> str:
        if not self.number:
            return "unknown version"
        build = "" if self.build is None else f"-{self.build}"
        pack = "" if self.pack in {None, self.number} else f" (X-CUBE-AI {self.pack})"
        return f"{self.program} {self.number}{build}{pack}"


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Conditions on a version, all of which must hold; made by :meth:`parse`."""

    text: str
    conditions: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def parse(cls, text: str) -> VersionRange:
        """Read ``>=10.0,<12``, ``2.2`` (same as ``==2.2``) or ``>=core 2.0``.

        Numbers up to 4 are Core versions, larger ones packs (up to 8.1 both are the same);
        ``core`` or ``pack`` before the number decides otherwise. ``==8.1`` includes 8.1.x.

        Raises:
            UsageError: the text is none of that.
        """
        found: list[tuple[str, tuple[int, ...]]] = []
        for part in text.split(","):
            match = _CONDITION.match(part.strip())
            if match is None:
                msg = f"not a version range: {text!r}"
                raise UsageError(msg, hint='examples: ">=10.0,<12", "2.2", ">=core 2.0", "pack 9.1"')
            operator, kind, number = match.groups()
            wanted = numbers(number)
            if kind == "core" or (kind is None and wanted[0] <= _LAST_CORE_MAJOR):
                wanted = _pack_of_core(wanted)
            found.append((operator or "==", wanted))
        return cls(text.strip(), tuple(found))

    def refusal(self, version: ToolVersion) -> str:
        """Why a version is outside, or an empty text."""
        if not version.known:
            return f"of unknown version, and {self.text} is asked for"
        held = all(_holds(version.order, operator, wanted) for operator, wanted in self.conditions)
        return "" if held else f"{version} is outside {self.text}"


@cache
def known_versions() -> tuple[KnownVersion, ...]:
    """All released versions, oldest first."""
    return tuple(
        KnownVersion(
            release.pack,
            release.tool,
            "stm32ai" if numbers(release.pack) < _FIRST_STEDGEAI else "stedgeai",
            release.runtime,
            release.build,
        )
        for release in releases()
    )


def numbers(text: str) -> tuple[int, ...]:
    """``"10.2.0"`` as ``(10, 2, 0)``."""
    return tuple(int(part) for part in text.split("."))


def find_version(pack: str) -> ToolVersion:
    """The known version of a pack.

    Raises:
        UsageError: no such pack is known.
    """
    for known in known_versions():
        if known.pack == pack:
            return ToolVersion(known.program, known.number, known.build, None, pack)
    msg = f"no X-CUBE-AI {pack} is known"
    raise UsageError(msg, hint="known packs: " + ", ".join(v.pack for v in known_versions()))


def parse_tool_version(text: str) -> ToolVersion:
    """The version in what ``--version``, a report or a console log begins with.

    The banner may follow noise; the component line ``STM32CubeAI 10.2.0`` gives the pack of a
    version that is not in the map. Text without a banner is an unknown version, not a failure.
    """
    clean = _ANSI.sub("", text.replace("\r\n", "\n")).lstrip("\ufeff")
    for line in (part.rpartition("\r")[2].rstrip() for part in clean.split("\n")):
        match = _BANNER.match(line)
        if match is None:
            continue
        component = _COMPONENT.search(clean)
        if match["ver"] is not None:
            return ToolVersion(
                "stm32ai", match["ver"], match["extra"], None, match["ver"], line.strip()
            )
        pack = component["pack"] if component else _pack_text(match["core"], match["build"])
        return ToolVersion("stedgeai", match["core"], match["build"], match["git"], pack, line.strip())
    first = next((line.strip() for line in clean.split("\n") if line.strip()), "")
    return ToolVersion("", "", banner=first)


def _pack_text(core: str, build: str | None) -> str:
    same = [v for v in known_versions() if v.program == "stedgeai" and v.number == core]
    for known in same:
        if known.build in {None, build}:
            return known.pack
    return same[0].pack if same else ".".join(map(str, _pack_of_core(numbers(core))))


def _pack_of_core(core: tuple[int, ...]) -> tuple[int, ...]:
    """Core N.m.p as a pack: (N+8).m.p, but 1.0 is 9.1, and 9.0 was numbered like its pack."""
    if core[0] == 9:
        return core
    if core[0] == 1:
        return (9, 1, *core[2:]) if len(core) > 1 else (9, 1)
    return (core[0] + 8, *core[1:])


def _holds(version: tuple[int, ...], operator: str, wanted: tuple[int, ...]) -> bool:
    same = version[: len(wanted)] == wanted
    match operator:
        case "==":
            return same
        case "!=":
            return not same
        case ">=":
            return version >= wanted
        case "<":
            return version < wanted
        case ">":
            return version > wanted and not same
        case _:
            return version <= wanted or same

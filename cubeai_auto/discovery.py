"""Which external programs are there, where each was looked for, and why a candidate was refused."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.errors import CubeAIError, ToolMissingError
from cubeai_auto.quantity import JsonValue

__all__ = [
    "Candidate",
    "Place",
    "Tool",
    "ToolSearch",
    "discover",
    "in_path",
    "matches",
    "objection",
    "parse_version",
]

_VERSION_TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to look.

    Attributes:
        path: the program, or the pattern or bare name that led to nothing.
        origin: why it was looked at (``"PATH"``, an environment variable, a pattern).
        refused: why the place is out before it is even looked at.
    """

    path: Path
    origin: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that was looked at, and why it was taken or refused."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that answered.

    Attributes:
        name: the generic name (``arm-none-eabi-gcc``).
        path: the program.
        version: its version, or ``"unknown"``.
        banner: the first line it printed when asked for its version.
        candidates: all places that were looked at.
    """

    name: str
    path: Path
    version: str
    banner: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class ToolSearch:
    """The outcome of looking for one tool."""

    name: str
    found: Tool | None
    candidates: tuple[Candidate, ...]

    def require(self, *, hint: str) -> Tool:
        """The tool that was found.

        Raises:
            ToolMissingError: there is none; the message lists every candidate.
        """
        if self.found is not None:
            return self.found
        lines = [f"{self.name} was not found"]
        lines += [f"  {candidate.path}: {candidate.reason}" for candidate in self.candidates]
        raise ToolMissingError("\n".join(lines), hint=hint)

    def to_json(self) -> dict[str, JsonValue]:
        """One entry of ``tools`` in the output of ``doctor``."""
        return {
            "name": self.name,
            "path": None if self.found is None else str(self.found.path),
            "version": None if self.found is None else self.found.version,
            "ok": self.found is not None,
            "candidates": [{"path": str(c.path), "reason": c.reason} for c in self.candidates],
        }


def discover(
    name: str,
    candidates: Sequence[Place],
    version_args: Sequence[str],
    parse: Callable[[str], str],
) -> ToolSearch:
    """Take the first candidate that is a program and answers when asked for its version.

    Args:
        name: the generic name.
        candidates: best first.
        version_args: what makes the program print its version and end.
        parse: finds the version in what it printed.
    """
    looked_at: list[Candidate] = []
    found: tuple[Path, str, str] | None = None
    seen: set[Path] = set()
    for place in candidates:
        reason, banner = _judge(place, version_args, taken=found is not None, seen=seen)
        if banner is not None:
            found = (place.path, parse(banner), banner.strip().partition("\n")[0].strip())
            reason = f"taken ({place.origin})"
        looked_at.append(Candidate(place.path, reason))
    listed = tuple(looked_at)
    tool = None if found is None else Tool(name, *found, listed)
    return ToolSearch(name, tool, listed)


def objection(place: Place, seen: set[Path], *, taken: bool) -> str:
    """Why a place is out before its program is asked anything; empty if it has to be asked.

    Args:
        place: where to look.
        seen: the programs looked at so far, links resolved; this one is added.
        taken: whether a better candidate was taken already.
    """
    if place.refused:
        return place.refused
    if not place.path.is_file():
        return f"nothing there ({place.origin})"
    real = place.path.resolve()
    if real in seen:
        return "the same program as above"
    seen.add(real)
    return f"a better candidate was taken ({place.origin})" if taken else ""


def _judge(
    place: Place, version_args: Sequence[str], *, taken: bool, seen: set[Path]
) -> tuple[str, str | None]:
    """Why a place is refused, or what its program printed."""
    if reason := objection(place, seen, taken=taken):
        return reason, None
    try:
        done = process.run([place.path, *version_args], timeout=_VERSION_TIMEOUT, env={"LC_ALL": "C"})
    except CubeAIError as error:
        return f"does not tell its version: {error.message.partition(chr(10))[0]}", None
    return "", done.stdout.strip() or done.stderr.strip()


def in_path(name: str) -> Place:
    """The program of that name in ``PATH``, or a place that says it is not there."""
    found = shutil.which(name)
    return (
        Place(Path(name), "PATH", "not in PATH")
        if found is None
        else Place(Path(found).absolute(), "PATH")
    )


def matches(pattern: str, environment: Mapping[str, str]) -> list[Place]:
    """The files that match an absolute pattern, newest name first, or a place that says none does.

    A leading ``~`` and ``${NAME}`` are expanded; a pattern with an unset variable matches nothing.
    """
    expanded = re.sub(r"\$\{([^}]+)\}", lambda m: environment.get(m.group(1), "\0"), pattern)
    if "\0" in expanded:
        return []
    path = Path(expanded).expanduser()
    if not path.anchor:
        return []
    try:
        found = sorted(
            Path(path.anchor).glob(str(path.relative_to(path.anchor))), key=_natural, reverse=True
        )
    except OSError as error:
        return [Place(path, pattern, f"cannot be searched: {error.strerror or error}")]
    return [Place(entry, pattern) for entry in found] or [Place(path, pattern, "nothing matches")]


def _natural(path: Path) -> list[tuple[int, str]]:
    """A sort key in which 13.2 comes after 9.3."""
    parts = re.split(r"(\d+)", path.as_posix())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def parse_version(text: str) -> str:
    """The version in the first line of what compilers and emulators print.

    Package names in parentheses are not looked at: ``gcc (Debian 12.2.0-14) 12.2.0``. A form
    that is not known gives ``"unknown"``.
    """
    line = text.strip().partition("\n")[0]
    while (shorter := re.sub(r"\([^()]*\)", " ", line)) != line:
        line = shorter
    found = re.search(r"\d+(?:\.\d+)+", line)
    return "unknown" if found is None else found.group(0)

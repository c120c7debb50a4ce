"""What stands beside an ``.ioc``: the runtime library that is linked, and the generated code.

CubeMX puts both where the toolchain wants them: in the folder of the ``.ioc``, in a folder of the
toolchain or of a context below it, or, where the ``.ioc`` lies in such a folder itself, above it.
Sources: projects made by CubeMX 5.6 to 6.17, packs 5.0 to 11.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

__all__ = ["Generated", "GeneratedCode", "LinkedRuntime", "collect_generated", "runtime_digits"]

_MAX_BYTES = 4 * 1024 * 1024
_MAX_FILES = 200
_HEAD = 16 * 1024
_PROJECT_FILES = (
    ".cproject", ".mxproject", "CMakeLists.txt", "cmake/stm32cubemx/CMakeLists.txt", "Makefile",
)  # fmt: skip
_PROJECT_PATTERNS = ("*.uvprojx", "*.ewp")
_LIBRARIES = "Middlewares/ST/AI/Lib"
_CODE = "X-CUBE-AI/App"
_CODE_PATTERNS = ("*_generate_report.txt", "*_config.h", "*.c")
_RUNTIME = re.compile(r"NetworkRuntime(\d{3,4})_CM\d+\w*")
_BANNER = re.compile(r"(ST Edge AI Core|STM\.ai|AI tools) v(\d+\.\d+\.\d+)(?:-(\d+))?")
_MACROS = re.compile(
    r"#define\s+AI_TOOLS_VERSION_MAJOR\s+\(?(\d+)\)?\s*"
    r"#define\s+AI_TOOLS_VERSION_MINOR\s+\(?(\d+)\)?\s*"
    r"#define\s+AI_TOOLS_VERSION_MICRO\s+\(?(\d+)\)?"
)


@dataclass(frozen=True, slots=True)
class LinkedRuntime:
    """A mention of ST's runtime library: ``digits`` are its version, such as ``1020``."""

    file: str
    line: int | None
    name: str
    digits: str


@dataclass(frozen=True, slots=True)
class GeneratedCode:
    """A generated file that names its tool; ``pack`` is ``None`` for a tool that is not known."""

    file: str
    line: int
    tool: str
    pack: str | None


@dataclass(frozen=True, slots=True)
class Generated:
    """The typed facts about the files beside an ``.ioc``.

    Attributes:
        runtimes: libraries that are linked or lie there, each once a file.
        code: generated files that name the tool.
        looked_at: the files that were read.
        notes: what could not be read.
    """

    runtimes: tuple[LinkedRuntime, ...] = ()
    code: tuple[GeneratedCode, ...] = ()
    looked_at: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def collect_generated(ioc: Path) -> Generated:
    """Look beside an ``.ioc``; what cannot be read becomes a note."""
    return _Collector(ioc).collect()


def runtime_digits(pack: str) -> str:
    """The version in the name of a pack's runtime library: ``10.2.0`` gives ``1020``."""
    for table in _packs().values():
        for row in table:
            if row["pack"] == pack:
                return row["runtime"]
    return pack.replace(".", "")


def _pack_of(tool: str, version: str, build: str | None) -> str | None:
    """The pack that a tool came with."""
    table = _packs()["stedgeai" if tool == "ST Edge AI Core" else "stm32ai"]
    rows = [row for row in table if row["tool"] == version]
    exact = [row for row in rows if row.get("build") == build]
    return next((row["pack"] for row in exact or rows[:1]), None)


@cache
def _packs() -> dict[str, list[dict[str, str]]]:
    text = (files("cubeai_auto") / "resources" / "cube_packs.toml").read_text("utf-8")
    return dict(tomllib.loads(text))


class _Collector:
    def __init__(self, ioc: Path) -> None:
        self._folder = ioc.absolute().parent
        self._name = ioc.name
        self._runtimes: dict[tuple[str, str], LinkedRuntime] = {}
        self._code: list[GeneratedCode] = []
        self._looked_at: list[str] = []
        self._notes: list[str] = []

    def collect(self) -> Generated:
        for folder in self._roots():
            for path in self._existing(folder, _PROJECT_FILES, _PROJECT_PATTERNS):
                self._read_project_file(path)
            for path in self._matching(folder / _LIBRARIES, "NetworkRuntime*"):
                if match := _RUNTIME.match(path.name):
                    self._add_runtime(path, None, match)
            seen: set[Path] = set()
            for pattern in _CODE_PATTERNS:
                for path in self._matching(folder / _CODE, pattern):
                    if path not in seen:
                        seen.add(path)
                        self._read_code(path)
        return Generated(
            tuple(self._runtimes.values()),
            tuple(self._code),
            tuple(self._looked_at),
            tuple(self._notes),
        )

    def _roots(self) -> Iterator[Path]:
        """The folder, those below it, and the one above if this one has no IDE project.

        None with an ``.ioc`` of its own.
        """
        yield self._folder
        has_project = any(True for _ in self._existing(self._folder, _PROJECT_FILES, ()))
        try:
            below = sorted(path for path in self._folder.iterdir() if path.is_dir())
        except OSError:
            below = []
        above = [] if has_project else [self._folder.parent]
        for folder in [*below[:_MAX_FILES], *above]:
            if not any(self._matching(folder, "*.ioc")):
                yield folder

    def _existing(
        self, folder: Path, names: tuple[str, ...], patterns: tuple[str, ...]
    ) -> Iterator[Path]:
        for name in names:
            try:
                if (folder / name).is_file():
                    yield folder / name
            except OSError as error:
                self._notes.append(f"{self._shown(folder / name)}: {error.strerror or error}")
        for pattern in patterns:
            yield from self._matching(folder, pattern)

    def _matching(self, folder: Path, pattern: str) -> list[Path]:
        try:
            return sorted(path for path in folder.glob(pattern) if path.is_file())[:_MAX_FILES]
        except OSError:
            return []

    def _read_project_file(self, path: Path) -> None:
        text = self._read(path, _MAX_BYTES)
        for match in _RUNTIME.finditer(text):
            self._add_runtime(path, text.count("\n", 0, match.start()) + 1, match)

    def _add_runtime(self, path: Path, line: int | None, match: re.Match[str]) -> None:
        shown = self._shown(path)
        found = LinkedRuntime(shown, line, match[0], match[1])
        self._runtimes.setdefault((shown, match[1]), found)

    def _read_code(self, path: Path) -> None:
        text = self._read(path, _HEAD)
        if match := _BANNER.search(text):
            tool, version, build = match.groups()
        elif match := _MACROS.search(text.replace("#undef", "//")):
            tool, version, build = "stm32ai", ".".join(match.groups()), None
        else:
            return
        line = text.count("\n", 0, match.start()) + 1
        pack = _pack_of(tool, version, build)
        if pack is None and tool == "stm32ai":
            pack = _pack_of("ST Edge AI Core", version, build)
        self._code.append(GeneratedCode(self._shown(path), line, f"{tool} {version}", pack))

    def _read(self, path: Path, limit: int) -> str:
        try:
            with path.open("rb") as stream:
                data = stream.read(limit + 1)
        except OSError as error:
            self._notes.append(f"{self._shown(path)}: {error.strerror or error}")
            return ""
        if limit == _MAX_BYTES and len(data) > limit:
            self._notes.append(f"{self._shown(path)}: larger than {limit:,} bytes, read up to there")
        self._looked_at.append(self._shown(path))
        return data[:limit].decode("latin-1")

    def _shown(self, path: Path) -> str:
        base = self._folder if path.is_relative_to(self._folder) else self._folder.parent
        up = "" if base == self._folder else "../"
        return up + path.relative_to(base).as_posix()

"""What a network adds to a project: C sources, include paths, the runtime library of the pack.

Paths are relative to the folder of the file that is edited, with ``/``. The default layout is the
one CubeMX writes: ``X-CUBE-AI/App``, ``Middlewares/ST/AI/Inc``, ``Middlewares/ST/AI/Lib``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.errors import UsageError

__all__ = [
    "APPLICATION_FOLDER",
    "CORES",
    "HEADERS_FOLDER",
    "LIBRARY_FOLDER",
    "FoundRuntime",
    "IdeAdditions",
    "NetworkFiles",
    "RuntimeLibrary",
    "additions_for",
    "core_name",
    "find_runtimes",
    "generated_sources",
]

APPLICATION_FOLDER = "X-CUBE-AI/App"
HEADERS_FOLDER = "Middlewares/ST/AI/Inc"
LIBRARY_FOLDER = "Middlewares/ST/AI/Lib"
CORES = ("CM0", "CM4", "CM7", "CM33", "CM55")
"""The cores that ST's runtime library is built for."""

_RUNTIME = re.compile(r":?NetworkRuntime(\d{3,4})_(CM\d+)_GCC(_PIC)?\.a")
_CORE = re.compile(r"(?:arm[-_ ]?)?(?:cortex[-_ ]?|c)?m(\d{1,2})(?:\+|plus)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
# What a shell, make, CMake, Eclipse or XML would take for something else.
_REFUSED = re.compile(r"[\x00-\x1f\x7f\"'$;#%&*<>?\\^`|=]")
_PARAMETERS_FILE = PackVersion(7, 2)


@dataclass(frozen=True, slots=True)
class FoundRuntime:
    """A runtime library named in a project file: ``:NetworkRuntime1020_CM7_GCC.a``."""

    text: str
    digits: str
    core: str
    position_independent: bool

    @property
    def file(self) -> str:
        """Its file name."""
        return self.text.removeprefix(":")


@dataclass(frozen=True, slots=True)
class NetworkFiles:
    """The C sources of one or more networks.

    Attributes:
        names: the C names of the networks.
        folder: where the sources are, relative to the project.
        sources: the names of the C files in it.
        documents: the names of reports in it that an IDE shows beside the sources.
    """

    names: tuple[str, ...]
    folder: str
    sources: tuple[str, ...]
    documents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.names:
            if not _NAME.fullmatch(name):
                msg = f"{name!r} is no C name of a network"
                raise UsageError(msg, hint="use letters, digits and underscores")
        _check_path(self.folder)
        for name in (*self.sources, *self.documents):
            _check_path(name)


@dataclass(frozen=True, slots=True)
class RuntimeLibrary:
    """ST's runtime library of a pack version for a core."""

    version: PackVersion
    core: str
    folder: str = LIBRARY_FOLDER

    def __post_init__(self) -> None:
        if self.core not in CORES:
            msg = f"there is no runtime library for the core {self.core!r}"
            raise UsageError(msg, hint="choose one of " + ", ".join(CORES))
        _check_path(self.folder)

    @property
    def file(self) -> str:
        """``NetworkRuntime1020_CM4_GCC.a`` for 10.2.0 on a Cortex-M4."""
        return f"NetworkRuntime{self.version.digits}_{self.core}_GCC.a"


@dataclass(frozen=True, slots=True)
class IdeAdditions:
    """What is added to one project file.

    Attributes:
        names: the C names of the networks.
        sources: the C files.
        documents: reports that an IDE shows beside the sources.
        include_paths: folders with headers, in search order.
        source_folder: the folder that an IDE compiles as a whole.
        library: ST's runtime library; ``None`` where the sources need none.
        generated: whether CubeMX would generate exactly this, so that its own memory of the
            project may name it. Else CubeMX would take it out again.
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]
    documents: tuple[str, ...]
    include_paths: tuple[str, ...]
    source_folder: str
    library: RuntimeLibrary | None
    generated: bool

    def seen_from(self, way: str) -> IdeAdditions:
        """The same additions for a file in another folder; ``way`` leads from there to here."""
        if way in {"", "."}:
            return self
        library = self.library
        if library is not None:
            library = replace(library, folder=_joined(way, library.folder))
        return replace(
            self,
            sources=tuple(_joined(way, path) for path in self.sources),
            documents=tuple(_joined(way, path) for path in self.documents),
            include_paths=tuple(_joined(way, path) for path in self.include_paths),
            source_folder=_joined(way, self.source_folder),
            library=library,
        )


def additions_for(files: NetworkFiles, library: RuntimeLibrary | None) -> IdeAdditions:
    """What these files and this library add to a project, in the layout of CubeMX.

    Args:
        files: the networks' sources.
        library: ST's runtime; without it only sources and their folder as include path are added.
    """
    usual = files.folder == APPLICATION_FOLDER
    parent = posixpath.dirname(files.folder) if usual else files.folder
    include_paths = [files.folder]
    if library is not None:
        # CubeMX puts its constants_ai.h one folder above the sources.
        include_paths += [parent] if usual else []
        include_paths.append(_joined(posixpath.dirname(library.folder), "Inc"))
    return IdeAdditions(
        files.names,
        tuple(_joined(files.folder, name) for name in files.sources),
        tuple(_joined(files.folder, name) for name in files.documents),
        tuple(include_paths),
        parent,
        library,
        generated=usual and library is not None and library.folder == LIBRARY_FOLDER,
    )


def generated_sources(names: Iterable[str], version: PackVersion | None) -> tuple[str, ...]:
    """The C files that ST's tool generates for networks; from 7.2 on with ``_data_params.c``."""
    suffixes = ["", "_data"]
    if version is not None and version >= _PARAMETERS_FILE:
        suffixes.append("_data_params")
    return tuple(f"{name}{suffix}.c" for name in names for suffix in suffixes)


def core_name(text: str) -> str:
    """The core in ST's spelling: ``CM4`` for ``cm4``, ``cortex-m4`` or ``M4``.

    Raises:
        UsageError: there is no runtime library for it.
    """
    match = _CORE.fullmatch(text.strip().lower())
    name = f"CM{int(match[1])}" if match else ""
    if name not in CORES:
        msg = f"there is no runtime library for the core {text!r}"
        raise UsageError(msg, hint="choose one of " + ", ".join(core.lower() for core in CORES))
    return name


def find_runtimes(text: str) -> tuple[FoundRuntime, ...]:
    """The runtime libraries that a text names, in order, each once."""
    found = (
        FoundRuntime(match[0], match[1], match[2], match[3] is not None)
        for match in _RUNTIME.finditer(text)
    )
    return tuple(dict.fromkeys(found))


def _joined(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))


def _check_path(path: str) -> None:
    if not path or _REFUSED.search(path):
        msg = f"{path!r} cannot be a path in a project file"
        raise UsageError(msg, hint="use a folder and file names without special characters")

"""CubeMX's own book of what it generated, ``.mxproject``: read, never written.

CubeMX deletes files by this book, so entries of ours would be deleted with its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cubeai_auto.cubemx.ide.edit import IdeFormatError, OtherKindError, plain_text
from cubeai_auto.cubemx.ide.runtime import FoundRuntime, find_runtimes
from cubeai_auto.files import existing_file, refusals

__all__ = ["MxProject", "MxSection"]

_SECTION = re.compile(r"\[([^\[\]]{1,200})\][ \t]*")
_USED = re.compile(r"PreviousUsed(\w+?)(?:Files|s)?")
_READ = 1024 * 1024 + 1
_COUNT = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class MxSection:
    """A section with its lines ``key=value``, in file order; keys may repeat."""

    name: str
    entries: tuple[tuple[str, str], ...]

    def get(self, key: str) -> str | None:
        """The first value of a key, as written."""
        return next((value for name, value in self.entries if name == key), None)

    def paths(self, key: str) -> tuple[str, ...]:
        r"""The elements of a list with ``/`` instead of ``\``; empty elements are left out."""
        parts = (self.get(key) or "").split(";")
        return tuple(part.replace("\\", "/") for part in parts if part.strip())

    def numbered(self, key: str) -> tuple[str, ...]:
        r"""The values of ``key#0``, ``key#1``, ... with ``/`` instead of ``\``."""
        found: list[str] = []
        values = dict(reversed(self.entries))
        while (value := values.get(f"{key}#{len(found)}")) is not None:
            found.append(value.replace("\\", "/"))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class MxProject:
    """A ``.mxproject``."""

    sections: tuple[MxSection, ...]

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """The book of a file.

        Raises:
            MissingPathError: the file does not exist.
            RefusedError: it cannot be read.
            IdeFormatError: it is no ``.mxproject``.
        """
        path = existing_file(Path(path), "the .mxproject file")
        with refusals("read", path), path.open("rb") as stream:
            data = stream.read(_READ)
        return cls.parse(data)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The book of a file's bytes.

        Raises:
            OtherKindError: it has no section of CubeMX.
            IdeFormatError: binary, too large, or with a line that is neither section nor entry.
        """
        text = plain_text(data, "the .mxproject").encode("latin-1").decode("utf-8", "replace")
        found: list[tuple[str, list[tuple[str, str]]]] = []
        for number, line in enumerate(text.split("\n"), 1):
            body = line.removesuffix("\r")
            match = _SECTION.fullmatch(body)
            if match:
                found.append((match[1], []))
            elif body.strip():
                key, separator, value = body.partition("=")
                if not (separator and found and key.strip()):
                    msg = f"line {number}: neither a section nor key=value of one"
                    raise IdeFormatError(msg, hint="let STM32CubeMX generate the project again")
                found[-1][1].append((key.strip(), value))
        if not any(name.startswith("Previous") for name, _ in found):
            msg = "no .mxproject: it has no section [Previous...]"
            raise OtherKindError(msg, hint="pass the file that STM32CubeMX wrote")
        return cls(tuple(MxSection(name, tuple(entries)) for name, entries in found))

    def section(self, name: str) -> MxSection | None:
        """The first section of a name."""
        return next((section for section in self.sections if section.name == name), None)

    @property
    def toolchains(self) -> tuple[str, ...]:
        """What it was generated for: ``CubeIDE``, ``CMake``, ``Makefile``, ``Keil``, ..."""
        return tuple(self._used())

    def _used(self) -> dict[str, MxSection]:
        """``[PreviousUsedCubeIDEFiles]``, ``[PreviousUsedCMakes]``, ... by toolchain."""
        matches = ((_USED.fullmatch(section.name), section) for section in self.sections)
        return {match[1]: section for match, section in matches if match}

    @property
    def library_files(self) -> tuple[str, ...]:
        """The files that CubeMX copied from its packages."""
        section = self.section("PreviousLibFiles")
        return section.paths("LibFiles") if section else ()

    @property
    def source_files(self) -> tuple[str, ...]:
        """The sources and libraries of the last generation, of all toolchains."""
        return self._listed("SourceFiles")

    @property
    def header_paths(self) -> tuple[str, ...]:
        """The include paths of the last generation, of all toolchains."""
        return self._listed("HeaderPath")

    def _listed(self, key: str) -> tuple[str, ...]:
        paths = (path for section in self._used().values() for path in section.paths(key))
        return tuple(dict.fromkeys(paths))

    @property
    def third_party(self) -> tuple[str, ...]:
        """The packs beyond the MCU's own: ``STMicroelectronics.X-CUBE-AI.10.2.0``."""
        section = self.section("ThirdPartyIp")
        if section is None:
            return ()
        count = section.get("ThirdPartyIpNumber") or ""
        names = section.numbered("ThirdPartyIpName")
        return names[: int(count)] if _COUNT.fullmatch(count) else names

    @property
    def runtimes(self) -> tuple[FoundRuntime, ...]:
        """The runtime libraries of X-CUBE-AI that were copied."""
        return find_runtimes("\n".join((*self.library_files, *self.source_files)))

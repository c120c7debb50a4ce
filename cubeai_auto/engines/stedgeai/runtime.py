"""The runtime library and headers that belong to generated code.

Headers, generated files and library must come from one pack: their macros differ between versions.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from cubeai_auto.engines.stedgeai.discovery import StTool
from cubeai_auto.errors import ToolMissingError, UsageError

__all__ = ["Compiler", "RuntimeLibrary", "runtime_library"]

Compiler = Literal["gcc", "iar", "keil"]
_HINT = "install the complete pack of this version, with its Middlewares folder"


@dataclass(frozen=True, slots=True)
class RuntimeLibrary:
    """What an application links with generated code.

    Attributes:
        library: the archive.
        headers: the include folder.
        number: the digits of the pack in the archive's name.
    """

    library: Path
    headers: Path
    number: str

    @property
    def link_flags(self) -> tuple[str, ...]:
        """For a GCC link: the folder and the archive by its exact name."""
        return (f"-L{self.library.parent}", f"-l:{self.library.name}")


def runtime_library(
    tool: StTool, target: str, *, compiler: Compiler = "gcc", relocatable: bool = False
) -> RuntimeLibrary:
    """Find the archive for a series, of exactly the tool's pack.

    Args:
        tool: an installed tool.
        target: the series, as ``--target`` names it.
        compiler: whose archive.
        relocatable: the position-independent archive for relocatable networks.

    Raises:
        UsageError: no library is known for the series or compiler.
        ToolMissingError: the installation has none of that version, or no headers; the message
            names what is there instead.
    """
    row, kind = _row("series", target), _row("tool", compiler)
    endings = _strings(kind["relocatable" if relocatable else "endings"])
    if not endings:
        msg = f"no relocatable runtime library is known for {compiler}"
        raise UsageError(msg, hint="use gcc")
    if tool.root is None:
        msg = f"{tool.path} stands alone: the runtime library is not known to be near"
        raise ToolMissingError(msg, hint="set STEDGEAI_CORE_DIR to the folder of the installation")
    headers = tool.root / str(_table()["headers"])
    if not headers.is_dir():
        msg = f"the runtime's headers are missing: {headers}"
        raise ToolMissingError(msg, hint=_HINT)
    base = tool.root / str(_table()["libraries"])
    number = tool.version.runtime_number
    name = f"NetworkRuntime{number or '*'}_{row['core']}_"
    found = sorted(path for ending in endings for path in base.rglob(name + ending))
    best = [path for path in found if path.parent.name == row["folder"]]
    # Two series share a core and not a floating-point unit: for GCC only its own folder will do.
    if compiler == "gcc":
        found = best
    if len(found) == 1 or best:
        library = (best or found)[0]
        stated = number or library.name.removeprefix("NetworkRuntime").partition("_")[0]
        return RuntimeLibrary(library, headers, stated)
    others = sorted({path.name for path in base.rglob(f"NetworkRuntime*_{row['core']}_*")})
    there = f"; there is {', '.join(others[:4])}" if others else ""
    msg = f"no {name}{endings[0]} in {base} for {target}{there}"
    raise ToolMissingError(msg, hint=_HINT)


@cache
def _table() -> Mapping[str, object]:
    text = (files("cubeai_auto") / "resources" / "stedgeai_runtime.toml").read_text("utf-8")
    return tomllib.loads(text)


def _row(kind: str, name: str) -> Mapping[str, object]:
    rows = _table()[kind]
    row = rows.get(name) if isinstance(rows, dict) else None
    if not isinstance(row, dict):
        msg = f"no runtime library is known for {name!r}"
        known = ", ".join(rows) if isinstance(rows, dict) else ""
        raise UsageError(msg, hint=f"known: {known}")
    return row


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()

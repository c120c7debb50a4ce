"""Whether the runtime library fits the processor and the float ABI that a project is built for."""

from __future__ import annotations

from cubeai_auto.cubemx.ide.cdt import Configuration
from cubeai_auto.cubemx.ide.runtime import IdeAdditions, core_name
from cubeai_auto.errors import UsageError
from cubeai_auto.target import targets

__all__ = ["hardware_notes"]

# Two cores; which one a project is for is not in its part number.
_DUAL = ("stm32h745", "stm32h747", "stm32h755", "stm32h757")
_SOFT_CORES = ("CM0",)


def hardware_notes(configuration: Configuration, additions: IdeAdditions) -> tuple[str, ...]:
    """What speaks against the library in a configuration; empty where all fits or is not known."""
    library = additions.library
    if library is None:
        return ()
    notes: list[str] = []
    option = configuration.option("target_mcu")
    part = (option.get("value") or "") if option else ""
    expected = _core_of(part)
    if expected is not None and expected != library.core:
        notes.append(
            f"{configuration.name}: {part} has a {expected}, the library is for {library.core}"
        )
    abi = configuration.option("floatabi")
    value = (abi.get("value") or "") if abi else ""
    if value.endswith((".soft", ".softfp")) and library.core not in _SOFT_CORES:
        kind = value.rpartition(".")[2]
        notes.append(
            f"{configuration.name} is built for the float ABI {kind}; {library.file} has hard floats"
        )
    return tuple(notes)


def _core_of(part: str) -> str | None:
    """The core of a part number, where the series has one core and is known."""
    name = part.lower()
    if name.startswith(_DUAL):
        return None
    for target in targets():
        if name.startswith(target.name):
            try:
                return core_name(target.core)
            except UsageError:
                return None
    return None

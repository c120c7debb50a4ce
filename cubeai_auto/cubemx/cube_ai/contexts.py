"""Whether a project is divided into contexts, and which of the divided ones this package edits."""

from __future__ import annotations

from cubeai_auto.cubemx.cube_ai.names import PackVersion, UnsupportedProjectError
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.rows import RowList, read_rows

__all__ = ["CONTEXTS", "add_to_context", "context_of_new_pack"]

CONTEXTS = RowList("Mcu.Context", "Mcu.ContextNb")
_UNDIVIDED = frozenset({"", "TrustZoneDisabled", "MonoOnDualCore"})
_APPLICATION = "Appli"


def context_of_new_pack(document: IocDocument, version: PackVersion) -> str | None:
    """The context that X-CUBE-AI is added to; ``None`` in a project without contexts.

    Only the form of an STM32N6 with one application beside its boot loader was ever measured (one
    real project, pack 10.1.0).

    Raises:
        UnsupportedProjectError: two cores, TrustZone, or another division of the project.
    """
    names = read_rows(document, CONTEXTS)
    division = document.get("Mcu.ContextProject") or ""
    if not names and division in _UNDIVIDED:
        return None
    family = document.get("Mcu.Family") or "?"
    plain_n6 = family == "STM32N6" and division == "FullSecure" and _APPLICATION in names
    if not plain_n6 or document.get(f"{_APPLICATION}.IPs") is None:
        form = f"{division or 'several contexts'}: {', '.join(names) or 'no names'}"
        msg = f"adding X-CUBE-AI to a divided {family} project ({form}) is not supported"
        raise UnsupportedProjectError(msg, hint="add the pack in CubeMX; reading and lint work here")
    if version < PackVersion(10, 1):
        msg = f"X-CUBE-AI {version} has no form for the contexts of an STM32N6"
        raise UnsupportedProjectError(msg, hint="choose pack 10.1.0 or later")
    return _APPLICATION


def add_to_context(document: IocDocument, context: str, *entries: str) -> None:
    """Append to the peripherals of a context what it does not have yet."""
    key = f"{context}.IPs"
    present = [part for part in (document.get(key) or "").split(",") if part]
    bare = {part.removesuffix(":I") for part in present}
    new = [entry for entry in entries if entry.removesuffix(":I") not in bare]
    if new:
        document.set(key, ",".join([*present, *new]))

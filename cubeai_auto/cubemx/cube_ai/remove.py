"""Removing X-CUBE-AI from a project: with the journal back to the first bytes, without it cleanly."""

from __future__ import annotations

from dataclasses import replace

from cubeai_auto.cubemx.cube_ai.calls import FUNCTIONS
from cubeai_auto.cubemx.cube_ai.guards import finished_edit, refuse_damaged
from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, installed_instances
from cubeai_auto.cubemx.cube_ai.journal import Journal
from cubeai_auto.cubemx.cube_ai.names import PACK
from cubeai_auto.cubemx.cube_ai.peripherals import M7
from cubeai_auto.cubemx.cube_ai.replay import finish_undoing, undo_journal
from cubeai_auto.cubemx.cube_ai.strip import (
    has_cube_ai,
    strip_cube_ai,
    strip_peripheral,
)
from cubeai_auto.cubemx.cube_ai.third_parties import read_third_parties
from cubeai_auto.cubemx.document import IocDocument, IocFormatError
from cubeai_auto.cubemx.edit import Edit
from cubeai_auto.cubemx.functions import parse_functions
from cubeai_auto.cubemx.rows import IPS, THIRD_PARTIES, read_rows
from cubeai_auto.files import sha256_bytes

__all__ = ["remove_cube_ai"]

_CRC_USERS = frozenset({"GRAPHICS", "PDM2PCM", "STEMWIN"})


def remove_cube_ai(
    document: IocDocument, journal: Journal | None = None, *, drop_crc: bool = False
) -> Edit:
    """Take X-CUBE-AI out of a project, of any version and also where it left only parts.

    With the journal of ``add`` everything it changed goes back to what it was, as far as it still
    is what ``add`` wrote. Without it heap, stack, caches, the CRC unit and the flags of a UART stay,
    and the notes list them.

    Args:
        document: the project; it is not changed.
        journal: from :meth:`Journal.read`.
        drop_crc: also switch off the CRC unit, if the pack needed it and nothing else is seen to.

    Raises:
        IocFormatError: a counter is no number.
        IocEditError: merge markers or duplicate keys.
    """
    refuse_damaged(document)
    if not has_cube_ai(document):
        return Edit(document, document.copy(), ("the project has no X-CUBE-AI: nothing to remove",))
    after = document.copy()
    notes: list[str] = []
    if journal is not None:
        notes += undo_journal(after, journal)
    strip_cube_ai(after)
    if journal is not None:
        finish_undoing(after, journal)
    packs = _packs(document)
    if drop_crc:
        notes += _drop_crc(after, packs)
    if journal is None or not journal.covers_add:
        if journal is not None:
            notes.append("the journal begins when X-CUBE-AI was already there")
        notes += _unknown(after, packs)
    elif journal.sha256 == sha256_bytes(after.to_bytes()):
        notes.append("the file is byte for byte what it was before X-CUBE-AI was added")
    notes += [f"{key} still names X-CUBE-AI" for key, value in after.items() if PACK in value]
    done = finished_edit(document, after, tuple(notes))
    return done if journal is None else replace(done, units=_switched_on(journal))


def _switched_on(journal: Journal) -> tuple[str, ...]:
    """The peripherals that adding X-CUBE-AI switched on."""
    added = {entry.key for entry in journal.entries if entry.before is None}
    return ("CRC",) if "VP_CRC_VS_CRC.Mode" in added else ()


def _packs(document: IocDocument) -> tuple[InstalledCubeAI, ...]:
    try:
        return installed_instances(document)
    except IocFormatError:
        return ()


def _drop_crc(after: IocDocument, packs: tuple[InstalledCubeAI, ...]) -> list[str]:
    if "CRC" not in read_rows(after, IPS):
        return []
    users = [row.pack for row in read_third_parties(after)]
    users += sorted(_CRC_USERS.intersection(read_rows(after, IPS)))
    users += ["its own settings"] if after.starting("CRC.") else []
    if not packs or not all(pack.version.needs_crc for pack in packs):
        return ["the CRC unit stays: this X-CUBE-AI did not need it, so it was not its doing"]
    if users:
        return [f"the CRC unit stays: {', '.join(users)} may need it"]
    strip_peripheral(after, "CRC")
    return ["the CRC unit is switched off: nothing else was seen to use it"]


def _unknown(after: IocDocument, packs: tuple[InstalledCubeAI, ...]) -> list[str]:
    """What stays because the file does not say what it was before."""
    sizes = [(what, after.get(f"ProjectManager.{what}Size")) for what in ("Heap", "Stack")]
    found = [f"{what.lower()} {size}" for what, size in sizes if size is not None]
    rows = read_rows(after, IPS)
    if "CRC" in rows:
        found.append("the CRC unit (enabled)")
    if "CACHEAXI" in rows and any(pack.context for pack in packs):
        found.append("the AXI cache (enabled)")
    found += [
        f"{name} of the Cortex-M7 (enabled)"
        for name in ("CPU_ICache", "CPU_DCache")
        if after.get(f"{M7}.{name}") == "Enabled"
    ]
    uarts = {pack.uart.instance for pack in packs if pack.uart is not None}
    found += [
        f"the flags of {entry.function} (not called by main)"
        for entry in parse_functions(after.get(FUNCTIONS) or "")
        if entry.instance in uarts and entry.no_call
    ]
    if after.get(THIRD_PARTIES.counter) == "0":
        found.append(f"{THIRD_PARTIES.counter} (0)")
    notes = [f"not restored: {what}" for what in found]
    return [*notes, "only the journal of the adding knows what these were before"] if notes else []

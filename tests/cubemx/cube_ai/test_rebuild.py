"""Every real project, its pack taken out and added again from what it says: the same text.

Beside the six real pairs this compares the edit with all that CubeMX ever wrote into the corpus,
pack 5.0.0 to 10.2.0. What differs must be a choice that a request cannot express, or one of the
named files.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.cubemx_projects import (
    CONTEXT_FILES,
    NOT_REQUESTED,
    answered_request,
    ioc_files,
    without_pack,
)

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, installed_cube_ai
from cubeai_auto.cubemx.cube_ai.names import VIRTUAL_PIN
from cubeai_auto.cubemx.cube_ai.parameters import SWITCHES
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.edit import KeyChange, key_changes
from cubeai_auto.cubemx.rows import PINS, read_rows

pytestmark = pytest.mark.corpus


@dataclass(frozen=True, slots=True)
class Rebuilt:
    file: str
    real: IocDocument
    again: IocDocument
    installed: InstalledCubeAI

    def parameter(self, change: KeyChange) -> str:
        """The parameter without pack and slot; empty for other keys."""
        rest = change.key.removeprefix(self.installed.instance)
        if rest == change.key:
            return ""
        return re.sub(r"-[0-9a-f]{64}$", "", rest.removeprefix("0").removeprefix("."))


def _order(rebuilt: Rebuilt, change: KeyChange) -> bool:
    if rebuilt.parameter(change) != "IPParameters":
        return False
    missing = set((change.before or "").split(",")) ^ set((change.after or "").split(","))
    changed = {one.key for one in key_changes(rebuilt.again, rebuilt.real)}
    names = {name for name in missing if not name.endswith("_Checked")}  # listed in one real file
    return {f"{rebuilt.installed.instance}.{name}" for name in names} <= changed


def _orphan(rebuilt: Rebuilt, change: KeyChange) -> bool:
    return change.before is None and change.key.endswith(rebuilt.installed.orphan_slots or ("\0",))


def _not_requested(rebuilt: Rebuilt, change: KeyChange) -> bool:
    return rebuilt.parameter(change).startswith(NOT_REQUESTED)


def _buffers(rebuilt: Rebuilt, change: KeyChange) -> bool:
    """The activations lie at an address, or in the application's inputs."""
    buffers = rebuilt.real.get(f"{rebuilt.installed.instance}.ActivationBuffers") or ""
    names = ("Activation", "InternalRam", "MaximumSizeOf", "WorkingBufferStartAddrList")
    return not buffers.startswith("pool0") and rebuilt.parameter(change).startswith(names)


def _tflite_micro(rebuilt: Rebuilt, change: KeyChange) -> bool:
    micro = any(network.type == "TFLite Micro runtime" for network in rebuilt.installed.networks)
    return micro and rebuilt.parameter(change).startswith(("ModelType", "MaximumSizeOf"))


def _switch(rebuilt: Rebuilt, change: KeyChange) -> bool:
    """Some slots have their own switches and others not; one pack of 8.1 lacks one of the five."""
    names = {row.name for row in SWITCHES}
    value = change.before if change.after is None else change.after
    usual = "true" if "Allocation" in change.key else "false"
    return (
        rebuilt.parameter(change) in names and None in {change.before, change.after} and value == usual
    )


def _pin_rows(rebuilt: Rebuilt, change: KeyChange) -> bool:
    """Another pack was added later: the rows of each are in order, only the blocks changed places."""
    if not re.fullmatch(r"Mcu\.Pin[0-9]+", change.key):
        return False

    def parts(document: IocDocument) -> tuple[list[str], list[str]]:
        rows = read_rows(document, PINS)
        ours = [row for row in rows if row.startswith(VIRTUAL_PIN + "_")]
        return ours, [row for row in rows if row not in ours]

    return parts(rebuilt.again) == parts(rebuilt.real)


def _ranks(rebuilt: Rebuilt, change: KeyChange) -> bool:
    """Only the ranks of the two calls of the pack differ; their places are the same."""
    if change.key != "ProjectManager.functionlistsort":
        return False
    ours, theirs = (
        re.sub(r"[0-9]+(-MX_X_CUBE)", r"\1", text or "") for text in (change.before, change.after)
    )
    return ours == theirs


FILES: dict[str, tuple[tuple[str, ...], str]] = {
    "AI_on_STM32__": (("ModelType",), "an analyzed slot without ModelType"),
    "STM32F746G-DISCO-Image-Recog__STM32F746G": (
        ("functionlistsort",),
        "an application whose calls are not in the list",
    ),
    "deneme_f303": (
        ("functionlistsort", "Mcu.Pin", "ArtificialOoIntelligenceJjApplication", "LatestDirectory"),
        "the application was set back to none and left traces",
    ),
    "pairA-": (("functionlistsort",), "Validation, and main still calls the function of its UART"),
    "wio_lite_ai": (("functionlistsort",), "the user suppressed the call of Process"),
    "shiyan002--handedited": (
        ("CORTEX_M7.IPParameters", "Mcu.Pin", "functionlistsort"),
        "edited by hand; pins were added after the pack",
    ),
    "stm32g431rb_xor_gate_model": (
        ("functionlistsort",),
        "the pack's calls have ranks below those of others",
    ),
}


def _file(rebuilt: Rebuilt, change: KeyChange) -> bool:
    return any(
        part in rebuilt.file and any(name in change.key for name in names)
        for part, (names, _) in FILES.items()
    )


def _compression(rebuilt: Rebuilt, change: KeyChange) -> bool:
    return rebuilt.parameter(change) == "ModelCompression" and change.before == "None"


def _directory(rebuilt: Rebuilt, change: KeyChange) -> bool:
    return rebuilt.parameter(change) == "LatestDirectoryUsed" and change.after is None


CLASSES: dict[str, tuple[Callable[[Rebuilt, KeyChange], bool], str]] = {
    "order": (_order, "IPParameters in the order of the user's clicks"),
    "orphan": (_orphan, "keys of networks that were replaced"),
    "not requested": (_not_requested, "a choice that a request cannot express"),
    "buffers": (_buffers, "activations at an address or in the inputs"),
    "TFLite Micro": (_tflite_micro, "the other runtime"),
    "switches": (_switch, "present at some of the slots"),
    "compression": (_compression, "chosen by the user"),
    "directory": (_directory, "left out by CubeMX in some files"),
    "pin rows": (_pin_rows, "packs in the order in which they came"),
    "ranks": (_ranks, "gaps in the ranks of calls"),
    "file": (_file, "named files"),
}


def test_every_real_project_is_rebuilt(corpus: Path) -> None:
    seen: Counter[str] = Counter()
    files = equal = 0
    for path in ioc_files(corpus):
        real = IocDocument.read(path)
        found = None if any(part in path.name for part in CONTEXT_FILES) else installed_cube_ai(real)
        if found is None:
            continue
        again = add_cube_ai(without_pack(real), answered_request(real)).after
        rebuilt = Rebuilt(path.name, real, again, found)
        changes = key_changes(again, real)
        for change in changes:
            names = [name for name, (matches, _) in CLASSES.items() if matches(rebuilt, change)]
            assert names, (path.name, change)
            seen[names[0]] += 1
        own = {change.key for change in changes if not change.key.endswith("IPParameters")}
        equal += not own
        files += 1
    for name, count in seen.most_common():
        sys.stdout.write(f"{count:4} {name}: {CLASSES[name][1]}\n")
    sys.stdout.write(f"{equal} of {files} projects are equal but for the order of IPParameters\n")
    assert files == 36
    assert equal >= 9

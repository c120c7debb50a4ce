"""The proof of an edit: what changed beyond what a transaction on X-CUBE-AI may touch.

It does not trust the edit: it compares the two documents, rows of numbered lists by value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, installed_instances
from cubeai_auto.cubemx.document import IocDocument, IocFormatError
from cubeai_auto.cubemx.edit import Edit, KeyChange
from cubeai_auto.cubemx.facts import FUNCTIONS, Facts, facts_of
from cubeai_auto.cubemx.groups import Group
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES
from cubeai_auto.cubemx.semantic_diff import Difference, fact_differences
from cubeai_auto.quantity import JsonValue

__all__ = ["Untouched", "prove"]

_HEAP_AND_STACK = frozenset({"ProjectManager.HeapSize", "ProjectManager.StackSize"})
_CACHES = frozenset({"CORTEX_M7.CPU_DCache", "CORTEX_M7.CPU_ICache"})
_CACHE_NAMES = frozenset({"CPU_DCache", "CPU_ICache"})
_ORDERED = (PINS.prefix, IPS.prefix, THIRD_PARTIES.prefix)


@dataclass(frozen=True, slots=True)
class Untouched:
    """Whether an edit left alone what is none of its business.

    Attributes:
        pins: no pin changed outside the declared set.
        clocks: no clock did.
        peripherals: no peripheral did.
        moved: everything that changed outside the declared set, project settings too. Keys are
            those of the semantic diff.
    """

    pins: bool
    clocks: bool
    peripherals: bool
    moved: tuple[KeyChange, ...] = ()

    @property
    def all(self) -> bool:
        """Whether nothing at all changed outside the declared set."""
        return not self.moved

    def to_json(self) -> dict[str, JsonValue]:
        """The object ``untouched`` of the writers' JSON."""
        return {"pins": self.pins, "clocks": self.clocks, "peripherals": self.peripherals}


def prove(edit: Edit) -> Untouched:
    """What an edit left alone.

    The declared set of a transaction on X-CUBE-AI: everything of the pack (keys, virtual pins,
    rows, init functions); heap and stack; both caches of a Cortex-M7; the flags of the init
    function of the UART that the pack uses; the CRC unit for packs up to 8.1; CACHEAXI on an
    STM32N6. The order of the rows and of the init functions that stay has to stay, too.
    """
    before, after = facts_of(edit.before), facts_of(edit.after)
    declared = _Declared(edit)
    moved = [one for one in fact_differences(before, after) if not declared.covers(one)]
    moved += _reordered(before, after)
    groups = {one.group for one in moved}
    return Untouched(
        pins=Group.PINS not in groups,
        clocks=Group.CLOCKS not in groups,
        peripherals=Group.PERIPHERALS not in groups,
        moved=tuple(KeyChange(one.key, one.before, one.after) for one in moved),
    )


class _Declared:
    """What the edit may touch, by the packs in both documents."""

    def __init__(self, edit: Edit) -> None:
        packs = [*_packs(edit.before), *_packs(edit.after)]
        self._uarts = tuple(pack.uart.instance for pack in packs if pack.uart is not None)
        self._units = (
            *(["CRC"] if any(pack.version.needs_crc for pack in packs) else []),
            *edit.units,
            *(["CACHEAXI"] if _is_n6(edit.before) else []),
        )

    def covers(self, one: Difference) -> bool:
        """Whether a difference lies inside the declared set."""
        if one.group is Group.AI or one.key in _HEAP_AND_STACK:
            return True
        if one.key in _CACHES:
            return {one.before, one.after} <= {None, "Enabled", "Disabled"}
        if one.key == "CORTEX_M7.IPParameters":
            return _names(one.before) | _names(one.after) <= _CACHE_NAMES
        if one.key.startswith(f"{FUNCTIONS}["):
            return self._covers_function(one)
        return any(_belongs(one, unit) for unit in self._units)

    def _covers_function(self, one: Difference) -> bool:
        """The UART's function may change its flags; that of a declared unit may come and go."""
        instance = one.key.removeprefix(f"{FUNCTIONS}[").removesuffix("]").split(" ")[1:2]
        if None not in {one.before, one.after}:
            return bool(instance) and instance[0] in self._uarts
        return bool(instance) and instance[0] in self._units


def _belongs(one: Difference, unit: str) -> bool:
    """Whether a difference is the unit's row, its virtual pin, its keys, or its place in a context."""
    pin = f"VP_{unit}_VS_{unit}"
    if one.key in {PINS.prefix, IPS.prefix} or one.key.endswith(".IPs"):
        member = (one.before or one.after or "").removesuffix(":I")
        return member == (pin if one.key == PINS.prefix else unit)
    return one.key.startswith((f"{pin}.", f"{unit}."))


def _names(value: str | None) -> set[str]:
    return set(value.split(",")) - {""} if value else set()


def _packs(document: IocDocument) -> tuple[InstalledCubeAI, ...]:
    try:
        return installed_instances(document)
    except IocFormatError:
        return ()


def _is_n6(document: IocDocument) -> bool:
    return (document.get("Mcu.Family") or "").upper() == "STM32N6"


def _reordered(before: Facts, after: Facts) -> list[Difference]:
    """The numbered lists whose staying rows changed their order."""
    found = []
    for key in _ORDERED:
        old, new = _common(before.members[key], after.members[key])
        if old != new:
            text = [",".join(rows) for rows in (old, new)]
            found.append(Difference(before.groups[key], f"{key} (order)", text[0], text[1]))
    return found


def _common(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    both = set(before) & set(after)
    return [row for row in before if row in both], [row for row in after if row in both]

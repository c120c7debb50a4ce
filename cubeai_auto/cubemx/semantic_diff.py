"""What differs between two CubeMX projects, by what it is about; renumbering is no difference."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.facts import FUNCTIONS, PACK_LABEL, Facts, facts_of
from cubeai_auto.cubemx.groups import Group
from cubeai_auto.quantity import JsonValue

__all__ = ["Difference", "SemanticDiff", "abbreviated", "fact_differences", "semantic_diff"]

_SLOT = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{56}\b")
_LABELLED = re.compile(rf"(VP_|STMicroelectronics\.)*{re.escape(PACK_LABEL)}")
_NONE: frozenset[str] = frozenset()
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that differs; ``None`` where it does not stand.

    Attributes:
        group: what it is about.
        key: the key, pack names spelled without version; of a row the list's name.
        before: the unescaped value; of a set the members that are gone.
        after: the unescaped value; of a set the members that are new.
    """

    group: Group
    key: str
    before: str | None
    after: str | None

    def to_json(self) -> dict[str, JsonValue]:
        """The object in the JSON of ``ioc diff``."""
        return {"key": self.key, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class SemanticDiff:
    """The differences of two projects, by group, then by key."""

    differences: tuple[Difference, ...]

    def of(self, group: Group) -> tuple[Difference, ...]:
        """The differences of a group."""
        return tuple(one for one in self.differences if one.group is group)

    def to_json(self) -> dict[str, JsonValue]:
        """All groups with their differences, also empty ones."""
        return {group.value: [one.to_json() for one in self.of(group)] for group in Group}

    def lines(self) -> tuple[str, ...]:
        """The differences for a reader: a line each, slot ids and long values abbreviated."""
        found: list[str] = []
        for group in Group:
            own = self.of(group)
            if own:
                found.append(f"{_TITLES[group]} ({len(own)})")
                found += [f"  {_line(one)}" for one in own]
        return tuple(found)


_TITLES = {
    Group.PINS: "pins",
    Group.CLOCKS: "clocks",
    Group.PERIPHERALS: "peripherals",
    Group.AI: "X-CUBE-AI",
    Group.PROJECT: "project",
}


def semantic_diff(before: IocDocument, after: IocDocument) -> SemanticDiff:
    """What differs between two projects.

    Parameter lists are compared as sets, numbered rows and init functions by value, and a pack
    upgrade is one difference beside what it really changes.
    """
    return SemanticDiff(fact_differences(facts_of(before), facts_of(after)))


def fact_differences(before: Facts, after: Facts) -> tuple[Difference, ...]:
    """Every fact that differs, by group, then by key."""
    groups = before.groups | after.groups
    found: list[Difference] = []
    for key in before.values.keys() | after.values.keys():
        old, new = before.values.get(key), after.values.get(key)
        if old != new:
            found.append(Difference(groups[key], key, old, new))
    for key in before.sets.keys() | after.sets.keys():
        was, now = before.sets.get(key), after.sets.get(key)
        if was != now:
            gone, new_ones = (was or _NONE) - (now or _NONE), (now or _NONE) - (was or _NONE)
            found.append(Difference(groups[key], key, _joined(was, gone), _joined(now, new_ones)))
    for key in before.members.keys() | after.members.keys():
        found += _members(groups[key], key, before.members.get(key, ()), after.members.get(key, ()))
    common = set(before.functions) & set(after.functions)
    orders = [[one for one in facts.functions if one in common] for facts in (before, after)]
    if orders[0] != orders[1]:
        names = [", ".join(_function_name(one) for one in order) for order in orders]
        found.append(Difference(Group.PROJECT, f"{FUNCTIONS} (order)", names[0], names[1]))
    ranks = {group: rank for rank, group in enumerate(Group)}
    return tuple(
        sorted(found, key=lambda one: (ranks[one.group], one.key, one.before or "", one.after or ""))
    )


def abbreviated(text: str) -> str:
    """A text with the 64 hex digits of slot ids cut to eight."""
    return _SLOT.sub(r"\1", text)


def _joined(whole: frozenset[str] | None, part: frozenset[str]) -> str | None:
    return None if whole is None else ",".join(sorted(part))


def _members(
    group: Group, key: str, before: tuple[str, ...], after: tuple[str, ...]
) -> list[Difference]:
    """The members of a list that came or went, each by itself."""
    gone, new = Counter(before) - Counter(after), Counter(after) - Counter(before)

    def about(member: str) -> Group:
        return Group.AI if _LABELLED.match(member) else group

    return [
        *(Difference(about(member), key, member, None) for member in gone.elements()),
        *(Difference(about(member), key, None, member) for member in new.elements()),
    ]


def _function_name(fact: str) -> str:
    return fact.partition("[")[2].partition(" ")[0]


def _line(one: Difference) -> str:
    key = abbreviated(one.key)
    if one.before is None:
        return f"+ {key} = {_cut(one.after)}"
    if one.after is None:
        return f"- {key} = {_cut(one.before)}"
    return f"~ {key}: {_cut(one.before)} -> {_cut(one.after)}"


def _cut(value: str | None) -> str:
    text = abbreviated(value or "")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."

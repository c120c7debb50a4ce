"""What an ``.ioc`` says, in a form in which two files can be compared.

A key stands for itself, with these exceptions, because CubeMX renumbers and reorders on every save:
a row of a numbered list counts by its value, a list of parameter names or of a context's peripherals
as a set, the function list by function. Names with the pack version in them are spelled without
it, so that an upgrade changes one fact and not all of them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from cubeai_auto.cubemx.cube_ai.installed import installed_instances
from cubeai_auto.cubemx.cube_ai.names import PACK
from cubeai_auto.cubemx.document import IocDocument, IocFormatError
from cubeai_auto.cubemx.functions import FunctionEntry, parse_functions
from cubeai_auto.cubemx.groups import Group, Grouping, is_ai_text
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, RowList, read_rows, row_numbers

__all__ = ["FUNCTIONS", "PACK_LABEL", "Facts", "facts_of", "function_fact"]

FUNCTIONS = "ProjectManager.functionlistsort"
PACK_LABEL = "X-CUBE-AI"

_LISTS = (PINS, IPS, THIRD_PARTIES)
_SETS = (".IPParameters", ".GPIOParameters")
_MEMBERS = (".IPs", ".Pins")
_SATELLITE = re.compile(rf"({re.escape(THIRD_PARTIES.prefix)}[0-9]+)(_\w+)")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one document.

    Attributes:
        groups: the group of every key and list below.
        values: the plain facts.
        sets: lists whose differing members are shown together.
        members: lists whose differing members are shown one by one, in file order.
        functions: the keys of the function list's facts, in the order of the list.
    """

    groups: dict[str, Group]
    values: dict[str, str]
    sets: dict[str, frozenset[str]]
    members: dict[str, tuple[str, ...]]
    functions: tuple[str, ...]


def facts_of(document: IocDocument) -> Facts:
    """The facts of a document, whatever state it is in."""
    return _Collector(document).collect()


def function_fact(entry: FunctionEntry, instance: str) -> str:
    """The key of an entry of the function list, with its instance spelled without pack version."""
    context = "" if entry.context is None else f" ({entry.context})"
    return f"{FUNCTIONS}[{entry.function or 'none'} {instance}{context}]"


class _Collector:
    """Reads a document once."""

    def __init__(self, document: IocDocument) -> None:
        self._document = document
        self._grouping = Grouping.of(document)
        self._names = _Names(document)
        self._groups: dict[str, Group] = {}
        self._values: dict[str, str] = {}
        self._sets: dict[str, frozenset[str]] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._functions: list[str] = []
        self._count: Counter[str] = Counter()

    def collect(self) -> Facts:
        handled = {one.counter for one in _LISTS}
        for rows in _LISTS:
            handled |= {f"{rows.prefix}{number}" for number in row_numbers(self._document, rows)}
            self._collect_rows(rows)
        for key, value in self._document.items():
            if key in handled:
                continue
            if match := _SATELLITE.fullmatch(key):
                self._collect_satellite(match, value)
            elif key == FUNCTIONS:
                self._collect_functions(value)
            else:
                self._collect_key(key, value)
        for label, version in self._names.versions:
            self._add(label, version, Group.AI)
        return Facts(self._groups, self._values, self._sets, self._members, tuple(self._functions))

    def _add(self, key: str, value: str, group: Group) -> None:
        self._values[key] = value
        self._groups[key] = group

    def _collect_key(self, key: str, value: str) -> None:
        group = self._grouping.group(key)
        label = self._names.short(key)
        self._groups[label] = group
        if key.endswith(_SETS):
            self._sets[label] = frozenset(part for part in value.split(",") if part)
        elif key.endswith(_MEMBERS) and key.count(".") == 1:
            parts = value.split(",") if value else []
            self._members[label] = tuple(self._names.short(part) for part in parts)
        else:
            self._values[label] = self._names.short(value) if group is Group.AI else value

    def _collect_rows(self, rows: RowList) -> None:
        """The values of a numbered list, and how far its counter is from their number."""
        values = read_rows(self._document, rows)
        group = Group.PINS if rows is PINS else Group.PERIPHERALS
        self._groups[rows.prefix] = group
        self._members[rows.prefix] = tuple(self._names.short(value) for value in values)
        count = self._document.get(rows.counter)
        if count is None:
            if values:
                self._add(rows.counter, "absent", group)
        elif not _NUMBER.fullmatch(count):
            self._add(rows.counter, count, group)
        elif int(count) != len(values):
            self._add(rows.counter, f"number of rows {int(count) - len(values):+d}", group)

    def _collect_satellite(self, match: re.Match[str], value: str) -> None:
        """A property of a row, such as its context, under the value of the row."""
        row = self._document.get(match[1]) or match[1]
        group = Group.AI if is_ai_text(row) else Group.PERIPHERALS
        self._add(f"{self._names.short(row)}{match[2]}", self._names.short(value), group)

    def _collect_functions(self, value: str) -> None:
        """The flags of every function; its rank is only a number that moves."""
        for entry in parse_functions(value):
            instance = self._names.short(entry.instance if entry.text is None else entry.text)
            label = function_fact(entry, instance)
            self._count[label] += 1
            if self._count[label] > 1:
                label = f"{label} {self._count[label]}"
            group = Group.CLOCKS if entry.instance == "RCC" else Group.PERIPHERALS
            group = Group.AI if PACK in entry.render() else group
            self._add(label, "" if entry.text is not None else _flags(entry), group)
            self._functions.append(label)


class _Names:
    """Spells names without the version of the pack they belong to."""

    def __init__(self, document: IocDocument) -> None:
        try:
            packs = installed_instances(document)
        except IocFormatError:
            packs = ()
        labels: dict[str, str] = {}
        for pack in packs:
            context = "" if pack.context is None else f"({pack.context})"
            labels.setdefault(pack.instance, f"{PACK_LABEL}{context}")
            labels.setdefault(pack.version.pack, PACK_LABEL)
        several = len({pack.version for pack in packs}) > 1
        # The longest first: an instance with a context begins with the pack's name.
        self._labels = () if several else tuple(sorted(labels.items(), reverse=True))
        versions = "|".join(re.escape(str(pack.version)) for pack in packs) or "(?!)"
        self._pin = re.compile(rf"{re.escape(PACK)}(_[A-Za-z0-9]+)?_VS_(\w+)_(?:{versions})")
        self.versions = () if several else tuple((PACK_LABEL, str(pack.version)) for pack in packs)

    def short(self, text: str) -> str:
        """The text without pack versions."""
        if PACK not in text or not self._labels:
            return text
        text = self._pin.sub(lambda m: f"{PACK_LABEL}{m[1] or ''}_VS_{m[2]}", text)
        for name, label in self._labels:
            text = text.replace(name, label)
        return text


def _flags(entry: FunctionEntry) -> str:
    """What CubeMX generates for a function, without its rank."""
    words = [
        "not called" if entry.no_call else "called",
        entry.driver,
        "static" if entry.static else "not static",
    ]
    return ", ".join(words if entry.generated else [*words, "not generated"])

"""Edits of the list options of a ``.cproject``, each as splices of its bytes.

White space is copied from the neighbors, so that a new line looks like the one beside it, and
taking it out again gives the bytes there were.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cubeai_auto.cubemx.ide.cdt import option_of, values_of
from cubeai_auto.cubemx.ide.edit import IdeChange, Splice
from cubeai_auto.cubemx.xmltext import XmlDocument, XmlElement, escape_xml

__all__ = ["OptionEditor", "OptionKind", "named_values"]

_ID_RANGE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class OptionKind:
    """A list option: the last part of its class, the type of its values, and how it is called."""

    name: str
    value_type: str
    key: str


@dataclass(slots=True)
class OptionEditor:
    """Collects the edits of one document.

    Attributes:
        document: the file.
        splices: the edits so far.
        changes: the same for a reader.
        notes: what else is to be said.
    """

    document: XmlDocument
    splices: list[Splice] = field(default_factory=list)
    changes: list[IdeChange] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for element in self.document.root.walk():
            for name, value in element.attributes:
                if name in {"id", "superClass"}:
                    self._ids.add(value.rpartition(".")[2])

    def replace(self, start: int, end: int, text: str) -> None:
        """Let bytes give way to text."""
        self.splices.append(Splice(start, end, self.document.encode(text)))

    def set_attribute(self, element: XmlElement, name: str, value: str) -> None:
        """Give an attribute that exists another value."""
        place = self.document.attribute_place(element, name)
        if place is not None:
            self.replace(*place, escape_xml(value))

    def append_values(self, tool: XmlElement, kind: OptionKind, values: list[str], seed: str) -> None:
        """Append values to an option of a tool; the option is made if it is not there."""
        if not values:
            return
        option = option_of(tool, kind.name)
        if option is None:
            self._create(tool, kind, values, seed)
        elif option.children:
            last = option.children[-1]
            blanks = self._blanks(last)
            self.replace(last.end, last.end, "".join(blanks + _value(value) for value in values))
        else:
            self._fill(option, values)

    def remove_values(self, option: XmlElement, values: list[XmlElement], *, own: bool) -> None:
        """Take values out of an option, and the option itself if it is ``own`` and now empty."""
        rest = [child for child in option.children if child not in values]
        if rest:
            for value in values:
                self.remove(value)
        elif own:
            self.remove(option)
        else:
            if option.get("IS_VALUE_EMPTY") == "false":
                self.set_attribute(option, "IS_VALUE_EMPTY", "true")
            self.replace(option.inner - 1, option.end, "/>")

    def remove(self, element: XmlElement) -> None:
        """Take an element out, with the white space before it."""
        blanks = self.document.blanks_before(element)
        self.splices.append(Splice(element.start - len(blanks), element.end, b""))

    def insert_first(self, parent: XmlElement, text: str) -> None:
        """Insert an element before the first child of its parent."""
        first = parent.children[0]
        blanks = self.document.blanks_before(first)
        place = first.start - len(blanks)
        self.replace(place, place, blanks.decode("ascii") + text)

    def own_id(self, superclass: str, seed: str) -> str:
        """An id that no element of the file has; the same for the same file and seed."""
        number = _number(superclass, seed)
        while str(number) in self._ids:
            number = number % _ID_RANGE + 1
        self._ids.add(str(number))
        return f"{superclass}.{number}"

    def is_own(self, option: XmlElement, seed: str) -> bool:
        """Whether an option has the id that :meth:`own_id` gives."""
        superclass = option.get("superClass") or ""
        return option.get("id") == f"{superclass}.{_number(superclass, seed)}"

    def _create(self, tool: XmlElement, kind: OptionKind, values: list[str], seed: str) -> None:
        superclass = f"{tool.get('superClass')}.option.{kind.name}"
        before = tool.first("inputType")
        outer = self._blanks(before or tool.children[-1])
        # A compiler's include paths say whether the indexer's discovery uses them.
        discovery = ' useByScannerDiscovery="false"' if kind.value_type == "includePath" else ""
        text = (
            f'{outer}<option IS_BUILTIN_EMPTY="false" IS_VALUE_EMPTY="false"'
            f' id="{escape_xml(self.own_id(superclass, seed))}" superClass="{superclass}"{discovery}'
            f' valueType="{kind.value_type}">'
            + "".join(f"{_deeper(outer)}{_value(value)}" for value in values)
            + f"{outer}</option>"
        )
        place = before.start - len(outer.encode()) if before else tool.children[-1].end
        self.replace(place, place, text)

    def _fill(self, option: XmlElement, values: list[str]) -> None:
        """Give an option without values its first ones."""
        outer = self._blanks(option)
        inner = "".join(f"{_deeper(outer)}{_value(value)}" for value in values)
        if option.short:
            self.replace(option.end - 2, option.end, f">{inner}{outer}</option>")
        else:
            self.replace(option.inner, option.inner_end, inner + outer)
        if option.get("IS_VALUE_EMPTY") == "true":
            self.set_attribute(option, "IS_VALUE_EMPTY", "false")

    def _blanks(self, element: XmlElement) -> str:
        return self.document.blanks_before(element).decode("ascii")


def _number(superclass: str, seed: str) -> int:
    digest = hashlib.sha256(f"{seed} {superclass}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _ID_RANGE + 1


def named_values(option: XmlElement | None) -> list[tuple[XmlElement, str]]:
    """The values of an option with their text."""
    return [(element, element.get("value") or "") for element in values_of(option)]


def _value(value: str) -> str:
    return f'<listOptionValue builtIn="false" value="{escape_xml(value)}"/>'


def _deeper(blanks: str) -> str:
    """One level more of an indentation; nothing where the file is written without lines."""
    return f"{blanks}\t" if "\n" in blanks else blanks

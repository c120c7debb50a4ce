"""Typed access to a JSON object of unknown quality: what does not fit becomes a note."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping

from cubeai_auto.quantity import JsonValue

__all__ = ["Fields"]

_LARGEST = 2**63


class Fields:
    """An object of a JSON file. A missing key and ``null`` are the same: 9.0 writes nulls.

    Args:
        values: the object.
        where: its place in the file, for notes.
        note: takes a remark.
    """

    __slots__ = ("_note", "_values", "_where")

    def __init__(
        self, values: Mapping[str, JsonValue], where: str, note: Callable[[str], None]
    ) -> None:
        self._values = values
        self._where = where
        self._note = note

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def raw(self, key: str) -> JsonValue:
        """The value as it is."""
        return self._values.get(key)

    def text(self, key: str) -> str:
        """A string; empty if there is none."""
        value = self._values.get(key)
        if isinstance(value, str):
            return value
        self._wrong(key, value, "a text")
        return ""

    def integer(self, key: str) -> int | None:
        """A whole number of at most 63 bits."""
        value = self._values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST:
            return value
        if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST:
            return int(value)
        self._wrong(key, value, "a whole number")
        return None

    def size(self, key: str) -> int | None:
        """A whole number that is not negative; ST writes -1 for what is unlimited or unknown."""
        value = self.integer(key)
        return None if value is None or value < 0 else value

    def number(self, key: str) -> float | None:
        """A finite number."""
        value = self._values.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST:
            return float(value) if math.isfinite(value) else None
        self._wrong(key, value, "a number")
        return None

    def child(self, key: str) -> Fields:
        """An object; an empty one if there is none."""
        value = self._values.get(key)
        if isinstance(value, dict):
            return Fields(value, f"{self._where}{key}.", self._note)
        self._wrong(key, value, "an object")
        return Fields({}, f"{self._where}{key}.", self._note)

    def children(self, key: str) -> list[Fields]:
        """The objects of a list."""
        return [
            Fields(item, f"{self._where}{key}[{index}].", self._note)
            for index, item in enumerate(self._list(key))
            if isinstance(item, dict)
        ]

    def named(self, key: str) -> list[tuple[str, Fields]]:
        """The objects of an object, with their names."""
        value = self._values.get(key)
        if not isinstance(value, dict):
            return []
        return [
            (name, Fields(item, f"{self._where}{key}.{name}.", self._note))
            for name, item in value.items()
            if isinstance(item, dict)
        ]

    def texts(self, key: str) -> list[str]:
        """The strings of a list."""
        return [item for item in self._list(key) if isinstance(item, str)]

    def numbers(self, key: str) -> list[float]:
        """The finite numbers of a list, or the one number that stands there."""
        value = self._values.get(key)
        items = value if isinstance(value, list) else [value]
        return [
            item
            for item in items
            if isinstance(item, int | float)
            and not isinstance(item, bool)
            and abs(item) < _LARGEST
            and math.isfinite(item)
        ]

    def integers(self, key: str) -> list[int]:
        """The whole numbers of a list, or the one number that stands there."""
        return [int(item) for item in self.numbers(key) if float(item).is_integer()]

    def unknown(self, known: Collection[str]) -> None:
        """Note the keys that no version seen has."""
        names = sorted(key for key in self._values if key not in known)
        if names:
            self._note(f"unknown keys: {', '.join(name[:40] for name in names[:12])}")

    def _list(self, key: str) -> list[JsonValue]:
        value = self._values.get(key)
        if isinstance(value, list):
            return value
        self._wrong(key, value, "a list")
        return []

    def _wrong(self, key: str, value: JsonValue, wanted: str) -> None:
        if value is not None:
            self._note(f"{self._where}{key} is not {wanted}")

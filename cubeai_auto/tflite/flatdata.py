"""Checked access to the generated flatbuffer classes: no read beyond the file, bounded work.

The Python flatbuffers runtime has no verifier. Scalars beyond the file already raise
``struct.error`` there, number vectors ``ValueError``; strings are cut in silence and vectors of
tables are as long as a damaged length says. This module closes those gaps, and a budget keeps a
hostile file, in which many entries share the same long content, from costing more than a small
multiple of its own size.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from typing import Self, SupportsIndex

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import ModelFormatError

__all__ = ["DamagedError", "FlatData", "reading"]

_VECTOR_BUDGET_PER_BYTE = 8
_TABLES_PER_BYTE = 1 / 8
_FLOOR_BYTES = 1 << 16
_FLOOR_TABLES = 64
_HINT = "the file is damaged or truncated: convert or copy it again"


class DamagedError(ValueError):
    """The content at hand cannot be right; says why, without saying where."""


@contextlib.contextmanager
def reading(what: str, file: str) -> Iterator[None]:
    """Turn every way in which damaged content shows into one typed error.

    Args:
        what: the part being read, as the subject of a sentence ("tensor 3").
        file: how the caller knows the file.

    Raises:
        ModelFormatError: content is out of bounds or makes no sense.
    """
    try:
        yield
    except DamagedError as error:
        msg = f"{file}: {what} {error}"
        raise ModelFormatError(msg, hint=_HINT) from error
    except (struct.error, TypeError, ValueError, IndexError, OverflowError) as error:
        msg = f"{file}: {what} points outside the file"
        raise ModelFormatError(msg, hint=_HINT) from error


class FlatData(bytes):
    """The bytes of a flatbuffer, given to the generated classes in place of plain ``bytes``.

    They slice only to cut out strings, so a slice is where strings are checked.
    """

    _vector_budget: int
    _table_budget: int

    def __new__(cls, content: bytes) -> Self:
        """Copy the content once and set its budget."""
        self = super().__new__(cls, content)
        self._vector_budget = _VECTOR_BUDGET_PER_BYTE * len(content) + _FLOOR_BYTES
        self._table_budget = int(_TABLES_PER_BYTE * len(content)) + _FLOOR_TABLES
        return self

    def __getitem__(self, key: SupportsIndex | slice) -> bytes:  # type: ignore[override]
        """A string's content; its terminating zero must lie in the file too."""
        if not isinstance(key, slice):
            key = slice(key, int(key) + 1)
        start, stop = int(key.start or 0), int(len(self) if key.stop is None else key.stop)
        if stop >= len(self):
            msg = "has text that runs past the end of the file"
            raise DamagedError(msg)
        self.charge(stop - start)
        return super().__getitem__(slice(start, stop))

    def charge(self, amount: int) -> None:
        """Count bytes that are copied out of the file.

        Raises:
            DamagedError: together they are more than content that is there once can be.
        """
        self._vector_budget -= amount
        if self._vector_budget < 0:
            msg = "refers to the same content over and over"
            raise DamagedError(msg)

    def tables(self, owner: object, field: str) -> list[object]:
        """The entries of a vector of tables, empty if the vector is absent."""
        count = int(getattr(owner, f"{field}Length")())
        self._table_budget -= count
        if self._table_budget < 0:
            msg = f"claims {count} {field}, more than the file can hold"
            raise DamagedError(msg)
        get = getattr(owner, field)
        return [get(index) for index in range(count)]

    def numbers(self, owner: object, field: str) -> npt.NDArray[np.generic]:
        """A vector of numbers, empty if it is absent; read-only and without a copy."""
        if getattr(owner, f"{field}IsNone")():
            return np.empty(0, np.int32)
        found: npt.NDArray[np.generic] = getattr(owner, f"{field}AsNumpy")()
        return found

    def integers(self, owner: object, field: str) -> tuple[int, ...]:
        """A vector of whole numbers."""
        found = self.numbers(owner, field)
        self.charge(found.nbytes)
        return tuple(int(value) for value in found.tolist())

    def floats(self, owner: object, field: str) -> tuple[float, ...]:
        """A vector of real numbers."""
        found = self.numbers(owner, field)
        self.charge(found.nbytes)
        return tuple(float(value) for value in found.tolist())

    def text(self, owner: object, field: str) -> str:
        """A string, empty if it is absent; bytes that are not UTF-8 become U+FFFD."""
        found: bytes | None = getattr(owner, field)()
        return "" if found is None else found.decode("utf-8", "replace")

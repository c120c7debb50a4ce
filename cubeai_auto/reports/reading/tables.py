"""Tables of a text report: columns by header words, or by the dash runs of their rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cubeai_auto.reports.reading.lines import LineReader
from cubeai_auto.reports.reading.titles import is_rule

__all__ = ["Columns", "read_table"]

_WORD = re.compile(r"\S+(?: \S+)*")
_RUN = re.compile(r"[-=]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """Names and spans of a table's columns; the last one has no end."""

    names: tuple[str, ...]
    spans: tuple[tuple[int, int | None], ...]

    @classmethod
    def of(cls, header: str, rule: str | None) -> Columns:
        """The columns of a header line.

        Up to 7.3 a rule is one run of dashes, and a column starts where its word starts, two
        blanks or more after the one before. From 8.0 every column has its own run.
        """
        runs = [match.start() for match in _RUN.finditer(rule or "")]
        if len(runs) > 1:
            ends: list[int | None] = [*runs[1:], None]
            spans = tuple(zip(runs, ends, strict=True))
            return cls(tuple(header[start:end].strip() for start, end in spans), spans)
        words = list(_WORD.finditer(header))
        starts = [match.start() for match in words]
        after: list[int | None] = [*starts[1:], None]
        return cls(
            tuple(match.group() for match in words),
            tuple(zip(starts, after[: len(starts)], strict=True)),
        )

    def index(self, *prefixes: str) -> int | None:
        """The first column whose name starts with one of the prefixes."""
        for index, name in enumerate(self.names):
            if name.startswith(prefixes):
                return index
        return None

    def cell(self, row: str, index: int | None) -> str:
        """A cell of a row, without blanks around it; empty for a column that is not there."""
        if index is None:
            return ""
        start, end = self.spans[index]
        return row[start:end].strip()


def read_table(reader: LineReader) -> tuple[Columns, Iterator[str]] | None:
    """The table that comes next (rule, header, rule, rows): its columns, and its rows.

    Rows end with a blank line, a line after the closing rule, or the next title; rules between
    rows are left out. ``None`` if there is no table.
    """
    lines = reader.body()
    header = rule = None
    for line in lines:
        if is_rule(line):
            if header is not None:
                rule = line
                break
        elif line.strip():
            if header is not None:
                return None
            header = line
        elif header is not None:
            return None
    if header is None or rule is None:
        return None
    return Columns.of(header, rule), _rows(lines)


def _rows(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line.strip():
            return
        if not is_rule(line):
            yield line

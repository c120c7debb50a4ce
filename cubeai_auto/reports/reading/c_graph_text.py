"""The C graph of a text report: its totals, arrays and nodes, operations and complexity."""

from __future__ import annotations

import re

from cubeai_auto.quantity import missing, reported
from cubeai_auto.reports.cgraph import CArray, CNode
from cubeai_auto.reports.profile import LayerTiming
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.lines import LineReader
from cubeai_auto.reports.reading.numbers import fraction, integer, leading_integer
from cubeai_auto.reports.reading.tables import read_table
from cubeai_auto.reports.reading.titles import is_rule

__all__ = [
    "read_c_arrays",
    "read_c_graph",
    "read_c_layers",
    "read_complexity",
    "read_files",
    "read_operations",
]

_COUNT = re.compile(r"\((\d+)\)")
# The header of 6.0 and 7.0 is cut, so that type and MACC fall into one column.
_NODE = re.compile(r"\s{0,4}(\d+)\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\d+)(?:\s+[ISWO]: |\s*$)")
_TOTALS = re.compile(r"macc=([\d,]+) (?:weights|rom)=([\d,]+)(?: act=([\d,]+))?(?: ram_io=([\d,]+))?")
_OPERATIONS = re.compile(r" {0,4}total\s+([\d,]+)")


def read_c_graph(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Generated C-graph summary`` repeats the header's totals, without thousands commas."""
    footprint = draft.footprint
    for line in reader.body():
        key, colon, value = line.partition(":")
        if not colon:
            continue
        known = {
            "activations size": footprint.activations,
            "weights size": footprint.weights,
            "macc": draft.macc,
        }
        if (name := key.strip()) in known:
            draft.expect(f"the C graph's {name}", leading_integer(value), known[name])


def read_c_arrays(title: str, reader: LineReader, draft: Draft) -> None:
    """``C-Arrays (n)``: items and bytes, memory and types of every array."""
    table = read_table(reader)
    if table is None:
        return
    columns, rows = table
    name_at, size_at = columns.index("name"), columns.index("item/size")
    pool_at, type_at, format_at = (
        columns.index("mem-pool", "domain"), columns.index("c-type"), columns.index("fmt"),
    )  # fmt: skip
    for row in rows:
        items, _, size = columns.cell(row, size_at).partition("/")
        name = columns.cell(row, name_at)
        if name:
            draft.c_arrays.append(
                CArray(
                    name=name,
                    items=integer(items),
                    bytes=integer(size),
                    pool=columns.cell(row, pool_at),
                    type=columns.cell(row, type_at),
                    format=columns.cell(row, format_at),
                )
            )
    draft.expect("the number of C arrays listed", len(draft.c_arrays), _count(title))


def read_c_layers(title: str, reader: LineReader, draft: Draft) -> None:
    """``C-Layers (n)``: only the first line of a node has its id; some first nodes may be missing."""
    for line in reader.body():
        match = _NODE.match(line)
        if match is None:
            continue
        c_id, m_id, macc, rom = (leading_integer(match[group]) for group in (1, 3, 5, 6))
        if c_id is not None:
            draft.c_nodes.append(CNode(c_id, match[2], match[4], macc, rom, m_id))
    announced = _count(title)
    if announced is not None and len(draft.c_nodes) < announced:
        draft.note(f"{announced} C nodes are announced and {len(draft.c_nodes)} listed")
    elif draft.c_nodes:
        total = sum(node.macc or 0 for node in draft.c_nodes)
        draft.expect("the sum of the C nodes' MACC", total, draft.macc)


def read_operations(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Number of operations per c-layer``: only its total is of use."""
    for line in reader.body():
        if (match := _OPERATIONS.match(line)) is not None:
            draft.expect("the total of operations", leading_integer(match[1]), draft.macc)


def read_complexity(title: str, reader: LineReader, draft: Draft) -> None:
    """Totals of the complexity report, and the share of time a node took in a validation."""
    _check_totals(title, draft)
    table = read_table(reader)
    if table is None:
        return
    columns, rows = table
    name_at, ids_at, share_at = (
        columns.index("name"), columns.index("c_id"), columns.index("c_dur"),
    )  # fmt: skip
    for row in rows:
        if _check_totals(row, draft) or share_at is None:
            continue
        share = fraction(columns.cell(row, share_at))
        if share is None:
            continue
        first = leading_integer(columns.cell(row, ids_at).strip("["))
        draft.running().layers.append(
            LayerTiming(
                id=first,
                name=columns.cell(row, name_at),
                duration=missing("the report states the share only"),
                share=reported(share, "1", draft.source),
                cycles=missing("the report states the share only"),
            )
        )


def read_files(title: str, reader: LineReader, draft: Draft) -> None:
    """``Generated files (n)``, one path a line."""
    for line in reader.body():
        text = line.strip()
        if not text:
            if draft.generated:
                break
        elif not is_rule(line):
            draft.generated.append(text)
    draft.expect("the number of files listed", len(draft.generated), _count(title))


def _check_totals(line: str, draft: Draft) -> bool:
    match = _TOTALS.search(line)
    if match is None:
        return False
    footprint = draft.footprint
    macc, weights, activations, io = (
        None if text is None else leading_integer(text) for text in match.groups()
    )
    draft.expect("the complexity report's MACC", macc, draft.macc)
    draft.expect("the complexity report's weights", weights, footprint.weights)
    draft.expect("the complexity report's activations", activations, footprint.activations)
    if io is not None:
        there = (footprint.inputs or 0) + (footprint.outputs or 0)
        draft.expect("the complexity report's io", io, there)
    return True


def _count(title: str) -> int | None:
    match = _COUNT.search(title)
    return None if match is None else leading_integer(match[1])

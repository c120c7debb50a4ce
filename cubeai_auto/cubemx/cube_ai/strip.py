"""Taking X-CUBE-AI, or a peripheral it brought, out of every place of a project, by name."""

from __future__ import annotations

from collections.abc import Callable

from cubeai_auto.cubemx.cube_ai.calls import FUNCTIONS
from cubeai_auto.cubemx.cube_ai.third_parties import read_third_parties, write_third_parties
from cubeai_auto.cubemx.cube_ai.undo_values import is_ai_function
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.functions import FunctionEntry, parse_functions, render_functions
from cubeai_auto.cubemx.groups import is_ai_text
from cubeai_auto.cubemx.rows import IPS, PINS, RowList, read_rows, write_rows

__all__ = [
    "has_cube_ai",
    "peripheral_pins",
    "strip_cube_ai",
    "strip_peripheral",
    "strip_peripheral_rows",
]


def has_cube_ai(document: IocDocument) -> bool:
    """Whether anything of X-CUBE-AI is left, also in a damaged project."""
    if any(is_ai_text(key) for key in document.keys):
        return True
    rows = [*read_rows(document, PINS), *read_rows(document, IPS)]
    packs = (row.pack for row in read_third_parties(document))
    members = (part for key in _context_lists(document) for part in _members(document, key))
    functions = parse_functions(document.get(FUNCTIONS) or "")
    named = any(is_ai_text(text) for text in (*rows, *packs, *members))
    return named or any(is_ai_function(entry) for entry in functions)


def strip_cube_ai(document: IocDocument) -> None:
    """Remove every key, row and list entry of X-CUBE-AI, of whatever version.

    Rows behind a removed one move up with what belongs to them; ranks in the function list stay.

    Raises:
        IocFormatError: a counter is no number.
        IocEditError: the document cannot be edited.
    """
    packs = read_third_parties(document)
    left = tuple(row for row in packs if not is_ai_text(row.pack))
    if left != packs:
        write_third_parties(document, left)
    _drop_rows(document, PINS, is_ai_text)
    _drop_rows(document, IPS, is_ai_text)
    _drop_functions(document, is_ai_function)
    _drop_members(document, is_ai_text)
    for key in document.keys:
        if is_ai_text(key):
            document.delete(key)


def strip_peripheral(document: IocDocument, name: str) -> None:
    """Remove a peripheral that has only virtual pins and no settings of its own.

    Raises:
        IocFormatError: a counter is no number.
        IocEditError: the document cannot be edited.
    """
    strip_peripheral_rows(document, name)
    _drop_functions(document, lambda entry: entry.instance == name)
    _drop_members(document, lambda member: member.removesuffix(":I") == name)
    for key in document.starting(peripheral_pins(name)):
        document.delete(key)


def strip_peripheral_rows(document: IocDocument, name: str) -> None:
    """Remove the rows of a peripheral and of its virtual pins.

    Raises:
        IocFormatError: a counter is no number.
        IocEditError: the document cannot be edited.
    """
    pins = peripheral_pins(name)
    _drop_rows(document, IPS, lambda row: row == name)
    _drop_rows(document, PINS, lambda row: row.startswith(pins))


def peripheral_pins(name: str) -> str:
    """What the virtual pins of a peripheral begin with."""
    return f"VP_{name}_VS_"


def _drop_rows(document: IocDocument, rows: RowList, unwanted: Callable[[str], bool]) -> None:
    present = read_rows(document, rows)
    left = tuple(row for row in present if not unwanted(row))
    if left != present:
        write_rows(document, rows, left)


def _drop_functions(document: IocDocument, unwanted: Callable[[FunctionEntry], bool]) -> None:
    present = parse_functions(document.get(FUNCTIONS) or "")
    left = tuple(entry for entry in present if not unwanted(entry))
    if left != present:
        document.set(FUNCTIONS, render_functions(left))


def _drop_members(document: IocDocument, unwanted: Callable[[str], bool]) -> None:
    for key in _context_lists(document):
        present = _members(document, key)
        left = [part for part in present if not unwanted(part)]
        if left != present:
            document.set(key, ",".join(left))


def _context_lists(document: IocDocument) -> list[str]:
    return [key for key in document.keys if key.endswith(".IPs")]


def _members(document: IocDocument, key: str) -> list[str]:
    return (document.get(key) or "").split(",")

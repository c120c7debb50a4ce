"""What every edit of an ``.ioc`` checks: before it begins, and before it hands over its result."""

from __future__ import annotations

from cubeai_auto.cubemx.cube_ai.installed import stray_pack_keys
from cubeai_auto.cubemx.cube_ai.names import VIRTUAL_PIN
from cubeai_auto.cubemx.document import IocDocument, IocEditError
from cubeai_auto.cubemx.edit import Edit
from cubeai_auto.cubemx.rows import PINS, read_rows

__all__ = ["finished_edit", "refuse_damaged", "refuse_leftovers"]


def refuse_damaged(document: IocDocument) -> None:
    """Refuse a file with merge markers or duplicate keys.

    Raises:
        IocEditError: with the lines.
    """
    for marker in document.markers:
        msg = f"line {marker.line} is a merge marker: {marker.text!r}"
        raise IocEditError(msg, hint="resolve the merge conflict first")
    for duplicate in document.duplicates:
        lines = " and ".join(str(line) for line in duplicate.lines)
        msg = f"the key {duplicate.key!r} stands on lines {lines}"
        raise IocEditError(msg, hint="keep one of these lines, then try again")


def refuse_leftovers(document: IocDocument) -> None:
    """Refuse a file that has traces of X-CUBE-AI, but no row in ``Mcu.ThirdParty`` for it.

    Raises:
        IocEditError: with one of the traces.
    """
    functions = document.get("ProjectManager.functionlistsort") or ""
    traces = [
        *stray_pack_keys(document),
        *document.starting(VIRTUAL_PIN),
        *(row for row in read_rows(document, PINS) if row.startswith(VIRTUAL_PIN)),
        *(["ProjectManager.functionlistsort"] if "-MX_X_CUBE_AI_" in functions else []),
    ]
    if traces:
        msg = f"Mcu.ThirdParty has no X-CUBE-AI, but the file has traces of one: {traces[0]}"
        raise IocEditError(msg, hint="restore the file from version control, or delete these lines")


def finished_edit(before: IocDocument, after: IocDocument, notes: tuple[str, ...] = ()) -> Edit:
    """The edit, once its result was read back and found the same.

    Raises:
        IocEditError: the result would read differently, or lost the order CubeMX writes.
    """
    again = IocDocument.parse(after.to_bytes())
    if again.items() != after.items() or (before.canonical and not after.canonical):
        msg = "the edited file would not read back as it was meant; nothing is changed"
        raise IocEditError(msg, hint="report this with the .ioc file")
    return Edit(before, after, notes)

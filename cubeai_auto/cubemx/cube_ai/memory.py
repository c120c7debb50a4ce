"""Heap and stack of a project, which X-CUBE-AI raises and keeps a copy of."""

from __future__ import annotations

import re

from cubeai_auto.cubemx.cube_ai.contexts import CONTEXTS
from cubeai_auto.cubemx.document import IocDocument, IocFormatError
from cubeai_auto.cubemx.rows import read_rows

__all__ = ["raised_size"]

_SIZE = re.compile(r"0[xX][0-9a-fA-F]{1,8}|0|[1-9][0-9]{0,9}")


def raised_size(
    document: IocDocument, key: str, wanted: int | None, *, unset: int, context: str | None = None
) -> str:
    """Raise a size in the project to at least ``wanted`` bytes; the text for the pack's own copy.

    A size that is large enough keeps its spelling. In a project with contexts
    (``FSBL-0x200,Appli-0x200``) all are raised, and the pack's copy is that of its context.

    Args:
        document: the project, changed in place.
        key: ``ProjectManager.HeapSize`` or ``ProjectManager.StackSize``.
        wanted: bytes; ``None`` leaves the size as it is.
        unset: bytes that CubeMX takes where the project says nothing.
        context: the context of the pack, if the project has contexts.

    Raises:
        IocFormatError: the present value is no size.
    """
    present = document.get(key)
    if context is None:
        text = _raised(key, present or f"{unset:#x}", wanted)
        document.set(key, text)
        return text
    parts = (
        present.split(",") if present else [f"{c}-{unset:#x}" for c in read_rows(document, CONTEXTS)]
    )
    raised, own = [], None
    for part in parts:
        name, _, size = part.rpartition("-")
        text = _raised(key, size, wanted)
        raised.append(f"{name}-{text}" if name else text)
        own = text if name == context else own
    document.set(key, ",".join(raised))
    return own or _raised(key, f"{unset:#x}", wanted)


def _raised(key: str, text: str, wanted: int | None) -> str:
    if not _SIZE.fullmatch(text):
        msg = f"{key} is no size: {text!r}"
        raise IocFormatError(msg, hint="repair the value in CubeMX' Project Manager")
    return text if wanted is None or int(text, 0) >= wanted else f"{wanted:#x}"

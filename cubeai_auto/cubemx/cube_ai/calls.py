"""What X-CUBE-AI changes in the list of init functions, ``ProjectManager.functionlistsort``."""

from __future__ import annotations

import re
from dataclasses import replace

from cubeai_auto.cubemx.cube_ai.names import INIT_FUNCTION, PROCESS_FUNCTION, UnsupportedProjectError
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.functions import FunctionEntry, parse_functions, render_functions

__all__ = ["FUNCTIONS", "call_application", "call_peripheral", "hand_over_uart"]

FUNCTIONS = "ProjectManager.functionlistsort"
_PROCESS_LAST_SINCE = (6, 13)


def call_peripheral(document: IocDocument, peripheral: str, context: str | None = None) -> None:
    """List the init function of a peripheral after all others that have a rank."""
    entries = _entries(document)
    if entries is None or any(entry.instance == peripheral for entry in entries):
        return
    new = FunctionEntry(
        _next_rank(entries, context), f"MX_{peripheral}_Init", peripheral, context=context
    )
    place = _after_ranked(entries, context)
    _write(document, (*entries[:place], new, *entries[place:]))


def call_application(document: IocDocument, pack: str) -> None:
    """List the two functions of the generated application.

    Init comes after all functions that have a rank; Process directly after it, since CubeMX 6.13
    at the very end.
    """
    entries = _entries(document)
    if entries is None:
        return
    rank = _next_rank(entries, None)
    place = _after_ranked(entries, None)
    init = FunctionEntry(rank, INIT_FUNCTION, pack, static=False)
    process = FunctionEntry(rank + 1, PROCESS_FUNCTION, pack, static=False)
    before, after = entries[:place], entries[place:]
    if _cubemx_version(document) < _PROCESS_LAST_SINCE:
        _write(document, (*before, init, process, *after))
    else:
        _write(document, (*before, init, *after, process))


def hand_over_uart(document: IocDocument, uart: str) -> None:
    """Let the application initialize a UART: ``main`` does not call its function any more.

    Raises:
        UnsupportedProjectError: the UART has the LL driver; the application calls HAL functions.
    """
    entries = _entries(document)
    if entries is None:
        return
    if any(entry.instance == uart and entry.driver != "HAL" for entry in entries):
        msg = f"{uart} uses the LL driver, and the application of X-CUBE-AI calls HAL functions"
        raise UnsupportedProjectError(msg, hint=f"switch {uart} to HAL in CubeMX' Advanced Settings")
    _write(
        document,
        tuple(
            replace(entry, no_call=True, static=False)
            if entry.instance == uart and entry.text is None
            else entry
            for entry in entries
        ),
    )


def _entries(document: IocDocument) -> tuple[FunctionEntry, ...] | None:
    value = document.get(FUNCTIONS)
    return None if value is None else parse_functions(value)


def _write(document: IocDocument, entries: tuple[FunctionEntry, ...]) -> None:
    document.set(FUNCTIONS, render_functions(entries))


def _next_rank(entries: tuple[FunctionEntry, ...], context: str | None) -> int:
    return 1 + max((entry.rank for entry in entries if entry.context == context), default=0)


def _after_ranked(entries: tuple[FunctionEntry, ...], context: str | None) -> int:
    """The place after the last function of a context that has a rank; the rank 0 group follows."""
    places = [k for k, entry in enumerate(entries) if entry.rank > 0 and entry.context == context]
    if places:
        return places[-1] + 1
    return 0 if context is None else len(entries)


def _cubemx_version(document: IocDocument) -> tuple[int, ...]:
    """The version that saved the project; without one, that of the newest."""
    match = re.match(r"([0-9]{1,3})\.([0-9]{1,3})", document.get("MxCube.Version") or "")
    return (int(match[1]), int(match[2])) if match else _PROCESS_LAST_SINCE

"""Taking an edit back out of one value, also if others have changed the value since.

CubeMX rewrites lists on every save: their members are taken back one by one, by what they are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from cubeai_auto.cubemx.cube_ai.calls import FUNCTIONS
from cubeai_auto.cubemx.cube_ai.names import INIT_FUNCTION, PROCESS_FUNCTION
from cubeai_auto.cubemx.edit import KeyChange
from cubeai_auto.cubemx.functions import FunctionEntry, parse_functions, render_functions
from cubeai_auto.cubemx.groups import is_ai_text

__all__ = ["Undone", "is_ai_function", "is_list", "undo_value"]


@dataclass(frozen=True, slots=True)
class Undone:
    """A value without an edit; ``conflicts`` says what of the edit could not be taken back."""

    value: str | None
    conflicts: tuple[str, ...] = ()


def is_list(key: str) -> bool:
    """Whether the members of a value are taken back one by one."""
    return key == FUNCTIONS or key.endswith((".IPParameters", ".IPs"))


def is_ai_function(entry: FunctionEntry) -> bool:
    """Whether an entry of the function list is one of X-CUBE-AI's."""
    text = entry.text or ""
    own = entry.function.startswith("MX_X_CUBE_AI_") or is_ai_text(entry.instance)
    return own or INIT_FUNCTION in text or PROCESS_FUNCTION in text


def undo_value(change: KeyChange, now: str | None, keep: Collection[str] = ()) -> Undone:
    """The value of a key without an edit.

    Args:
        change: what the edit did to the key.
        now: the present value; ``None`` if the key is gone.
        keep: peripherals and parameters that stay in lists, although the edit brought them.
    """
    if now == change.before or (now == change.after and not (keep and is_list(change.key))):
        return Undone(change.before)
    if now is None or not is_list(change.key):
        return Undone(now, (_conflict(change.key, change.after, now),))
    if change.key == FUNCTIONS:
        return _undo_functions(change, now, keep)
    return _undo_members(change, now, keep)


def _conflict(key: str, wrote: str | None, now: str | None) -> str:
    was = "removed" if wrote is None else f"set to {wrote}"
    found = "gone" if now is None else now
    return f"{key} was {was} and is now {found}: left as it is"


def _undo_members(change: KeyChange, now: str, keep: Collection[str]) -> Undone:
    was = _members(change.before)
    brought = [part for part in _members(change.after) if part not in was]
    left = [part for part in _members(now) if part not in brought or part.removesuffix(":I") in keep]
    if not left and change.before is None:
        return Undone(None)
    return Undone(",".join(left))


def _members(value: str | None) -> list[str]:
    return value.split(",") if value else []


def _undo_functions(change: KeyChange, now: str, keep: Collection[str]) -> Undone:
    was = {_identity(entry): entry for entry in parse_functions(change.before or "")}
    wrote = {_identity(entry): entry for entry in parse_functions(change.after or "")}
    left: list[FunctionEntry] = []
    conflicts: list[str] = []
    for entry in parse_functions(now):
        name = _identity(entry)
        old, new = was.get(name), wrote.get(name)
        if new is None or (old is None and entry.instance in keep):
            left.append(entry)
        elif old is not None:
            first = _flags(old)
            if _flags(entry) == _flags(new):
                entry = replace(old, rank=old.rank if entry.rank == new.rank else entry.rank)
            elif _flags(entry) != first and first != _flags(new):
                conflicts.append(
                    f"{FUNCTIONS}: the entry of {entry.instance} was changed since: left as it is"
                )
            left.append(entry)
    if not left and change.before is None:
        return Undone(None)
    return Undone(render_functions(tuple(left)), tuple(conflicts))


def _identity(entry: FunctionEntry) -> tuple[str, str, str | None, str | None]:
    """What makes two entries the same one: not the rank, not the flags, not the pack's version."""
    instance = "X-CUBE-AI" if is_ai_function(entry) else entry.instance
    return entry.function, instance, entry.context, entry.text


def _flags(entry: FunctionEntry) -> tuple[bool, str, bool, bool]:
    return entry.no_call, entry.driver, entry.static, entry.generated

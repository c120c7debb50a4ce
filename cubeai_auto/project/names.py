"""Names people type: the nearest known one to a misspelled one, and what C accepts as one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

__all__ = ["c_name_problem", "nearest"]

_C_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_C_NAME_LENGTH = 63  # significant characters of an internal identifier, C11 5.2.4.1
_CUTOFF = 0.6

# C11 6.4.1, with the lower-case spellings that C23 made keywords.
_C_KEYWORDS = frozenset(
    """
    alignas alignof auto bool break case char const constexpr continue default do double else enum
    extern false float for goto if inline int long nullptr register restrict return short signed
    sizeof static static_assert struct switch thread_local true typedef typeof typeof_unqual union
    unsigned void volatile while _Alignas _Alignof _Atomic _BitInt _Bool _Complex _Decimal128
    _Decimal32 _Decimal64 _Generic _Imaginary _Noreturn _Static_assert _Thread_local
    """.split()  # noqa: SIM905 - fifty quoted names read worse
)


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """The choice that looks most like the name, if any looks like it.

    Letter case, ``-`` and ``_`` do not count; of equally similar choices the first one wins.

    Args:
        name: what was typed.
        choices: what would have been right.

    Returns:
        One of the choices as it is spelled there; ``None`` if nothing is close.
    """
    by_form: dict[str, str] = {}
    for choice in choices:
        by_form.setdefault(_form(choice), choice)
    found = difflib.get_close_matches(_form(name), by_form, n=1, cutoff=_CUTOFF)
    return by_form[found[0]] if found else None


def c_name_problem(name: str) -> str | None:
    """Why a name cannot be an identifier in C; ``None`` if it can.

    Source: C11 6.4.1 (keywords), 6.4.2.1 (letters) and 5.2.4.1 (length).
    """
    if not _C_NAME.fullmatch(name):
        return "a C identifier has only the letters A to Z, digits and _, and no digit first"
    if name in _C_KEYWORDS:
        return f"{name} is a keyword of C"
    if len(name) > _C_NAME_LENGTH:
        return f"a C identifier has at most {_C_NAME_LENGTH} characters"
    return None


def _form(name: str) -> str:
    return name.casefold().replace("-", "_")

"""Python values as C99 text."""

from __future__ import annotations

import math
import re

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import UsageError

__all__ = ["array_text", "c_comment", "c_float", "c_int", "c_string", "check_c_name"]

_KEYWORDS = frozenset(
    [
        "auto",
        "break",
        "case",
        "char",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extern",
        "float",
        "for",
        "goto",
        "if",
        "inline",
        "int",
        "long",
        "register",
        "restrict",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "struct",
        "switch",
        "typedef",
        "union",
        "unsigned",
        "void",
        "volatile",
        "while",
        "asm",
        "bool",
        "true",
        "false",
        "class",
        "new",
        "delete",
        "this",
        "template",
    ]
)
_WIDTH = 100


def check_c_name(name: str) -> str:
    """The name itself, if it can prefix C symbols.

    Raises:
        UsageError: it is not a C identifier, or a keyword of C or C++.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", name) or name in _KEYWORDS:
        msg = f"{name!r} cannot name a network in C"
        raise UsageError(msg, hint="use letters, digits and underscores, starting with a letter")
    return name


def c_int(value: int) -> str:
    """A whole number that fits int32; the smallest one cannot be written as a plain literal."""
    return "(-2147483647 - 1)" if value == -(2**31) else str(value)


def c_float(value: float) -> str:
    """A float32 literal that reads back to the same bits.

    Raises:
        ValueError: the value is infinite or not a number.
    """
    if not math.isfinite(value):
        msg = f"no C literal for {value}"
        raise ValueError(msg)
    text = f"{np.float32(value):.9g}"
    if not any(mark in text for mark in ".e"):
        text += ".0"
    return text + "f"


def c_string(text: str) -> str:
    """A string literal; everything but plain ASCII is escaped, as UTF-8 bytes in octal."""
    parts = []
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in '"\\?':
            parts.append("\\" + char)
        elif 32 <= byte < 127:
            parts.append(char)
        else:
            parts.append(f"\\{byte:03o}")
    return '"' + "".join(parts) + '"'


def c_comment(text: str) -> str:
    """Text that may stand in a comment: printable ASCII, and no end of comment in it."""
    printable = "".join(char if 32 <= ord(char) < 127 else "?" for char in text)
    return printable.replace("*/", "* /").replace("/*", "/ *")


def array_text(values: npt.NDArray[np.generic]) -> str:
    """The initializer of an array, in lines of at most 100 characters."""
    flat = values.ravel()
    if flat.dtype == np.int8:
        names = [str(value) for value in range(-128, 128)]
        items = [names[value + 128] for value in flat.astype(np.int16).tolist()]
    elif flat.dtype == np.float32:
        items = [c_float(value) for value in flat.tolist()]
    else:
        items = [c_int(int(value)) for value in flat.tolist()]
    per_line = max(1, (_WIDTH - 4) // (max(map(len, items)) + 2)) if items else 1
    return "\n".join(
        "    " + ", ".join(items[start : start + per_line]) + ","
        for start in range(0, len(items), per_line)
    )

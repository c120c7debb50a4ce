"""Python values as C99 text."""

from __future__ import annotations

import math
import re

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import UsageError

__all__ = ["array_text", "c_comment", "c_float", "c_int", "c_string", "check_c_name"]

_KEYWORDS = frozenset({
    "asm", "auto", "bool", "break", "case", "char", "class", "const", "continue", "default",
    "delete", "do", "double", "else", "enum", "extern", "false", "float", "for", "goto", "if",
    "inline", "int", "long", "new", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "template", "this", "true", "typedef", "union", "unsigned", "void",
    "volatile", "while",
})  # fmt: skip
# Names whose <name>.h would hide a header of the C library, or the API's; and stai_runtime_init.
_RESERVED = frozenset({
    "assert", "complex", "ctype", "errno", "fenv", "inttypes", "iso646", "limits", "locale", "math",
    "runtime", "setjmp", "signal", "stai", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef",
    "stdint", "stdio", "stdlib", "stdnoreturn", "string", "tgmath", "threads", "time", "uchar",
    "wchar", "wctype",
})  # fmt: skip
_WIDTH = 100


def check_c_name(name: str) -> str:
    """The name itself, if it can prefix C symbols.

    Raises:
        UsageError: it is not a C identifier, a keyword of C or C++, or the name of something that
            generated code includes.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", name) or name in _KEYWORDS:
        msg = f"{name!r} cannot name a network in C"
        raise UsageError(msg, hint="use letters, digits and underscores, starting with a letter")
    if name.lower() in _RESERVED or name.lower().startswith("cai_"):
        msg = f"{name!r} cannot name a network: generated code uses that name itself"
        raise UsageError(msg, hint="use another name, such as network")
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
    """A string literal; everything but plain ASCII is escaped, as UTF-8 bytes in octal.

    Surrogates, as Python makes of file names that are not UTF-8, become the original bytes or "?".
    """
    parts = []
    try:
        encoded = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        encoded = text.encode("utf-8", "replace")
    for byte in encoded:
        char = chr(byte)
        if char in '"\\?':
            parts.append("\\" + char)
        elif 32 <= byte < 127:
            parts.append(char)
        else:
            parts.append(f"\\{byte:03o}")
    return '"' + "".join(parts) + '"'


def c_comment(text: str) -> str:
    """Text that may stand in a comment: printable ASCII without comment marks and trigraphs."""
    printable = "".join(char if 32 <= ord(char) < 127 else "?" for char in text)
    return re.sub(r"\?(?=\?)|\*(?=/)|/(?=\*)", r"\g<0> ", printable)


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

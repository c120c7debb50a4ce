"""The escapes of a CubeMX ``.ioc`` file: Java's ``Properties.store``, character for character."""

from __future__ import annotations

__all__ = ["MalformedEscapeError", "escape_key", "escape_value", "split_line", "unescape"]

_SHORT = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_LONG = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
_MARKED = frozenset("=:#!\\")
_BLANKS = " \t\f"


class MalformedEscapeError(ValueError):
    r"""A ``\u`` that four hex digits do not follow; Java refuses it too."""


def unescape(text: str) -> str:
    r"""The text that an escaped key or value stands for.

    The two escaped halves of a character beyond the basic plane become that character.

    Raises:
        MalformedEscapeError: a ``\u`` without four hex digits.
    """
    if "\\" not in text:
        return text
    found: list[str] = []
    position = 0
    while position < len(text):
        letter = text[position]
        position += 1
        if letter != "\\":
            found.append(letter)
            continue
        code = text[position : position + 1]
        position += 1
        if code != "u":
            found.append(_SHORT.get(code, code))
            continue
        digits = text[position : position + 4]
        if len(digits) != 4 or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
            msg = f"the escape \\u{digits} has no four hex digits"
            raise MalformedEscapeError(msg)
        found.append(chr(int(digits, 16)))
        position += 4
    return _joined("".join(found))


def escape_key(text: str) -> str:
    """A key as CubeMX writes it: every space is escaped."""
    return "".join("\\ " if letter == " " else _escape(letter) for letter in text)


def escape_value(text: str) -> str:
    """A value as CubeMX writes it: only a leading space is escaped."""
    rest = "".join(letter if letter == " " else _escape(letter) for letter in text)
    return "\\" + rest if text.startswith(" ") else rest


def split_line(text: str) -> tuple[str, str]:
    """The escaped key and the escaped value of a logical line.

    The key ends at the first unescaped ``=``, ``:`` or blank; blanks around the separator belong
    to neither side, blanks at the end of the value do.
    """
    text = text.lstrip(_BLANKS)
    end = 0
    while end < len(text) and text[end] not in "=:" + _BLANKS:
        end += 2 if text[end] == "\\" else 1
    key, rest = text[:end], text[end:].lstrip(_BLANKS)
    if rest[:1] in {"=", ":"}:
        rest = rest[1:].lstrip(_BLANKS)
    return key, rest


def _escape(letter: str) -> str:
    if letter in _LONG:
        return _LONG[letter]
    if letter in _MARKED:
        return "\\" + letter
    if " " <= letter <= "~":
        return letter
    return "".join(f"\\u{unit:04X}" for unit in _utf16(letter))


def _utf16(letter: str) -> tuple[int, ...]:
    """Java's code units: two for a character beyond the basic plane."""
    data = letter.encode("utf-16-be", "surrogatepass")
    return tuple(int.from_bytes(data[k : k + 2]) for k in range(0, len(data), 2))


def _joined(text: str) -> str:
    """The text with surrogate pairs as one character each; a lone half stays as it is."""
    if not any("\ud800" <= letter <= "\udfff" for letter in text):
        return text
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")

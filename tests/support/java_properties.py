"""How Java reads Properties text: the rules of ``java.util.Properties.load``, letter by letter.

An oracle for the reader under test, written from Java's documentation and in another way: one state
machine over single letters.
"""

from __future__ import annotations

__all__ = ["java_load"]

_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def java_load(data: bytes) -> list[tuple[str, str]]:
    """Keys and values in the order of their lines; ``ValueError`` for a malformed ``\\u``."""
    return [_pair(line) for line in _logical_lines(data.decode("latin-1"))]


def _logical_lines(text: str) -> list[str]:
    found: list[str] = []
    current = ""
    start, comment, escaped, skipping = True, False, False, True
    continued = False
    position = 0
    text += "\n"
    while position < len(text):
        letter = text[position]
        position += 1
        end = letter in "\r\n"
        if letter == "\r" and text[position : position + 1] == "\n":
            position += 1
        if skipping:
            if letter in " \t\f":
                continue
            if end and not continued:
                start, comment = True, False
                continue
            skipping = continued = False
        if start:
            start = False
            if letter in "#!":
                comment = True
        if comment and not end:
            continue
        if not end:
            current += letter
            escaped = not escaped if letter == "\\" else False
            continue
        if comment or (not current and start):
            current, start, comment, skipping = "", True, False, True
            continue
        if escaped and position < len(text):
            current, escaped, skipping, continued = current[:-1], False, True, True
            continue
        if escaped:
            current = current[:-1]
        found.append(current)
        current, start, comment, escaped, skipping = "", True, False, False, True
    return found


def _pair(line: str) -> tuple[str, str]:
    end, escaped = 0, False
    while end < len(line) and (escaped or line[end] not in "=: \t\f"):
        escaped = line[end] == "\\" and not escaped
        end += 1
    start, separated = end, False
    while start < len(line):
        if line[start] in "=:" and not separated:
            separated = True
        elif line[start] not in " \t\f":
            break
        start += 1
    return _text(line[:end]), _text(line[start:])


def _text(escaped: str) -> str:
    found = ""
    letters = iter(escaped)
    for letter in letters:
        if letter != "\\":
            found += letter
            continue
        code = next(letters, "")
        if code != "u":
            found += _LETTERS.get(code, code)
            continue
        digits = "".join(next(letters, "") for _ in range(4))
        if len(digits) != 4 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
            raise ValueError(digits)
        found += chr(int(digits, 16))
    return found.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")

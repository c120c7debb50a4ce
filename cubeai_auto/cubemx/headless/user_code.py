"""User code sections of generated C files: what a regeneration must not change."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["UserSection", "lost_sections", "user_sections"]

_MARK = re.compile(rb"/\*\s*USER CODE (BEGIN|END)\s*([^*]*?)\s*\*/")


@dataclass(frozen=True, slots=True)
class UserSection:
    """The text between ``USER CODE BEGIN x`` and ``USER CODE END x``, line ends normalized."""

    name: str
    text: bytes


def user_sections(data: bytes) -> tuple[UserSection, ...]:
    """The sections of a file, in order; a section that does not end reaches to the next mark."""
    found: list[UserSection] = []
    marks = list(_MARK.finditer(data))
    for number, mark in enumerate(marks):
        if mark.group(1) != b"BEGIN":
            continue
        end = marks[number + 1].start() if number + 1 < len(marks) else len(data)
        text = data[mark.end() : end].replace(b"\r\n", b"\n").strip()
        found.append(UserSection(mark.group(2).decode("utf-8", "replace"), text))
    return tuple(found)


def lost_sections(before: bytes, after: bytes) -> tuple[str, ...]:
    """The names of sections whose text is not the same any more; empty ones cannot be lost."""
    kept = {section.name: section.text for section in user_sections(after)}
    return tuple(
        section.name
        for section in user_sections(before)
        if section.text and kept.get(section.name) != section.text
    )

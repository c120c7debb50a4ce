"""Rules on the file as text, and on the files it names."""

from __future__ import annotations

import re

from cubeai_auto.cubemx.linting.view import View

__all__ = ["check_paths", "check_text"]

_ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:")


def check_text(view: View) -> None:
    """Rules on merge markers, duplicates, bytes and order."""
    document = view.document
    for marker in document.markers:
        view.find("files.merge", f"a merge marker: {marker.text[:60]!r}", line=marker.line)
    for duplicate in document.duplicates:
        lines = " and ".join(str(line) for line in duplicate.lines[:5])
        more = len(duplicate.lines) - 5
        text = f"it stands on lines {lines}" + (f" and {more} more" if more > 0 else "")
        view.find("files.duplicate", text, duplicate.key)
    if document.cut_line is not None:
        view.find(
            "files.cut", "the line ends in a backslash: the file is cut off", line=document.cut_line
        )
    if document.foreign_lines:
        lines = ", ".join(str(line) for line in document.foreign_lines[:5])
        message = f"bytes beyond ASCII on line {lines}: CubeMX reads them as Latin-1"
        view.find("files.encoding", message, line=document.foreign_lines[0])
    if not document.canonical:
        view.find("files.order", "the keys are not in CubeMX's order: it will reorder them on save")


def check_paths(view: View) -> None:
    """Rule ``files.path``."""
    for pack in view.packs:
        for network in pack.networks:
            if network.path is not None and _ABSOLUTE.match(network.path):
                key = f"{pack.instance}.ModelStructureFile-{network.slot}"
                message = f"an absolute path, which other machines do not have: {network.path[:120]}"
                view.find("files.path", message, key)

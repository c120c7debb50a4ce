"""Linked resources of an Eclipse ``.project``: files that lie outside the project's folder.

CubeMX links its sources where the IDE's project is a folder below the CubeMX project
(``ProjectManager.UnderRoot=false``). Eclipse shows them under ``Application/User``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.cubemx.ide.edit import IdeChange, IdeEdit, IdeFormatError, Splice, edited
from cubeai_auto.cubemx.xmltext import XmlDocument, XmlElement, escape_xml, parse_xml

__all__ = ["USER_FOLDER", "Link", "add_links", "link_to", "remove_links"]

USER_FOLDER = "Application/User"
_FILE = "1"


@dataclass(frozen=True, slots=True)
class Link:
    """A file in another place.

    Attributes:
        name: where Eclipse shows it: ``Application/User/X-CUBE-AI/App/network.c``.
        location: where it is: ``PARENT-1-PROJECT_LOC/X-CUBE-AI/App/network.c``.
    """

    name: str
    location: str


def link_to(path: str, folder: str) -> Link:
    """The link to a file.

    Args:
        path: the file, relative to the folder of the ``.project`` or absolute.
        folder: the folder in Eclipse's tree.
    """
    name = f"{folder}/{posixpath.basename(path)}"
    if posixpath.isabs(path):
        return Link(name, f"file:{path}")
    steps = path.split("/")
    up = sum(1 for step in steps if step == "..")
    start = f"PARENT-{up}-PROJECT_LOC" if up else "PROJECT_LOC"
    return Link(name, "/".join([start, *steps[up:]]))


def add_links(data: bytes, links: Sequence[Link]) -> IdeEdit:
    """Add the links that the ``.project`` does not have.

    Raises:
        XmlFormatError: the file is damaged or unsafe.
        IdeFormatError: a link of that name leads to another place.
    """
    document = parse_xml(data, root="projectDescription")
    known = {link.name: link.location for link in _links(document)}
    for link in links:
        if known.get(link.name, link.location) != link.location:
            msg = f"{link.name} is already linked to {known[link.name]}"
            raise IdeFormatError(msg, hint="remove that link in STM32CubeIDE first")
    missing = [link for link in links if link.name not in known]
    changes = [IdeChange(link.name, None, link.location) for link in missing]
    splices = [_insertion(document, missing)] if missing else []
    return edited(data, splices, changes)


def remove_links(data: bytes, links: Sequence[Link]) -> IdeEdit:
    """Remove the links of these names and places.

    Raises:
        XmlFormatError: the file is damaged or unsafe.
    """
    document = parse_xml(data, root="projectDescription")
    parent = document.root.first("linkedResources")
    if parent is None:
        return edited(data, [], [])
    gone = [element for element in parent.all("link") if _link(element) in links]
    changes = [IdeChange(_link(element).name, _link(element).location, None) for element in gone]
    doomed = [parent] if gone and len(gone) == len(parent.children) else gone
    splices: list[Splice] = []
    for element in doomed:
        blanks = document.blanks_before(element)
        splices.append(Splice(element.start - len(blanks), element.end, b""))
    return edited(data, splices, changes)


def _links(document: XmlDocument) -> tuple[Link, ...]:
    parent = document.root.first("linkedResources")
    return tuple(_link(element) for element in parent.all("link")) if parent else ()


def _link(element: XmlElement) -> Link:
    parts = {child.name: child.text.strip() for child in element.children}
    return Link(parts.get("name", ""), parts.get("locationURI") or parts.get("location", ""))


def _insertion(document: XmlDocument, links: Sequence[Link]) -> Splice:
    """All links in one place: behind the last one, or in a list of their own."""
    parent = document.root.first("linkedResources")
    if parent is not None and parent.children:
        last = parent.children[-1]
        blanks = document.blanks_before(last).decode("ascii")
        return Splice(last.end, last.end, document.encode(_rendered(links, blanks)))
    sibling = parent or (document.root.children[-1] if document.root.children else None)
    if sibling is None:
        msg = "the project description is empty"
        raise IdeFormatError(msg, hint="restore the file from version control")
    outer = document.blanks_before(sibling).decode("ascii")
    inner = _rendered(links, f"{outer}\t" if "\n" in outer else outer) + outer
    full = f"<linkedResources>{inner}</linkedResources>"
    if parent is not None:
        return Splice(parent.start, parent.end, document.encode(full))
    return Splice(sibling.end, sibling.end, document.encode(outer + full))


def _rendered(links: Sequence[Link], blanks: str) -> str:
    deeper = f"{blanks}\t" if "\n" in blanks else blanks
    return "".join(
        f"{blanks}<link>{deeper}<name>{escape_xml(link.name)}</name>{deeper}<type>{_FILE}</type>"
        f"{deeper}<locationURI>{escape_xml(link.location)}</locationURI>{blanks}</link>"
        for link in links
    )

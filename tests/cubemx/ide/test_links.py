"""Linked files in a ``.project``."""

from __future__ import annotations

import pytest
from support.ide_projects import PROJECT

from cubeai_auto.cubemx.ide import IdeFormatError
from cubeai_auto.cubemx.ide.links import Link, add_links, link_to, remove_links
from cubeai_auto.cubemx.xmltext import XmlFormatError, parse_xml

LINKS = (
    link_to("../X-CUBE-AI/App/network.c", "Application/User/X-CUBE-AI/App"),
    link_to("../X-CUBE-AI/App/network_data.c", "Application/User/X-CUBE-AI/App"),
)
NONE = PROJECT[: PROJECT.index(b"\t<linked")] + b"</projectDescription>\n"
EMPTY = NONE.replace(
    b"</projectDescription>", b"\t<linkedResources>\n\t</linkedResources>\n</projectDescription>"
)


def test_locations_count_the_folders_up() -> None:
    assert LINKS[0] == Link(
        "Application/User/X-CUBE-AI/App/network.c", "PARENT-1-PROJECT_LOC/X-CUBE-AI/App/network.c"
    )
    assert link_to("../../out/n.c", "U").location == "PARENT-2-PROJECT_LOC/out/n.c"
    assert link_to("AI/n.c", "U").location == "PROJECT_LOC/AI/n.c"
    assert link_to("/home/x/n.c", "U").location == "file:/home/x/n.c"


@pytest.mark.parametrize(
    "project", [PROJECT, PROJECT.replace(b"\n", b"\r\n"), NONE], ids=["lf", "crlf", "no list"]
)
def test_links_are_added_once_and_removed_without_a_trace(project: bytes) -> None:
    edit = add_links(project, LINKS)
    root = parse_xml(edit.after).root
    resources = root.first("linkedResources")
    assert resources is not None
    found = [{child.name: child.text for child in link.children} for link in resources.children][-2:]
    assert [link["name"] for link in found] == [link.name for link in LINKS]
    assert {link["type"] for link in found} == {"1"}
    assert [link["locationURI"] for link in found] == [link.location for link in LINKS]
    assert b"<comment></comment>" in edit.after
    assert (b"\r\n" in edit.after) is (b"\r\n" in project)
    assert edit.after.count(b"\n") == edit.after.replace(b"\r\n", b"\n").count(b"\n")
    assert [change.after for change in edit.changes] == [link.location for link in LINKS]
    assert add_links(edit.after, LINKS).splices == ()
    assert remove_links(edit.after, LINKS).after == project
    assert remove_links(project, LINKS).splices == ()


def test_an_empty_list_is_filled() -> None:
    after = add_links(EMPTY, LINKS).after
    assert after.count(b"<linkedResources>") == 1
    assert add_links(NONE, LINKS).after == after


def test_a_link_to_another_place_is_not_bent() -> None:
    other = (Link(LINKS[0].name, "PARENT-1-PROJECT_LOC/old/network.c"),)
    with pytest.raises(IdeFormatError, match="already linked"):
        add_links(add_links(PROJECT, other).after, LINKS)
    assert remove_links(add_links(PROJECT, other).after, LINKS).splices == ()


def test_marks_are_escaped() -> None:
    edit = add_links(PROJECT, [Link("a & b", "PROJECT_LOC/<c>")])
    assert b"<name>a &amp; b</name>" in edit.after
    assert add_links(edit.after, [Link("a & b", "PROJECT_LOC/<c>")]).splices == ()


def test_another_file_is_refused() -> None:
    with pytest.raises(XmlFormatError, match="projectDescription"):
        add_links(b"<cproject/>", LINKS)
    with pytest.raises(IdeFormatError, match="empty"):
        add_links(b"<projectDescription/>", LINKS)

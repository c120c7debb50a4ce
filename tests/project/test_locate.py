from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cubeai_auto.project.locate import MAX_DEPTH, KeyPath, line_of, locate_keys

EVERYTHING = r'''# a comment = 1
top = 1

[project] # [not] a table
name = "a # no comment"
"quoted key" = 'C:\path'
'literal.key' = 2
"\u00e4" = 3
text = """
[engine]
name = "inside a string"
"""
quotes = """a"""""
raw = \'''
[fake]
x = 1
\'''
escaped = "\"]"
after = 1

[ engine . "sub table" ]
a.b . c = 1
a.d = 2
list = [
    1, # one = 1
    "two ]",
    [3,
     4],
    { x = 1, y.z = 2 },

]
inline = { p = 1, "q r" = [ { s = 1 }, { s = 2 } ], t = {} }
date = 1979-05-27 07:32:00
empty = []

[[items]]
n = 1
[items.more]
m = 1
[[items]]
n = 2
[items.more]
m = 2
[[items.deep]]
k = 1
[[items.deep]]
k = 2
'''.replace(r"\'''", "'''")

LINES: list[tuple[KeyPath, int]] = [
    (("top",), 2),
    (("project",), 4),
    (("project", "name"), 5),
    (("project", "quoted key"), 6),
    (("project", "literal.key"), 7),
    (("project", "ä"), 8),
    (("project", "text"), 9),
    (("project", "quotes"), 13),
    (("project", "raw"), 14),
    (("project", "escaped"), 18),
    (("project", "after"), 19),
    (("engine",), 21),
    (("engine", "sub table", "a", "b", "c"), 22),
    (("engine", "sub table", "a", "d"), 23),
    (("engine", "sub table", "list"), 24),
    (("engine", "sub table", "list", 0), 25),
    (("engine", "sub table", "list", 1), 26),
    (("engine", "sub table", "list", 2, 1), 28),
    (("engine", "sub table", "list", 3, "y", "z"), 29),
    (("engine", "sub table", "inline", "q r", 1, "s"), 32),
    (("engine", "sub table", "date"), 33),
    (("engine", "sub table", "empty"), 34),
    (("items",), 36),
    (("items", 0, "n"), 37),
    (("items", 0, "more", "m"), 39),
    (("items", 1), 40),
    (("items", 1, "more", "m"), 43),
    (("items", 1, "deep", 1, "k"), 47),
]


def paths(value: object, above: KeyPath = ()) -> set[KeyPath]:
    """Every path in what tomllib made of a document."""
    below: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    found: set[KeyPath] = set()
    for part, inner in below:
        found |= {(*above, part)} | paths(inner, (*above, part))
    return found


@pytest.mark.parametrize(("path", "line"), LINES, ids=lambda value: str(value))
def test_line(path: KeyPath, line: int) -> None:
    assert locate_keys(EVERYTHING)[path] == line


def test_nothing_is_missed_and_nothing_invented() -> None:
    assert set(locate_keys(EVERYTHING)) == paths(tomllib.loads(EVERYTHING))


def test_windows_line_ends_do_not_count_twice() -> None:
    assert locate_keys(EVERYTHING.replace("\n", "\r\n")) == locate_keys(EVERYTHING)


def test_real_files(repository: Path) -> None:
    files = [repository / "pyproject.toml", *repository.glob("cubeai_auto/resources/*.toml")]
    for file in files:
        text = file.read_text(encoding="utf-8")
        shallow = {path for path in paths(tomllib.loads(text)) if len(path) <= MAX_DEPTH}
        assert set(locate_keys(text)) == shallow


def test_header_stands_before_an_earlier_mention() -> None:
    assert locate_keys("[a.b]\n[a]\nx = 1\n")[("a",)] == 2


def test_line_of_falls_back_to_what_is_around() -> None:
    lines = locate_keys("\n[engine]\nname = 1\n")
    assert line_of(lines, ("engine", "absent")) == 2
    assert line_of(lines, ("absent", "name")) is None


@pytest.mark.parametrize(
    "text",
    ["[", "[a", "a", "a =", "a = [1", "a = {b", 'a = "x', 'a = """', "= 1", "]", '"\\q" = 1', "\0"],
)
def test_what_is_no_toml_gives_what_was_found_before(text: str) -> None:
    assert locate_keys(f"first = 1\n{text}")[("first",)] == 1


def test_depth_is_bounded() -> None:
    assert max(map(len, locate_keys("a" + ".a" * 3000 + " = 1"))) == MAX_DEPTH
    assert max(map(len, locate_keys("a = " + "[" * 5000))) == MAX_DEPTH


KEY = st.one_of(
    st.from_regex(r"\A[A-Za-z0-9_-]{1,6}\Z"),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=6),
)
SCALAR = st.one_of(
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.text(st.sampled_from("ab =#[]{},'\"\\\n\té"), max_size=12),
)
TREE = st.dictionaries(
    KEY,
    st.recursive(
        SCALAR,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEY, inner, max_size=3)),
        max_leaves=6,
    ),
    max_size=5,
)


def toml_key(key: str) -> str:
    return (
        key
        if key.isascii() and key.replace("-", "a").replace("_", "a").isalnum()
        else json.dumps(key, ensure_ascii=False)
    )


def toml_value(value: object) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{toml_key(key)} = {toml_value(inner)}" for key, inner in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + "".join(f"\n  {toml_value(inner)}, # ]" for inner in value) + "\n]"
    if isinstance(value, str) and "\n" in value and "\\" not in value:
        safe = value.replace('"', '\\"')
        return f'"""\n{safe}"""'
    return json.dumps(value, ensure_ascii=False)


@settings(max_examples=80, deadline=None)
@given(TREE)
def test_any_document(tree: dict[str, object]) -> None:
    text = ""
    expected: dict[KeyPath, int] = {}
    for key, value in tree.items():
        if not isinstance(value, dict):
            expected[(key,)] = text.count("\n") + 1
            text += f"{toml_key(key)} = {toml_value(value)}\n"
    for key, value in tree.items():
        if isinstance(value, dict):
            expected[(key,)] = text.count("\n") + 1
            text += f"[{toml_key(key)}] # = \n\n"
            for inner, item in value.items():
                expected[(key, inner)] = text.count("\n") + 1
                text += f"{toml_key(inner)}={toml_value(item)}\n"
    assert tomllib.loads(text) == tree
    found = locate_keys(text)
    assert {path: found[path] for path in expected} == expected
    assert set(found) == {path for path in paths(tree) if len(path) <= MAX_DEPTH}

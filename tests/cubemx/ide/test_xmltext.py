"""XML is read safely, and every tag is found where it stands."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cubeai_auto.cubemx.xmltext import XmlDocument, XmlElement, XmlFormatError, escape_xml, parse_xml

DOCUMENT = b"""<?xml version="1.0" encoding="UTF-8"?>\r
<!-- <no-tag> --><?pi <none?>\r
<top a = "1>2" b='say "x"' >\r
  <short/><short  c="&amp;&#10;&lt;" />text &gt; <![CDATA[<cdata>]]>\r
  <long>inside<deep></deep></long >\r
</top >\r
<!-- end -->"""


def shown(document: XmlDocument, element: XmlElement) -> bytes:
    return document.data[element.start : element.end]


def test_elements_have_their_meaning_and_their_place() -> None:
    document = parse_xml(DOCUMENT)
    top = document.root
    assert (top.name, top.get("a"), top.get("b"), top.get("c")) == ("top", "1>2", 'say "x"', None)
    assert top.line == 3
    first, second, long = top.children
    assert (shown(document, first), first.short, first.children) == (b"<short/>", True, ())
    assert second.get("c") == "&\n<"
    assert shown(document, second) == b'<short  c="&amp;&#10;&lt;" />'
    assert shown(document, long) == b"<long>inside<deep></deep></long >"
    assert (long.text, long.line, long.short, long.children[0].short) == ("inside", 5, False, False)
    assert document.data[long.inner : long.inner_end] == b"inside<deep></deep>"
    assert [element.name for element in top.walk()] == ["top", "short", "short", "long", "deep"]
    assert document.blanks_before(long) == b"\r\n  "
    assert document.blanks_before(second) == b""


def test_attributes_are_found_in_either_quotes() -> None:
    document = parse_xml(DOCUMENT)
    for name, raw in (("a", b"1>2"), ("b", b'say "x"')):
        place = document.attribute_place(document.root, name)
        assert place is not None
        assert document.data[slice(*place)] == raw
    assert document.attribute_place(document.root, "aa") is None


def test_children_are_chosen_by_attributes() -> None:
    root = parse_xml(b'<r><e name="x" k="1"/><e name="y" k="1"/><f name="x"/></r>').root
    assert [child.get("name") for child in root.all("e", k="1")] == ["x", "y"]
    assert root.first("e", name="y") is root.children[1]
    assert root.first("g") is None


def test_namespaces_and_marks_do_not_matter() -> None:
    document = parse_xml(b'\xef\xbb\xbf<x:Mcu xmlns:x="urn:x" x:name="F4"><Ram>128</Ram></x:Mcu>')
    assert document.root.name == "Mcu"
    assert document.root.get("name") == "F4"
    assert document.root.children[0].text == "128"


@pytest.mark.parametrize(
    ("data", "what", "line"),
    [
        (b"", "no well-formed XML", 1),
        (b"<a>\n<b>\n</a>", "no well-formed XML", 3),
        (b"<a/><b/>", "no well-formed XML", 1),
        (b"<a>&unknown;</a>", "Entity", 1),
        (b"<a>\xff</a>", "no well-formed XML", 1),
        (b"<a\0/>", "null bytes", None),
        ("<a/>".encode("utf-16"), "null bytes", None),
        (b'<?xml version="1.0" encoding="nonsense"?>\n<a/>', "encoding", 1),
        (b'<?xml version="1.0" encoding="Shift_JIS"?>\n<a/>', "encoding", 1),
        (b'\n\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type", 3),
        (b"<!-- x --> <?pi?><!doctype a><a/>", "document type", 1),
        (b"<a>" * 200 + b"</a>" * 200, "nested", 1),
        (b"<a>\n" + b"<b/>" * 100_001 + b"</a>", "more than 100,000 elements", 2),
        (b"<a " + b" ".join(b'b%d="1"' % k for k in range(101)) + b"/>", "attributes", 1),
        (b"<a>" * 100_000, "no well-formed XML", 1),
        (b"<a>" + b"x" * (5 << 20) + b"</a>", "larger than", None),
        (b'<a b="' + b"x" * (5 << 20) + b'"/>', "larger than", None),
    ],
)
def test_what_is_no_safe_xml_is_refused(data: bytes, what: str, line: int | None) -> None:
    with pytest.raises(XmlFormatError, match=what) as caught:
        parse_xml(data)
    assert caught.value.line == line
    assert caught.value.hint
    assert caught.value.exit_code == 5


BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY a "&lol;&lol;&lol;"><!ENTITY b "&a;&a;&a;">]>
<lolz>&b;</lolz>"""
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "%s">]><a>&x;</a>'
PARAMETER = b'<!DOCTYPE a [<!ENTITY %% p SYSTEM "%s"> %%p;]><a/>'


def test_entities_are_neither_expanded_nor_fetched(tmp_path: pytest.TempPathFactory) -> None:
    for hostile in (BOMB, EXTERNAL % b"file:///etc/passwd", PARAMETER % b"http://127.0.0.1:9/x"):
        start = time.monotonic()
        with pytest.raises(XmlFormatError, match="document type") as caught:
            parse_xml(hostile)
        assert time.monotonic() - start < 1
        assert "root:" not in str(caught.value)


def test_the_wanted_root_is_named() -> None:
    with pytest.raises(XmlFormatError, match=r"<a>, not <cproject>"):
        parse_xml(b"<a/>", root="cproject")


def test_a_character_outside_the_encoding_is_refused() -> None:
    document = parse_xml('<?xml version="1.0" encoding="ISO-8859-1"?><a n="ä"/>'.encode("latin-1"))
    assert document.root.get("n") == "ä"
    assert document.encode("ö") == b"\xf6"
    with pytest.raises(XmlFormatError, match="encoding"):
        document.encode("工")


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n\r"), max_size=40)
)
@settings(max_examples=60, deadline=None)
def test_escaped_text_is_read_back(text: str) -> None:
    if any(ord(letter) in (0xFFFE, 0xFFFF) for letter in text):
        return
    element = parse_xml(f'<a b="{escape_xml(text)}">{escape_xml(text)}</a>'.encode()).root
    assert (element.get("b"), element.text) == (text, text)


NAMES = st.sampled_from(["a", "b-c", "d.e"])


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> str:
    name = draw(NAMES)
    blank = draw(st.sampled_from(["", " ", "\n\t", "\r\n"]))
    attributes = "".join(
        f"{draw(st.sampled_from([' ', '  ', chr(10)]))}{key}={quote}{value}{quote}"
        for key, value in draw(
            st.dictionaries(NAMES, st.sampled_from(["", "/>", "x=1", "'"]), max_size=2)
        ).items()
        for quote in ['"']
    )
    if depth == 0 or draw(st.booleans()):
        return (
            f"<{name}{attributes}{blank}/>"
            if draw(st.booleans())
            else f"<{name}{attributes}></{name}{blank}>"
        )
    inner = draw(
        st.lists(
            st.one_of(trees(depth - 1), st.sampled_from(["<!-- <a> -->", "t", "<?p <?>"])), max_size=3
        )
    )
    return f"<{name}{attributes}>{blank.join(inner)}</{name}>"


@given(trees())
@settings(max_examples=80, deadline=None)
def test_every_element_is_cut_out_whole(text: str) -> None:
    document = parse_xml(text.encode())
    for element in document.root.walk():
        again = parse_xml(document.data[element.start : element.end]).root
        assert [e.name for e in again.walk()] == [e.name for e in element.walk()]
        assert again.attributes == element.attributes
        for name, value in element.attributes:
            place = document.attribute_place(element, name)
            assert place is not None
            assert document.data[slice(*place)].decode() == value


@pytest.mark.parametrize("step", [1])
def test_damaged_xml_gives_typed_errors_only(step: int) -> None:
    for end in range(0, len(DOCUMENT), step):
        try:
            parse_xml(DOCUMENT[:end])
        except XmlFormatError as error:
            hint = error.hint
            assert hint
        else:
            assert end >= DOCUMENT.index(b"</top >") + 7

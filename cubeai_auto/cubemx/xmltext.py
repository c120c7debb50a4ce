"""XML of foreign tools: read safely, with the byte position of every tag, so that edits are splices.

Eclipse and STM32CubeMX write XML that no serializer reproduces (prolog, CRLF, ``<comment></comment>``).
So nothing is ever serialized again: lxml reads what the document says, a scan of its tags finds
where it says it, and an edit replaces byte ranges. What is not edited keeps its bytes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cubeai_auto.errors import InputError

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

__all__ = ["XmlDocument", "XmlElement", "XmlFormatError", "escape_xml", "parse_xml"]

# Far above real files (the largest known has 130 KB and 3,000 elements), and read within seconds.
MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 128
MAX_ELEMENTS = 100_000
MAX_ATTRIBUTES = 100
_ENCODINGS = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
_BOM = codecs.BOM_UTF8
_HINT = "restore the file from version control"

# Only ever run over text that lxml has found well-formed, one match after the other.
_MARKUP = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|</(?P<close>[^\s>]+)\s*>"
    rb"|<(?P<open>[^\s/>!?]+)(?P<rest>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rb"\s([^\s=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_PROLOG = re.compile(rb"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_BLANKS = re.compile(rb"[ \t\r\n]*\Z")
_MARKED = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;",
}  # fmt: skip


class XmlFormatError(InputError):
    """A file is no XML that can be read safely.

    Args:
        line: its 1-based line, where known.
    """

    def __init__(self, message: str, *, line: int | None = None, hint: str | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}", hint=hint)
        self.line = line


@dataclass(frozen=True, slots=True, eq=False)
class XmlElement:
    """An element with its place in the bytes.

    Attributes:
        name: the tag without a namespace prefix.
        attributes: names as written and values with entities resolved, in file order.
        text: the character data before the first child.
        children: the child elements.
        line: the 1-based line of the start tag.
        start: offset of the start tag.
        inner: offset behind the start tag.
        inner_end: offset of the end tag; that of ``end`` in the form ``<name/>``.
        end: offset behind the element.
    """

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str
    children: tuple[XmlElement, ...]
    line: int
    start: int
    inner: int
    inner_end: int
    end: int

    @property
    def short(self) -> bool:
        """Whether it is written ``<name/>``."""
        return self.inner == self.end

    def get(self, name: str) -> str | None:
        """The value of an attribute."""
        return next((value for key, value in self.attributes if key == name), None)

    def all(self, name: str, /, **attributes: str) -> tuple[XmlElement, ...]:
        """The children of a name that have these attribute values."""
        return tuple(
            child
            for child in self.children
            if child.name == name and all(child.get(k) == v for k, v in attributes.items())
        )

    def first(self, name: str, /, **attributes: str) -> XmlElement | None:
        """The first of :meth:`all`."""
        return next(iter(self.all(name, **attributes)), None)

    def walk(self) -> Iterator[XmlElement]:
        """The element and everything in it, in document order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += reversed(element.children)


@dataclass(frozen=True, slots=True, eq=False)
class XmlDocument:
    """The bytes of a document and its elements."""

    data: bytes
    encoding: str
    root: XmlElement

    def blanks_before(self, element: XmlElement) -> bytes:
        """The white space between an element and what stands before it."""
        # A tag is never indented by more than this; a search from the start would be quadratic.
        match = _BLANKS.search(self.data, max(0, element.start - 4096), element.start)
        return match[0] if match else b""

    def attribute_place(self, element: XmlElement, name: str) -> tuple[int, int] | None:
        """Start and end of the raw value of an attribute, without its quotes."""
        tag = self.data[element.start : element.inner]
        for match in _ATTRIBUTE.finditer(tag):
            if match[1].decode(self.encoding) == name:
                group = 2 if match[2] is not None else 3
                return element.start + match.start(group), element.start + match.end(group)
        return None

    def encode(self, text: str) -> bytes:
        """Text in the encoding of the document.

        Raises:
            XmlFormatError: the encoding has no such character.
        """
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            msg = f"{text!r} cannot be written in the document's encoding {self.encoding}"
            raise XmlFormatError(msg, hint="use names of ASCII characters") from error


def escape_xml(text: str) -> str:
    """Text as it stands in an attribute value or between tags."""
    return "".join(_MARKED.get(letter, letter) for letter in text)


def parse_xml(data: bytes, *, root: str | None = None) -> XmlDocument:
    """The document of a file's bytes. Nothing outside these bytes is read, no entity expanded.

    Args:
        data: the whole file.
        root: the name its root element must have.

    Raises:
        XmlFormatError: damaged, cut off, too large or too deep, with a document type declaration,
            in an encoding that is no superset of ASCII, or with another root.
    """
    if len(data) > MAX_BYTES:
        msg = f"larger than {MAX_BYTES:,} bytes"
        raise XmlFormatError(msg, hint="pass the project file that the tool wrote")
    if b"\0" in data:
        msg = "not XML in UTF-8: the file holds null bytes"
        raise XmlFormatError(msg, hint="save the file in UTF-8")
    _refuse_doctype(data)
    parsed, encoding = _well_formed(data)
    document = XmlDocument(data, encoding, _tree(data, parsed, encoding))
    if root is not None and document.root.name != root:
        msg = f"the root element is <{document.root.name}>, not <{root}>"
        raise XmlFormatError(msg, line=document.root.line, hint="check that this is the right file")
    return document


def _refuse_doctype(data: bytes) -> None:
    """Entities can only be declared in a document type declaration, which stands before the root."""
    position = len(_BOM) if data.startswith(_BOM) else 0
    while match := _PROLOG.match(data, position):
        position = match.end()
    if data[position : position + 9].upper() == b"<!DOCTYPE":
        msg = "a document type declaration is refused, because it can declare entities"
        raise XmlFormatError(
            msg, line=_line(data, position), hint="no tool of ST's writes one; remove it"
        )


def _well_formed(data: bytes) -> tuple[etree._Element, str]:
    """The root of the parsed bytes and the Python name of their encoding."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        strip_cdata=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        reason = (error.msg or "damaged").partition("\n")[0].partition(", line ")[0]
        msg = f"no well-formed XML: {reason}"
        raise XmlFormatError(msg, line=error.lineno, hint=_HINT) from error
    except (ValueError, LookupError) as error:
        msg = f"no readable XML: {error}"
        raise XmlFormatError(msg, hint=_HINT) from error
    information = root.getroottree().docinfo
    declared = information.encoding or "UTF-8"
    try:
        encoding = codecs.lookup(declared).name
    except LookupError:
        encoding = declared
    if encoding not in _ENCODINGS:
        msg = f"the encoding {declared} is not supported"
        raise XmlFormatError(msg, line=1, hint="save the file in UTF-8")
    return root, encoding


@dataclass(slots=True)
class _Open:
    """An element whose end tag has not been seen yet."""

    parsed: etree._Element
    start: int
    inner: int
    line: int
    children: list[XmlElement]


def _tree(data: bytes, root: etree._Element, encoding: str) -> XmlElement:
    """The elements with their places: what lxml understood beside where the tags stand.

    Raises:
        XmlFormatError: both do not agree.
    """
    elements = root.iter("*")
    stack: list[_Open] = []
    done: list[XmlElement] = []
    position, line, counted, elements_seen = 0, 1, 0, 0
    while match := _MARKUP.search(data, position):
        position = match.end()
        if match["open"] is None and match["close"] is None:
            continue
        line, counted = line + data.count(b"\n", counted, match.start()), match.start()
        if match["open"] is not None:
            parsed = next(elements, None)
            if parsed is None or _local(match["open"].decode(encoding)) != _tag(parsed):
                raise _disagreement(line)
            elements_seen += 1
            _check_limits(len(stack), elements_seen, match["rest"], line)
            stack.append(_Open(parsed, match.start(), match.end(), line, []))
            if not match["rest"].endswith(b"/"):
                continue
        if not stack:
            raise _disagreement(line)
        element = _closed(stack.pop(), position if match["open"] else match.start(), position)
        (stack[-1].children if stack else done).append(element)
    if stack or len(done) != 1 or next(elements, None) is not None:
        raise _disagreement(line)
    return done[0]


def _check_limits(depth: int, elements: int, attributes: bytes, line: int) -> None:
    if depth >= MAX_DEPTH:
        msg = f"elements are nested more than {MAX_DEPTH} deep"
    elif elements > MAX_ELEMENTS:
        msg = f"more than {MAX_ELEMENTS:,} elements"
    elif sum(1 for _ in _ATTRIBUTE.finditer(attributes)) > MAX_ATTRIBUTES:
        msg = f"an element with more than {MAX_ATTRIBUTES} attributes"
    else:
        return
    raise XmlFormatError(msg, line=line, hint=_HINT)


def _closed(opened: _Open, inner_end: int, end: int) -> XmlElement:
    parsed = opened.parsed
    return XmlElement(
        _tag(parsed),
        tuple((_local(str(key)), str(value)) for key, value in parsed.attrib.items()),
        str(parsed.text or ""),
        tuple(opened.children),
        opened.line,
        opened.start,
        opened.inner,
        inner_end,
        end,
    )


def _tag(parsed: etree._Element) -> str:
    return _local(str(parsed.tag))


def _local(name: str) -> str:
    """A name without namespace: lxml writes ``{uri}name``, the file ``prefix:name``."""
    return name.rpartition("}")[2].rpartition(":")[2]


def _disagreement(line: int) -> XmlFormatError:
    return XmlFormatError(
        "the tags cannot be located", line=line, hint="save the file with its own tool"
    )


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1

"""The lossless document: bytes in are bytes out, and what Java reads is what we read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.ioc_samples import HEADER, corpus_files, ioc_bytes, plain_keys
from support.java_properties import java_load

from cubeai_auto.cubemx.document import Duplicate, IocDocument, IocEditError, IocFormatError
from cubeai_auto.errors import InputError, MissingPathError

SAMPLE = ioc_bytes(plain_keys())
PIECES = st.sampled_from(
    [b"\n", b"\r\n", b"\r", b"\\", b"\\\n", b"\\\r\n ", b"=", b":", b" ", b"\t", b"\f", b"#", b"!",
     b"a", b"b", b"k", b"Z", b"\\u00e9", b"\\uD83D\\uDE00", b"\\u12", b"\\ ", b"\\=", b"\xe9", b"a=1\n",
     b"b=2\n", b"<<<<<<< x\n", b"=======\n", b"Mcu.Pin0=PA0\n"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map(b"".join)
KEYS = st.text(st.sampled_from("abZ.0 =:#!\\\té€😀"), min_size=1, max_size=6)
VALUES = st.text(st.sampled_from("ab; ,=:#!\\\n\té😀"), max_size=8)


def parsed(data: bytes) -> IocDocument | None:
    try:
        return IocDocument.parse(data)
    except IocFormatError as error:
        return None if error.hint and error.exit_code == 5 else pytest.fail(str(error))


@settings(deadline=None)
@given(TEXTS)
def test_bytes_in_are_bytes_out(data: bytes) -> None:
    document = parsed(data)
    assume(document is not None)
    assert document is not None
    assert document.to_bytes() == data
    assert document.copy().to_bytes() == data


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    document = parsed(data)
    assert document is None or document.to_bytes() == data


@settings(deadline=None, max_examples=300)
@given(TEXTS.filter(lambda data: b"<<<<" not in data and b"====" not in data))
def test_keys_and_values_are_those_java_reads(data: bytes) -> None:
    document = parsed(data)
    try:
        pairs = java_load(data)
    except ValueError:
        assert document is None
        return
    if document is None:
        assert not any(key for key, _ in pairs)
    else:
        assert [key for key, _ in document.numbered_keys] == [key for key, _ in pairs]
        assert dict(document.items()) == dict(pairs)


@settings(deadline=None)
@given(TEXTS, KEYS, VALUES)
def test_insert_and_delete_is_the_identity(data: bytes, key: str, value: str) -> None:
    document = parsed(data)
    assume(document is not None)
    assert document is not None
    assume(key not in document)
    try:
        document.set(key, value)
    except IocEditError:
        assert document.markers or document.cut_line
        assert document.to_bytes() == data
        return
    again = IocDocument.parse(document.to_bytes())
    assert again.get(key) == document.get(key) == value
    assert again.items() == document.items()
    assert document.delete(key)
    assert document.to_bytes() == data


@settings(deadline=None)
@given(TEXTS, VALUES)
def test_setting_what_is_there_changes_nothing(data: bytes, value: str) -> None:
    document = parsed(data)
    assume(document is not None)
    assert document is not None
    assume(not document.markers and not document.duplicates)
    for key, present in document.items():
        document.set(key, present)
    assert document.to_bytes() == data
    first, old = document.items()[0]
    canonical = document.canonical
    document.set(first, value)
    assert document.canonical is canonical
    document.set(first, old)
    assert dict(IocDocument.parse(document.to_bytes()).items()) == dict(IocDocument.parse(data).items())


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=8), st.randoms())
def test_a_canonical_file_stays_canonical(keys: dict[str, str], order: object) -> None:
    document = IocDocument.parse(b"#c\nm=1\n")
    shuffled = list(keys.items())
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    for key, value in shuffled:
        document.set(key, value)
    assert document.canonical
    assert IocDocument.parse(document.to_bytes()).canonical
    in_order = IocDocument.parse(b"#c\nm=1\n")
    for key, value in sorted(keys.items()):
        in_order.set(key, value)
    assert document.to_bytes() == in_order.to_bytes()


@pytest.mark.corpus
def test_real_files_are_kept_byte_for_byte(corpus: Path) -> None:
    kept = canonical = crlf = 0
    for path in corpus_files(corpus):
        data = path.read_bytes()
        document = IocDocument.read(path)
        assert document.to_bytes() == data, path.name
        assert dict(document.items()) == dict(java_load(data)), path.name
        rebuilt = IocDocument.parse(data)
        for key, value in rebuilt.items():
            rebuilt.set(key, value + "x")
            rebuilt.set(key, value)
        assert rebuilt.to_bytes() == data, f"{path.name}: the escapes are not CubeMX's"
        kept += 1
        canonical += document.canonical
        crlf += b"\r\n" in data
        assert not document.markers
        assert not document.duplicates
    assert (kept, canonical, crlf) == (57, 55, 9)


@pytest.mark.corpus
def test_real_files_take_an_insert_and_a_delete(corpus: Path) -> None:
    for path in corpus_files(corpus):
        data = path.read_bytes()
        document = IocDocument.parse(data)
        for key in ("AAA", "Mcu.Pin1 x", "zzz", "STMicroelectronics.X-CUBE-AI.10.2.0.HeapSize"):
            if key not in document:
                document.set(key, " a=b ")
                assert data.startswith(document.to_bytes()[:20])
                document.delete(key)
        assert document.to_bytes() == data, path.name


def test_line_ends_are_kept_and_used() -> None:
    for newline in (b"\n", b"\r\n", b"\r"):
        document = IocDocument.parse(SAMPLE.replace(b"\n", newline))
        document.set("Mcu.Pin9", "PB0")
        document.set("board", "custom")
        assert document.to_bytes().count(newline) == SAMPLE.count(b"\n") + 1
        assert document.to_bytes().replace(newline, b"\n").count(b"\r") == 0


def test_a_missing_final_newline_stays_missing() -> None:
    document = IocDocument.parse(b"#c\nb=1")
    document.set("c", "2")
    assert document.to_bytes() == b"#c\nb=1\nc=2"
    document.set("c", "3")
    assert document.to_bytes() == b"#c\nb=1\nc=3"
    document.delete("c")
    assert document.to_bytes() == b"#c\nb=1"


def test_the_order_is_that_of_unescaped_keys_by_code_unit() -> None:
    document = IocDocument.parse(HEADER + b"PH0\\ -\\ OSC_IN.Mode=x\nPH0.Mode=y\n")
    assert document.canonical  # a blank is less than a dot, its escape is not
    document.set("PH0 - OSC_IN.Locked", "true")
    assert b"PH0\\ -\\ OSC_IN.Locked=true\nPH0\\ -" in document.to_bytes()
    document = IocDocument.parse(b"a=1\n")
    for key in ("\uffff", "\U0001f600"):  # the second is 0xD83D 0xDE00: it comes first
        document.set(key, "v")
    assert document.to_bytes() == b"a=1\n\\uD83D\\uDE00=v\n\\uFFFF=v\n"


def test_an_unsorted_file_gets_new_keys_behind_their_neighbor() -> None:
    document = IocDocument.parse(b"#c\nm=1\n#d\na=1\nz=1\n")
    assert not document.canonical
    document.set("b", "2")
    assert document.to_bytes() == b"#c\nm=1\n#d\na=1\nb=2\nz=1\n"
    document.set("A", "0")
    assert document.to_bytes().startswith(b"#c\nA=0\nm=1\n")


def test_a_line_is_only_escaped_where_cubemx_does() -> None:
    document = IocDocument.parse(b"a=1\n")
    document.set("a b", " x = : # ! \\ é\U0001f600 ")
    expected = rb"a\ b=\ x \= \: \# \! \\ \u00E9\uD83D\uDE00 "
    assert document.to_bytes() == b"a=1\n" + expected + b"\n"


def test_merge_markers_and_duplicates_are_reported_and_refused() -> None:
    data = b"#c\na=1\n<<<<<<< HEAD\nb=1\n=======\nb=2\n>>>>>>> branch\na=2\n"
    document = IocDocument.parse(data)
    assert [(marker.line, marker.text) for marker in document.markers] == [
        (3, "<<<<<<< HEAD"), (5, "======="), (7, ">>>>>>> branch"),
    ]  # fmt: skip
    assert document.duplicates == (Duplicate("a", (2, 8)), Duplicate("b", (4, 6)))
    assert document.get("a") == "2"
    assert document.keys == ("b", "a")
    with pytest.raises(IocEditError, match="line 3 is a merge marker"):
        document.set("c", "1")
    document = IocDocument.parse(b"a=1\nb=1\na=2\n")
    with pytest.raises(IocEditError, match="'a' stands on lines 1 and 3"):
        document.delete("a")
    document.set("b", "2")
    assert document.to_bytes() == b"a=1\nb=2\na=2\n"


def test_a_cut_off_line_is_not_continued() -> None:
    document = IocDocument.parse(b"a=1\nb=2\\")
    assert document.cut_line == 2
    with pytest.raises(IocEditError, match="cut off"):
        document.set("c", "1")
    document.set("b", "3")
    assert document.to_bytes() == b"a=1\nb=3"
    assert document.cut_line is None


def test_lines_are_counted_through_continuations() -> None:
    document = IocDocument.parse(b"a=1,\\\n   2\nb=1\n\n#c\nd=1\n")
    assert document.get("a") == "1,2"
    assert [document.line_of(key) for key in ("a", "b", "d", "e")] == [1, 3, 6, None]
    assert document.numbered_keys == (("a", 1), ("b", 3), ("d", 6))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no line of the form"),
        (b"#only a comment\n\n", "no line of the form"),
        (b"a=\\u12G4\n", "line 1: the escape"),
        (b"x=1\n\x00y=2\n", "null bytes"),
        (b"P\0K\0", "null bytes"),
        (b"a=1\n" * 300_000, "lines"),
        (b"a=" + b"x" * 5_000_000, "larger than"),
    ],
)
def test_what_is_no_ioc_text_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(IocFormatError, match=what):
        IocDocument.parse(data)


def test_reading_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a b ü.ioc"
    with pytest.raises(MissingPathError):
        IocDocument.read(path)
    with pytest.raises(MissingPathError):
        IocDocument.read(tmp_path)
    path.write_bytes(b"\x00")
    with pytest.raises(IocFormatError, match=r"a b ü\.ioc"):
        IocDocument.read(path)
    path.write_bytes(SAMPLE)
    assert IocDocument.read(str(path)).get("Mcu.Pin1") == "PA2"


@pytest.mark.parametrize(
    "hostile",
    [b"k=\\\n" * 150_000, b"\\" * 1_000_001, b"a=1\n" + b"\\u00e9" * 300_000, b"\r" * 150_000 + b"a=1"],
    ids=["continuations", "backslashes", "escapes", "blank lines"],
)
def test_large_inputs_take_linear_time(hostile: bytes) -> None:
    try:
        document = IocDocument.parse(hostile)
    except InputError:
        return
    assert document.to_bytes() == hostile
    assert document.canonical in {True, False}


@pytest.mark.parametrize(
    "edit",
    [lambda d: d.set("Mcu.Pin1", "PA0"), lambda d: d.set("new", "1"), lambda d: d.delete("board")],
)
def test_a_copy_is_independent(edit: Callable[[IocDocument], object]) -> None:
    document = IocDocument.parse(SAMPLE)
    other = document.copy()
    edit(other)
    assert document.to_bytes() == SAMPLE
    assert other.to_bytes() != SAMPLE
    assert document.get("Mcu.Pin1") == "PA2"

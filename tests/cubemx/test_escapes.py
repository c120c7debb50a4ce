"""The escapes of a Properties file, in both directions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.cubemx.escapes import (
    MalformedEscapeError,
    escape_key,
    escape_value,
    split_line,
    unescape,
)


@given(st.text(), st.text())
def test_what_is_escaped_is_read_back(key: str, value: str) -> None:
    line = f"{escape_key(key)}={escape_value(value)}"
    assert line.isascii()
    assert line.isprintable()
    raw_key, raw_value = split_line(line)
    assert (unescape(raw_key), unescape(raw_value)) == (key, value)


@given(st.text(st.sampled_from("\\u0041ntr:= #!é"), max_size=30))
def test_any_text_can_be_unescaped_or_is_refused(text: str) -> None:
    try:
        plain = unescape(text)
    except MalformedEscapeError:
        assert "\\u" in text
        return
    assert unescape(escape_value(plain)) == plain


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("a=b", "a", "b"),
        ("a:b", "a", "b"),
        ("a b", "a", "b"),
        ("  a \t= : b ", "a", ": b "),
        ("a\\=b=c", "a\\=b", "c"),
        ("a\\\\=b", "a\\\\", "b"),
        ("a", "a", ""),
        ("=x", "", "x"),
    ],
)
def test_the_key_ends_where_java_ends_it(text: str, key: str, value: str) -> None:
    assert split_line(text) == (key, value)


def test_characters_beyond_the_basic_plane_are_one_character() -> None:
    assert unescape("\\uD83D\\uDE00") == "\U0001f600"
    assert unescape("\\uD83D") == "\ud83d"
    assert escape_value("\ud83d") == "\\uD83D"
    assert unescape("\\u5DE5\\u4F5C") == "工作"


@pytest.mark.parametrize("text", ["\\u", "\\u12", "\\u12G4", "\\u 123", "x\\uD83"])
def test_a_malformed_escape_is_an_error(text: str) -> None:
    with pytest.raises(MalformedEscapeError):
        unescape(text)

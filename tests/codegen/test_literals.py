"""Python values as C text, read back by a small C reader."""

from __future__ import annotations

import ast
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.codegen.literals import array_text, c_comment, c_float, c_int, c_string, check_c_name
from cubeai_auto.errors import UsageError

HOSTILE = [
    'a"b\\c',
    "*/ int x; /*",
    "/*/ */*",
    "??/ ??= trigraph???",
    "two\nlines\r\n\ttab\0nul",
    "größe 数字 \U0001f600",
    "1234567\x01" + "89",
    "%s%n",
    "",
    "\udcff file name that is no UTF-8",
    "\ud800 half of a pair",
]


def read_c_string(literal: str) -> bytes:
    """The bytes of a C99 string literal, trigraphs included; fails on anything unusual."""
    assert literal[0] == literal[-1] == '"'
    assert "??" not in literal
    found = bytearray()
    rest = literal[1:-1]
    while rest:
        match = re.match(r'\\([0-7]{3})|\\(["\\?])|([^"\\\x00-\x1f\x7f-\xff])', rest)
        assert match is not None, rest
        octal, escaped, plain = match.groups()
        found += bytes([int(octal, 8)]) if octal else (escaped or plain).encode("ascii")
        rest = rest[match.end() :]
    return bytes(found)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings(text: str) -> None:
    expected = text.encode("utf-8", "surrogateescape" if "\udcff" in text else "replace")
    assert read_c_string(c_string(text)) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_string_reads_back(text: str) -> None:
    assert read_c_string(c_string(text)) == text.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_comments_stay_comments(text: str) -> None:
    comment = c_comment(text)
    assert comment.isascii()
    assert comment.isprintable()
    for mark in ("*/", "/*", "??"):
        assert mark not in comment


@given(st.text("*/? a"))
def test_no_comment_mark_is_made_by_escaping(text: str) -> None:
    comment = c_comment(text)
    assert not any(mark in comment for mark in ("*/", "/*", "??"))
    assert comment.replace(" ", "") == text.replace(" ", "")


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_floats_read_back_bit_by_bit(value: float) -> None:
    text = c_float(value)
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?f", text)
    assert "." in text or "e" in text
    back = np.float32(float(text.removesuffix("f")))
    assert back.tobytes() == np.float32(value).tobytes()


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_floats_without_a_literal(value: float) -> None:
    with pytest.raises(ValueError, match="no C literal"):
        c_float(value)


@pytest.mark.parametrize("value", [0, 1, -1, 2**31 - 1, -(2**31), -(2**31) + 1])
def test_integers_read_back(value: int) -> None:
    assert ast.literal_eval(c_int(value).replace("(-2147483647 - 1)", "-2147483648")) == value
    assert "2147483648" not in c_int(value)


@pytest.mark.parametrize(
    "values",
    [
        np.arange(-128, 128).astype(np.int8),
        np.array([-(2**31), -1, 0, 1, 2**31 - 1], np.int32),
        np.random.default_rng(1).integers(-(2**31), 2**31, 1000).astype(np.int32),
        np.random.default_rng(1).standard_normal(300).astype(np.float32),
        np.array([0.0, -0.0, 1e-45, 3.4028235e38, 1.0, 16777216.0], np.float32),
        np.arange(12).reshape(3, 4).astype(np.int8),
        np.array([7], np.int8),
    ],
)
def test_arrays_read_back(values: np.ndarray) -> None:
    text = array_text(values)
    assert max(map(len, text.splitlines())) <= 100
    items = text.replace("(-2147483647 - 1)", "-2147483648").replace("\n", "").split(",")
    assert items.pop().strip() == ""
    numbers = [float(item.strip().removesuffix("f")) for item in items]
    back = np.array(numbers).astype(values.dtype)
    assert back.tobytes() == values.ravel().tobytes()


@pytest.mark.parametrize("name", ["network", "n", "Digits_2", "x" * 63, "int8"])
def test_usable_names(name: str) -> None:
    assert check_c_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "1st", "_x", "a-b", "größe", "a b", "x" * 64, "int", "class", "a\n", "../a", "a;b", "\u017f"],
)
def test_names_that_are_not_c(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a network") as caught:
        check_c_name(name)
    assert caught.value.hint


@pytest.mark.parametrize(
    "name", ["stai", "Stai", "cai_kernels", "CAI_dense_s8", "stdint", "Math", "runtime"]
)
def test_names_that_generated_code_uses(name: str) -> None:
    with pytest.raises(UsageError, match="uses that name itself"):
        check_c_name(name)

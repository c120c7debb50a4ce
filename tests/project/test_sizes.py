from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.project.sizes import LARGEST, parse_size


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (0, 0),
        (912, 912),
        (LARGEST, LARGEST),
        ("912 B", 912),
        ("64 KiB", 65_536),
        ("64KiB", 65_536),
        ("64 kB", 64_000),
        ("1.5 MB", 1_500_000),
        ("1.5 MiB", 1_572_864),
        ("0.5 GiB", 536_870_912),
        ("2 GB", 2_000_000_000),
    ],
)
def test_sizes(value: int | str, size: int) -> None:
    assert parse_size(value) == size


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (-1, "at least 0"),
        (LARGEST + 1, "less than 8 EiB"),
        ("9999999999 GiB", "less than 8 EiB"),
        ("64 KB", "KiB"),
        ("64k", "KiB"),
        ("64", "units"),
        ("64 kib", "units"),
        ("-1 B", "units"),
        ("1e3 B", "units"),
        ("64  KiB", "units"),
        ("64 KiB\n", "units"),
        ("٣ B", "units"),
        ("", "units"),
        ("1.1 KiB", "1126.4 bytes"),
        (1.5, "whole number"),
        (True, "whole number"),
        (None, "whole number"),
        ([1], "whole number"),
    ],
)
def test_no_sizes(value: object, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        parse_size(value)


@given(
    st.integers(0, 2**40), st.sampled_from([("B", 1), ("kB", 1000), ("KiB", 1024), ("MiB", 1 << 20)])
)
def test_whole_numbers_of_a_unit_are_exact(count: int, unit: tuple[str, int]) -> None:
    assert parse_size(f"{count} {unit[0]}") == count * unit[1]


@given(st.one_of(st.text(max_size=20), st.from_regex(r"\A[0-9. ]{0,30}[kKMGi]{0,2}B?\Z")))
def test_any_text_is_a_size_or_a_value_error(text: str) -> None:
    try:
        assert 0 <= parse_size(text) <= LARGEST
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either end is right, and the message is never empty

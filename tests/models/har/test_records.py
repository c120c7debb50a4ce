"""Records out of any bytes: nothing crashes, nothing is lost uncounted, no piece size matters."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.models.har.records import LONGEST, number, records, whole
from cubeai_auto.models.har.rejects import RejectCounts, RejectTally


class Trickle(io.BytesIO):
    """A file that gives a few bytes at a time, as the end of a piece can fall anywhere."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self.size = size

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self.size if size is None or size < 0 else min(size, self.size))


def taken(content: bytes, size: int = 1 << 20) -> tuple[list[bytes], RejectCounts]:
    tally = RejectTally()
    return list(records(Trickle(content, size), tally)), tally.counts()


@pytest.mark.parametrize(
    ("content", "found", "counts"),
    [
        (b"", [], RejectCounts()),
        (b"1,a;\n2,b;\n", [b"1,a", b"2,b"], RejectCounts()),
        (b"1,a;2,b;\n3,c;", [b"1,a", b"2,b", b"3,c"], RejectCounts()),
        (b"1,a\n2,b", [b"1,a", b"2,b"], RejectCounts()),
        (b" 1 , a ; \r\n\t2,b;\r\n", [b"1 , a", b"2,b"], RejectCounts()),
        (b"1,a;\r2,b;\r", [b"1,a", b"2,b"], RejectCounts()),
        (b"\xef\xbb\xbf1,a;\n", [b"1,a"], RejectCounts()),
        (b"1,a;\n\n  \n2,b;\n", [b"1,a", b"2,b"], RejectCounts(blank_line=2)),
        (b"1,a;;\n;\n2,b", [b"1,a", b"2,b"], RejectCounts()),
        (b"x" * 5000 + b"\n1,a;\n", [b"1,a"], RejectCounts(too_long=1)),
        (b"x" * 5000 + b";1,a;\n\n", [b"1,a"], RejectCounts(too_long=1, blank_line=1)),
        (b"x" * (3 << 20), [], RejectCounts(too_long=1)),
        (b"1,a;" + b"x" * (3 << 20) + b"\n\n2,b", [b"1,a", b"2,b"], RejectCounts(1, 1)),
    ],
)  # fmt: skip
def test_what_becomes_a_record(content: bytes, found: list[bytes], counts: RejectCounts) -> None:
    assert taken(content) == (found, counts)


@given(
    st.lists(st.sampled_from([b"1,a", b";", b"\n", b"\r\n", b" ", b"2", b"\xff\0"])), st.integers(1, 7)
)
def test_the_size_of_pieces_does_not_matter(parts: list[bytes], size: int) -> None:
    content = b"".join(parts)
    assert taken(content, size) == taken(content)


@given(st.binary(max_size=300))
def test_any_bytes_give_each_non_blank_piece_once(content: bytes) -> None:
    found, counts = taken(content.removeprefix(b"\xef\xbb\xbf"))
    lines = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    pieces = [p.strip() for line in lines.split(b"\n") for p in line.split(b";")]
    assert found == [piece for piece in pieces if piece]
    ended = lines.split(b"\n")[:-1]
    assert counts == RejectCounts(blank_line=sum(not line.strip() for line in ended))


def test_a_record_at_the_limit_is_taken_and_one_beyond_is_not() -> None:
    for size in (1, 1000, 1 << 20):
        assert taken(b"x" * LONGEST + b";\n", max(size, 700)) == ([b"x" * LONGEST], RejectCounts())
        assert taken(b"x" * (LONGEST + 1) + b";\n", max(size, 700)) == ([], RejectCounts(too_long=1))


@pytest.mark.parametrize(
    "text", [b"", b"nan", b"inf", b"-inf", b"1e400", b"1_0", b"0x10", b"1,5", b"--1", b"\xb2"]
)
def test_no_number(text: bytes) -> None:
    assert number(text) is None


def test_numbers() -> None:
    assert [number(b"1"), number(b"-0.5"), number(b"+1e-3"), number(b".5")] == [1, -0.5, 1e-3, 0.5]
    assert [whole(b"0"), whole(b"0042"), whole(b"9" * 19)] == [0, 42, 10**19 - 1]
    assert [whole(text) for text in (b"", b"-1", b"1.0", b"1_0", b"9" * 20, "²".encode())] == [None] * 6


def test_counts_add_up_and_say_what_they_are() -> None:
    counts = RejectCounts(zero_time=2) + RejectCounts(zero_time=1, missing_value=4)
    assert counts.total == 7
    assert counts.sentence() == "rejected: 4 x missing value, 3 x time 0"
    assert counts.share(1993) == "1,993 of 2,000 records taken"
    assert RejectCounts().sentence() == "nothing rejected"
    tally = RejectTally()
    tally.add("too_long", 3)
    assert tally.counts() == RejectCounts(too_long=3)

"""Pictures: decoded by hand, so that the writer is not its own judge."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.render.png import gray_png, png_data_uri


def decoded(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and pixels of a gray PNG without row filters; every checksum is checked."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", data, at + 8 + length)
        assert check == zlib.crc32(kind + body)
        chunks.append((kind, body))
        at += 12 + length
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, color, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, color, rest) == (8, 0, [0, 0, 0])
    rows = zlib.decompress(chunks[1][1])
    lines = [rows[start : start + width + 1] for start in range(0, len(rows), width + 1)]
    assert len(lines) == height
    assert all(line[0] == 0 for line in lines)
    return width, height, b"".join(line[1:] for line in lines)


@given(st.integers(1, 40), st.integers(1, 40))
def test_pixels_survive(width: int, height: int) -> None:
    pixels = bytes((7 * x * x + 31 * x) % 256 for x in range(width * height))
    assert decoded(gray_png(width, height, pixels)) == (width, height, pixels)


def test_a_data_uri_holds_the_file() -> None:
    uri = png_data_uri(2, 1, b"\x00\xff")
    kind, data = uri.split(",")
    assert kind == "data:image/png;base64"
    assert decoded(base64.b64decode(data)) == (2, 1, b"\x00\xff")


@pytest.mark.parametrize(("width", "height"), [(0, 0), (2, 2), (1, 4), (-3, -1)])
def test_a_wrong_number_of_pixels_is_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match="no picture"):
        gray_png(width, height, b"abc")

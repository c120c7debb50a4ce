"""Gray pictures as PNG files, small enough to stand inside a page."""

from __future__ import annotations

import base64
import struct
import zlib

__all__ = ["gray_png", "png_data_uri"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY = 0
_BIT_DEPTH = 8


def gray_png(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG file of 8-bit gray values.

    Args:
        width: pixels in a row, at least 1.
        height: rows, at least 1.
        pixels: ``width * height`` values, row by row; 0 is black.

    Raises:
        ValueError: the number of values does not fit the size.

    Source of the format: PNG specification (ISO/IEC 15948), color type 0, filter type 0.
    """
    if width < 1 or height < 1 or len(pixels) != width * height:
        msg = f"{len(pixels)} gray values are no picture of {width} x {height}"
        raise ValueError(msg)
    header = struct.pack(">IIBBBBB", width, height, _BIT_DEPTH, _GRAY, 0, 0, 0)
    rows = b"".join(b"\0" + pixels[start : start + width] for start in range(0, len(pixels), width))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def png_data_uri(width: int, height: int, pixels: bytes) -> str:
    """The same picture as a ``data:`` address.

    Raises:
        ValueError: the number of values does not fit the size.
    """
    return "data:image/png;base64," + base64.b64encode(gray_png(width, height, pixels)).decode("ascii")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

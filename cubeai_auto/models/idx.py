"""The IDX files of MNIST: a big-endian header and unsigned bytes, plain or gzip-compressed.

Format: two zero bytes, a type code (8 is unsigned byte), the number of dimensions, each dimension as
32 bits, then the values in C order (Y. LeCun, C. Cortes, "The MNIST database of handwritten digits").
"""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import DatasetError
from cubeai_auto.files import existing_file, refusals

__all__ = ["read_idx"]

_UNSIGNED_BYTE = 8
_GZIP = b"\x1f\x8b"
_LIMIT = 1 << 28


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes; gzip is recognized by content, not by name.

    Args:
        path: the file.
        dimensions: how many it must have (pictures 3, labels 1).

    Raises:
        MissingPathError: the file does not exist.
        DatasetError: not such a file, shorter or longer than its header says, or damaged gzip.
        RefusedError: the system does not let us read it.
    """
    existing_file(path, "the IDX file")
    with refusals("read", path):
        content = path.read_bytes()
    packed = content.startswith(_GZIP)
    stream: io.BufferedIOBase = io.BytesIO(content)
    if packed:
        stream = gzip.GzipFile(fileobj=stream)
    try:
        shape, values, rest = _parse(stream, dimensions)
    except (EOFError, OSError, zlib.error) as error:
        msg = f"{path}: the gzip data is damaged: {error}"
        raise DatasetError(msg, hint="fetch the file again") from error
    except _IdxError as error:
        msg = f"{path}: {error}"
        raise DatasetError(msg, hint="fetch the file again, or give the right folder") from error
    if rest:
        msg = f"{path}: there is data after the {math.prod(shape)} values that the header announces"
        raise DatasetError(msg, hint="fetch the file again")
    return np.frombuffer(values, np.uint8).reshape(shape)


class _IdxError(Exception):
    """What is wrong with the content, without the file's name."""


def _parse(stream: io.BufferedIOBase, dimensions: int) -> tuple[tuple[int, ...], bytes, bytes]:
    head = stream.read(4)
    if len(head) < 4 or head[:2] != b"\0\0":
        msg = "this is not an IDX file"
        raise _IdxError(msg)
    if head[2] != _UNSIGNED_BYTE or head[3] != dimensions:
        msg = (
            f"expected unsigned bytes in {dimensions} dimension{'s' if dimensions > 1 else ''} "
            f"(magic 0x{_UNSIGNED_BYTE << 8 | dimensions:08x}), found magic 0x{head.hex()}"
        )
        raise _IdxError(msg)
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        msg = "the header is cut off"
        raise _IdxError(msg)
    shape: tuple[int, ...] = struct.unpack(f">{dimensions}I", sizes)
    count = math.prod(shape)
    if count > _LIMIT:
        msg = f"the header announces {count} values, more than the {_LIMIT} that are accepted"
        raise _IdxError(msg)
    values = stream.read(count)
    if len(values) < count:
        msg = f"cut off: the header announces {count} values, {len(values)} are there"
        raise _IdxError(msg)
    return shape, values, stream.read(1)

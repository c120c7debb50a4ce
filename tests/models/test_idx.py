"""Reading IDX files: what is right, and every way of being wrong."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.errors import CubeAIError, DatasetError, MissingPathError
from cubeai_auto.models.idx import read_idx

PICTURES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
GOOD = struct.pack(">IIII", 0x803, 2, 3, 4) + PICTURES.tobytes()


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "no-ending", "misleading.gz"])
@pytest.mark.parametrize("packed", [False, True])
def test_plain_and_packed_files_are_told_apart_by_content(
    tmp_path: Path, name: str, packed: bool
) -> None:
    file = tmp_path / name
    file.write_bytes(gzip.compress(GOOD, mtime=0) if packed else GOOD)
    assert np.array_equal(read_idx(file, 3), PICTURES)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not an IDX file"),
        (b"\0\0", "not an IDX file"),
        (b"<html>404</html>", "not an IDX file"),
        (b"\0\0\x0d\x03" + GOOD[4:], "found magic 0x00000d03"),
        (struct.pack(">II", 0x801, 3) + b"abc", "expected unsigned bytes in 3 dimensions"),
        (GOOD[:11], "the header is cut off"),
        (GOOD[:-1], "announces 24 values, 23 are there"),
        (GOOD + b"\0", "data after the 24 values"),
        (struct.pack(">IIII", 0x803, 2**31, 28, 28) + b"abc", "more than the"),
        (gzip.compress(GOOD[:-1], mtime=0), "23 are there"),
        (gzip.compress(GOOD + b"more", mtime=0), "data after"),
        (gzip.compress(GOOD, mtime=0)[:-3], "gzip data is damaged"),
        (gzip.compress(GOOD, mtime=0)[:15], "gzip data is damaged"),
        (gzip.compress(GOOD, mtime=0)[:-8] + b"\1" * 8, "gzip data is damaged"),
        (b"\x1f\x8b\x08\0garbage-garbage-garbage", "gzip data is damaged"),
    ],
)
def test_damage_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "train-images-idx3-ubyte"
    file.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        read_idx(file, 3)
    assert sentence in caught.value.message
    assert str(file) in caught.value.message
    assert caught.value.exit_code == 5


def test_a_missing_file_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        read_idx(tmp_path / "nowhere", 3)


@given(data=st.data())
def test_any_flipped_byte_gives_pictures_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from([GOOD, gzip.compress(GOOD, mtime=0)])))
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    file = tmp_path_factory.getbasetemp() / "flipped"
    file.write_bytes(content)
    try:
        found = read_idx(file, 3)
    except CubeAIError:
        return
    assert found.dtype == np.uint8
    assert found.ndim == 3

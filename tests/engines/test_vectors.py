"""Input vectors: the same ones for the same seed, and a user's file read with care."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from support.small_models import graph_of, mlp, two_in_two_out
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

from cubeai_auto.engines import random_inputs, read_inputs
from cubeai_auto.errors import InputError, MissingPathError, UnsupportedModelError, UsageError

ONE, TWO = graph_of(mlp()), graph_of(two_in_two_out())


def test_a_seed_decides_the_vectors() -> None:
    first, again, other = (random_inputs(TWO, 7, seed) for seed in (1, 1, 2))
    for a, b, c in zip(first, again, other, strict=True):
        assert a.tobytes() == b.tobytes()
        assert a.tobytes() != c.tobytes()


def test_vectors_cover_their_type() -> None:
    integers, floats = random_inputs(TWO, 2000, 1)
    assert (integers.dtype, integers.shape) == (np.int8, (2000, 7))
    assert (integers.min(), integers.max()) == (-128, 127)
    assert (floats.dtype, floats.shape) == (np.float32, (2000, 9))
    assert -1 <= floats.min() < -0.99
    assert 0.99 < floats.max() <= 1


@pytest.mark.parametrize(("samples", "seed"), [(0, 1), (-5, 1), (3, -1)])
def test_counts_and_seeds_that_make_no_sense(samples: int, seed: int) -> None:
    with pytest.raises(UsageError):
        random_inputs(ONE, samples, seed)


def test_no_random_vectors_for_tokens() -> None:
    spec = ModelSpec(
        [TensorSpec("ids", (1, 4), "int32"), TensorSpec("y", (1, 4), "int32")],
        [OperatorSpec("ABS", ["ids"], ["y"])],
        ["ids"],
        ["y"],
    )
    with pytest.raises(UnsupportedModelError, match="'ids' of type int32") as caught:
        random_inputs(graph_of(spec), 1, 1)
    assert caught.value.hint


def saved(path: Path, *arrays: np.ndarray, **named: np.ndarray) -> Path:
    np.savez(path, *arrays, **named)
    return path


def test_one_array_needs_no_name(tmp_path: Path) -> None:
    x = np.arange(20, dtype=np.int8).reshape(2, 10)
    (read,) = read_inputs(saved(tmp_path / "a.npz", x), ONE)
    assert read.reshape(2, 10).tolist() == x.tolist()
    (whole,) = read_inputs(saved(tmp_path / "b.npz", samples=x.reshape(2, 1, 10)), ONE)
    assert whole.tobytes() == read.tobytes()


def test_names_decide_the_order(tmp_path: Path) -> None:
    a, b = np.ones((3, 7), np.int8), np.full((3, 9), 0.5, np.float32)
    names = {"größe/*b*/": b, "a": a, "unused": np.zeros(1)}
    read = read_inputs(saved(tmp_path / "n.npz", **names), TWO)
    assert [array.dtype.name for array in read] == ["int8", "float32"]
    in_order = read_inputs(saved(tmp_path / "o.npz", a, b), TWO)
    assert [array.tobytes() for array in in_order] == [array.tobytes() for array in read]


def test_inputs_of_the_same_name_are_read_in_order(tmp_path: Path) -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 2)),
            TensorSpec("x_", (1, 2)),
            TensorSpec("y", (1, 2), "int8", scales=(0.1,)),
            TensorSpec("z", (1, 2), "int8", scales=(0.1,)),
        ],
        [OperatorSpec("QUANTIZE", ["x"], ["y"]), OperatorSpec("QUANTIZE", ["x_"], ["z"])],
        ["x", "x_"],
        ["y", "z"],
    )
    graph = graph_of(spec)
    object.__setattr__(graph.tensors[1], "name", "x")
    first, second = np.zeros((1, 2), np.float32), np.ones((1, 2), np.float32)
    read = read_inputs(saved(tmp_path / "d.npz", x=first, other=second), graph)
    assert [float(array.max()) for array in read] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.zeros((2, 10), np.float32), "takes int8, and float32 was given"),
        (np.zeros((2, 9), np.int8), r"takes arrays of shape .* and \(2, 9\) was given"),
        (np.zeros((0, 10), np.int8), "at least one"),
        (np.zeros((), np.int8), "takes arrays of shape"),
        (np.array(["a", "b"]), "takes int8"),
    ],
)
def test_arrays_that_do_not_fit(array: np.ndarray, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=problem):
        read_inputs(saved(tmp_path / "x.npz", array), ONE)


def test_arrays_of_different_length(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.npz", np.zeros((3, 7), np.int8), np.zeros((4, 9), np.float32))
    with pytest.raises(InputError, match=r"same number of vectors.*3 and 4"):
        read_inputs(path, TWO)


def test_too_many_arrays_without_the_names(tmp_path: Path) -> None:
    x = np.zeros((1, 10), np.int8)
    with pytest.raises(InputError, match="2 arrays; the network has 1 inputs") as caught:
        read_inputs(saved(tmp_path / "x.npz", x, x), ONE)
    assert caught.value.hint == "name the arrays: x"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        read_inputs(tmp_path / "none.npz", ONE)
    with pytest.raises(MissingPathError, match="folder"):
        read_inputs(tmp_path, ONE)


def damaged_files(folder: Path) -> dict[str, bytes]:
    good = saved(folder / "good.npz", np.zeros((2, 10), np.int8)).read_bytes()
    np.savez_compressed(folder / "packed.npz", np.arange(2000).reshape(2, 1000))
    packed = bytearray((folder / "packed.npz").read_bytes())
    packed[len(packed) // 3] ^= 0xFF
    np.save(folder / "one.npy", np.zeros((2, 10), np.int8))
    np.savez(folder / "pickled.npz", np.array([{"a": 1}], dtype=object))
    with zipfile.ZipFile(folder / "text.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with zipfile.ZipFile(folder / "huge.npz", "w") as archive:
        header = b"{'descr': '|i1', 'fortran_order': False, 'shape': (99999999999999,), }"
        header += b" " * (117 - len(header)) + b"\n"
        archive.writestr("arr_0.npy", b"\x93NUMPY\x01\x00" + bytes([118, 0]) + header)
    return {
        "empty": b"",
        "text": b"this is no archive\n" * 20,
        "cut short": good[: len(good) // 2],
        "cut at the end": good[:-10],
        "flipped bit": bytes(packed),
        "npy": (folder / "one.npy").read_bytes(),
        "pickled": (folder / "pickled.npz").read_bytes(),
        "text inside": (folder / "text.npz").read_bytes(),
        "huge": (folder / "huge.npz").read_bytes(),
        "zip without files": b"PK\x05\x06" + bytes(18),
    }


def test_damaged_files_are_named(tmp_path: Path) -> None:
    for kind, content in damaged_files(tmp_path).items():
        path = tmp_path / "vectors ü.npz"
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            read_inputs(path, ONE)
        assert caught.value.exit_code == 5, kind
        assert caught.value.hint or "takes int8" in caught.value.message, kind

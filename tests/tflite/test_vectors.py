"""Input vectors against the inputs of a graph."""

from __future__ import annotations

import numpy as np
import pytest

from cubeai_auto.errors import InputError
from cubeai_auto.tflite.graph import Graph, Quantization, Tensor
from cubeai_auto.tflite.vectors import batched_inputs


def graph(*tensors: Tensor) -> Graph:
    return Graph("net", tensors, (), tuple(range(len(tensors))), (), 0, "")


IMAGE = Tensor(0, "image", "int8", (1, 4, 3), Quantization((0.5,), (0,)))
PAIR = Tensor(1, "pair", "float32", (2, 3))
SCALAR = Tensor(0, "gain", "float32", ())


def test_vector_shape_leaves_out_a_batch_of_one_only() -> None:
    assert IMAGE.vector_shape == (4, 3)
    assert PAIR.vector_shape == (2, 3)
    assert SCALAR.vector_shape == ()
    assert Tensor(0, "one", "int8", (1,)).vector_shape == ()


def test_the_batch_of_one_may_be_left_out() -> None:
    x = np.arange(24, dtype=np.int8).reshape(2, 4, 3)
    y = np.zeros((2, 2, 3), np.float32)
    for given in (x, x[:, np.newaxis]):
        image, pair = batched_inputs(graph(IMAGE, PAIR), [given, y])
        assert image.shape == (2, 1, 4, 3)
        assert image.ravel().tolist() == list(range(24))
        assert pair.shape == (2, 2, 3)
    (gain,) = batched_inputs(graph(SCALAR), [np.ones(5, np.float32)])
    assert gain.shape == (5,)


def test_vectors_of_a_transposed_view_keep_their_order() -> None:
    x = np.arange(24, dtype=np.int8).reshape(3, 4, 2).T
    (image,) = batched_inputs(graph(IMAGE), [x])
    assert np.array_equal(image[1, 0], x[1])
    assert image.flags.c_contiguous


@pytest.mark.parametrize(
    ("tensors", "arrays", "says"),
    [
        ((IMAGE, PAIR), [np.zeros((1, 4, 3), np.int8)], "has 2 inputs, and 1 arrays were given"),
        ((IMAGE,), [np.zeros((1, 4, 3), np.uint8)], "image takes int8, and uint8 was given"),
        ((IMAGE,), [np.zeros((1, 4, 3))], "image takes int8, and float64 was given"),
        ((IMAGE,), [np.zeros((2, 3, 4), np.int8)], r"\(vectors, 4, 3\) or \(vectors, 1, 4, 3\)"),
        ((IMAGE,), [np.zeros((2, 12), np.int8)], "image takes arrays of shape"),
        ((IMAGE,), [np.zeros((2, 2, 4, 3), np.int8)], "image takes arrays of shape"),
        ((IMAGE,), [np.array(0, np.int8)], "image takes arrays of shape"),
        ((PAIR,), [np.zeros((4, 3), np.float32)], r"\(vectors, 2, 3\), and \(4, 3\)"),
        ((IMAGE,), [np.zeros((0, 4, 3), np.int8)], "at least one; found 0"),
        ((IMAGE, PAIR), [np.zeros((2, 4, 3), np.int8), np.zeros((3, 2, 3), np.float32)], "2 and 3"),
        ((), [], "at least one; found no inputs"),
        ((Tensor(0, "words", "string", (1,)),), [np.array(["a"])], "words is of type string"),
        ((Tensor(0, "nibbles", "int4", (1, 2)),), [np.zeros((1, 2), np.int8)], "of type int4"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(tensors, arrays, says) -> None:
    with pytest.raises(InputError, match=says) as caught:
        batched_inputs(graph(*tensors), arrays)
    assert caught.value.exit_code == 5


def test_real_values_for_a_quantized_input_get_a_hint() -> None:
    with pytest.raises(InputError) as caught:
        batched_inputs(graph(IMAGE), [np.zeros((1, 4, 3), np.float32)])
    assert "scale and zero point" in (caught.value.hint or "")

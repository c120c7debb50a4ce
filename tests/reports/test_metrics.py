"""Comparing outputs with an oracle's."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cubeai_auto.errors import InputError
from cubeai_auto.quantity import Quantity
from cubeai_auto.reports.metrics import accuracy, compare_outputs, confusion, dequantized
from cubeai_auto.tflite.graph import Quantization

HALF = Quantization((0.5,), (-2,))
int8_arrays = hnp.arrays(np.int8, hnp.array_shapes(min_dims=2, max_dims=3, max_side=5))


def approx(quantity: Quantity, value: float) -> None:
    assert quantity.value == pytest.approx(value, rel=1e-12)
    assert quantity.unit == "1"


def test_int8_by_hand() -> None:
    got = np.array([[2, 0], [-2, 4]], np.int8)
    expected = np.array([[2, 2], [-2, 3]], np.int8)
    # real: y = [2, 1, 0, 3], r = [2, 2, 0, 2.5]; y - r = [0, -1, 0, 0.5]
    found = compare_outputs([got], [expected], [HALF])
    assert (found.vectors, found.outputs_compared, found.mismatches) == (2, 4, 2)
    assert found.max_abs_error == 2.0  # in LSB
    assert found.max_ulp is None
    approx(found.metrics.acc, 1.0)  # 0 == 0: the oracle's tie goes to the first; 1 == 1
    approx(found.metrics.rmse, math.sqrt(1.25 / 4))
    approx(found.metrics.mae, 1.5 / 4)
    approx(found.metrics.l2r, math.sqrt(1.25) / math.sqrt(14.25))
    approx(found.metrics.nse, 1 - 1.25 / (14.25 - 4 * 1.625**2))
    approx(found.metrics.cos, 13.5 / math.sqrt(14 * 14.25))


def test_acc_counts_vectors_with_another_arg_max() -> None:
    got = np.array([[0, 1], [0, 1], [1, 0], [3, 3]], np.int8)
    expected = np.array([[0, 5], [5, 0], [9, 0], [3, 3]], np.int8)
    approx(compare_outputs([got], [expected], [None]).metrics.acc, 0.75)


def test_several_outputs_are_pooled_and_acc_needs_every_arg_max() -> None:
    first = (np.array([[1, 0], [1, 0]], np.int8), np.array([[1, 0], [0, 1]], np.int8))
    second = (
        np.array([[0.0, 2.0], [2.0, 1.0]], np.float32),
        np.array([[0.0, 2.0], [2.0, 1.0]], np.float32),
    )
    found = compare_outputs([first[0], second[0]], [first[1], second[1]], [None, None])
    assert (found.outputs_compared, found.mismatches) == (8, 2)
    assert (found.max_abs_error, found.max_ulp) == (1.0, 0)
    approx(found.metrics.acc, 0.5)
    approx(found.metrics.rmse, math.sqrt(2 / 8))


def test_floats_within_the_tolerance_match() -> None:
    expected = np.array([[1.0, 2.0, -3.0]], np.float32)
    got = expected.copy()
    for _ in range(4):
        got[0, 0] = np.nextafter(got[0, 0], np.float32(9))
    got[0, 1] = np.nextafter(got[0, 1], np.float32(0))
    exact = compare_outputs([got], [expected], [None])
    assert (exact.mismatches, exact.max_ulp) == (2, 4)
    assert exact.max_abs_error == 4 * 2.0**-23
    assert compare_outputs([got], [expected], [None], ulp=3).mismatches == 1
    assert compare_outputs([got], [expected], [None], ulp=4).mismatches == 0


def test_a_tolerance_for_floats_is_none_for_integers() -> None:
    found = compare_outputs([np.array([[1, 2]], np.int8)], [np.array([[1, 3]], np.int8)], [None], ulp=9)
    assert found.mismatches == 1


def test_nan_equals_only_nan_and_leaves_the_metrics_open() -> None:
    nan, inf = math.nan, math.inf
    same = np.array([[nan, inf, -inf, 1.0]], np.float32)
    found = compare_outputs([same], [same.copy()], [None])
    assert (found.mismatches, found.max_abs_error, found.max_ulp) == (0, 0.0, 0)
    assert not found.metrics.rmse.known
    assert "NaN or infinite" in found.metrics.cos.reason
    other = np.array([[0.0, inf, -inf, 1.0]], np.float32)
    found = compare_outputs([same], [other], [None], ulp=2**32)
    assert (found.mismatches, found.max_abs_error) == (1, None)
    opposite = np.array([[nan, -inf, -inf, 1.0]], np.float32)
    assert compare_outputs([same], [opposite], [None]).max_abs_error is None
    json.dumps(found.metrics.to_json(), allow_nan=False)


def test_all_zero_outputs_have_no_relative_error() -> None:
    zero, one = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)
    both = compare_outputs([zero], [zero.copy()], [None]).metrics
    assert both.rmse.value == 0
    assert both.mae.value == 0
    assert both.acc.value == 1
    for metric in (both.l2r, both.cos):
        assert metric.reason == "the oracle's outputs are all zero"
    assert both.nse.reason == "the oracle's outputs are all the same"
    mine = compare_outputs([zero], [one], [None]).metrics
    assert mine.cos.reason == "the outputs are all zero"
    approx(mine.l2r, 1.0)


def test_a_constant_reference_has_no_nse() -> None:
    expected = np.full((1, 7), 0.1, np.float32)  # its mean is not exactly 0.1
    found = compare_outputs([expected * 2], [expected], [None]).metrics
    assert not found.nse.known
    approx(found.cos, 1.0)


def test_a_single_element_has_no_arg_max() -> None:
    found = compare_outputs([np.ones((5, 1), np.int8)], [np.ones((5, 1), np.int8)], [HALF])
    assert "one element" in found.metrics.acc.reason
    assert found.mismatches == 0
    vector_of_scalars = compare_outputs([np.ones(5, np.int8)], [np.ones(5, np.int8)], [HALF])
    assert vector_of_scalars.vectors == 5


def test_values_too_large_for_the_metrics_are_missing_not_infinite() -> None:
    huge = np.array([[1e300, -1e300]])
    found = compare_outputs([huge], [-huge], [None]).metrics
    assert not found.rmse.known
    assert not found.l2r.known
    assert not found.cos.known
    approx(found.mae, 2e300)


def test_the_largest_integer_difference_does_not_overflow() -> None:
    extremes = np.iinfo(np.int64)
    got, expected = np.array([[extremes.min, 0]]), np.array([[extremes.max, 0]])
    assert compare_outputs([got], [expected], [None]).max_abs_error == float(2**64 - 1)
    top = np.array([[2**64 - 1, 0]], np.uint64)
    assert compare_outputs([top], [np.zeros((1, 2), np.uint64)], [None]).max_abs_error == float(
        2**64 - 1
    )
    truth = np.array([[True, False]])
    assert compare_outputs([truth], [~truth], [None]).mismatches == 2


@given(int8_arrays)
def test_identity_has_no_mismatch(array: np.ndarray) -> None:
    found = compare_outputs([array], [array.copy()], [HALF])
    assert (found.mismatches, found.max_abs_error) == (0, 0.0)
    assert found.metrics.rmse.value == 0
    assert found.metrics.cos.value in (None, pytest.approx(1.0))
    assert found.metrics.nse.value in (None, 1.0)


@given(int8_arrays, st.data())
def test_one_flipped_bit_is_one_mismatch(array: np.ndarray, data: st.DataObject) -> None:
    where = data.draw(st.integers(0, array.size - 1))
    other = array.copy()
    other.ravel()[where] ^= 1
    found = compare_outputs([other], [array], [HALF])
    assert (found.mismatches, found.max_abs_error) == (1, 1.0)
    approx(found.metrics.mae, 0.5 / array.size)


@given(
    hnp.arrays(np.float32, (3, 4), elements=st.floats(width=32, allow_nan=False, allow_infinity=False))
)
def test_one_flipped_float_bit_is_one_mismatch_of_one_ulp(array: np.ndarray) -> None:
    other = array.copy()
    other.view(np.uint32)[1, 2] ^= 1
    found = compare_outputs([other], [array], [None])
    assert (found.mismatches, found.max_ulp) == (1, 1)
    assert compare_outputs([other], [array], [None], ulp=1).mismatches == 0


@pytest.mark.parametrize(
    ("got", "expected", "quantizations", "says"),
    [
        ([], [], [], "no output to compare"),
        ([np.zeros((0, 3), np.int8)], [np.zeros((0, 3), np.int8)], [None], "no output to compare"),
        ([np.zeros((1, 3), np.int8)], [], [None], "numbers of outputs"),
        ([np.zeros((1, 3), np.int8)], [np.zeros((1, 3), np.int8)], [], "numbers of outputs"),
        ([np.zeros((1, 3), np.int8)], [np.zeros((1, 3), np.uint8)], [None], "output 0 cannot .* int8"),
        ([np.zeros((1, 3), np.int8)], [np.zeros((3, 1), np.int8)], [None], "output 0 cannot be"),
        ([np.zeros((), np.int8)], [np.zeros((), np.int8)], [None], "output 0 cannot be"),
        ([np.array([["a"]])], [np.array([["a"]])], [None], "output 0 cannot be"),
        ([np.zeros((1, 3), np.int8), np.zeros((2, 3))], [np.zeros((1, 3), np.int8), np.zeros((2, 3))],
         [None, None], "different numbers of vectors"),
    ],
)  # fmt: skip
def test_what_does_not_correspond_is_refused(got, expected, quantizations, says) -> None:
    with pytest.raises(InputError, match=says):
        compare_outputs(got, expected, quantizations)


def test_dequantization_and_provenance() -> None:
    assert dequantized(np.array([-128, 127], np.int8), Quantization((1 / 256,), (-128,))).tolist() == [
        0,
        255 / 256,
    ]
    found = compare_outputs([np.eye(2)], [np.eye(2)], [None], source="TFLM on the host, 2 vectors")
    assert found.metrics.rmse.source == "TFLM on the host, 2 vectors"


def test_scoring_is_offered_here_too() -> None:
    outputs, labels = np.eye(3, dtype=np.int8), np.array([0, 1, 1])
    assert accuracy(outputs, labels) == pytest.approx(2 / 3)
    assert confusion(outputs, labels, 3) == ((1, 0, 0), (0, 1, 1), (0, 0, 0))


def test_a_share_of_the_largest_value_may_be_allowed() -> None:
    oracle = np.array([[1.0, 1e-6, -1.0]], np.float32)
    got = oracle + np.array([[5e-6, 5e-6, 2e-5]], np.float32)
    assert compare_outputs([got], [oracle], [None]).mismatches == 3
    assert compare_outputs([got], [oracle], [None], relative=1e-5).mismatches == 1


def test_not_a_number_is_never_close() -> None:
    oracle = np.array([[1.0, 2.0]], np.float32)
    got = np.array([[np.nan, np.inf]], np.float32)
    assert compare_outputs([got], [oracle], [None], relative=1e-5).mismatches == 2

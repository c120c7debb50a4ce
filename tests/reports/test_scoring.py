"""Arg-max, accuracy and confusion of stored outputs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cubeai_auto.errors import InputError
from cubeai_auto.reports.scoring import accuracy, arg_max, confusion


def loop_in_c(vector: list[float]) -> int:
    best = 0
    for index, value in enumerate(vector):
        if value > vector[best]:
            best = index
    return best


OUTPUTS = np.array([[-128, 127, 0], [5, 5, -1], [-3, -2, -1], [0, 1, 0]], np.int8)


def test_arg_max_by_hand_and_the_first_wins_a_tie() -> None:
    assert arg_max(OUTPUTS).tolist() == [1, 0, 2, 1]
    assert arg_max(np.array([[False, True, True]])).tolist() == [1]
    assert arg_max(np.array([[200, 255, 1]], np.uint8)).tolist() == [1]
    assert arg_max(np.zeros((2, 2, 2), np.int8)).tolist() == [0, 0]


@given(
    hnp.arrays(
        np.float32,
        (3, 4),
        elements=st.sampled_from([math.nan, -math.inf, math.inf, -1.0, 0.0, -0.0, 1.5]),
    )
)
def test_arg_max_is_what_a_loop_on_the_target_finds(outputs: np.ndarray) -> None:
    assert arg_max(outputs).tolist() == [loop_in_c(row) for row in outputs.tolist()]


def test_accuracy_by_hand() -> None:
    assert accuracy(OUTPUTS, np.array([1, 0, 2, 0])) == 0.75
    assert accuracy(OUTPUTS, np.array([0, 1, 0, 0])) == 0.0


def test_confusion_counts_rows_of_true_classes() -> None:
    found = confusion(OUTPUTS, np.array([1, 0, 2, 0]), 3)
    assert found == ((1, 1, 0), (0, 1, 0), (0, 0, 1))
    assert confusion(OUTPUTS, np.array([3, 3, 3, 3]), 4)[3] == (1, 2, 1, 0)


@given(
    hnp.arrays(np.int8, (20, 3)),
    hnp.arrays(np.int64, 20, elements=st.integers(0, 2)),
)
def test_the_diagonal_of_the_confusion_is_the_accuracy(outputs: np.ndarray, labels: np.ndarray) -> None:
    table = confusion(outputs, labels, 3)
    assert sum(map(sum, table)) == 20
    assert sum(table[i][i] for i in range(3)) / 20 == accuracy(outputs, labels)
    assert [sum(row) for row in table] == [int((labels == c).sum()) for c in range(3)]


@pytest.mark.parametrize(
    ("outputs", "labels", "classes", "says"),
    [
        (OUTPUTS, np.array([0, 1]), 3, "do not fit"),
        (OUTPUTS, np.array([[0, 1, 0, 1]]), 3, "do not fit"),
        (OUTPUTS, np.array([0, 1, 2, 3]), 3, "label lies outside"),
        (OUTPUTS, np.array([0, 1, 1, -1]), 3, "label lies outside"),
        (OUTPUTS, np.array([0, 1, 1, 1]), 2, "arg-max lies outside"),
        (OUTPUTS[:0], np.array([], np.int64), 3, "no vectors"),
        (OUTPUTS[:, :0], np.array([0, 0, 0, 0]), 3, "no largest element"),
    ],
)
def test_what_does_not_belong_together_is_refused(
    outputs: np.ndarray, labels: np.ndarray, classes: int, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        confusion(outputs, labels, classes)

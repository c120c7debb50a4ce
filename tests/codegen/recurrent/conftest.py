"""The recurrent cases, with their golden outputs as one sequence."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from support.engine_cases import Collection, collect
from support.engine_runs import golden_outputs
from support.recurrent_catalog import lstm_cases, lstm_f32_cases, svdf_cases

from cubeai_auto.codegen.lower import lower

Outputs = tuple[npt.NDArray[np.generic], ...]

_CASES = {"svdf": svdf_cases, "lstm": lstm_cases, "lstm_f32": lstm_f32_cases}


@pytest.fixture(scope="session")
def recurrent_cases() -> Callable[[str], Collection]:
    """All cases of ``svdf``, ``lstm`` or ``lstm_f32`` in one model."""

    @cache
    def make(kind: str) -> Collection:
        return collect(_CASES[kind](), f"cases_{kind}")

    return make


@pytest.fixture(scope="session")
def recurrent_golden(recurrent_cases: Callable[[str], Collection]) -> Callable[[str], Outputs]:
    """The golden model's outputs, all vectors as one sequence."""

    @cache
    def make(kind: str) -> Outputs:
        cases = recurrent_cases(kind)
        return golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs)

    return make

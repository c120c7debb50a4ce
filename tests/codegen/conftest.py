"""The case collections, and what the oracle computes for them: built once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from support import dense_catalog
from support import engine_catalog as catalog
from support.engine_cases import Collection, collect

from cubeai_auto.tflm.host import run_host

Array = npt.NDArray[np.generic]

_CASES = {
    "dense": dense_catalog.dense_s8_cases,
    "softmax": catalog.softmax_s8_cases,
    "conversions": catalog.conversion_cases,
    "dense_f32": catalog.dense_f32_cases,
    "softmax_f32": catalog.softmax_f32_cases,
}


@pytest.fixture(scope="session")
def collection() -> Callable[[str], Collection]:
    """A collection of cases by kind: ``dense``, ``softmax``, ``conversions``, ``dense_f32``, ..."""

    @cache
    def make(kind: str) -> Collection:
        return collect(_CASES[kind](), f"cases_{kind}")

    return make


@pytest.fixture(scope="session")
def oracle(collection: Callable[[str], Collection]) -> Callable[[str], tuple[Array, ...]]:
    """TFLM's outputs for a collection."""

    @cache
    def run(kind: str) -> tuple[Array, ...]:
        cases = collection(kind)
        return run_host(cases.model, cases.inputs).outputs

    return run

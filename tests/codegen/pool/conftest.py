"""The cases of pooling, reduction and float convolutions, with their golden outputs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from support.engine_cases import Collection, collect
from support.engine_runs import golden_outputs
from support.pool_cases import float_cases, pool_s8_cases

from cubeai_auto.codegen.lower import lower

Outputs = tuple[npt.NDArray[np.generic], ...]

_CASES = {"int8": pool_s8_cases, "float32": float_cases}


@pytest.fixture(scope="session")
def pool_cases() -> Callable[[str], Collection]:
    """All cases of a type in one model."""

    @cache
    def make(dtype: str) -> Collection:
        return collect(_CASES[dtype](), f"cases_pool_{dtype}")

    return make


@pytest.fixture(scope="session")
def pool_golden(pool_cases: Callable[[str], Collection]) -> Callable[[str], Outputs]:
    """The golden model's outputs."""

    @cache
    def make(dtype: str) -> Outputs:
        cases = pool_cases(dtype)
        return golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs)

    return make

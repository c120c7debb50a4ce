"""The depthwise cases, and what golden model and oracle compute for them: built once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from support.depthwise_cases import depthwise_s8_cases
from support.engine_cases import Collection, collect
from support.engine_runs import golden_outputs

from cubeai_auto.codegen.lower import lower
from cubeai_auto.tflm.host import run_host

Outputs = tuple[npt.NDArray[np.generic], ...]


@pytest.fixture(scope="session")
def depthwise_cases() -> Collection:
    """All cases of int8 DEPTHWISE_CONV_2D in one model."""
    return collect(depthwise_s8_cases(), "cases_depthwise")


@pytest.fixture(scope="session")
def depthwise_golden(depthwise_cases: Collection) -> Outputs:
    """The golden model's outputs."""
    layers = lower(depthwise_cases.graph, dsp=True)
    return golden_outputs(depthwise_cases.graph, layers, depthwise_cases.inputs)


@pytest.fixture(scope="session")
def depthwise_oracle(depthwise_cases: Collection) -> Outputs:
    """TFLM's outputs."""
    return run_host(depthwise_cases.model, depthwise_cases.inputs).outputs

"""The convolution cases, and what golden model and oracle compute for them: built once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from support.conv_catalog import conv_s8_cases
from support.engine_cases import Collection, collect
from support.engine_runs import golden_outputs

from cubeai_auto.codegen.lower import lower
from cubeai_auto.tflm.host import run_host

Outputs = tuple[npt.NDArray[np.generic], ...]


@pytest.fixture(scope="session")
def conv_cases() -> Collection:
    """All cases of int8 CONV_2D in one model."""
    return collect(conv_s8_cases(), "cases_conv")


@pytest.fixture(scope="session")
def conv_golden(conv_cases: Collection) -> Outputs:
    """The golden model's outputs."""
    layers = lower(conv_cases.graph, dsp=True)
    outputs: Outputs = golden_outputs(conv_cases.graph, layers, conv_cases.inputs)
    return outputs


@pytest.fixture(scope="session")
def conv_oracle(conv_cases: Collection) -> Outputs:
    """TFLM's outputs."""
    outputs: Outputs = run_host(conv_cases.model, conv_cases.inputs).outputs
    return outputs

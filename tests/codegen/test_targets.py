"""Every operator family's one-operator networks on every core: M0+, M3, M7 and M33 beside the M4F.

The code is built for the core asked for; where QEMU has no machine with it, one of the same
instruction set stands in, and the run says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from support import (
    conv_catalog,
    dense_catalog,
    depthwise_cases,
    elementwise_catalog,
    engine_catalog,
    movement_catalog,
    pool_cases,
    recurrent_catalog,
)
from support.engine_cases import Case, Collection, collect
from support.engine_runs import golden_outputs, output_specs, write_network
from support.wide_cases import WideCase, collect_wide

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.reports.ulp import ulp_distance
from cubeai_auto.target import find_target
from cubeai_auto.tflite import planner

pytestmark = pytest.mark.emulator

EVERY = 5
"""Of 40 vectors a case: the others run on the host and on the M4F, in the tests of each family."""
LIBRARY = {"softmax_f32", "functions_f32"}
"""Families that call the C library's functions."""
ULP = 4

CASES: Mapping[str, Callable[[], list[Case]]] = {
    "dense": dense_catalog.dense_s8_cases,
    "conv": conv_catalog.conv_s8_cases,
    "depthwise": depthwise_cases.depthwise_s8_cases,
    "pool": pool_cases.pool_s8_cases,
    "pool_and_conv_f32": pool_cases.float_cases,
    "softmax": engine_catalog.softmax_s8_cases,
    "conversions": engine_catalog.conversion_cases,
    "dense_f32": engine_catalog.dense_f32_cases,
    "softmax_f32": engine_catalog.softmax_f32_cases,
    "svdf": recurrent_catalog.svdf_cases,
    "lstm": recurrent_catalog.lstm_cases,
}
WIDE_CASES: Mapping[str, Callable[[], list[WideCase]]] = {
    "sums": elementwise_catalog.sum_cases,
    "products": elementwise_catalog.product_cases,
    "broadcasts": elementwise_catalog.broadcast_cases,
    "functions": elementwise_catalog.activation_cases,
    "binary_f32": elementwise_catalog.binary_f32_cases,
    "functions_f32": elementwise_catalog.activation_f32_cases,
    "movement": partial(movement_catalog.movement_cases, "int8"),
    "movement_f32": partial(movement_catalog.movement_cases, "float32"),
}
TARGETS = {
    "stm32f0": ("Os", "code built for cortex-m0"),
    "stm32f1": ("O2", "Cortex-M3"),
    "stm32h7": ("O2", "mps2-an500 (MPS2, Cortex-M7)"),
    "stm32u5": ("O2", "mps2-an505 (MPS2, Cortex-M33)"),
}


@pytest.fixture(autouse=True)
def short_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least memory for hundreds of buffers is not what these tests are about."""
    monkeypatch.setattr(planner, "_MAX_TRIES", 10)


@cache
def collection(family: str) -> Collection:
    if family in WIDE_CASES:
        return collect_wide(WIDE_CASES[family](), f"targets_{family}")
    return collect(CASES[family](), f"targets_{family}")


def far_apart(got: npt.NDArray[np.generic], expected: npt.NDArray[np.generic]) -> bool:
    """Whether results of the C library differ by more than a good one's do; any NaN is as good."""
    both = ~(np.isnan(got) & np.isnan(expected))
    return bool((ulp_distance(got[both], expected[both]) > ULP).any())


@pytest.mark.parametrize("family", [*CASES, *WIDE_CASES])
@pytest.mark.parametrize("name", TARGETS)
def test_equal_to_the_golden_model(name: str, family: str, tmp_path: Path) -> None:
    target, (opt_level, machine) = find_target(name), TARGETS[name]
    cases = collection(family)
    inputs = tuple(array[::EVERY] for array in cases.inputs)
    network = write_network(cases.graph, tmp_path / "generated", CompileOptions(dsp=target.dsp))
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        inputs,
        output_specs(cases.graph),
        target=target,
        work=tmp_path,
        opt_level=opt_level,
    )
    assert machine in ran.machine
    assert target.flags[0] in ran.flags
    expected = golden_outputs(cases.graph, network.layers, inputs)
    differing = cases.differing(ran.outputs, expected)
    if family in LIBRARY:
        pairs = zip(cases.names, ran.outputs, expected, strict=True)
        differing = {
            name: 1 for name, got, exact in pairs if name in differing and far_apart(got, exact)
        }
    assert differing == {}
    assert ran.warnings == ()

"""The same cases on an emulated STM32F405: the DSP instructions compute what the portable C does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Collection
from support.engine_runs import golden_outputs, output_specs, write_network
from support.small_models import graph_of, two_in_two_out

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.firmware.emulator import EmulatorRun, run_on_emulator
from cubeai_auto.reports.ulp import ulp_distance
from cubeai_auto.target import find_target

Collections = Callable[[str], Collection]
Oracle = Callable[[str], tuple[np.ndarray, ...]]

pytestmark = pytest.mark.emulator


def run(
    cases: Collection, work: Path, target_name: str, optimization: str, opt_level: str
) -> EmulatorRun:
    target = find_target(target_name)
    options = CompileOptions(dsp=target.dsp, optimization=optimization)
    write_network(cases.graph, work / "generated", options)
    return run_on_emulator(
        work / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        target=target,
        work=work,
        opt_level=opt_level,
    )


@pytest.mark.parametrize(
    ("kind", "target", "optimization", "opt_level"),
    [
        ("dense", "stm32f4", "time", "O2"),
        ("dense", "stm32f4", "balanced", "O3"),
        ("dense", "stm32f4", "size", "Os"),
        ("dense", "stm32f4", "time", "O0"),  # without optimization the portable twin is compiled
        ("dense", "stm32f1", "balanced", "O2"),
        ("dense", "stm32f0", "balanced", "Os"),
        ("softmax", "stm32f4", "balanced", "O2"),
        ("conversions", "stm32f4", "balanced", "O2"),
        ("conversions", "stm32f0", "size", "Os"),
        ("dense_f32", "stm32f4", "balanced", "O2"),
        ("dense_f32", "stm32f1", "time", "O3"),
    ],
)
def test_equal_to_the_golden_model(
    kind: str,
    target: str,
    optimization: str,
    opt_level: str,
    collection: Collections,
    tmp_path: Path,
) -> None:
    cases = collection(kind)
    ran = run(cases, tmp_path, target, optimization, opt_level)
    layers = lower(cases.graph, dsp=find_target(target).dsp)
    assert cases.differing(ran.outputs, golden_outputs(cases.graph, layers, cases.inputs)) == {}
    assert ran.warnings == ()


@pytest.mark.oracle
def test_float_softmax_is_within_4_ulp_of_the_oracle(
    collection: Collections, oracle: Oracle, tmp_path: Path
) -> None:
    cases = collection("softmax_f32")
    ran = run(cases, tmp_path, "stm32f4", "balanced", "O2")
    pairs = zip(ran.outputs, oracle("softmax_f32"), strict=True)
    apart = [int(ulp_distance(got, expected).max()) for got, expected in pairs]
    sys.stdout.write(f"largest distances in ulp: {dict(zip(cases.names, apart, strict=True))}\n")
    assert max(apart) <= 4


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
def test_inputs_and_outputs_inside_and_outside(inside: bool, tmp_path: Path) -> None:
    graph = graph_of(two_in_two_out())
    inputs = random_inputs(graph, 20, 2)
    write_network(graph, tmp_path / "generated", CompileOptions(io_in_activations=inside))
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        inputs,
        output_specs(graph),
        target=find_target("stm32f4"),
        work=tmp_path,
    )
    expected = golden_outputs(graph, lower(graph, dsp=True), inputs)
    assert [a.tobytes() for a in ran.outputs] == [b.tobytes() for b in expected]
    assert ran.warnings == ()

"""Pooling, reduction and float convolutions: golden model, C and TFLM give the same bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Collection, collect
from support.engine_runs import output_specs, write_network
from support.kernel_bench import sanitized
from support.pool_cases import pool_case, reduce_case

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.layers import PoolS8, SumS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.target import find_target
from cubeai_auto.tflm.host import run_host

Outputs = tuple[np.ndarray, ...]
Collections = Callable[[str], Collection]
Golden = Callable[[str], Outputs]
TYPES = ("int8", "float32")


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", TYPES)
def test_golden_model_is_equal_to_the_oracle(
    dtype: str, pool_cases: Collections, pool_golden: Golden
) -> None:
    cases = pool_cases(dtype)
    expected = run_host(cases.model, cases.inputs).outputs
    assert cases.differing(pool_golden(dtype), expected) == {}


@pytest.mark.parametrize(("dtype", "dsp"), [("int8", True), ("int8", False), ("float32", True)])
def test_c_on_the_host_under_sanitizers(
    dtype: str, dsp: bool, pool_cases: Collections, pool_golden: Golden, tmp_path: Path
) -> None:
    cases = pool_cases(dtype)
    assert cases.differing(sanitized(cases, tmp_path, dsp=dsp), pool_golden(dtype)) == {}


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("dtype", "target", "opt_level"),
    [
        ("int8", "stm32f4", "O2"),
        ("int8", "stm32f4", "O0"),
        ("int8", "stm32f1", "O2"),
        ("int8", "stm32f0", "Os"),
        ("float32", "stm32f4", "O2"),
    ],
)
def test_c_on_the_emulator(
    dtype: str,
    target: str,
    opt_level: str,
    pool_cases: Collections,
    pool_golden: Golden,
    tmp_path: Path,
) -> None:
    chip, cases = find_target(target), pool_cases(dtype)
    write_network(cases.graph, tmp_path / "generated", CompileOptions(dsp=chip.dsp))
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        target=chip,
        work=tmp_path,
        opt_level=opt_level,
    )
    assert ran.warnings == ()
    assert cases.differing(ran.outputs, pool_golden(dtype)) == {}
    sys.stdout.write(f"{dtype} {target} {opt_level}: {ran.instructions_max:,} instructions\n")


def test_a_maximum_over_dimensions_is_a_pooling_layer(pool_cases: Collections) -> None:
    cases = pool_cases("int8")
    bodies = dict(zip(cases.names, (layer.body for layer in lower(cases.graph, dsp=True)), strict=True))
    assert isinstance(bodies["reduce_max_space"], PoolS8)
    mean, added = bodies["mean_space"], bodies["sum_space"]
    assert isinstance(mean, SumS8)
    assert isinstance(added, SumS8)
    assert (mean.count, mean.inner) == (20, 6)
    # 1 / 20: 4 places of precision, then a truncated division by 20
    assert (added.multiplier, added.shift) == (2**30, 1)
    assert (mean.multiplier, mean.shift) == (2**34 // 20, -3)


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        (
            reduce_case("far", "MEAN", (1, 3, 4, 5), (1, 3)),
            "dimensions \\[1, 3\\] of \\[1, 3, 4, 5\\]: no neighbors",
        ),
        (
            reduce_case("scales", "REDUCE_MAX", (1, 3, 4, 5), (1, 2), made=(0.06, 3)),
            "quantization 0.05, 3 in and 0.06, 3 out: there is no rescaling",
        ),
        (reduce_case("beyond", "SUM", (1, 3, 4, 5), (1, 4)), "dimensions \\[1, 4\\] of 4"),
    ],
)
def test_what_is_refused(case: object, problem: str) -> None:
    cases = collect([case])
    with pytest.raises(UnsupportedModelError, match=problem):
        lower(cases.graph, dsp=True)


@pytest.mark.parametrize("operator", ["MAX_POOL_2D", "AVERAGE_POOL_2D"])
def test_unequal_quantization_is_refused(operator: str) -> None:
    case = pool_case("one", operator, (4, 4, 3), (2, 2))
    x, y = case.tensors
    changed = type(y)(y.name, y.shape, y.dtype, scales=y.scales, zero_points=(4,))
    cases = collect([type(case)(case.name, (x, changed), case.operator, case.vectors)])
    with pytest.raises(UnsupportedModelError, match="there is no rescaling"):
        lower(cases.graph, dsp=True)

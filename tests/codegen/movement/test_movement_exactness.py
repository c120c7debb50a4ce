"""Layers that move elements: golden model against TFLM, C on host and emulator against it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.engine_runs import golden_outputs, host_outputs, output_specs, write_network
from support.kernel_bench import sanitized
from support.movement_catalog import copies, tensor
from support.small_models import graph_of
from support.tflite_builder import ModelSpec, OperatorSpec
from support.wide_cases import collect_wide
from support.wide_runs import WideRuns

from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.codegen.golden import evaluate
from cubeai_auto.codegen.layers import Gather, Pad
from cubeai_auto.codegen.lower import lower
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.target import find_target

TYPES = ["int8", "float32"]


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", TYPES)
def test_equal_to_the_oracle(dtype: str, movement: WideRuns) -> None:
    cases = movement.cases(dtype)
    assert cases.differing(movement.golden(dtype), movement.oracle(dtype)) == {}


@pytest.mark.parametrize("dtype", TYPES)
def test_c_is_equal_to_the_golden_model(dtype: str, movement: WideRuns, tmp_path: Path) -> None:
    cases = movement.cases(dtype)
    got = sanitized(cases, tmp_path, dsp=True)
    assert cases.differing(got, movement.golden(dtype)) == {}


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("dtype", "target", "opt_level"),
    [
        ("int8", "stm32f4", "O2"),
        ("int8", "stm32f4", "Os"),
        ("int8", "stm32f0", "O2"),
        ("float32", "stm32f4", "O2"),
        ("float32", "stm32f1", "Os"),
    ],
)
def test_the_emulator_is_equal_to_the_golden_model(
    dtype: str, target: str, opt_level: str, movement: WideRuns, tmp_path: Path
) -> None:
    cases = movement.cases(dtype)
    write_network(cases.graph, tmp_path / "generated", CompileOptions())
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        target=find_target(target),
        work=tmp_path,
        opt_level=opt_level,
    )
    assert cases.differing(ran.outputs, movement.golden(dtype)) == {}
    assert ran.warnings == ()


@pytest.mark.parametrize("case", range(3))
def test_views_of_inputs_and_outputs_are_copied_outside_too(case: int, tmp_path: Path) -> None:
    cases = collect_wide([copies("int8")[case]])
    layers = lower(cases.graph, dsp=True)
    expected = golden_outputs(cases.graph, layers, cases.inputs)
    for inside in (True, False):
        options = CompileOptions(io_in_activations=inside)
        ran = host_outputs(cases.graph, cases.inputs, tmp_path / str(inside), options)
        assert cases.differing(ran.outputs, expected) == {}
        assert ran.warnings == ()


def test_a_copy_keeps_the_operator_s_index() -> None:
    (case,) = copies("int8")[:1]
    (layer,) = lower(collect_wide([case]).graph, dsp=True)
    assert (layer.name, layer.operator, layer.body.kernel) == ("copy_0", 0, "cai_gather")


def test_moved_values_of_another_quantization_are_told() -> None:
    spec = ModelSpec(
        [
            tensor("x", (1, 6), "int8"),
            tensor("b", (2,), "int32", [0, 1]),
            tensor("s", (2,), "int32", [1, 3]),
            tensor("y", (1, 3), "int8"),
        ],
        [OperatorSpec("SLICE", ["x", "b", "s"], ["y"])],
        ["x"],
        ["y"],
    )
    assert compile_network(graph_of(spec), CompileOptions()).notes == ()
    other = replace(spec, tensors=[*spec.tensors[:3], replace(spec.tensors[3], scales=(0.1,))])
    assert compile_network(graph_of(other), CompileOptions()).notes == (
        "slice_0 moves stored values to an output with another quantization, as TFLM does",
    )


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5)
)
@settings(max_examples=200, deadline=None)
def test_merged_paddings_are_the_paddings(sizes: list[tuple[int, int, int]]) -> None:
    """The numbers that C walks by give the bytes that numpy pads."""
    shape, before, after = (tuple(column) for column in zip(*sizes, strict=True))
    body = Pad(1, (), shape, before, after, np.array([-7], np.int8))
    x = np.arange(int(np.prod(shape)), dtype=np.int8)
    fields = dict(body.fields({}))
    numbers = {
        name: [int(part.rstrip("u"), 0) for part in text.strip("{}").split(", ")]
        for name, text in fields.items()
    }
    written = [-7] * numbers["lead"][0]
    (run,) = numbers["run"]
    index = [0] * 5
    rest = x.tolist()
    while True:
        written += rest[:run]
        rest = rest[run:]
        moved = next((k for k in range(5) if _counts(index, k, numbers["counts"][k])), None)
        if moved is None:
            break
        written += [-7] * numbers["gaps"][moved]
    written += [-7] * numbers["tail"][0]
    assert rest == []
    assert written == evaluate(body, x).tolist()


def _counts(index: list[int], k: int, count: int) -> bool:
    """Moves a digit on; whether it did not begin anew."""
    index[k] = (index[k] + 1) % count
    return index[k] != 0


@given(
    st.permutations(range(4)),
    st.lists(st.integers(1, 4), min_size=4, max_size=4),
)
@settings(max_examples=100, deadline=None)
def test_merged_loops_reach_every_element(order: list[int], shape: list[int]) -> None:
    steps = [int(np.prod(shape[axis + 1 :])) for axis in range(4)]
    size = int(np.prod(shape))
    counts = tuple(shape[axis] for axis in order)
    body = Gather(1, (), size, 0, counts, tuple(steps[axis] for axis in order))
    run, loops = body.loops()
    places = [0]
    for count, step in reversed(loops):
        places = [place + k * step for place in places for k in range(count)]
    reached = [place + k for place in places for k in range(run)]
    x = np.arange(size).astype(np.int16)
    assert x[reached].tolist() == evaluate(body, x).tolist()
    assert sorted(reached) == list(range(size))

"""Elementwise layers: golden model against TFLM, C on the host and on the emulator against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from support.elementwise_catalog import int8, pair_case
from support.engine_runs import golden_outputs, host_outputs, output_specs, write_network
from support.kernel_bench import sanitized
from support.small_models import graph_of
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec
from support.wide_cases import collect_wide
from support.wide_runs import WideRuns

from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.codegen.golden.primitives import rounding
from cubeai_auto.codegen.layers import AddS8, MulS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.reports.ulp import ulp_distance
from cubeai_auto.target import find_target

EXACT = ("sums", "products", "broadcasts", "functions", "binary_f32")
LIBRARY = ("logistic", "tanh")
"""Cases whose result is the C library's, or numpy's."""


def differing(
    runs: WideRuns, kind: str, got: Sequence[np.ndarray], expected: Sequence[np.ndarray]
) -> dict[str, int]:
    """What differs; results of ``expf`` and ``tanhf`` may by 4 units in the last place."""
    cases = runs.cases(kind)
    found: dict[str, int] = cases.differing(got, expected)
    if kind == "functions_f32":
        for name, a, b in zip(cases.names, got, expected, strict=True):
            numbers = np.isfinite(a) & np.isfinite(b)
            if name in LIBRARY and ulp_distance(a[numbers], b[numbers]).max() <= 4:
                found.pop(name, None)
    return found


@pytest.mark.oracle
@pytest.mark.parametrize("kind", [*EXACT, "functions_f32"])
def test_equal_to_the_oracle(kind: str, elementwise: WideRuns) -> None:
    assert differing(elementwise, kind, elementwise.golden(kind), elementwise.oracle(kind)) == {}


@pytest.mark.parametrize("dsp", [True, False], ids=["dsp", "plain"])
@pytest.mark.parametrize("kind", [*EXACT, "functions_f32"])
def test_c_is_equal_to_the_golden_model(
    kind: str, dsp: bool, elementwise: WideRuns, tmp_path: Path
) -> None:
    cases = elementwise.cases(kind)
    got = sanitized(cases, tmp_path, dsp=dsp)
    assert differing(elementwise, kind, got, elementwise.golden(kind)) == {}


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("kind", "target", "opt_level"),
    [
        ("sums", "stm32f4", "O2"),
        ("sums", "stm32f4", "Os"),
        ("sums", "stm32f4", "O0"),  # without optimization the portable twin is compiled
        ("sums", "stm32f0", "O2"),
        ("products", "stm32f4", "O2"),
        ("products", "stm32f4", "O3"),
        ("products", "stm32f1", "Os"),
        ("broadcasts", "stm32f4", "O2"),
        ("broadcasts", "stm32f4", "Os"),
        ("broadcasts", "stm32f1", "O2"),
        ("broadcasts", "stm32f0", "Os"),
        ("functions", "stm32f4", "O2"),
        ("binary_f32", "stm32f4", "O2"),
        ("binary_f32", "stm32f1", "O2"),
        ("functions_f32", "stm32f4", "O2"),
    ],
)
def test_the_emulator_is_equal_to_the_golden_model(
    kind: str, target: str, opt_level: str, elementwise: WideRuns, tmp_path: Path
) -> None:
    cases, board = elementwise.cases(kind), find_target(target)
    write_network(cases.graph, tmp_path / "generated", CompileOptions(dsp=board.dsp))
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        target=board,
        work=tmp_path,
        opt_level=opt_level,
    )
    assert differing(elementwise, kind, ran.outputs, elementwise.golden(kind)) == {}
    assert ran.warnings == ()


@pytest.mark.parametrize("kind", ["sums", "products"])
def test_single_rounding_in_c_is_the_golden_model_s(
    kind: str, elementwise: WideRuns, tmp_path: Path
) -> None:
    cases = elementwise.cases(kind)
    layers = lower(cases.graph, dsp=True, rounding="single")
    with rounding("single"):
        expected = golden_outputs(cases.graph, layers, cases.inputs)
    ran = host_outputs(cases.graph, cases.inputs, tmp_path, CompileOptions(rounding="single"))
    assert cases.differing(ran.outputs, expected) == {}
    assert cases.differing(expected, elementwise.golden(kind))
    assert ran.warnings == ()


def test_no_kernel_that_rounds_twice_is_chosen_for_single_rounding(elementwise: WideRuns) -> None:
    layers = lower(elementwise.cases("products").graph, dsp=True, rounding="single")
    assert not any(layer.body.narrow for layer in layers if isinstance(layer.body, MulS8))


def test_sums_take_two_products_unless_an_output_would_change(elementwise: WideRuns) -> None:
    adds: dict[str, AddS8] = {}
    for kind in ("sums", "broadcasts"):
        cases = elementwise.cases(kind)
        layers = zip(cases.names, lower(cases.graph, dsp=False), strict=True)
        adds |= {name: layer.body for name, layer in layers if isinstance(layer.body, AddS8)}
    found = Counter(body.linear is not None for body in adds.values())
    assert found[True] > 80
    assert found[False] > 5
    for name in ("add_pairs_0", "sub_pairs_0", "add_relu6", "sub_relu", "add_pairs_3", "add_4"):
        assert adds[name].linear is not None, name
    # quarters round one way on one side of zero, and a ratio of 20 leaves 32 bits
    assert adds["add_pairs_2"].linear is None
    assert adds["add_pairs_10"].linear is None


def test_random_scales_hardly_ever_need_the_slow_sum() -> None:
    rng = np.random.default_rng(3)
    cases = []
    for k in range(60):
        first, second = rng.uniform(0.004, 0.2, 2)
        zeros = rng.integers(-128, 128, 3).tolist()
        scale = float(np.hypot(first, second) * rng.uniform(0.5, 1.3))
        operator = ("ADD", "SUB")[k % 2]
        cases.append(
            pair_case(
                f"c{k}",
                operator,
                (float(first), zeros[0]),
                (float(second), zeros[1]),
                (scale, zeros[2]),
            )
        )
    bodies = [layer.body for layer in lower(collect_wide(cases).graph, dsp=True)]
    assert sum(body.kernel == "cai_add_s8_linear" for body in bodies) >= 57


def test_an_operation_with_one_constant_is_a_table(elementwise: WideRuns) -> None:
    cases = elementwise.cases("broadcasts")
    kernels = dict(zip(cases.names, lower(cases.graph, dsp=True), strict=True))
    for name in ("add_6b", "add_7b", "sub_6b", "mul_6b", "mul_7b", "prelu_6b"):
        assert kernels[name].body.kernel == "cai_lookup_s8", name
    assert kernels["sub_6a"].body.kernel != "cai_lookup_s8"  # the constant is the larger operand


def chain() -> ModelSpec:
    """x -> table -> + y -> * channels -> table: nothing but elementwise layers."""
    shape = (1, 8, 8, 4)
    made = [int8(name, shape, (0.0571, 3)) for name in ("a", "b", "c", "d")]
    return ModelSpec(
        [
            int8("x", shape, (0.0613, -5)),
            int8("y", shape, (0.0417, 9)),
            int8("k", (4,), (0.0101, 0), [5, 100, -50, 127]),
            *made,
        ],
        [
            OperatorSpec("LEAKY_RELU", ["x"], ["a"], {"alpha": 0.2}),
            OperatorSpec("ADD", ["a", "y"], ["b"], {}),
            OperatorSpec("MUL", ["k", "b"], ["c"], {}),
            OperatorSpec("RELU", ["c"], ["d"]),
        ],
        ["x", "y"],
        ["d"],
    )


def test_elementwise_layers_run_in_place(tmp_path: Path) -> None:
    graph = graph_of(chain())
    network = compile_network(graph, CompileOptions())
    assert network.memory.size == 2 * 256
    assert network.memory.plan.gap == 0
    inputs = random_inputs(graph, 20, 4)
    ran = host_outputs(graph, inputs, tmp_path)
    expected = golden_outputs(graph, network.layers, inputs)
    assert ran.outputs[0].tobytes() == expected[0].tobytes()


def test_an_operand_added_to_itself(tmp_path: Path) -> None:
    shape = (1, 37)
    spec = ModelSpec(
        [int8("x", shape, (0.0613, -5)), int8("y", shape, (0.11, 2))],
        [OperatorSpec("ADD", ["x", "x"], ["y"], {})],
        ["x"],
        ["y"],
    )
    graph = graph_of(spec)
    inputs = random_inputs(graph, 20, 4)
    ran = host_outputs(graph, inputs, tmp_path)
    expected = golden_outputs(graph, lower(graph, dsp=True), inputs)
    assert ran.outputs[0].tobytes() == expected[0].tobytes()
    assert compile_network(graph, CompileOptions()).memory.size == 37


def test_relu6_with_another_output_quantization_says_what_litert_does() -> None:
    spec = ModelSpec(
        [int8("x", (1, 4), (0.1, 127)), int8("y", (1, 4), (0.05, -128))],
        [OperatorSpec("RELU6", ["x"], ["y"])],
        ["x"],
        ["y"],
    )
    notes = compile_network(graph_of(spec), CompileOptions()).notes
    assert len(notes) == 1
    assert notes[0].startswith("relu6_0 has an output with another quantization than its input")
    assert notes[0].endswith("LiteRT does, with another result for 256 of 256 values")
    same = ModelSpec(
        [int8("x", (1, 4), (0.1, 3)), int8("y", (1, 4), (0.1, 3))], spec.operators, ["x"], ["y"]
    )
    assert compile_network(graph_of(same), CompileOptions()).notes == ()


def test_only_the_families_in_use_are_written() -> None:
    names = {file.name for file in compile_network(graph_of(chain()), CompileOptions()).files}
    assert {"cai_elementwise.h", "cai_lookup_s8.c", "cai_rows.c"} <= names
    assert not any(name.startswith(("cai_conv", "cai_binary", "cai_movement")) for name in names)


def test_float_constants_must_be_numbers() -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 4)),
            TensorSpec("k", (4,), data=[1, 2, np.inf, 3]),
            TensorSpec("y", (1, 4)),
        ],
        [OperatorSpec("ADD", ["x", "k"], ["y"], {})],
        ["x"],
        ["y"],
    )
    with pytest.raises(UnsupportedModelError, match=r"ADD \(operator 0\): 'k' holds values that are"):
        lower(graph_of(spec), dsp=True)

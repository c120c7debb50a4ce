"""What only LiteRT can tell: its reference kernels (BUILTIN_REF) where TFLM is no oracle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.dense_catalog import dense_s8_cases
from support.elementwise_catalog import int8
from support.engine_cases import collect
from support.engine_runs import golden_outputs, host_outputs
from support.litert import run_litert
from support.small_models import graph_of
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.wide_cases import collect_wide, one_operator
from support.wide_runs import WideRuns

from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.codegen.golden.primitives import rounding
from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.reports.ulp import ulp_distance
from cubeai_auto.tflite import load_model

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:[\\s\\S]*Interpreter is deprecated:UserWarning"),
]


def half(name: str, shape: tuple[int, ...], seed: int) -> tuple[TensorSpec, TensorSpec, OperatorSpec]:
    """A float16 constant, its float32 form, and the operator between them."""
    values = np.random.default_rng(seed).standard_normal(shape).astype(np.float16)
    return (
        TensorSpec(f"{name}16", shape, "float16", values),
        TensorSpec(name, shape),
        OperatorSpec("DEQUANTIZE", [f"{name}16"], [name]),
    )


def half_network() -> ModelSpec:
    """Dense, + constant, hard swish: three constants of float16, one of them used twice."""
    w16, w, w_op = half("w", (6, 8), 1)
    b16, b, b_op = half("b", (6,), 2)
    return ModelSpec(
        [TensorSpec("x", (1, 8)), w16, w, b16, b, *(TensorSpec(n, (1, 6)) for n in ("h", "s", "y"))],
        [
            w_op,
            b_op,
            OperatorSpec("FULLY_CONNECTED", ["x", "w", "b"], ["h"], {}),
            OperatorSpec("ADD", ["h", "b"], ["s"], {}),
            OperatorSpec("HARD_SWISH", ["s"], ["y"]),
        ],
        ["x"],
        ["y"],
    )


def test_float16_constants_are_float32_constants(tmp_path: Path) -> None:
    spec = half_network()
    graph = graph_of(spec)
    layers = lower(graph, dsp=True)
    assert [layer.operator for layer in layers] == [2, 3, 4]
    inputs = random_inputs(graph, 40, 1)
    expected = run_litert(build(spec), inputs)
    golden = golden_outputs(graph, layers, inputs)
    ran = host_outputs(graph, inputs, tmp_path)
    assert golden[0].tobytes() == expected[0].tobytes() == ran.outputs[0].tobytes()


@pytest.mark.corpus
def test_a_real_model_with_float16_constants(corpus: Path, tmp_path: Path) -> None:
    path = corpus / "models" / "seed4_motionsense_reduced_float16.tflite"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    graph = load_model(path)
    inputs = random_inputs(graph, 20, 1)
    expected = run_litert(path.read_bytes(), inputs)
    ran = host_outputs(graph, inputs, tmp_path, sanitize=False)
    assert ulp_distance(ran.outputs[0], expected[0].reshape(ran.outputs[0].shape)).max() <= 4


def test_relu6_notes_count_what_litert_computes_differently(elementwise: WideRuns) -> None:
    cases = elementwise.cases("functions")
    layers = lower(cases.graph, dsp=True)
    expected = run_litert(cases.model, cases.inputs)
    different = cases.differing([a.ravel() for a in elementwise.golden("functions")], expected)
    told = {}
    for name, layer in zip(cases.names, layers, strict=True):
        (note,) = layer.body.notes or ("",)
        if note:
            told[name] = int(note.split("another result for ")[1].split()[0]) * len(cases.inputs[0])
    relu6 = {name: count for name, count in different.items() if name.startswith("relu6")}
    assert {name: count for name, count in told.items() if count} == relu6
    assert len(relu6) > 5


def test_relu_n1_to_1_is_litert_s(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    values = np.tile(np.arange(-128, 128).astype(np.int8), (40, 1)).reshape(40, 1, 256)
    cases = []
    for k in range(40):
        tensors = []
        for name in ("x", "y"):
            affine = float(rng.uniform(0.005, 0.05)), int(rng.integers(-50, 50))
            tensors.append(int8(name, (1, 256), affine))
        cases.append(
            one_operator(f"c{k}", "RELU_N1_TO_1", tensors[:1], tensors[1:], None, {"x": values})
        )
    float_tensors = [TensorSpec("x", (1, 9))], [TensorSpec("y", (1, 9))]
    cases.append(one_operator("float", "RELU_N1_TO_1", *float_tensors))
    collection = collect_wide(cases)
    layers = lower(collection.graph, dsp=True)
    golden = golden_outputs(collection.graph, layers, collection.inputs)
    expected = run_litert(collection.model, collection.inputs)
    assert collection.differing(golden, [a.ravel() for a in expected]) == {}
    ran = host_outputs(collection.graph, collection.inputs, tmp_path)
    assert collection.differing(ran.outputs, golden) == {}
    notes = compile_network(collection.graph, CompileOptions()).notes
    assert sum("TFLM has no RELU_N1_TO_1" in note for note in notes) == 40


def test_single_rounding_is_litert_s_of_dense_layers() -> None:
    """All but exact halves, which LiteRT rounds away from zero, and a shift that saturates."""
    apart = ("ties_", "left_shift_31")
    cases = collect([case for case in dense_s8_cases() if not case.name.startswith(apart)])
    expected = run_litert(cases.model, cases.inputs)
    found = {}
    for mode in ("double", "single"):
        layers = lower(cases.graph, dsp=True, rounding=mode)
        with rounding(mode):
            got = golden_outputs(cases.graph, layers, cases.inputs)
        found[mode] = cases.differing([a.ravel() for a in got], expected)
    assert found["single"] == {}
    assert len(found["double"]) > 20

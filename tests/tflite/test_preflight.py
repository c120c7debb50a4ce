"""What keeps a model from a microcontroller is found, named and answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflite_samples import chain, dense_float, dense_int8

from cubeai_auto.tflite import Finding, load_model, parse_model, preflight


def findings(spec: ModelSpec) -> tuple[Finding, ...]:
    found = preflight(parse_model(build(spec), "built"))
    assert all(finding.hint for finding in found)
    return found


def only(spec: ModelSpec) -> Finding:
    (finding,) = findings(spec)
    return finding


@pytest.mark.parametrize(
    "spec",
    [dense_int8(), dense_float(8, 4), chain(["RELU"], (1, 4)), chain(["SOFTMAX"], (1, 4), "int8")],
)
def test_nothing_is_found_in_sound_models(spec: ModelSpec) -> None:
    assert findings(spec) == ()


def test_custom_and_select_operators() -> None:
    spec = replace(
        chain(["RELU", "RELU", "RELU"]),
        operators=[
            OperatorSpec("RELU", ["t0"], ["t1"]),
            OperatorSpec("FlexErf", ["t1"], ["t2"], custom=True),
            OperatorSpec("MyOperator", ["t2"], ["t3"], custom=True),
        ],
    )
    select, custom = findings(spec)
    assert (select.operator, select.name) == (1, "FlexErf")
    assert "Select TF" in select.problem
    assert "TFLITE_BUILTINS" in select.hint
    assert (custom.operator, custom.name, custom.problem) == (2, "MyOperator", "is a custom operator")


def test_several_subgraphs_and_control_flow() -> None:
    spec = replace(
        chain(["RELU"]),
        operators=[OperatorSpec("WHILE", ["t0"], ["t1"], {"cond_subgraph_index": 1})],
        empty_subgraphs=2,
    )
    model, loop = findings(spec)
    assert (model.operator, model.name) == (None, "built")
    assert "3 subgraphs" in model.problem
    assert (loop.operator, loop.name, loop.problem) == (0, "WHILE", "is control flow")


def test_an_open_batch_is_fine_and_other_open_dimensions_are_not() -> None:
    def spec(signature: Sequence[int]) -> ModelSpec:
        base = chain(["RELU"], (1, 8))
        return replace(base, tensors=[replace(t, shape_signature=signature) for t in base.tensors])

    assert findings(spec((-1, 8))) == ()
    finding = only(spec((-1, -1)))
    assert (finding.operator, finding.name) == (None, "t0")
    assert "[-1, -1]" in finding.problem
    assert "batch_size=1" in finding.hint


def test_a_shape_that_only_the_run_can_tell() -> None:
    spec = ModelSpec(
        [TensorSpec("x", (1, 8), "bool"), TensorSpec("y", (8, 2), "int64", shape_signature=(-1, 2))],
        [OperatorSpec("WHERE", ["x"], ["y"])],
        ["x"],
        ["y"],
    )
    finding = only(spec)
    assert (finding.operator, finding.name) == (0, "WHERE")
    assert "known only at run time" in finding.problem


@pytest.mark.parametrize("dtype", ["int8", "int4", "uint8"])
def test_hybrid_layers_name_the_operator_and_what_helps(dtype: str) -> None:
    base = dense_float(64, 32)
    tensors = [
        replace(t, dtype=dtype, data=np.ones((32, 64)), scales=(0.1,)) if t.name == "w" else t
        for t in base.tensors
    ]
    finding = only(replace(base, tensors=tensors))
    assert (finding.operator, finding.name) == (0, "FULLY_CONNECTED")
    assert f"float32 activations with {dtype} weights" in finding.problem
    assert "representative" in finding.hint


def test_float16_constants() -> None:
    spec = ModelSpec(
        [TensorSpec("h", (4,), "float16", np.ones(4)), TensorSpec("y", (4,))],
        [OperatorSpec("DEQUANTIZE", ["h"], ["y"])],
        [],
        ["y"],
    )
    finding = only(spec)
    assert (finding.name, finding.problem) == ("DEQUANTIZE", "reads or writes float16 constants")


def test_text_and_resources() -> None:
    spec = ModelSpec(
        [TensorSpec("x", (1,), "string"), TensorSpec("r", (1,), "resource"), TensorSpec("y", (1,))],
        [OperatorSpec("HASHTABLE_LOOKUP", ["x", "r"], ["y"])],
        ["x", "r"],
        ["y"],
    )
    assert "type resource and string" in only(spec).problem


@pytest.mark.parametrize(
    ("scales", "zeros", "problem"),
    [
        ((0.1, 0.2, 0.3), (0, 0, 1), "'w', whose zero points per channel are not all 0"),
        ((0.1,), (5,), "weights 'w' with a zero point that is not 0"),
    ],
)
def test_weights_that_are_not_symmetric(
    scales: tuple[float, ...], zeros: tuple[int, ...], problem: str
) -> None:
    base = dense_int8()
    tensors = [
        replace(t, scales=scales, zero_points=zeros) if t.name == "w" else t for t in base.tensors
    ]
    finding = only(replace(base, tensors=tensors))
    assert (finding.operator, finding.name) == (1, "FULLY_CONNECTED")
    assert problem in finding.problem


@pytest.mark.corpus
def test_real_models(corpus: Path) -> None:
    paths = sorted(corpus.glob("models*/*.tflite")) + sorted(corpus.glob("tflm/models/*.tflite"))
    found = {path.stem: preflight(load_model(path)) for path in paths}
    bad = {name for name, entries in found.items() if entries}
    assert bad == {"seed4_motionsense_reduced_drange", "seed4_motionsense_reduced_float16"}
    (hybrid,) = found["seed4_motionsense_reduced_drange"]
    assert (hybrid.operator, hybrid.name) == (5, "FULLY_CONNECTED")
    assert {entry.name for entry in found["seed4_motionsense_reduced_float16"]} == {"DEQUANTIZE"}


@pytest.mark.train
def test_a_small_dynamic_range_model_stays_float() -> None:
    """Tensors under 1024 elements are not quantized, so nothing is hybrid; larger ones are."""
    tf = pytest.importorskip("tensorflow")

    def converted(units: int) -> bytes:
        inputs = tf.keras.Input((16,), batch_size=1)
        outputs = tf.keras.layers.Dense(units)(inputs)
        converter = tf.lite.TFLiteConverter.from_keras_model(tf.keras.Model(inputs, outputs))
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        return bytes(converter.convert())

    assert preflight(parse_model(converted(63), "small")) == ()
    (finding,) = preflight(parse_model(converted(64), "large"))
    assert "hybrid" in finding.problem

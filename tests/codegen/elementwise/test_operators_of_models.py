"""Elementwise and moving operators of real models, each alone: golden model and C against TFLM."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.engine_runs import golden_outputs, host_outputs
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.wide_cases import float_vectors, stored_vectors

from cubeai_auto.codegen.lower import lower
from cubeai_auto.codegen.lowering import activation, elementwise, movement, slicing
from cubeai_auto.reports.ulp import ulp_distance
from cubeai_auto.tflite import load_model
from cubeai_auto.tflite.folding import folded_operators
from cubeai_auto.tflite.graph import Graph, Operator
from cubeai_auto.tflite.reader import parse_model
from cubeai_auto.tflite.views import is_view
from cubeai_auto.tflm.host import run_host

pytestmark = [pytest.mark.corpus, pytest.mark.oracle]

OURS = {*activation.RULES, *elementwise.RULES, *movement.RULES, *slicing.RULES}


def alone(graph: Graph, operator: Operator) -> bytes:
    """The operator as a model; what it reads that is no constant becomes an input."""
    used = {index for index in (*operator.inputs, *operator.outputs) if index >= 0}
    names = {index: f"t{index}" for index in used}
    tensors = []
    for index, name in names.items():
        tensor = graph.tensor(index)
        found = tensor.quantization
        tensors.append(
            TensorSpec(
                name,
                tensor.shape,
                tensor.dtype,
                tensor.data,
                scales=() if found is None else found.scales,
                zero_points=() if found is None else found.zero_points,
            )
        )
    given = [index for index in dict.fromkeys(operator.inputs) if index >= 0]
    model: bytes = build(
        ModelSpec(
            tensors,
            [
                OperatorSpec(
                    operator.name,
                    [names.get(index) for index in operator.inputs],
                    [names[index] for index in operator.outputs],
                    dict(operator.options),
                )
            ],
            [names[index] for index in given if not graph.tensor(index).is_constant],
            [names[index] for index in operator.outputs],
        )
    )
    return model


def check(graph: Graph, operator: Operator, work: Path) -> None:
    """Golden model and C are equal to TFLM on twenty vectors."""
    model = alone(graph, operator)
    one = parse_model(model, "alone")
    rng = np.random.default_rng(operator.index)
    inputs = []
    for tensor in (one.tensor(index) for index in one.inputs):
        vectors = stored_vectors if tensor.dtype == "int8" else float_vectors
        inputs.append(vectors(rng, tensor.shape)[:20])
    expected = run_host(model, inputs).outputs
    golden = golden_outputs(one, lower(one, dsp=True), inputs)
    ran = host_outputs(one, inputs, work, sanitize=False)
    where = (graph.name, operator.index, operator.name)
    for reference, in_numpy, in_c in zip(expected, golden, ran.outputs, strict=True):
        floats = reference.dtype.kind == "f"
        if operator.name in {"LOGISTIC", "TANH"} and floats:
            numbers = np.isfinite(reference)
            assert ulp_distance(in_c[numbers], reference[numbers]).max() <= 4, where
        else:
            assert np.array_equal(in_numpy, reference, equal_nan=floats), where
            assert np.array_equal(in_c, reference, equal_nan=floats), where


def test_every_operator_alone(corpus: Path, tmp_path: Path) -> None:
    seen: set[str] = set()
    for folder in ("models", "models_made", "tflm/models"):
        for path in sorted((corpus / folder).glob("*.tflite")):
            graph = load_model(path)
            folded = folded_operators(graph)
            for operator in graph.operators:
                ours = operator.name in OURS and operator.index not in folded
                if ours and not is_view(graph, operator):
                    seen.add(f"{operator.name} {graph.tensor(operator.outputs[0]).dtype}")
                    check(graph, operator, tmp_path / path.stem / str(operator.index))
    if not seen:
        pytest.skip(f"no models in {corpus}")
    assert len(seen) > 10, seen

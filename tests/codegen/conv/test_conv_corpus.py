"""The int8 convolutions of real models, each alone: golden model and C against TFLM."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.engine_runs import golden_outputs, host_outputs
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.errors import CubeAIError
from cubeai_auto.tflite import load_model
from cubeai_auto.tflite.graph import Graph, Tensor
from cubeai_auto.tflite.reader import parse_model
from cubeai_auto.tflm.host import run_host

pytestmark = [pytest.mark.corpus, pytest.mark.oracle]


def spec_of(tensor: Tensor, name: str) -> TensorSpec:
    found = tensor.quantization
    return TensorSpec(
        name,
        tensor.shape,
        tensor.dtype,
        data=tensor.data,
        scales=() if found is None else found.scales,
        zero_points=() if found is None else found.zero_points,
        axis=0 if found is None else found.axis,
    )


def convolutions(graph: Graph) -> ModelSpec | None:
    """A model of the graph's int8 convolutions, side by side."""
    tensors: list[TensorSpec] = []
    operators: list[OperatorSpec] = []
    for op in graph.operators:
        if op.name != "CONV_2D" or graph.tensor(op.inputs[0]).dtype != "int8":
            continue
        names = [f"{op.index}/{position}" for position in range(len(op.inputs))]
        tensors += [
            spec_of(graph.tensor(index), name) for index, name in zip(op.inputs, names, strict=True)
        ]
        tensors.append(spec_of(graph.tensor(op.outputs[0]), f"{op.index}/y"))
        operators.append(OperatorSpec("CONV_2D", names, [f"{op.index}/y"], dict(op.options)))
    first = [str(op.inputs[0]) for op in operators]
    return (
        ModelSpec(tensors, operators, first, [str(op.outputs[0]) for op in operators])
        if first
        else None
    )


def test_every_convolution_of_the_corpus(corpus: Path, tmp_path: Path) -> None:
    seen = 0
    slow: dict[tuple[str, str], tuple[str, ...]] = {}
    for path in sorted(corpus.rglob("*.tflite")):
        try:
            spec = convolutions(load_model(path))
        except CubeAIError:  # damaged on purpose, or no int8 network
            continue
        if spec is None:
            continue
        model = build(spec)
        graph = parse_model(model, path.stem)
        inputs = random_inputs(graph, 3, 1)
        layers = lower(graph, dsp=True)
        golden = golden_outputs(graph, layers, inputs)
        ran = host_outputs(graph, inputs, tmp_path / str(seen), sanitize=False)
        for mine, compiled, exact in zip(
            golden, ran.outputs, run_host(model, inputs).outputs, strict=True
        ):
            assert mine.tobytes() == exact.tobytes(), path.name
            assert compiled.tobytes() == exact.tobytes(), path.name
        slow |= {(path.name, layer.name): layer.body.notes for layer in layers if layer.body.notes}
        seen += len(layers)
    if not seen:
        pytest.skip("the corpus has no int8 convolution")
    assert slow == {}

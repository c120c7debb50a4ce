"""Where tensors live: views, inputs and outputs inside or outside, and what a run overwrites."""

from __future__ import annotations

import numpy as np
import pytest
from support.small_models import graph_of, mlp, through_views, two_in_two_out
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

from cubeai_auto.codegen.lower import lower
from cubeai_auto.codegen.memory import ALIGNMENT, MemoryPlan, plan_memory
from cubeai_auto.tflite.graph import Graph


def index(graph: Graph, name: str) -> int:
    return next(tensor.index for tensor in graph.tensors if tensor.name == name)


def places(graph: Graph, memory: MemoryPlan, *names: str) -> list[tuple[str, int]]:
    return [memory.place(index(graph, name)) for name in names]


@pytest.mark.parametrize("inside", [True, False])
def test_views_have_the_place_of_their_root(inside: bool) -> None:
    graph = graph_of(through_views())
    memory = plan_memory(graph, (), io_inside=inside)
    assert places(graph, memory, "x", "x2") == [("inputs", 0)] * 2
    assert places(graph, memory, "z", "y") == [("outputs", 0)] * 2
    hidden = places(graph, memory, "h", "h2", "h3")
    assert hidden == [hidden[0]] * 3
    assert hidden[0][0] == "activations"


def test_inputs_and_outputs_outside_take_no_activations() -> None:
    graph = graph_of(through_views())
    outside = plan_memory(graph, (), io_inside=False)
    assert [request.name for request in outside.requests.requests] == ["h"]
    assert outside.size == 6
    inside = plan_memory(graph, (), io_inside=True)
    assert inside.size >= 8 + 6
    assert not outside.inputs_overwritten


def test_an_output_in_the_middle_is_written_through_its_pointer() -> None:
    graph = graph_of(two_in_two_out())
    memory = plan_memory(graph, (), io_inside=True)
    assert places(graph, memory, "y", "h", "d") == [("outputs", 0), ("outputs", 1), ("outputs", 2)]
    assert places(graph, memory, "größe/*b*/") == [("inputs", 1)]


@pytest.mark.parametrize("inside", [True, False])
def test_living_buffers_never_share_bytes(inside: bool) -> None:
    for spec in (mlp(), two_in_two_out(), through_views()):
        memory = plan_memory(graph_of(spec), (), io_inside=inside)
        spans = list(zip(memory.requests.requests, memory.plan.offsets, strict=True))
        assert all(offset % ALIGNMENT == 0 for _, offset in spans)
        assert memory.size >= max((offset + request.size for request, offset in spans), default=0)
        for k, (a, at) in enumerate(spans):
            for b, bt in spans[k + 1 :]:
                if a.first <= b.last and b.first <= a.last:
                    assert at + a.size <= bt or bt + b.size <= at, (a.name, b.name)


def test_an_input_that_dies_early_may_be_overwritten() -> None:
    # x (64 B) is dead when y (64 B) is written: with h (4 B) between them they share their bytes
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 64), "int8", scales=(0.1,)),
            TensorSpec("w", (4, 64), "int8", np.ones((4, 64)), scales=(0.1,)),
            TensorSpec("h", (1, 4), "int8", scales=(0.1,)),
            TensorSpec("v", (64, 4), "int8", np.ones((64, 4)), scales=(0.1,)),
            TensorSpec("y", (1, 64), "int8", scales=(0.1,)),
        ],
        [
            OperatorSpec("FULLY_CONNECTED", ["x", "w"], ["h"], {}),
            OperatorSpec("FULLY_CONNECTED", ["h", "v"], ["y"], {}),
        ],
        ["x"],
        ["y"],
    )
    memory = plan_memory(graph_of(spec), (), io_inside=True)
    assert memory.size == 68
    assert memory.inputs_overwritten


def test_an_input_that_is_read_last_is_not_overwritten() -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 8), "int8", scales=(0.1,)),
            TensorSpec("y", (1, 8), "int8", scales=(0.2,)),
        ],
        [OperatorSpec("QUANTIZE", ["x"], ["y"])],
        ["x"],
        ["y"],
    )
    memory = plan_memory(graph_of(spec), (), io_inside=True)
    assert memory.size == 16
    assert not memory.inputs_overwritten


def test_a_network_without_activations_still_has_a_word() -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 8), "int8", scales=(0.1,)),
            TensorSpec("y", (1, 8), "int8", scales=(0.2,)),
        ],
        [OperatorSpec("QUANTIZE", ["x"], ["y"])],
        ["x"],
        ["y"],
    )
    assert plan_memory(graph_of(spec), (), io_inside=False).size == ALIGNMENT


@pytest.mark.parametrize("operator", ["LOGISTIC", "RELU"])
def test_an_output_that_is_also_read_last_is_not_overwritten(operator: str) -> None:
    """An elementwise kernel may write over its input, unless the caller reads that afterwards."""
    scale, zero = (1 / 256, -128) if operator == "LOGISTIC" else (0.1, 0)
    tensors = [
        TensorSpec("x", (1, 8), "int8", scales=(0.1,)),
        TensorSpec("w", (64, 8), "int8", np.ones((64, 8)), scales=(0.1,)),
        TensorSpec("h", (1, 64), "int8", scales=(0.1,)),
        TensorSpec("y", (1, 64), "int8", scales=(scale,), zero_points=(zero,)),
    ]
    operators = [
        OperatorSpec("FULLY_CONNECTED", ["x", "w"], ["h"], {}),
        OperatorSpec(operator, ["h"], ["y"]),
    ]
    for outputs, size in ((["y"], 72), (["h", "y"], 128)):
        graph = graph_of(ModelSpec(tensors, operators, ["x"], outputs))
        memory = plan_memory(graph, lower(graph, dsp=True), io_inside=True)
        assert memory.size == memory.plan.live_bound == size

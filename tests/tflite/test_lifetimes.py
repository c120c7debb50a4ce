"""Which tensors need memory, which share it, and from when to when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflite_samples import chain, dense_int8

from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflite import (
    BufferRequest,
    BufferRequests,
    Graph,
    buffer_requests,
    live_set_bound,
    load_model,
    parse_model,
)


def graph_of(spec: ModelSpec) -> Graph:
    return parse_model(build(spec), "built")


def spans(found: BufferRequests) -> dict[str, tuple[int, int, int]]:
    return {r.name: (r.size, r.first, r.last) for r in found.requests}


def test_a_chain_with_a_view() -> None:
    found = buffer_requests(graph_of(dense_int8()))
    assert spans(found) == {
        "input": (16, 0, 0),
        "x": (4, 0, 1),
        "y": (3, 1, 2),
        "s": (3, 2, 4),  # the RESHAPE at step 3 is a view of it
        "output": (12, 4, 4),
    }
    assert found.of_tensor == {0: 0, 1: 1, 4: 2, 5: 3, 7: 3, 8: 4}


def test_without_views_a_reshape_copies() -> None:
    found = buffer_requests(graph_of(dense_int8()), views=False)
    assert spans(found)["s"] == (3, 2, 3)
    assert spans(found)["r"] == (3, 3, 4)


def test_inputs_and_outputs_left_to_the_caller() -> None:
    found = buffer_requests(graph_of(dense_int8()), io_inside=False)
    assert set(spans(found)) == {"x", "y", "s"}
    assert 0 not in found.of_tensor
    assert 8 not in found.of_tensor


def test_graph_outputs_live_to_the_last_step() -> None:
    spec = replace(chain(["RELU", "RELU", "RELU"]), outputs=["t1", "t3"])
    assert spans(buffer_requests(graph_of(spec)))["t1"] == (32, 0, 2)


def test_elementwise_operators_in_place() -> None:
    graph = graph_of(chain(["RELU", "LOGISTIC", "SOFTMAX"]))
    assert spans(buffer_requests(graph, in_place=True)) == {"t0": (32, 0, 2)}
    outside = buffer_requests(graph, in_place=True, io_inside=False)
    assert outside.requests == ()  # all works in the caller's output buffer, not in its input
    assert outside.storage == {0: 0, 1: 3, 2: 3, 3: 3}


def test_an_input_that_is_read_later_is_not_overwritten() -> None:
    spec = replace(
        chain(["RELU", "RELU"]),
        operators=[OperatorSpec("RELU", ["t0"], ["t1"]), OperatorSpec("ADD", ["t0", "t1"], ["t2"])],
    )
    found = buffer_requests(graph_of(spec), in_place=True)
    assert spans(found) == {"t0": (32, 0, 1), "t1": (32, 0, 1)}
    assert found.of_tensor[2] == found.of_tensor[0]


def test_two_outputs_never_share_a_buffer_in_place() -> None:
    spec = replace(chain(["RELU", "LOGISTIC"]), outputs=["t1", "t2"])
    found = buffer_requests(graph_of(spec), in_place=True)
    assert found.of_tensor[1] != found.of_tensor[2]


def test_a_broadcast_operand_is_not_overwritten() -> None:
    spec = ModelSpec(
        [TensorSpec("a", (1, 4)), TensorSpec("b", (4, 4)), TensorSpec("y", (4, 4))],
        [OperatorSpec("MUL", ["a", "b"], ["y"])],
        ["a", "b"],
        ["y"],
    )
    found = buffer_requests(graph_of(spec), in_place=True)
    assert found.of_tensor[2] == found.of_tensor[1] != found.of_tensor[0]


def test_a_view_read_in_another_order_is_not_overwritten() -> None:
    """x(1,4) * its own view (4,1) broadcasts: writing y over x would spoil what is still read."""
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 1)),
            TensorSpec("shape", (3,), "int32", [1, 1, 1]),
            TensorSpec("v", (1, 1, 1)),
            TensorSpec("y", (1, 1, 1)),
        ],
        [OperatorSpec("RESHAPE", ["x", "shape"], ["v"]), OperatorSpec("MUL", ["x", "v"], ["y"])],
        ["x"],
        ["y"],
    )
    found = buffer_requests(graph_of(spec), in_place=True)
    assert found.of_tensor[3] != found.of_tensor[0]


def test_an_output_that_is_a_view_of_an_input() -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (2, 3)),
            TensorSpec("shape", (1,), "int32", [6]),
            TensorSpec("v", (6,)),
            TensorSpec("axis", (), "int32", [0]),
            TensorSpec("y", (1, 6)),
        ],
        [
            OperatorSpec("RESHAPE", ["x", "shape"], ["v"]),
            OperatorSpec("EXPAND_DIMS", ["v", "axis"], ["y"]),
        ],
        ["x"],
        ["y"],
    )
    inside = buffer_requests(graph_of(spec))
    assert spans(inside) == {"x": (24, 0, 1)}
    assert inside.of_tensor == {0: 0, 2: 0, 4: 0}
    assert inside.storage == {0: 0, 2: 0, 4: 0}
    outside = buffer_requests(graph_of(spec), io_inside=False)  # the caller has two buffers
    assert outside.requests == ()
    assert outside.storage == {0: 0, 2: 0, 4: 4}  # so EXPAND_DIMS must copy


def test_a_view_of_a_constant_takes_no_memory_unless_it_is_an_output() -> None:
    spec = ModelSpec(
        [
            TensorSpec("c", (2, 2), data=np.ones((2, 2))),
            TensorSpec("shape", (1,), "int32", [4]),
            TensorSpec("v", (4,)),
            TensorSpec("x", (4,)),
            TensorSpec("y", (4,)),
        ],
        [OperatorSpec("RESHAPE", ["c", "shape"], ["v"]), OperatorSpec("ADD", ["x", "v"], ["y"])],
        ["x"],
        ["y"],
    )
    assert set(spans(buffer_requests(graph_of(spec)))) == {"x", "y"}
    assert set(spans(buffer_requests(graph_of(replace(spec, outputs=["v", "y"]))))) == {"v", "x", "y"}


@pytest.mark.parametrize(
    ("shape", "order", "target", "shared"),
    [
        ((1, 1, 5, 3), (0, 2, 1, 3), (1, 5, 1, 3), True),
        ((1, 4, 5), (0, 2, 1), (1, 5, 4), False),
        ((4, 1, 5), (1, 2, 0), (1, 5, 4), False),
        ((4, 1, 5), (1, 0, 2), (1, 4, 5), True),
    ],
)
def test_a_transpose_that_moves_nothing_is_a_view(
    shape: tuple[int, ...], order: tuple[int, ...], target: tuple[int, ...], shared: bool
) -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", shape),
            TensorSpec("p", (len(order),), "int32", order),
            TensorSpec("y", target),
        ],
        [OperatorSpec("TRANSPOSE", ["x", "p"], ["y"])],
        ["x"],
        ["y"],
    )
    assert (len(buffer_requests(graph_of(spec)).requests) == 1) is shared


def test_several_outputs_unused_tensors_and_empty_ones() -> None:
    spec = ModelSpec(
        [
            TensorSpec("axis", (), "int32", [1]),
            TensorSpec("x", (1, 6)),
            TensorSpec("a", (1, 3)),
            TensorSpec("b", (1, 3)),
            TensorSpec("unused", (1000,)),
            TensorSpec("empty", (0, 3)),
            TensorSpec("y", (1, 3)),
        ],
        [
            OperatorSpec("SPLIT", ["axis", "x"], ["a", "b"], {"num_splits": 2}),
            OperatorSpec("CONCATENATION", ["a", "empty"], ["y"], {"axis": 0}),
        ],
        ["x"],
        ["y"],
    )
    found = spans(buffer_requests(graph_of(spec)))
    assert found["a"] == (12, 0, 1)
    assert found["b"] == (12, 0, 0)  # nobody reads it, but SPLIT writes it
    assert "unused" not in found


def test_an_unused_input_and_a_model_without_operators() -> None:
    spec = ModelSpec([TensorSpec("x", (4,)), TensorSpec("z", (2,))], [], ["x", "z"], ["x"])
    assert spans(buffer_requests(graph_of(spec))) == {"x": (16, 0, 0), "z": (8, 0, 0)}


def test_state_lives_for_ever() -> None:
    spec = replace(
        chain(["RELU", "RELU", "RELU"]),
        tensors=[*chain(["RELU"] * 3).tensors, TensorSpec("state", (1, 8), is_variable=True)],
        operators=[
            OperatorSpec("RELU", ["t0"], ["t1"]),
            OperatorSpec("Recurrent", ["t1", "state"], ["t2"], custom=True),
            OperatorSpec("RELU", ["t2"], ["t3"]),
        ],
    )
    found = buffer_requests(graph_of(spec), in_place=True)
    assert spans(found)["state"] == (32, 0, 2)


def test_unknown_sizes_are_refused_by_name() -> None:
    spec = ModelSpec(
        [TensorSpec("x", (-1, 4)), TensorSpec("y", (-1, 4))],
        [OperatorSpec("RELU", ["x"], ["y"])],
        ["x"],
        ["y"],
    )
    with pytest.raises(UnsupportedModelError, match=r"'x'\) has the open shape \[-1, 4\]"):
        buffer_requests(graph_of(spec))
    text = ModelSpec([TensorSpec("x", (1,), "string")], [], ["x"], ["x"])
    with pytest.raises(UnsupportedModelError, match="string"):
        buffer_requests(graph_of(text))


def test_live_set_bound() -> None:
    requests = (BufferRequest("a", 10, 0, 1), BufferRequest("b", 7, 1, 2), BufferRequest("c", 5, 2, 2))
    assert live_set_bound(requests) == 17
    assert live_set_bound(requests, alignment=4) == 18  # 7 padded to 8, then 10 last
    assert live_set_bound(()) == 0


@pytest.mark.corpus
def test_shape_arithmetic_takes_no_memory(corpus: Path) -> None:
    fixed = load_model(corpus / "models_made" / "har_cnn1d_int8.tflite")
    dynamic = load_model(corpus / "models_made" / "har_dynbatch_int8.tflite")
    sizes = sorted(r.size for r in buffer_requests(fixed).requests)
    assert sorted(r.size for r in buffer_requests(dynamic).requests) == sizes
    assert len(buffer_requests(dynamic, fold=False).requests) == len(sizes) + 3


def test_states_can_have_memory_of_their_own() -> None:
    spec = ModelSpec(
        [TensorSpec("x", (4,)), TensorSpec("v", (8,), is_variable=True), TensorSpec("y", (4,))],
        [OperatorSpec("SVDF", ["x", "x", "x", None, "v"], ["y"])],
        ["x"],
        ["y"],
    )
    graph = graph_of(spec)
    assert spans(buffer_requests(graph)) == {"x": (16, 0, 0), "v": (32, 0, 0), "y": (16, 0, 0)}
    assert spans(buffer_requests(graph, states=False)) == {"x": (16, 0, 0), "y": (16, 0, 0)}

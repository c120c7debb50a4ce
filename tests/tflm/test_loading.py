"""Which models TFLM loads, from the file alone; and that the host's TFLM says the same."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflm_graphs import act, dense_chain, ints, one_operator, weights
from support.tflm_models import custom_model, hybrid_model, relu6_model

from cubeai_auto.errors import ModelFormatError
from cubeai_auto.tflite import Graph, Tensor, parse_model
from cubeai_auto.tflm import footprint, host_footprint
from cubeai_auto.tflm.combine import with_host

F = "float32"
TILE = one_operator("TILE", [act("x", (1, 2), F), ints("n", [1, 2])], [act("y", (1, 4), F)])
HALF = one_operator(
    "DEQUANTIZE", [TensorSpec("w", (1, 2), "float16", data=np.ones((1, 2)))], [act("y", (1, 2), F)]
)
MIXED_DENSE = one_operator(
    "FULLY_CONNECTED", [act("x", (1, 4), F), weights("w", (3, 4), "int8")], [act("y", (1, 3), F)]
)
UNSIGNED = one_operator(
    "CONV_2D",
    [act("x", (1, 4, 4, 1), "uint8"), weights("w", (1, 3, 3, 1), "uint8")],
    [act("y", (1, 2, 2, 1), "uint8")],
    {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1, "padding": "VALID"},
)
TEXT = build(
    ModelSpec(
        [act("x", (1, 4), F), act("y", (1, 4), F), TensorSpec("words", (1,), "string")],
        [OperatorSpec("RELU6", ["x"], ["y"])],
        ["x"],
        ["y"],
    )
)
INTERMEDIATE = one_operator(
    "RELU6",
    [act("x", (1, 4), F)],
    [act("y", (1, 4), F)],
    intermediates=[act("between", (1, 4), F)],
)
REFUSED = {
    "an operator without a kernel": (TILE, "Didn't find op for builtin opcode 'TILE'"),
    "a convolution of two types": (hybrid_model(), "Hybrid models are not supported on TFLite Micro"),
    "a dense layer of two types": (MIXED_DENSE, "Hybrid models are not supported"),
    "uint8": (UNSIGNED, "Hybrid models are not supported"),
    "float16 weights": (HALF, "Type FLOAT16 is not supported"),
    "a custom operator": (custom_model(), "no registration for the custom operator 'Mystery'"),
    "text": (TEXT, "type string, whose size TFLM does not know"),
    "an intermediate tensor": (INTERMEDIATE, "Does not support intermediate tensor"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_tflm_refuses(case: str) -> None:
    model, reason = REFUSED[case]
    found = footprint(parse_model(model, "m"))
    assert found.loadable is False
    assert reason in found.reason
    for figure in (found.arena_used, found.arena_required, found.arena.tail, found.flash.total):
        assert figure.value is None
        assert figure.reason == f"TFLM cannot load the model: {found.reason}"
    assert found.flash_model.value == len(model)
    assert found.nodes == ()


def test_the_reference_kernels_have_other_words_for_a_mixed_dense_layer() -> None:
    found = footprint(parse_model(MIXED_DENSE, "m"), kernels="reference")
    assert found.reason.startswith("Input type: FLOAT32 with filter type: INT8 not supported")


@pytest.mark.oracle
@pytest.mark.parametrize("case", REFUSED)
def test_the_host_s_tflm_refuses_them_too(case: str, tmp_path: Path) -> None:
    model, _ = REFUSED[case]
    path = tmp_path / "m.tflite"
    path.write_bytes(model)
    graph = parse_model(model, "m")
    host = host_footprint(path, graph)
    assert host.loadable is False
    found = with_host(footprint(graph), host)
    assert (found.loadable, found.reason, found.version) == (False, host.reason, host.version)
    assert host.reason in found.arena_used.reason


def graph_of(model: bytes = b"", **changes: object) -> Graph:
    return dataclasses.replace(parse_model(model or relu6_model(), "m"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (graph_of(subgraph_count=3), "3 subgraphs"),
        (graph_of(metadata=("OfflineMemoryAllocation",)), "memory plan of its own"),
        (graph_of(metadata=("COMPRESSION_METADATA",)), "compressed"),
        (graph_of(operators=()), "without operators"),
        (
            graph_of(one_operator("IF", [act("x", (1,), "bool")], [act("y", (1,), "bool")])),
            "control flow (IF)",
        ),
        (
            graph_of(one_operator("VAR_HANDLE", [], [TensorSpec("v", (), "resource")])),
            "resource variables (VAR_HANDLE)",
        ),
    ],
)
def test_what_may_load_and_is_not_simulated(graph: Graph, reason: str) -> None:
    found = footprint(graph)
    assert found.loadable is None
    assert found.reason.startswith("not simulated: ")
    assert reason in found.reason
    assert found.arena_used.reason == found.flash.total.reason == found.reason


def test_a_custom_operator_that_tflm_brings_is_not_simulated() -> None:
    tensors = [act("x", (1, 4), F), act("y", (1, 4), F)]
    model = build(
        ModelSpec(tensors, [OperatorSpec("SignalWindow", ["x"], ["y"], custom=True)], ["x"], ["y"])
    )
    found = footprint(parse_model(model, "m"))
    assert found.loadable is None
    assert "custom operator 'SignalWindow'" in found.reason


def test_other_metadata_hinders_nothing() -> None:
    assert footprint(graph_of(metadata=("min_runtime_version",))).loadable is True


def test_activations_beyond_32_bits_are_not_simulated() -> None:
    huge = (1 << 16, 1 << 16)
    tensors = (Tensor(0, "x", "float32", huge), Tensor(1, "y", "float32", huge))
    found = footprint(graph_of(tensors=tensors))
    assert found.loadable is None
    assert "32-bit core" in found.arena_required.reason


class TestWithTheHost:
    def test_without_a_host_the_word_of_the_rules_stays(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr("cubeai_auto.tflm.wheel.host_version", lambda: None)
        path = tmp_path / "m.tflite"
        path.write_bytes(relu6_model())
        graph = parse_model(relu6_model(), "m")
        found = with_host(footprint(graph), host_footprint(path, graph))
        assert (found.loadable, found.version) == (True, "")
        assert found.arena_used.known
        assert "tflite-micro" in found.host_arena.total.reason

    def test_a_host_that_loads_what_the_rules_refuse_takes_the_figures_away(self) -> None:
        refused = footprint(parse_model(TILE, "m"))
        host = dataclasses.replace(refused, loadable=True, reason="", version="9")
        found = with_host(refused, host)
        assert found.loadable is True
        assert "against what is known here" in found.arena_used.reason


WIDTHS = st.lists(st.integers(1, 40), min_size=2, max_size=7)


@given(WIDTHS, st.sampled_from(["int8", F]), st.sampled_from(["reference", "cmsis-nn"]))
def test_chains_of_dense_layers(widths: list[int], dtype: str, kernels: str) -> None:
    graph = parse_model(dense_chain(widths, dtype), "m")
    found = footprint(graph, kernels=kernels)
    used, required = found.arena_used.value or 0, found.arena_required.value or 0
    item = 1 if dtype == "int8" else 4
    busiest = max(
        -(-a * item // 16) * 16 + -(-b * item // 16) * 16 for a, b in itertools.pairwise(widths)
    )
    assert (found.arena.head.value or 0) >= busiest
    assert required >= used > 0
    assert required % 16 == 0
    assert (found.arena.head.value or 0) + (found.arena.tail.value or 0) == used
    wider = footprint(parse_model(dense_chain([2 * w for w in widths], dtype), "m"), kernels=kernels)
    assert (wider.arena_used.value or 0) >= used
    assert wider.flash.kernels == found.flash.kernels


@pytest.mark.oracle
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WIDTHS, st.sampled_from(["int8", F]))
def test_the_host_s_head_of_random_chains(tmp_path: Path, widths: list[int], dtype: str) -> None:
    model = dense_chain(widths, dtype)
    path = tmp_path / "m.tflite"
    path.write_bytes(model)
    graph = parse_model(model, "m")
    host = host_footprint(path, graph)
    assert host.loadable is True
    assert footprint(graph).arena.head.value == host.host_arena.head.value


STRIDES = {
    "stride_w": 1,
    "stride_h": 1,
    "dilation_w_factor": 1,
    "dilation_h_factor": 1,
    "padding": "SAME",
}
SMALL = (
    dense_chain([3, 2, 1]),
    one_operator(
        "CONV_2D",
        [act("x", (1, 4, 4, 2)), weights("w", (2, 3, 3, 2))],
        [act("y", (1, 4, 4, 2))],
        STRIDES,
    ),
    one_operator("MEAN", [act("x", (1, 4, 3)), ints("a", [1])], [act("y", (1, 3))]),
)


def test_every_bit_that_still_makes_a_model_makes_a_footprint() -> None:
    predicted = refused = 0
    for number, position in ((n, at) for n, model in enumerate(SMALL) for at in range(len(model))):
        damaged = bytearray(SMALL[number])
        damaged[position] ^= 1 << (position % 8)
        try:
            graph = parse_model(bytes(damaged), "m")
        except ModelFormatError:
            continue
        for kernels in ("reference", "cmsis-nn"):
            found = footprint(graph, kernels=kernels)
            assert found.arena_used.known == found.arena_required.known
            assert found.arena_used.known == (found.loadable is True)
            assert found.arena_used.known or found.reason
            predicted += found.arena_used.known
            refused += not found.arena_used.known
    assert predicted > 1_000
    assert refused > 3


def test_a_dimension_that_stays_open_behind_a_reshape() -> None:
    """TFLM resolves it for the reshape's output, and still reads the file's shape elsewhere."""
    tensors = [
        act("x", (1, 4, 4, 2)),
        TensorSpec("r", (1, 4, 4, -1), "int8", scales=(0.5,)),
        act("y", (1, 2, 2, 2)),
    ]
    pool = {"stride_w": 2, "stride_h": 2, "filter_width": 2, "filter_height": 2, "padding": "VALID"}
    steps = [OperatorSpec("RESHAPE", ["x"], ["r"]), OperatorSpec("AVERAGE_POOL_2D", ["r"], ["y"], pool)]
    graph = parse_model(build(ModelSpec(tensors, steps, ["x"], ["y"])), "m")
    found = footprint(graph)
    assert found.loadable is None
    assert "leaves open" in found.reason
    assert footprint(graph, kernels="reference").arena_used.known

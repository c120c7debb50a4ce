"""The arena, step by step: the allocator's seven passes, the plan, the smallest that works."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflm_graphs import act, dense_chain, one_operator

from cubeai_auto.tflite import Graph, load_model, parse_model
from cubeai_auto.tflm import footprint
from cubeai_auto.tflm.demand import Demand, Setting
from cubeai_auto.tflm.head import Head, plan_head
from cubeai_auto.tflm.operators import Kernels
from cubeai_auto.tflm.prepare import prepare
from cubeai_auto.tflm.required import Peaks, peaks
from cubeai_auto.tflm.sizes import tensor_bytes
from cubeai_auto.tflm.tail import Tail, simulate_tail


@dataclasses.dataclass(frozen=True)
class Simulated:
    demands: list[Demand]
    tail: Tail
    head: Head
    peaks: Peaks


def simulate(graph: Graph, kernels: Kernels = "reference") -> Simulated:
    setting = Setting(kernels, dsp=True)
    sizes = tensor_bytes(graph)
    demands = [prepare(graph, op, setting) for op in graph.operators]
    tail = simulate_tail(graph, sizes, demands, setting)
    head = plan_head(graph, sizes, demands)
    return Simulated(demands, tail, head, peaks(graph, demands, tail, head))


@pytest.fixture
def sine() -> Graph:
    """1, 16, 16, 1 units: ten tensors, three fully connected layers."""
    return parse_model(dense_chain([1, 16, 16, 1]), "sine")


class TestThreeDenseLayers:
    """Measured on a Cortex-M4F: 676 and 772 bytes used, 1,072 and 1,168 required."""

    def test_the_seven_passes(self, sine: Graph) -> None:
        tail = simulate(sine).tail
        assert (tail.setup, tail.nodes, tail.options, tail.structures) == (132, 348, 363, 512)
        assert tail.prepared == (512, 512, 512)
        assert (tail.planned, tail.total) == (512, 644)

    def test_structures_of_cmsis_nn_are_larger(self, sine: Graph) -> None:
        tail = simulate(sine, "cmsis-nn").tail
        assert (tail.options, tail.structures, tail.planned, tail.total) == (363, 608, 608, 740)

    def test_the_last_of_equal_buffers_is_placed_first(self, sine: Graph) -> None:
        head = simulate(sine).head
        assert [(b.tensor, b.first, b.last) for b in head.buffers] == [
            (0, 0, 1), (7, 1, 2), (8, 2, 3), (9, 3, 3),
        ]  # fmt: skip
        assert head.offsets == (16, 0, 16, 0)
        assert head.size == 32

    @pytest.mark.parametrize(
        ("kernels", "used", "planning", "required"),
        [("reference", 676, 1_072, 1_072), ("cmsis-nn", 772, 1_168, 1_168)],
    )
    def test_used_and_required(
        self, sine: Graph, kernels: Kernels, used: int, planning: int, required: int
    ) -> None:
        found = simulate(sine, kernels).peaks
        assert (found.used, found.planning, found.required) == (used, planning, required)

    def test_the_peak_of_preparing(self, sine: Graph) -> None:
        assert simulate(sine).peaks.preparing == 512 + 144 + 4 * 52

    def test_the_prediction_says_where_its_numbers_are_from(self, sine: Graph) -> None:
        found = footprint(sine, kernels="reference")
        assert (found.arena_used.value, found.arena_required.value) == (676, 1_072)
        assert (found.arena.head.value, found.arena.tail.value) == (32, 644)
        assert found.arena_used.how == "predicted"
        assert "TFLM 90b983c, reference kernels" in found.arena_used.source
        assert "0 or +16 B off" in found.arena_required.source
        assert found.unverified_operators == ()
        assert sum(q.value or 0 for q in found.arena.categories.values()) == 644
        assert found.arena.categories["TfLiteEvalTensor data"].value == 120
        assert found.arena.categories["Persistent TfLiteTensor quantization data"].value == 40


@pytest.mark.corpus
class TestScratch:
    """A separable convolution network with CMSIS-NN: 10,836 bytes used on a Cortex-M4F."""

    @pytest.fixture
    def found(self, corpus: Path) -> Simulated:
        graph = load_model(corpus / "models_made" / "dscnn_small_int8.tflite")
        return simulate(graph, "cmsis-nn")

    def test_requests(self, found: Simulated) -> None:
        assert [d.scratch for d in found.demands if d.scratch] == [(160,), (128, 16, 8)]

    def test_plan(self, found: Simulated) -> None:
        placed = [
            (buffer.tensor, buffer.operator, buffer.size, offset)
            for buffer, offset in zip(found.head.buffers, found.head.offsets, strict=True)
        ]
        assert placed == [
            (0, None, 496, 4000),
            (14, None, 4000, 0),
            (15, None, 4000, 4000),
            (16, None, 4000, 0),
            (17, None, 4000, 4000),
            (18, None, 4000, 0),
            (19, None, 32, 4128),
            (20, None, 16, 16),
            (21, None, 16, 0),
            (None, 0, 160, 4496),
            (None, 5, 128, 4000),
            (None, 5, 16, 4176),
            (None, 5, 16, 4160),
        ]
        assert found.head.size == 8000

    def test_tail_and_sum(self, found: Simulated) -> None:
        assert (found.tail.planned, found.tail.total, found.peaks.used) == (2704, 2836, 10_836)

    def test_the_figure_is_in_the_footprint(self, corpus: Path) -> None:
        graph = load_model(corpus / "models_made" / "dscnn_small_int8.tflite")
        nodes = {node.index: node for node in footprint(graph).nodes}
        assert nodes[0].operator == "CONV_2D"
        assert nodes[0].scratch == (160,)


class TestLifetimes:
    def test_an_output_lives_to_the_end_and_an_unread_tensor_dies_at_once(self) -> None:
        tensors = [act(name, (1, 4)) for name in ("x", "unread", "early", "y")]
        steps = [
            OperatorSpec("RELU6", ["x"], ["early"]),
            OperatorSpec("RELU6", ["x"], ["unread"]),
            OperatorSpec("RELU6", ["x"], ["y"]),
        ]
        graph = parse_model(build(ModelSpec(tensors, steps, ["x"], ["early", "y"])), "m")
        spans = {b.tensor: (b.first, b.last) for b in simulate(graph).head.buffers}
        assert spans == {0: (0, 3), 1: (2, 2), 2: (1, 3), 3: (3, 3)}

    def test_a_tensor_nobody_touches_still_takes_part(self) -> None:
        tensors = [act("x", (1, 4)), act("lost", (1, 64)), act("y", (1, 4))]
        graph = parse_model(
            build(ModelSpec(tensors, [OperatorSpec("RELU6", ["x"], ["y"])], ["x"], ["y"])), "m"
        )
        head = simulate(graph).head
        assert [(b.tensor, b.first, b.last) for b in head.buffers][1] == (1, -1, -1)
        assert head.offsets[1] == 0
        assert head.size == 64  # alone in its time, and still the largest

    def test_variables_stand_in_the_tail(self) -> None:
        state = dataclasses.replace(act("s", (1, 40)), is_variable=True)
        tensors = [act("x", (1, 4)), state, act("y", (1, 4))]
        graph = parse_model(
            build(ModelSpec(tensors, [OperatorSpec("ADD", ["x", "s"], ["y"])], ["x"], ["y"])), "m"
        )
        found = simulate(graph)
        assert [b.tensor for b in found.head.buffers] == [0, 2]
        assert found.tail.categories["TfLiteTensor variable buffer data"] >= 40
        assert found.tail.planned % 16 == 0

    def test_empty_tensors_take_nothing_and_scalars_one_element(self) -> None:
        empty = TensorSpec("e", (0,), "int8")
        tensors = [act("x", ()), empty, act("y", ())]
        graph = parse_model(
            build(ModelSpec(tensors, [OperatorSpec("RELU6", ["x"], ["y"])], ["x"], ["y"])), "m"
        )
        assert tensor_bytes(graph) == (1, 0, 1)
        assert [b.tensor for b in simulate(graph).head.buffers] == [0, 2]

    def test_an_open_dimension_is_resolved_by_reshape_only(self) -> None:
        opened = TensorSpec("y", (-1, 2), "float32")
        graph = parse_model(one_operator("RESHAPE", [act("x", (1, 6), "float32")], [opened]), "m")
        assert tensor_bytes(graph) == (24, 24)
        found = footprint(graph)
        assert found.loadable is True
        assert found.unverified_operators == ("RESHAPE",)
        assert found.nodes[0].persistent == (4 + 4 * 2,)
        other = footprint(
            parse_model(one_operator("RELU6", [act("x", (1, 6), "float32")], [opened]), "m")
        )
        assert other.loadable is None
        assert "open shape" in other.reason
        assert "open shape" in other.arena_used.reason


def test_scratch_of_an_earlier_operator_counts_while_a_later_one_is_prepared(sine: Graph) -> None:
    plain = simulate(sine)
    noted = [Demand(scratch=(16,) * 5), *plain.demands[1:]]
    found = peaks(sine, noted, plain.tail, plain.head)
    assert found.preparing == plain.peaks.preparing + 5 * 12
    assert found.planning > plain.peaks.planning

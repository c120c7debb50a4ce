"""What operators allocate while they are prepared, rule by rule; and against the host's TFLM."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.tflite_builder import TensorSpec
from support.tflm_graphs import act, ints, one_operator, weights

from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflite import Graph, Operator, Tensor, parse_model
from cubeai_auto.tflm import footprint
from cubeai_auto.tflm.demand import Demand, Setting
from cubeai_auto.tflm.host_child import ask
from cubeai_auto.tflm.operators import Kernels, operator_facts
from cubeai_auto.tflm.prepare import prepare

STRIDES = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
VALID = {**STRIDES, "padding": "VALID"}
SAME = {**STRIDES, "padding": "SAME"}
POOL = {"stride_w": 2, "stride_h": 2, "filter_width": 2, "filter_height": 2, "padding": "VALID"}


def demand(model: bytes, kernels: Kernels = "cmsis-nn", *, dsp: bool = True) -> Demand:
    graph = parse_model(model, "m")
    return prepare(graph, graph.operators[0], Setting(kernels, dsp))


def conv(
    kernel: tuple[int, int], cin: int, options: dict, dtype: str = "int8", wtype: str = ""
) -> bytes:
    wtype = wtype or ("float32" if dtype == "float32" else "int8")
    return one_operator(
        "CONV_2D",
        [act("x", (1, 8, 8, cin), dtype), weights("w", (6, *kernel, cin), wtype)],
        [act("y", (1, 8, 8, 6), dtype)],
        options,
    )


def depthwise(options: dict, *, kernel: int = 3, batch: int = 1, cout: int = 4, **kinds: str) -> bytes:
    dtype = kinds.get("dtype", "int8")
    return one_operator(
        "DEPTHWISE_CONV_2D",
        [
            act("x", (batch, 8, 8, 4), dtype),
            weights("w", (1, kernel, kernel, cout), kinds.get("wtype", "int8")),
        ],
        [act("y", (batch, 8, 8, cout), dtype)],
        options,
    )


def transposed(
    cin: int, stride: tuple[int, int], kernel: tuple[int, int], dtype: str = "int8"
) -> bytes:
    down, across = stride
    return one_operator(
        "TRANSPOSE_CONV",
        [
            ints("s", [1, 4 * down, 3 * across, 2]),
            weights("w", (2, *kernel, cin), "float32" if dtype == "float32" else "int8"),
            act("x", (1, 4, 3, cin), dtype),
        ],
        [act("y", (1, 4 * down, 3 * across, 2), dtype)],
        {"stride_h": down, "stride_w": across, "padding": "SAME"},
    )


ARRAYS = (24, 24)  # six channels, four bytes each


@pytest.mark.parametrize(
    ("model", "reference", "cmsis"),
    [
        (conv((3, 5), 3, VALID), Demand(ARRAYS), Demand(ARRAYS, (4 * 48,))),  # 45 to a multiple of 4
        (conv((1, 1), 3, VALID), Demand(ARRAYS), Demand(ARRAYS)),
        (conv((1, 1), 3, {**VALID, "stride_w": 2}), Demand(ARRAYS), Demand(ARRAYS)),
        (
            conv((1, 1), 3, {**VALID, "dilation_w_factor": 2}),
            Demand(ARRAYS),
            Demand(ARRAYS, (4 * 4,)),
        ),
        (conv((3, 3), 3, SAME, "float32"), Demand(ARRAYS), Demand()),
        (conv((3, 3), 3, SAME, "int16"), Demand(ARRAYS), Demand(ARRAYS, (4 * 27,))),
        (conv((3, 3), 3, SAME, wtype="int4"), Demand(ARRAYS, (162,)), Demand(ARRAYS, (4 * 28,))),
    ],
)
def test_convolutions(model: bytes, reference: Demand, cmsis: Demand) -> None:
    assert demand(model, "reference") == reference
    assert demand(model, "cmsis-nn") == cmsis


QUARTET = (16, 16)


@pytest.mark.parametrize(
    ("model", "cmsis"),
    [
        (depthwise(SAME), Demand(QUARTET)),  # 3x3 with a padding of 1 needs no buffer
        (depthwise(VALID), Demand(QUARTET)),
        (depthwise(SAME, kernel=5), Demand(QUARTET, (2 * 4 * 25,))),
        (depthwise(SAME, kernel=5, batch=2), Demand(QUARTET)),
        (depthwise({**SAME, "dilation_h_factor": 2}), Demand(QUARTET)),
        (depthwise(SAME, kernel=5, cout=8), Demand((32, 32))),
        (depthwise(SAME, dtype="int16"), Demand(QUARTET)),
        (depthwise(SAME, dtype="float32", wtype="float32"), Demand()),
        (depthwise(SAME, wtype="int4"), Demand(QUARTET, (2 * 4 * 9,))),
    ],
)
def test_depthwise_convolutions(model: bytes, cmsis: Demand) -> None:
    assert demand(model, "cmsis-nn") == cmsis
    channels = cmsis.persistent or QUARTET
    assert demand(model, "reference").persistent == channels


def test_a_core_without_dsp_needs_no_buffer_for_them() -> None:
    assert demand(depthwise(SAME, kernel=5), dsp=False) == Demand(QUARTET)
    pool = one_operator("AVERAGE_POOL_2D", [act("x", (1, 4, 4, 6))], [act("y", (1, 2, 2, 6))], POOL)
    assert demand(pool, dsp=False) == Demand()
    assert demand(pool).scratch == (24,)


@pytest.mark.parametrize(
    ("model", "reference", "cmsis"),
    [
        # The vertical stride is taken for the horizontal one: ((3 - 1) * 2 + max(3, 3)) * 2 * 3 * 4.
        (transposed(5, (3, 2), (3, 3)), (4 * 12 * 6 * 2,), (4 * 7 * 2 * 3, 0)),
        (transposed(5, (2, 2), (4, 3)), (4 * 8 * 6 * 2,), (4 * 7 * 2 * 4, 0)),
        (transposed(16, (2, 2), (3, 3)), (4 * 8 * 6 * 2,), (4 * 7 * 2 * 3, 0)),
        (transposed(17, (2, 2), (3, 3)), (4 * 8 * 6 * 2,), (4 * 156, 17 * 9 * 2)),
        (transposed(17, (2, 3), (3, 3)), (4 * 8 * 9 * 2,), (4 * 9 * 2 * 3, 0)),
        (transposed(5, (2, 2), (3, 3), "int16"), (8 * 8 * 6 * 2,), (8 * 8 * 6 * 2,)),
        (transposed(5, (2, 2), (3, 3), "float32"), (), ()),
    ],
)
def test_transposed_convolutions(
    model: bytes, reference: tuple[int, ...], cmsis: tuple[int, ...]
) -> None:
    assert demand(model, "reference") == Demand((8, 8), reference)
    assert demand(model, "cmsis-nn") == Demand((8, 8), cmsis)


def dense(
    output: tuple[int, ...] = (1, 3), depth: int = 4, dtype: str = "int8", **options: object
) -> bytes:
    wtype = str(options.get("wtype", "float32" if dtype == "float32" else "int8"))
    axis = 0 if options.get("by_channel") else None
    return one_operator(
        "FULLY_CONNECTED",
        [act("x", (*output[:-1], depth), dtype), weights("w", (output[-1], depth), wtype, axis=axis)],
        [act("y", output, dtype)],
    )


@pytest.mark.parametrize(
    ("model", "reference", "cmsis"),
    [
        (dense(), Demand(), Demand()),
        (dense(by_channel=True), Demand((12, 12)), Demand((12, 12))),
        (dense((1, 1), by_channel=True), Demand(), Demand()),  # one unit: one scale
        (dense((1, 2, 3)), Demand(), Demand((), (24,))),
        (dense((1, 2, 3), depth=6), Demand(), Demand()),
        (dense((1, 2, 3), by_channel=True), Demand((12, 12)), Demand((12, 12))),
        (dense(dtype="float32"), Demand(), Demand()),
        (dense(wtype="int4"), Demand((), (12,)), Demand()),
        (dense((1, 2, 3), dtype="int16"), Demand(), Demand()),
    ],
)
def test_fully_connected(model: bytes, reference: Demand, cmsis: Demand) -> None:
    assert demand(model, "reference") == reference
    assert demand(model, "cmsis-nn") == cmsis


def svdf(dtype: str) -> bytes:
    state = TensorSpec("s", (1, 24), "int16" if dtype == "int8" else dtype, is_variable=True)
    kinds = ("int8", "int16", "int32") if dtype == "int8" else ("float32",) * 3
    return one_operator(
        "SVDF",
        [
            act("x", (1, 5), dtype), weights("f", (8, 5), kinds[0]), weights("t", (8, 3), kinds[1]),
            weights("b", (4,), kinds[2]), state,
        ],
        [act("y", (1, 4), dtype)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("model", "both"),
    [
        (svdf("int8"), Demand((), (32, 16))),
        (svdf("float32"), Demand((), (32,))),
        (
            one_operator("MEAN", [act("x", (1, 4, 4, 6)), ints("a", [1, 2])], [act("y", (1, 6))]),
            Demand((), (24, 16, 8)),
        ),
        (
            one_operator(
                "MEAN",
                [act("x", (1, 4, 4, 6), "float32"), ints("a", [1, 2])],
                [act("y", (1, 6), "float32")],
            ),
            Demand((), (16, 8)),
        ),
        (
            one_operator("SOFTMAX", [act("x", (1, 4), "int16")], [act("y", (1, 4), "int16")]),
            Demand((1026, 1026)),
        ),
        (one_operator("SOFTMAX", [act("x", (1, 4))], [act("y", (1, 4))]), Demand()),
        (one_operator("RESHAPE", [act("x", (1, 4))], [act("y", (2, 2))]), Demand()),
    ],
)
def test_rules_that_both_kernel_sets_share(model: bytes, both: Demand) -> None:
    assert demand(model, "reference") == both
    assert demand(model, "cmsis-nn") == both


def lstm(dtype: str, *, time_major: bool) -> Graph:
    """A recurrent layer of 3 units on 5 steps of 2 sequences; only what the rule reads."""
    cell = "float32" if dtype == "float32" else "int16"
    shape = (5, 2, 4) if time_major else (2, 5, 4)
    tensors = [Tensor(0, "x", dtype, shape)]
    tensors += [Tensor(k, f"w{k}", "int8", (3, 4)) for k in range(1, 18)]
    tensors += [
        Tensor(18, "h", dtype, (2, 3), is_variable=True),
        Tensor(19, "c", cell, (2, 3), is_variable=True),
        Tensor(20, "y", dtype, (*shape[:2], 3)),
    ]
    options = {"time_major": time_major}
    op = Operator(0, "UNIDIRECTIONAL_SEQUENCE_LSTM", tuple(range(20)), (20,), options)
    return Graph("lstm", tuple(tensors), (op,), (0,), (20,), 1, "0")


@pytest.mark.parametrize("time_major", [False, True])
@pytest.mark.parametrize(
    ("dtype", "reference", "cmsis"),
    [
        ("float32", Demand((), (24,) * 4), Demand((), (24,) * 4)),
        ("int8", Demand((), (12,) * 4), Demand((12,) * 8, (12,) * 3)),
        ("int16", Demand((), (12,) * 4), Demand((24,) * 8, (12,) * 3)),
    ],
)
def test_recurrent_layers(dtype: str, time_major: bool, reference: Demand, cmsis: Demand) -> None:
    graph = lstm(dtype, time_major=time_major)
    for kernels, expected in (("reference", reference), ("cmsis-nn", cmsis)):
        assert prepare(graph, graph.operators[0], Setting(kernels, dsp=True)) == expected


@pytest.mark.parametrize("name", sorted(operator_facts()))
@pytest.mark.parametrize("shapes", [(), ((),), ((3,), (2,)), ((1, 2), (3,), (1,))])
def test_operators_with_missing_or_flat_operands_are_refused_or_taken(
    name: str, shapes: tuple[tuple[int, ...], ...]
) -> None:
    tensors = [Tensor(k, f"t{k}", "int8", shape) for k, shape in enumerate(shapes)]
    op = Operator(0, name, tuple(range(len(tensors))), (0,) if tensors else ())
    graph = Graph("m", tuple(tensors), (op,), (), (), 1, "0")
    for kernels in ("reference", "cmsis-nn"):
        with contextlib.suppress(UnsupportedModelError):
            assert all(size >= 0 for size in prepare(graph, op, Setting(kernels, dsp=True)).persistent)


F = "float32"
HOST_CASES: dict[str, Callable[[], bytes]] = {
    "RELU6": lambda: one_operator("RELU6", [act("x", (1, 4), F)], [act("y", (1, 4), F)]),
    "GATHER": lambda: one_operator(
        "GATHER", [act("x", (4, 3), F), ints("i", [0, 2])], [act("y", (2, 3), F)], {"axis": 0}
    ),
    "GATHER_ND": lambda: one_operator(
        "GATHER_ND", [act("x", (4, 3), F), ints("i", [[0], [2]])], [act("y", (2, 3), F)]
    ),
    "DEPTH_TO_SPACE": lambda: one_operator(
        "DEPTH_TO_SPACE", [act("x", (1, 2, 2, 4), F)], [act("y", (1, 4, 4, 1), F)], {"block_size": 2}
    ),
    "SPACE_TO_DEPTH": lambda: one_operator(
        "SPACE_TO_DEPTH", [act("x", (1, 4, 4, 1), F)], [act("y", (1, 2, 2, 4), F)], {"block_size": 2}
    ),
    "L2_POOL_2D": lambda: one_operator(
        "L2_POOL_2D", [act("x", (1, 4, 4, 1), F)], [act("y", (1, 2, 2, 1), F)], POOL
    ),
    "EMBEDDING_LOOKUP": lambda: one_operator(
        "EMBEDDING_LOOKUP", [act("x", (3,), "int32"), weights("w", (5, 4), F)], [act("y", (3, 4), F)]
    ),
    "CUMSUM int8": lambda: one_operator("CUMSUM", [act("x", (4,)), ints("a", 0)], [act("y", (4,))]),
    "CUMSUM": lambda: one_operator("CUMSUM", [act("x", (4,), F), ints("a", 0)], [act("y", (4,), F)]),
    "LOG_SOFTMAX int8": lambda: one_operator(
        "LOG_SOFTMAX",
        [act("x", (1, 4))],
        [TensorSpec("y", (1, 4), "int8", scales=(1 / 16,), zero_points=(127,))],
    ),
    "ADD_N int8": lambda: one_operator(
        "ADD_N", [act("a", (1, 4)), act("b", (1, 4))], [act("y", (1, 4))]
    ),
    "MIRROR_PAD": lambda: one_operator(
        "MIRROR_PAD",
        [act("x", (4, 3), F), ints("p", [[1, 1], [1, 1]])],
        [act("y", (6, 5), F)],
        {"mode": "REFLECT"},
    ),
    "REDUCE_MAX": lambda: one_operator(
        "REDUCE_MAX", [act("x", (2, 3, 4), F), ints("a", [1, 2])], [act("y", (2,), F)]
    ),
    "REDUCE_MIN int8": lambda: one_operator(
        "REDUCE_MIN", [act("x", (2, 3, 4)), ints("a", [1, 2])], [act("y", (2,))]
    ),
    "SUM int8": lambda: one_operator("SUM", [act("x", (2, 3, 4)), ints("a", [1, 2])], [act("y", (2,))]),
    "SUM": lambda: one_operator(
        "SUM", [act("x", (2, 3, 4), F), ints("a", [1, 2])], [act("y", (2,), F)]
    ),
    "BATCH_MATMUL": lambda: one_operator(
        "BATCH_MATMUL", [act("a", (2, 3), F), act("b", (3, 4), F)], [act("y", (2, 4), F)]
    ),
    "BATCH_MATMUL turned": lambda: one_operator(
        "BATCH_MATMUL",
        [act("a", (3, 2), F), act("b", (4, 3), F)],
        [act("y", (2, 4), F)],
        {"adj_x": True, "adj_y": True},
    ),
    "BATCH_MATMUL int8": lambda: one_operator(
        "BATCH_MATMUL", [act("a", (2, 3)), act("b", (3, 4))], [act("y", (2, 4))]
    ),
    "SQUEEZE": lambda: one_operator("SQUEEZE", [act("x", (1, 4), F)], [act("y", (4,), F)]),
    "RESHAPE open": lambda: one_operator(
        "RESHAPE", [act("x", (1, 4), F)], [TensorSpec("y", (-1, 2), F)]
    ),
    "FULLY_CONNECTED int4": lambda: dense(wtype="int4"),
    "CONV_2D": lambda: conv((3, 3), 3, SAME),
    "DEPTHWISE_CONV_2D": lambda: depthwise(SAME),
    "TRANSPOSE_CONV int16": lambda: transposed(5, (2, 2), (3, 3), "int16"),
}  # fmt: skip
ALLOCATOR_OBJECTS = 2  # the recording allocator counts these among the persistent buffers


@pytest.mark.oracle
@pytest.mark.parametrize("case", HOST_CASES)
def test_the_host_s_tflm_asks_for_the_same_head_and_as_many_buffers(case: str, tmp_path: Path) -> None:
    """Its structures are those of a 64-bit machine; their number, and the head, are the same."""
    model = HOST_CASES[case]()
    graph = parse_model(model, "m")
    found = footprint(graph, kernels="reference")
    assert found.loadable is True, found.reason
    answer = ask(
        tmp_path, model, output_count=len(graph.outputs), independent=True, timeout=60, log=None
    )
    assert answer.finished, answer.explanation
    printed = answer.done.stderr
    head = re.search(r"Arena allocation head (\d+) bytes", printed)
    buffers = re.search(r"'Persistent buffer data' used .* bytes for (\d+) ", printed)
    assert head is not None
    assert buffers is not None
    assert found.arena.head.value == int(head[1])
    structures = sum(operator_facts()[op.name].reference > 0 for op in graph.operators)
    arrays = sum(len(node.persistent) for node in found.nodes)
    assert int(buffers[1]) == ALLOCATOR_OBJECTS + structures + arrays

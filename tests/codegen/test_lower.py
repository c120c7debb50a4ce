"""What the compiler makes of supported graphs: layers, the choice of kernels, notes, files."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_cases import collect, dense_s8_case, softmax_s8_case
from support.small_models import graph_of, mlp, through_views, two_in_two_out
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.codegen.layers import DenseS8, LayerBody, SoftmaxS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.codegen.lowering import SUPPORTED
from cubeai_auto.contract import InputContract


def body_of(case_tensors: ModelSpec) -> LayerBody:
    return lower(graph_of(case_tensors), dsp=True)[0].body


def test_views_become_no_layer() -> None:
    layers = lower(graph_of(through_views()), dsp=True)
    assert [layer.name for layer in layers] == ["fully_connected_1", "fully_connected_4"]
    assert [layer.operator for layer in layers] == [1, 4]


def test_a_transpose_that_moves_nothing_is_a_view() -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 5, 1), "int8", scales=(0.1,)),
            TensorSpec("p", (3,), "int32", [0, 2, 1]),
            TensorSpec("v", (1, 1, 5), "int8", scales=(0.1,)),
            TensorSpec("y", (1, 1, 5), "int8", scales=(0.2,)),
        ],
        [OperatorSpec("TRANSPOSE", ["x", "p"], ["v"]), OperatorSpec("QUANTIZE", ["v"], ["y"])],
        ["x"],
        ["y"],
    )
    assert [layer.name for layer in lower(graph_of(spec), dsp=True)] == ["quantize_1"]


def test_shape_arithmetic_of_an_open_batch_is_folded() -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 2, 3), "int8", scales=(0.1,), shape_signature=(-1, 2, 3)),
            TensorSpec("shape", (3,), "int32"),
            *(
                TensorSpec(name, (1,), "int32", [value])
                for name, value in (("b", 0), ("e", 1), ("s", 1))
            ),
            TensorSpec("batch", (), "int32"),
            TensorSpec("six", (), "int32", [6]),
            TensorSpec("target", (2,), "int32"),
            TensorSpec("v", (1, 6), "int8", scales=(0.1,), shape_signature=(-1, 6)),
            TensorSpec("y", (1, 6), "int8", scales=(0.3,), shape_signature=(-1, 6)),
        ],
        [
            OperatorSpec("SHAPE", ["x"], ["shape"], {"out_type": "INT32"}),
            OperatorSpec("STRIDED_SLICE", ["shape", "b", "e", "s"], ["batch"], {"shrink_axis_mask": 1}),
            OperatorSpec("PACK", ["batch", "six"], ["target"], {"values_count": 2}),
            OperatorSpec("RESHAPE", ["x", "target"], ["v"]),
            OperatorSpec("QUANTIZE", ["v"], ["y"]),
        ],
        ["x"],
        ["y"],
    )
    assert [layer.name for layer in lower(graph_of(spec), dsp=True)] == ["quantize_4"]


@pytest.mark.parametrize("dsp", [True, False])
def test_paired_weights_are_for_cores_with_dsp(dsp: bool) -> None:
    bodies = [layer.body for layer in lower(graph_of(mlp()), dsp=dsp)]
    dense = [body for body in bodies if isinstance(body, DenseS8)]
    assert [body.paired for body in dense] == [dsp, dsp]
    assert {body.kernel for body in dense} == {"cai_dense_s8_paired" if dsp else "cai_dense_s8"}
    assert all(("DSP" in body.why) is not dsp for body in dense)


def test_a_layer_that_cannot_be_paired_says_why() -> None:
    cases = collect(
        [
            dense_s8_case("large", 2, 600, weights=np.full((2, 600), 127)),
            dense_s8_case("good", 2, 8),
            dense_s8_case("left", 2, 4, ratio=3.0, span=1),
            softmax_s8_case("wide", 600, 0.3),
        ]
    )
    network = compile_network(cases.graph, CompileOptions(dsp=True))
    assert len(network.notes) == 3
    assert "fully_connected_0 runs row by row: accumulators may reach" in network.notes[0]
    assert "fully_connected_2 runs row by row: shifts" in network.notes[1]
    assert "softmax_3 has 600 classes: TFLM aborts" in network.notes[2]
    plain = compile_network(cases.graph, CompileOptions(dsp=False))
    assert [note[:9] for note in plain.notes] == ["softmax_3"]


def test_a_bias_that_is_missing_is_zero() -> None:
    case = dense_s8_case("none", 5, 8, bias=None)
    (layer,) = lower(collect([case]).graph, dsp=True)
    assert isinstance(layer.body, DenseS8)
    assert not layer.body.bias.any()
    assert layer.body.bias.shape == (5,)


@pytest.mark.parametrize(
    ("scale", "beta", "shift", "diff_min"),
    [
        (0.5, 1.0, 26, -31),
        (1.0, 0.5, 26, -31),
        (0.25, 1.0, 25, -62),
        (8.0, 1.0, 30, -1),
        (16.0, 1.0, 31, 0),
    ],
)
def test_softmax_constants(scale: float, beta: float, shift: int, diff_min: int) -> None:
    (layer,) = lower(collect([softmax_s8_case("s", 4, scale, beta=beta)]).graph, dsp=True)
    assert layer.body == SoftmaxS8(1, 4, 2**30, shift, diff_min)


def test_the_layer_of_a_second_network_input() -> None:
    graph = graph_of(two_in_two_out())
    layers = lower(graph, dsp=True)
    assert [layer.body.kernel for layer in layers] == [
        "cai_dense_s8_paired",
        "cai_quantize_f32_s8",
        "cai_dense_s8_paired",
        "cai_dequantize_s8_f32",
    ]


def test_only_the_kernels_in_use_are_written() -> None:
    def names(dsp: bool) -> set[str]:
        return {file.name for file in compile_network(graph_of(mlp()), CompileOptions(dsp=dsp)).files}

    own = {"network.c", "network.h", "network_data.c", "network_data.h"}
    common = {"stai.h", "cai_kernels.h", "cai_config.h", "cai_fixed_point.h", "cai_softmax_s8.c"}
    assert names(True) == own | common | {"cai_dense_s8_paired.c"}
    assert names(False) == own | common | {"cai_dense_s8.c"}


def test_the_same_graph_gives_the_same_files() -> None:
    options = CompileOptions(contract=InputContract("d", "uint8", 0, 255, 0, 1 / 255, (10,), "flat"))
    first, second = (compile_network(graph_of(mlp()), options).files for _ in range(2))
    assert first == second


def test_every_supported_operator_is_described_once() -> None:
    names = [support.name for support in SUPPORTED]
    assert len(set(names)) == len(names)
    assert {"FULLY_CONNECTED", "SOFTMAX", "QUANTIZE", "DEQUANTIZE", "RESHAPE"} <= set(names)
    assert all(support.dtypes and support.limits for support in SUPPORTED)

"""MACC, parameters and weights against figures that Cube.AI's own reports state."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflite_samples import chain, dense_float, dense_int8

from cubeai_auto.tflite import (
    Graph,
    Version,
    cost_rules,
    layer_costs,
    load_model,
    params,
    parse_model,
    total_macc,
    weights,
)


def graph_of(spec: ModelSpec) -> Graph:
    return parse_model(build(spec), "built")


def one(
    name: str,
    shapes: Mapping[str, Sequence[int]],
    options: Mapping[str, str | int] | None = None,
    *,
    dtype: str = "float32",
    constants: Mapping[str, np.ndarray] | None = None,
) -> Graph:
    """One operator: every tensor but the last is an input, in the order given."""
    quantized = {"scales": (0.5,), "zero_points": (0,)} if dtype == "int8" else {}
    tensors = []
    for key, shape in shapes.items():
        data = (constants or {}).get(key)
        if data is None:
            tensors.append(TensorSpec(key, shape, dtype, **quantized))
        else:
            tensors.append(TensorSpec(key, shape, data.dtype.name, data))
    *inputs, output = shapes
    variable = [key for key in inputs if key not in (constants or {})]
    return graph_of(
        ModelSpec(tensors, [OperatorSpec(name, inputs, [output], options or {})], variable, [output])
    )


def macc(graph: Graph, version: Version | None = None) -> int | None:
    (cost,) = layer_costs(graph, version)
    return cost.macc


def conv(
    source: Sequence[int],
    kernel: Sequence[int],
    target: Sequence[int],
    activation: str = "NONE",
    dtype: str = "float32",
    name: str = "CONV_2D",
) -> Graph:
    channels = kernel[3] if name.startswith("DEPTH") else kernel[0]
    bias = np.zeros(channels, np.int32 if dtype == "int8" else np.float32)
    return one(
        name,
        {"x": source, "w": kernel, "b": (channels,), "y": target},
        {
            "padding": "SAME",
            "stride_w": 1,
            "stride_h": 1,
            "fused_activation_function": activation,
        },
        dtype=dtype,
        constants={"w": np.zeros(kernel, dtype), "b": bias},
    )


# Per-layer figures of stored reports: each of these products stands in one of their tables.


def test_convolution_counts_one_per_channel_not_per_output() -> None:
    assert macc(conv((1, 28, 28, 1), (16, 3, 3, 1), (1, 26, 26, 16))) == 97_344 + 16


def test_fused_relu_counts_in_float_only() -> None:
    assert macc(conv((1, 28, 28, 1), (16, 3, 3, 1), (1, 26, 26, 16), "RELU")) == 97_360 + 10_816
    assert macc(conv((1, 28, 28, 1), (16, 3, 3, 1), (1, 26, 26, 16), "RELU", "int8")) == 97_360


def test_conv_with_relu_and_pool_is_the_sum_of_its_parts() -> None:
    """An optimized_conv2d of the reports: 118,992 = 97,344 + 16 + 10,816 + 10,816."""
    pool = {"stride_w": 2, "stride_h": 2, "filter_width": 2, "filter_height": 2, "padding": "VALID"}
    pooled = macc(one("MAX_POOL_2D", {"x": (1, 26, 26, 16), "y": (1, 13, 13, 16)}, pool))
    fused = macc(conv((1, 28, 28, 1), (16, 3, 3, 1), (1, 26, 26, 16), "RELU"))
    assert pooled is not None
    assert fused is not None
    assert pooled == 10_816
    assert fused + pooled == 118_992


def test_depthwise_counts_its_window_once_an_output() -> None:
    graph = conv((1, 25, 5, 64), (1, 3, 3, 64), (1, 25, 5, 64), name="DEPTHWISE_CONV_2D")
    assert macc(graph) == 25 * 5 * 64 * 9 + 64


def test_relu6_fused_in_int8_by_version() -> None:
    graph = conv((1, 96, 96, 3), (8, 3, 3, 3), (1, 48, 48, 8), "RELU6", "int8")
    assert macc(graph, (5, 2)) == 534_536 == 497_664 + 8 + 2 * 18_432
    assert macc(graph, (7, 1)) == macc(graph) == 497_672
    assert macc(graph, (6, 0)) is None  # no report of that version shows one


@pytest.mark.parametrize(
    ("version", "expected"),
    [((5, 0), 118_016), ((5, 2), 118_016), ((6, 0), 118_144), ((7, 3), 118_144), (None, 118_144)],
)
def test_dense_counts_its_bias_from_6_0(version: Version | None, expected: int) -> None:
    assert macc(graph_of(dense_float(922, 128)), version) == expected


def test_dense_without_bias_is_given_one() -> None:
    (plain,) = layer_costs(graph_of(dense_float(192, 12)))
    (bare,) = layer_costs(graph_of(dense_float(192, 12, bias=False)))
    assert (plain.macc, plain.params, plain.weight_bytes) == (2316, 2316, 4 * 2316)
    assert (bare.macc, bare.params, bare.weight_bytes) == (2316, 2316, 4 * 2316)


@pytest.mark.parametrize(("version", "each"), [((7, 3), 19), ((8, 0), 19), ((8, 1), 15), (None, 15)])
def test_int8_softmax_hides_two_conversions_up_to_8_0(version: Version | None, each: int) -> None:
    assert macc(graph_of(chain(["SOFTMAX"], (1, 12), "int8")), version) == each * 12
    assert macc(graph_of(chain(["SOFTMAX"], (1, 12))), version) == 15 * 12


@pytest.mark.parametrize(("version", "softmax", "convert"), [((8, 0), 17, 0), ((8, 1), 15, 2)])
def test_a_float_output_cancels_the_conversion_hidden_in_a_softmax(
    version: Version, softmax: int, convert: int
) -> None:
    """A report of 8.0: a conversion of 12 and a softmax of 90 for 6 classes, and nothing behind it."""
    spec = chain(["SOFTMAX", "DEQUANTIZE"], (1, 6), "int8")
    output = TensorSpec("t2", (1, 6))
    graph = graph_of(ModelSpec([*spec.tensors[:2], output], spec.operators, ["t0"], ["t2"]))
    assert [cost.macc for cost in layer_costs(graph, version)] == [6 * softmax, 6 * convert]
    both = graph_of(ModelSpec([*spec.tensors[:2], output], spec.operators, ["t0"], ["t1", "t2"]))
    hidden = 4 if version == (8, 0) else 0
    assert [cost.macc for cost in layer_costs(both, version)] == [6 * (15 + hidden), 12]


@pytest.mark.parametrize(("version", "expected"), [((8, 0), 0), ((8, 1), 12), (None, 12)])
def test_transpose_counts_half_from_8_1(version: Version | None, expected: int) -> None:
    order = {"p": np.array([0, 2, 1], np.int32)}
    graph = one("TRANSPOSE", {"x": (1, 4, 6), "p": (3,), "y": (1, 6, 4)}, constants=order)
    assert macc(graph, version) == expected
    still = one(
        "TRANSPOSE",
        {"x": (4, 1, 6), "p": (3,), "y": (1, 4, 6)},
        constants={"p": np.array([1, 0, 2], np.int32)},
    )
    assert macc(still, version) == 0


@pytest.mark.parametrize(
    ("name", "each"),
    [("RELU", 1), ("RELU6", 2), ("LOGISTIC", 10), ("TANH", 10), ("ELU", 11), ("SOFTMAX", 15)],
)
def test_float_activations(name: str, each: int) -> None:
    assert macc(graph_of(chain([name], (1, 7, 3)))) == 21 * each


@pytest.mark.parametrize("name", ["LOGISTIC", "TANH", "RELU", "RELU6"])
def test_int8_activations_have_no_known_rule(name: str) -> None:
    assert macc(graph_of(chain([name], (1, 7), "int8"))) is None


def test_pools_and_reductions_over_space() -> None:
    window = {"stride_w": 7, "stride_h": 7, "filter_width": 7, "filter_height": 7, "padding": "VALID"}
    shapes = {"x": (1, 7, 7, 1280), "y": (1, 1, 1, 1280)}
    assert macc(one("AVERAGE_POOL_2D", shapes, window)) == 62_720
    space, channels = np.array([1, 2], np.int32), np.array([-1], np.int32)
    mean = {"x": (1, 7, 7, 1280), "a": (2,), "y": (1, 1280)}
    assert macc(one("MEAN", mean, constants={"a": space})) == 62_720
    flat = {"x": (1, 7, 7, 1280), "a": (1,), "y": (1, 7, 7)}
    assert macc(one("MEAN", flat, constants={"a": channels})) is None


def test_elementwise_and_free_operators() -> None:
    pair = {"a": (1, 5, 5, 4), "b": (1, 5, 5, 4), "y": (1, 5, 5, 4)}
    for name in ("ADD", "SUB", "MUL"):
        assert macc(one(name, pair)) == 100
    assert macc(one("ADD", pair, {"fused_activation_function": "RELU"})) == 200
    assert macc(one("CONCATENATION", {**pair, "y": (1, 5, 5, 8)}, {"axis": 3})) == 0
    larger = {"x": (1, 4, 4, 2), "s": (2,), "y": (1, 8, 8, 2)}
    size = {"s": np.array([8, 8], np.int32)}
    assert macc(one("RESIZE_BILINEAR", larger, constants=size)) == 4 * 128


def test_constants_that_describe_shapes_weigh_nothing() -> None:
    graph = graph_of(dense_int8())
    costs = layer_costs(graph)
    assert [cost.weight_bytes for cost in costs] == [0, 3 * 4 + 3 * 4, 0, 0, 0]
    assert weights(graph).value == 24
    assert params(graph).value == 15
    assert [cost.macc for cost in costs] == [8, 15, 45, 0, 6]


def test_a_constant_used_twice_counts_once() -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 4)),
            TensorSpec("w", (4, 4), data=np.ones((4, 4))),
            TensorSpec("b", (4,), data=np.ones(4)),
            TensorSpec("t", (1, 4)),
            TensorSpec("y", (1, 4)),
        ],
        [
            OperatorSpec("FULLY_CONNECTED", ["x", "w", "b"], ["t"]),
            OperatorSpec("FULLY_CONNECTED", ["t", "w", "b"], ["y"]),
        ],
        ["x"],
        ["y"],
    )
    assert weights(graph_of(spec)).value == 80


def test_an_unknown_operator_leaves_the_total_missing_by_name() -> None:
    total = total_macc(graph_of(chain(["RELU", "HARD_SWISH", "RELU"])))
    assert total.value is None
    assert total.reason == "operator 1 (HARD_SWISH): no rule is known for HARD_SWISH"


def test_hybrid_layers_and_float16_constants_are_not_guessed() -> None:
    hybrid = one(
        "FULLY_CONNECTED",
        {"x": (1, 40), "w": (30, 40), "y": (1, 30)},
        constants={"w": np.zeros((30, 40), np.int8)},
    )
    assert macc(hybrid) is None
    assert "hybrid" in weights(hybrid).reason
    half = one("DEQUANTIZE", {"w": (3,), "y": (3,)}, constants={"w": np.zeros(3, np.float16)})
    assert "float16" in weights(half).reason
    assert macc(half) is None


def test_a_dense_layer_over_rows_is_not_guessed() -> None:
    rows = one(
        "FULLY_CONNECTED",
        {"x": (5, 4), "w": (3, 4), "y": (5, 3)},
        constants={"w": np.zeros((3, 4), np.float32)},
    )
    assert macc(rows) is None


def test_quantities_say_how_and_by_which_rules() -> None:
    total = total_macc(graph_of(dense_float(4, 2)), (8, 0))
    assert (total.value, total.unit, total.how) == (10, "MACC", "predicted")
    assert "8.0" in total.source
    assert cost_rules((10, 2)) == cost_rules(None)


def test_the_mnist_network_of_a_4_0_report() -> None:
    """93,322 parameters, 373,288 B, 2,852,598 MACC."""
    layers: list[tuple[str, Sequence[int], Sequence[int]]] = [
        ("CONV_2D", (32, 3, 3, 1), (1, 26, 26, 32)),
        ("MAX_POOL_2D", (), (1, 13, 13, 32)),
        ("CONV_2D", (64, 3, 3, 32), (1, 11, 11, 64)),
        ("MAX_POOL_2D", (), (1, 5, 5, 64)),
        ("CONV_2D", (64, 3, 3, 64), (1, 3, 3, 64)),
        ("RESHAPE", (), (1, 576)),
        ("FULLY_CONNECTED", (64, 576), (1, 64)),
        ("FULLY_CONNECTED", (10, 64), (1, 10)),
        ("SOFTMAX", (), (1, 10)),
    ]
    tensors, operators, last = [TensorSpec("t0", (1, 28, 28, 1))], [], "t0"
    for i, (name, kernel, shape) in enumerate(layers, 1):
        inputs = [last]
        options: dict[str, str | int] = {}
        if kernel:
            tensors.append(TensorSpec(f"w{i}", kernel, data=np.zeros(kernel)))
            tensors.append(TensorSpec(f"b{i}", kernel[:1], data=np.zeros(kernel[0])))
            inputs += [f"w{i}", f"b{i}"]
            options["fused_activation_function"] = "NONE" if shape == (1, 10) else "RELU"
        if name.endswith("2D"):
            stride = 1 if kernel else 2
            options |= {"stride_w": stride, "stride_h": stride, "padding": "VALID"}
        if name == "MAX_POOL_2D":
            options |= {"filter_width": 2, "filter_height": 2}
        last = f"t{i}"
        tensors.append(TensorSpec(last, shape))
        operators.append(OperatorSpec(name, inputs, [last], options))
    graph = graph_of(ModelSpec(tensors, operators, ["t0"], [last]))
    assert params(graph).value == 93_322
    assert weights(graph).value == 373_288
    assert total_macc(graph, (4, 0)).value == 2_852_598


PLAIN: Mapping[str, str | int] = {
    "stride_w": 1,
    "stride_h": 1,
    "fused_activation_function": "RELU",
}


class Net:
    """A chain of int8 layers, as long as needed to rebuild a published network."""

    def __init__(self, *shape: int) -> None:
        self.tensors = [TensorSpec("t0", shape, "int8", scales=(0.5,))]
        self.operators: list[OperatorSpec] = []

    def add(
        self,
        name: str,
        shape: Sequence[int],
        kernel: Sequence[int] = (),
        bias: int = 0,
        **options: str | int,
    ) -> Net:
        at = len(self.operators)
        inputs = [f"t{at}"]
        if kernel:
            weights_of = TensorSpec(f"w{at}", kernel, "int8", np.zeros(kernel), scales=(0.1,))
            bias_of = TensorSpec(f"b{at}", (bias,), "int32", np.zeros(bias), scales=(0.05,))
            self.tensors += [weights_of, bias_of]
            inputs += [weights_of.name, bias_of.name]
        self.tensors.append(TensorSpec(f"t{at + 1}", shape, "int8", scales=(0.5,)))
        self.operators.append(OperatorSpec(name, inputs, [f"t{at + 1}"], options))
        return self

    def conv(self, side: tuple[int, int], kernel: Sequence[int]) -> Net:
        return self.add("CONV_2D", (1, *side, kernel[0]), kernel, kernel[0], **PLAIN)

    def depthwise(self, side: tuple[int, int], channels: int) -> Net:
        shape = (1, *side, channels)
        return self.add("DEPTHWISE_CONV_2D", shape, (1, 3, 3, channels), channels, **PLAIN)

    def head(self, side: tuple[int, int], channels: int, classes: int) -> Net:
        window = {"filter_height": side[0], "filter_width": side[1], "stride_h": 1, "stride_w": 1}
        self.add("AVERAGE_POOL_2D", (1, 1, 1, channels), **window)
        self.add("RESHAPE", (1, channels))
        self.dense(channels, classes)
        return self.add("SOFTMAX", (1, classes))

    def dense(self, inputs: int, outputs: int) -> Net:
        return self.add("FULLY_CONNECTED", (1, outputs), (outputs, inputs), outputs)

    def graph(self) -> Graph:
        return graph_of(ModelSpec(self.tensors, self.operators, ["t0"], [f"t{len(self.operators)}"]))


def test_the_anomaly_detection_network_of_mlperf_tiny() -> None:
    net, widths = Net(1, 640), [640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640]
    for inputs, outputs in itertools.pairwise(widths):
        net.dense(inputs, outputs)
    graph = net.graph()
    assert weights(graph).value == 270_880
    assert total_macc(graph).value == 265_864


def test_the_keyword_network_of_mlperf_tiny() -> None:
    net = Net(1, 49, 10, 1).conv((25, 5), (64, 10, 4, 1))
    for _ in range(4):
        net.depthwise((25, 5), 64).conv((25, 5), (64, 1, 1, 64))
    graph = net.head((25, 5), 64, 12).graph()
    assert weights(graph).value == 24_368
    assert total_macc(graph).value == 2_665_536
    assert total_macc(graph, (7, 3)).value == 2_665_584


def test_the_person_network_of_mlperf_tiny() -> None:
    net, side = Net(1, 96, 96, 3).conv((48, 48), (8, 3, 3, 3)), 48
    blocks = [(8, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2)]
    for channels, filters, stride in [*blocks, *[(128, 128, 1)] * 5, (128, 256, 2), (256, 256, 1)]:
        side //= stride
        net.depthwise((side, side), channels).conv((side, side), (filters, 1, 1, channels))
    graph = net.head((3, 3), 256, 2).graph()
    assert weights(graph).value == 219_064
    assert total_macc(graph, (7, 3)).value == 7_494_744
    assert total_macc(graph).value == 7_494_736


def test_the_sine_network_with_float_input_and_output() -> None:
    net = Net(1, 1).dense(1, 16).dense(16, 16).dense(16, 1)
    tensors = [*net.tensors, TensorSpec("x", (1, 1)), TensorSpec("y", (1, 1))]
    operators = [
        OperatorSpec("QUANTIZE", ["x"], ["t0"]),
        *net.operators,
        OperatorSpec("DEQUANTIZE", ["t3"], ["y"]),
    ]
    graph = graph_of(ModelSpec(tensors, operators, ["x"], ["y"]))
    assert weights(graph).value == 420
    assert total_macc(graph).value == 325


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "size", "work"),
    [
        ("models_made/sine_f32", 1_284, 353),
        ("tflm/models/hello_world_f32", 1_284, 353),
        ("models_made/sine_int8", 420, 321),
        ("models/seed3_sin_model_int8", 420, 321),
        ("models/st_gmp_wl24_int8", 1_568, 67_320),
        ("models/st_gmp_wl48_int8", 1_568, 166_536),
        ("models/st_ign_wl24_int8", 3_184, 13_908),
        ("models/st_ign_wl48_int8", 10_096, 50_340),
        ("models/st_mnist_v1_int8", 10_320, 1_081_896),
        ("models/st_mnist_v1_28_tfs_int8", 10_320, 1_081_896),
        ("models_made/digits_mlp_int8", 119_080, 118_016 + 266 + 150),
        ("models_made/digits_mlp_f32", 473_128, 118_016 + 266 + 150 + 256),
        ("models/seed0_hdr_mlp", 4 * 11_910, None),
    ],
)
def test_totals_of_real_models(corpus: Path, name: str, size: int, work: int | None) -> None:
    graph = load_model(corpus / f"{name}.tflite")
    assert weights(graph).value == size
    if work is not None:
        assert total_macc(graph).value == work


@pytest.mark.corpus
def test_7_x_totals_of_a_float_output_are_those_of_now(corpus: Path) -> None:
    """17 a class either way: 7.3's table prints 1,081 thousand, 8.1's 1,082."""
    graph = load_model(corpus / "models" / "st_mnist_v1_int8.tflite")
    assert total_macc(graph, (7, 3)).value == total_macc(graph, (8, 1)).value == 1_081_896


@pytest.mark.corpus
def test_a_dynamic_batch_costs_nothing_more(corpus: Path) -> None:
    for kind in ("f32", "int8"):
        fixed = load_model(corpus / "models_made" / f"har_cnn1d_{kind}.tflite")
        dynamic = load_model(corpus / "models_made" / f"har_dynbatch_{kind}.tflite")
        assert total_macc(dynamic).value == total_macc(fixed).value
        assert weights(dynamic).value == weights(fixed).value
        folded = [cost for cost in layer_costs(dynamic) if cost.reason.startswith("folded")]
        assert [dynamic.operators[cost.operator].name for cost in folded] == [
            "SHAPE",
            "STRIDED_SLICE",
            "PACK",
        ]


@pytest.mark.corpus
@pytest.mark.train
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "size", "work"),
    [
        ("st_gmp_wl24", 5_840, 67_168),  # its batch norm is folded: 1,528 parameters, 1,460 stored
        ("st_ign_wl24", 12_256, 14_404),
        ("st_ign_wl48", 39_904, 52_420),
        ("st_handposture_8classes", 11_008, 8_520),
    ],
)
def test_totals_of_float_models_converted_here(corpus: Path, name: str, size: int, work: int) -> None:
    tf = pytest.importorskip("tensorflow")
    trained = tf.keras.models.load_model(corpus / "models" / f"{name}.h5", compile=False)
    inputs = tf.keras.Input(trained.input_shape[1:], batch_size=1)
    fixed = tf.keras.Model(inputs, trained(inputs))
    graph = parse_model(tf.lite.TFLiteConverter.from_keras_model(fixed).convert(), name)
    assert weights(graph).value == size
    assert total_macc(graph).value == work

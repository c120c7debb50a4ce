"""Reading: every field of the schema that the package uses arrives as it was written."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflite_samples import dense_int8

from cubeai_auto.errors import MissingPathError, ModelFormatError
from cubeai_auto.process import run
from cubeai_auto.tflite import load_model, parse_model


def test_reads_every_field_of_a_small_model() -> None:
    data = build(dense_int8())
    graph = parse_model(data, "small")

    assert graph.name == "small"
    assert [op.name for op in graph.operators] == [
        "QUANTIZE",
        "FULLY_CONNECTED",
        "SOFTMAX",
        "RESHAPE",
        "DEQUANTIZE",
    ]
    assert (graph.inputs, graph.outputs) == ((0,), (8,))
    assert (graph.file_bytes, graph.description) == (len(data), "built for a test")
    assert graph.metadata == ("min_runtime_version",)
    assert graph.subgraph_count == 1

    dense = graph.operators[1]
    assert (dense.inputs, dense.outputs, dense.version, dense.custom) == ((1, 2, 3), (4,), 4, False)
    assert dense.options["fused_activation_function"] == "RELU"
    assert dense.options["weights_format"] == "DEFAULT"
    assert dense.options["keep_num_dims"] is True
    assert graph.operators[2].options == {"beta": 0.5}
    assert graph.operators[3].options == {"new_shape": (3,)}

    weights = graph.tensors[2]
    assert weights.quantization is not None
    assert weights.quantization.scales == pytest.approx((0.01, 0.02, 0.03))
    assert weights.quantization.zero_points == (0, 0, 0)
    assert weights.data is not None
    assert weights.data.dtype == np.int8
    assert weights.data.tolist() == np.arange(-6, 6).reshape(3, 4).tolist()
    assert graph.tensors[0].shape_signature == (-1, 4)
    assert graph.tensors[0].quantization is None
    assert graph.tensors[4].data is None


def test_constants_cannot_be_written() -> None:
    graph = parse_model(build(dense_int8()), "small")
    data = graph.tensors[2].data
    assert data is not None
    with pytest.raises(ValueError, match="read-only"):
        data[0, 0] = 1


def test_enumerations_and_options_of_a_convolution() -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 8, 8, 2)),
            TensorSpec("w", (4, 3, 3, 2), data=np.zeros((4, 3, 3, 2))),
            TensorSpec("y", (1, 4, 4, 4)),
        ],
        [
            OperatorSpec(
                "CONV_2D",
                ["x", "w"],
                ["y"],
                {
                    "padding": "VALID",
                    "stride_w": 2,
                    "stride_h": 3,
                    "dilation_h_factor": 2,
                    "fused_activation_function": "RELU6",
                },
            )
        ],
        ["x"],
        ["y"],
    )
    options = parse_model(build(spec), "conv").operators[0].options
    assert options["padding"] == "VALID"
    assert (options["stride_w"], options["stride_h"]) == (2, 3)
    assert (options["dilation_w_factor"], options["dilation_h_factor"]) == (1, 2)
    assert options["fused_activation_function"] == "RELU6"


def test_operator_codes_above_127_and_custom_operators() -> None:
    spec = ModelSpec(
        [TensorSpec("x", (1, 4)), TensorSpec("y", (1, 4)), TensorSpec("z", (1, 4))],
        [
            OperatorSpec("GELU", ["x"], ["y"], {"approximate": True}),
            OperatorSpec("FlexErf", ["y"], ["z"], custom=True, custom_options=b"\x01\x02"),
        ],
        ["x"],
        ["z"],
    )
    gelu, erf = parse_model(build(spec), "codes").operators
    assert (gelu.name, gelu.custom, gelu.options) == ("GELU", False, {"approximate": True})
    assert (erf.name, erf.custom, erf.options) == ("FlexErf", True, {})


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("float32", [1.5, -2.0, 3.25]),
        ("float16", [1.5, -2.0, 3.25]),
        ("float64", [1.5, -2.0, 3.25]),
        ("int4", [-8, 7, -1]),
        ("int8", [-128, 127, 0]),
        ("uint8", [0, 255, 7]),
        ("int16", [-32768, 32767, 0]),
        ("int32", [-5, 2**31 - 1, 0]),
        ("int64", [-5, 2**62, 0]),
        ("bool", [True, False, True]),
    ],
)
def test_constants_of_every_type(dtype: str, values: list[float]) -> None:
    spec = ModelSpec([TensorSpec("c", (3,), dtype, values)], [], [], ["c"])
    tensor = parse_model(build(spec), "constants").tensors[0]
    assert tensor.data is not None
    assert tensor.dtype == dtype
    assert tensor.data.tolist() == values


def test_a_tensor_without_scale_is_not_quantized() -> None:
    spec = ModelSpec([TensorSpec("x", (2,), empty_quantization=True)], [], ["x"], ["x"])
    assert parse_model(build(spec), "empty").tensors[0].quantization is None


def test_a_bias_with_the_axis_of_its_filter() -> None:
    """Older converters write axis 3 for the bias of a depthwise convolution."""
    spec = ModelSpec([TensorSpec("b", (2,), "int32", [1, 2], scales=(0.1, 0.2), axis=3)], [], [], ["b"])
    quantization = parse_model(build(spec), "axis").tensors[0].quantization
    assert quantization is not None
    assert quantization.axis == 0


def test_scalars_optional_inputs_variables_and_intermediates() -> None:
    spec = ModelSpec(
        [
            TensorSpec("x", (1, 4)),
            TensorSpec("s", (), "int32", [7]),
            TensorSpec("state", (1, 4), is_variable=True),
            TensorSpec("between", (0,)),
            TensorSpec("y", (1, 4)),
        ],
        [
            OperatorSpec(
                "Thing", ["x", None, "state", "s"], ["y"], custom=True, intermediates=["between"]
            )
        ],
        ["x"],
        ["y"],
    )
    graph = parse_model(build(spec), "odd")
    scalar = graph.tensors[1].data
    assert scalar is not None
    assert (scalar.shape, scalar.item()) == ((), 7)
    assert graph.tensors[2].is_variable
    assert graph.operators[0].inputs == (0, -1, 2, 1)
    assert graph.operators[0].intermediates == (3,)


def test_buffers_behind_the_flatbuffer() -> None:
    inside = parse_model(build(dense_int8()), "inside")
    outside = parse_model(build(replace(dense_int8(), external=True)), "outside")
    for a, b in zip(inside.tensors, outside.tensors, strict=True):
        assert (a.data is None) == (b.data is None)
        if a.data is not None and b.data is not None:
            assert a.data.tolist() == b.data.tolist()


def test_only_the_first_subgraph_is_kept() -> None:
    graph = parse_model(build(replace(dense_int8(), empty_subgraphs=2)), "control")
    assert graph.subgraph_count == 3
    assert len(graph.operators) == 5


def test_load_model_takes_the_name_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mein Modell ü.tflite"
    path.write_bytes(build(dense_int8()))
    assert load_model(str(path)).name == "mein Modell ü"
    assert load_model(path).file_bytes == path.stat().st_size


def test_a_missing_path_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match=r"nowhere\.tflite") as missing:
        load_model(tmp_path / "nowhere.tflite")
    assert missing.value.exit_code == 2
    with pytest.raises(MissingPathError, match="folder"):
        load_model(tmp_path)


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.tflite"
    os.mkfifo(pipe)
    with pytest.raises(MissingPathError, match="regular file"):
        load_model(pipe)


def test_a_huge_foreign_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.tflite"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # sparse: takes no space, but reading it would take a day
    with pytest.raises(ModelFormatError, match="only zeros"):
        load_model(path)


@pytest.mark.corpus
def test_every_model_of_the_corpus_is_read(corpus: Path) -> None:
    paths = sorted(corpus.glob("models*/*.tflite")) + sorted(corpus.glob("tflm/models/*.tflite"))
    assert len(paths) >= 30
    for path in paths:
        graph = load_model(path)
        assert graph.operators, path.name
        assert any(tensor.is_constant for tensor in graph.tensors), path.name


@pytest.mark.corpus
def test_a_large_model_is_read_quickly_with_its_imports(corpus: Path) -> None:
    path = corpus / "tflm" / "models" / "person_detect_int8.tflite"
    code = f"from cubeai_auto.tflite import load_model; load_model({str(path)!r})"
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        run([sys.executable, "-c", code], timeout=60)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 1.0, seconds  # 0.2 s on an idle machine


@pytest.mark.corpus
@pytest.mark.train
@pytest.mark.filterwarnings("ignore:[\\s\\S]*Interpreter is deprecated:UserWarning")
def test_agrees_with_tensorflow(corpus: Path) -> None:
    tensorflow = pytest.importorskip("tensorflow")
    path = corpus / "models_made" / "har_cnn1d_int8.tflite"
    graph = load_model(path)
    interpreter = tensorflow.lite.Interpreter(
        model_path=str(path),
        experimental_op_resolver_type=tensorflow.lite.experimental.OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    details = {entry["index"]: entry for entry in interpreter.get_tensor_details()}
    for tensor in graph.tensors:
        theirs = details[tensor.index]
        assert theirs["name"] == tensor.name
        assert tuple(theirs["shape"]) == tensor.shape
        assert np.dtype(theirs["dtype"]).name == tensor.dtype
        scales = theirs["quantization_parameters"]["scales"].tolist()
        assert scales == (list(tensor.quantization.scales) if tensor.quantization else [])
        if tensor.data is not None:
            np.testing.assert_array_equal(interpreter.get_tensor(tensor.index), tensor.data)

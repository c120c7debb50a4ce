"""Bad input: a typed error that names what is wrong, or a graph; never anything else."""

from __future__ import annotations

import random
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
import tflite
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflite_samples import chain, dense_int8

from cubeai_auto.errors import ModelFormatError
from cubeai_auto.tflite import Graph, load_model, parse_model

FUZZED = (
    "models/st_mnist_v1_int8.tflite",
    "models/seed4_motionsense_reduced_float16.tflite",
    "models_made/digits_mlp_int8.tflite",
    "models_made/har_dynbatch_int8.tflite",
    "models_made/mix_ops_f32.tflite",
    "tflm/models/micro_speech_int8.tflite",
)


def outcome(data: bytes) -> Graph | str:
    """The graph, or the message of the one error that is allowed."""
    try:
        return parse_model(data, "damaged.tflite")
    except ModelFormatError as caught:
        error = caught
    assert error.exit_code == 5
    assert error.hint
    assert error.message.startswith("damaged.tflite")
    return error.message


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"", "it is empty"),
        (b"hello, this is not a model\n", "it looks like text"),
        ("größer als ein Modell\n".encode(), "it looks like text"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:12\n", "Git LFS pointer"),
        (b"\x89HDF\r\n\x1a\n" + bytes(200), "HDF5"),
        (b"PK\x03\x04" + bytes(200), "zip archive"),
        (b"\x08\x07\x12\x07pytorch\x1a\x05" + bytes(100), "ONNX"),
        (b"\x08\x01\x12\x80\x03" + bytes(100), "SavedModel"),
        (b"\x1f\x8b\x08\x00" + bytes(100), "gzip"),
        (b"\x7fELF" + bytes(100), "ELF"),
        (b"\x80\x04\x95\x00" + bytes(100), "pickle"),
        (bytes(100), "only zeros"),
        (b"\x1c\x00\x00", "only 3 bytes"),
        (b"\x1c\x00\x00\x00TFL2" + bytes(100), '"TFL2", not "TFL3"'),
        (b"\x1c\x00\x00\x00\x01\x02\x03\x04" + bytes(100), "missing at byte 4"),
    ],
)
def test_foreign_files_are_recognized(tmp_path: Path, content: bytes, finding: str) -> None:
    path = tmp_path / "digits.tflite"
    path.write_bytes(content)
    with pytest.raises(ModelFormatError) as caught:
        load_model(path)
    assert caught.value.message.startswith("digits.tflite is not a TensorFlow Lite model: ")
    assert finding in caught.value.message
    assert caught.value.hint


def test_truncated_at_every_byte() -> None:
    for data in (build(dense_int8()), build(replace(dense_int8(), external=True))):
        for length in range(len(data)):
            assert isinstance(outcome(data[:length]), str), length


def test_every_bit_flipped() -> None:
    data = build(dense_int8())
    graphs = errors = 0
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 1 << (position % 8)
        if isinstance(outcome(bytes(damaged)), Graph):
            graphs += 1
        else:
            errors += 1
    assert errors > 200
    assert graphs > 200  # weights, names and padding may be anything


def test_hostile_numbers_everywhere_cost_no_memory() -> None:
    data = build(dense_int8())
    tracemalloc.start()
    try:
        for position in range(0, len(data) - 3, 4):
            for value in (0xFFFFFFFF, 0x7FFFFFFF, 0x00FFFFFF):
                damaged = bytearray(data)
                damaged[position : position + 4] = value.to_bytes(4, "little")
                outcome(bytes(damaged))
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("count", "problem"),
    [(9_000, "over and over"), (60_000, "claims 60000 Tensors, more than the file can hold")],
)
def test_many_references_to_one_long_text_end_early(count: int, problem: str) -> None:
    """A quadratic bomb: thousands of tensors that share one name of 60,000 letters."""
    b = flatbuffers.Builder(1 << 18)
    name = b.CreateString("n" * 60_000)
    tflite.TensorStart(b)
    tflite.TensorAddName(b, name)
    tensor = tflite.TensorEnd(b)
    tflite.SubGraphStartTensorsVector(b, count)
    for _ in range(count):
        b.PrependUOffsetTRelative(tensor)
    tensors = b.EndVector()
    tflite.SubGraphStart(b)
    tflite.SubGraphAddTensors(b, tensors)
    subgraph = tflite.SubGraphEnd(b)
    tflite.ModelStartSubgraphsVector(b, 1)
    b.PrependUOffsetTRelative(subgraph)
    subgraphs = b.EndVector()
    tflite.BufferStart(b)
    buffer = tflite.BufferEnd(b)
    tflite.ModelStartBuffersVector(b, 1)
    b.PrependUOffsetTRelative(buffer)
    buffers = b.EndVector()
    tflite.ModelStart(b)
    tflite.ModelAddVersion(b, 3)
    tflite.ModelAddSubgraphs(b, subgraphs)
    tflite.ModelAddBuffers(b, buffers)
    b.Finish(tflite.ModelEnd(b), file_identifier=b"TFL3")
    data = bytes(b.Output())
    started = time.perf_counter()
    assert problem in str(outcome(data))
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (replace(dense_int8(), schema_version=4), "schema version 4"),
        (replace(dense_int8(), inputs=[99]), "refers to tensor 99, but there are 9"),
        (replace(dense_int8(), outputs=[-1]), "refers to tensor -1"),
        (
            ModelSpec([TensorSpec("x", (2,), raw_buffer=7)], [], ["x"], ["x"]),
            "tensor 0 refers to buffer 7, but there are 1",
        ),
        (
            ModelSpec([TensorSpec("x", (3,), data=bytes(8))], [], [], ["x"]),
            "tensor 0 holds 8 bytes where float32 [3] takes 12",
        ),
        (
            ModelSpec([TensorSpec("x", (3,), "int4", data=bytes(3))], [], [], ["x"]),
            "holds 3 bytes where int4 [3] takes 2",
        ),
        (
            ModelSpec([TensorSpec("x", (-1, 2), data=bytes(8))], [], [], ["x"]),
            "constant of the open shape [-1, 2]",
        ),
        (ModelSpec([TensorSpec("x", (-5,))], [], ["x"], ["x"]), "impossible shape [-5]"),
        (ModelSpec([TensorSpec("x", (1,) * 40)], [], ["x"], ["x"]), "impossible shape"),
        (
            ModelSpec([TensorSpec("x", (4,), data=np.ones(4), sparse=True)], [], [], ["x"]),
            "stored sparse",
        ),
        (ModelSpec([TensorSpec("x", (2,), "bfloat16")], [], ["x"], ["x"]), "BFLOAT16"),
        (
            ModelSpec(
                [TensorSpec("x", (2, 3), "int8", scales=(1, 2), zero_points=(0,))], [], ["x"], ["x"]
            ),
            "2 scales but 1 zero points",
        ),
        (
            ModelSpec([TensorSpec("x", (2, 3), "int8", scales=(1, 2), axis=1)], [], ["x"], ["x"]),
            "2 scales for 3 channels",
        ),
        (
            ModelSpec([TensorSpec("x", (2, 3), "int8", scales=(1, 2), axis=5)], [], ["x"], ["x"]),
            "quantized along axis 5 but has 2 dimensions",
        ),
        (
            ModelSpec([TensorSpec("x", (2,), "int8", scales=(float("nan"),))], [], ["x"], ["x"]),
            "negative or not a number",
        ),
        (
            ModelSpec(
                [TensorSpec("x", (2,), "int8", scales=(1,), zero_points=(200,))], [], ["x"], ["x"]
            ),
            "a zero point that int8 cannot hold",
        ),
    ],
)
def test_contradictions_are_named(spec: ModelSpec, problem: str) -> None:
    assert problem in str(outcome(build(spec)))


def relu(source: str | int, target: str | int) -> OperatorSpec:
    return OperatorSpec("RELU", [source], [target])


@pytest.mark.parametrize(
    ("operators", "problem"),
    [
        ([relu("t1", "t2"), relu("t0", "t1")], "operator 0 (RELU) reads tensor 1 ('t1') before"),
        ([relu("t1", "t1"), relu("t1", "t2")], "operator 0 (RELU) reads tensor 1 ('t1') before"),
        ([relu("t0", "t2"), relu("t0", "t2")], "operator 1 (RELU) writes tensor 2 ('t2') a second"),
        ([relu("t0", "t0"), relu("t0", "t2")], "writes tensor 0 ('t0'), an input or a constant"),
        ([relu("t0", "t1")], "the output tensor 2 ('t2') is written by no operator"),
        ([relu("t0", 57), relu("t0", "t2")], "operator 0 refers to tensor 57, but there are 3"),
        ([relu(-7, "t2")], "operator 0 refers to tensor -7"),
        ([OperatorSpec("RELU", [], ["t2"])], "operator 0 (RELU) needs at least 1 inputs"),
        ([OperatorSpec("RELU", [None], ["t2"])], "operator 0 (RELU) needs at least 1 inputs"),
        (
            [OperatorSpec("MAX_POOL_2D", ["t0"], ["t2"], {"stride_w": 1, "filter_width": 1})],
            "operator 0 (MAX_POOL_2D) has stride_h 0",
        ),
    ],
)
def test_orders_that_cannot_run_are_named(operators: list[OperatorSpec], problem: str) -> None:
    assert problem in str(outcome(build(replace(chain(["RELU", "RELU"]), operators=operators))))


def test_an_operator_of_a_future_schema_is_named() -> None:
    data = build(chain(["RELU"]))
    code = tflite.Model.GetRootAs(data, 0).OperatorCodes(0)
    at = code._tab.Pos + code._tab.Offset(10)  # builtin_code
    damaged = data[:at] + (9999).to_bytes(4, "little") + data[at + 4 :]
    assert "operator code 0 is 9999, an operator that the schema" in str(outcome(damaged))


def test_a_text_longer_than_the_file_is_named() -> None:
    data = build(dense_int8())
    at = data.index(b"\x05\x00\x00\x00input")
    for length in (len(data) - at - 4, 0x7FFFFFFF):
        damaged = data[:at] + length.to_bytes(4, "little") + data[at + 4 :]
        assert outcome(damaged) == (
            "damaged.tflite: tensor 0 has text that runs past the end of the file"
        )


def test_a_missing_end_of_an_external_buffer_is_named() -> None:
    data = build(replace(dense_int8(), external=True))
    assert f"of a file of {len(data) - 1} bytes" in str(outcome(data[:-1]))


@pytest.mark.corpus
def test_real_models_truncated_at_every_percent(corpus: Path) -> None:
    for name in FUZZED:
        data = (corpus / name).read_bytes()
        lengths = {len(data) * percent // 100 for percent in range(100)} | {
            len(data) - k for k in range(1, 33)
        }
        for length in sorted(lengths):
            assert isinstance(outcome(data[:length]), str), (name, length)


@pytest.mark.corpus
def test_real_models_with_flipped_bytes(corpus: Path) -> None:
    source, slowest = random.Random(7), 0.0
    for name in FUZZED:
        data = (corpus / name).read_bytes()
        errors = 0
        for _ in range(200):
            damaged = bytearray(data)
            for _ in range(source.choice((1, 2, 8))):
                damaged[source.randrange(len(data))] ^= source.randrange(1, 256)
            started = time.perf_counter()
            errors += isinstance(outcome(bytes(damaged)), str)
            slowest = max(slowest, time.perf_counter() - started)
        assert errors > 0, name
    assert slowest < 1

# ruff: noqa: E501 - the objects stand as the tools write them
"""The JSON files of ST's tools and of the built-in engine, from small objects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cubeai_auto.quantity import measured, predicted
from cubeai_auto.reports import CubeReport, Footprint, LayerInfo, TensorInfo, ToolInfo, load_report

REPORT = {
    "report_version": 1.1,
    "cli_version_str": "1.7.0",
    "tools_version": {"major": 8, "minor": 1, "micro": 0, "extra": "19520"},
    "cli_parameters": "validate --name network -m C:/my nets/toy.h5 --compression 1 --series stm32g4",
    "exec_cmd": "validate",
    "error": 0,
    "error_str": [],
    "date_time": "Sat Jan  6 13:49:47 2024",
    "model_files": ["C:\\toy.h5"],
    "model_name": "toy",
    "model_type": "keras (keras_dump)",
    "model_n_params": 15,
    "model_size": 60,
    "hash": "00112233",
    "name": "network",
    "inputs": ["in"],
    "outputs": ["out"],
    "rom_size": 60,
    "rom_n_macc": 24,
    "ram_size": [28, 28],
    "ram_io_size": [16, 12],
    "rom_inputs": [{"c_size": 16, "c_type": "float", "name": "in"}],
    "rom_outputs": [{"c_size": 12, "c_type": "ai_float", "name": "out"}],
    "_allocate_inputs": 4,
    "_allocate_outputs": 0,
    "layers": [
        {
            "id": 0,
            "name": "in",
            "type": "Input",
            "extras": {
                "n_macc": 0, "n_params": 0, "psize": 0,
                "rom_output": {"c_size": 16, "shape": [2, 2, 1, 1]},
            },
        },
        {
            "id": 0,
            "name": "out",
            "type": "Dense",
            "original": "Dense",
            "extras": {"n_macc": 24, "n_params": 15, "psize": 60, "rom_output": {"shape": [3, 1]}},
        },
    ],
    "val_metrics": [
        {"acc": "99.50%", "cos": 1.0, "desc": "X-cross #1", "l2r": 1e-7, "mae": 2e-8, "mean": -1e-9,
         "nse": 0.5, "rmse": 3e-8, "std": 4e-8, "ts_name": "out, ai_float, (1,3), m_id=[1]"},
    ],
}  # fmt: skip

C_GRAPH = {
    "version": "1.2",
    "st_ai_version": "1.0.0-19894",
    "arguments": "generate --target stm32h5 --name network -m toy.h5 --compression none",
    "model_name": "toy",
    "c_name": "network",
    "date_time": "2026-01-29T09:50:44+0800",
    "macc": 24,
    "inputs": ["in_output"],
    "outputs": ["out_output"],
    "model_fmt": "float",
    "model_signature": "0x0011",
    "type": "keras",
    "compilation_options": {"compression": "none", "optimization": "time", "options": ["allocate-inputs"]},
    "c_arrays": [
        {"name": "in_output_array", "size": 4, "c_size_in_byte": 4, "c_type": "s8", "mem_pool": "activations",
         "scale": [0.5], "zeropoint": [-3], "tensors": [{"name": "in_output", "shape": [2, 2]}]},
        {"name": "out_output_array", "size": 3, "c_size_in_byte": 12, "c_type": "float",
         "mem_pool": "activations", "scale": [], "zeropoint": [], "tensors": [{"name": "out_output", "shape": [3]}]},
        {"name": "w_array", "size": 15, "c_size_in_byte": 60, "c_type": "const float", "mem_pool": "weights",
         "tensors": []},
    ],
    "c_layers": [
        {"c_id": 0, "m_id": 1, "name": "dense", "layer_type": "Dense", "macc": 24, "rom": 60,
         "tensors": {"outputs": ["out_output"]},
         "exec_time": {"cycles": 480, "cycles_by_macc": 20.0, "duration_ms": 0.5, "percentage": 80.0}},
    ],
    "exec_time": {"cycles": 600, "cycles_by_macc": 25.0, "device": "STM32H5", "duration_ms": 0.625},
    "memory_footprint": {"weights": 60, "activations": 28, "io": [0, 12], "series": "generic",
                         "kernel_flash": 9000, "kernel_ram": 1500},
    "memory_pools": [],
    "weights": {"weights_array": {"pool_size": -1, "used_size": 60, "buffer_offsets": [{}]}},
    "activations": {"heap_overlay_pool": {"pool_size": -1, "used_size": 28, "buffer_offsets": [{}, {}]}},
}  # fmt: skip


def _buffer(number: int, name: str, fmt: str, size: int, **more: object) -> dict[str, object]:
    return {
        "id": number, "name": f"{name}_array", "format": fmt, "nbits": 8, "shape": [2, 2],
        "shape_map": ["H", "CH"], "batch": 0, "size_bytes": size, "mpool_id": 0, "flags": "", **more,
    }  # fmt: skip


C_INFO = {
    "json_schema_version": "2.0",
    "environment": {
        "tools": [
            {
                "name": "ST.EdgeAI.Core",
                "version": "2.2.0-20266 2adc00962",
                "arguments": "validate --model /my nets/toy.tflite --target stm32f4 -O ram",
                "input_model": {
                    "model_files": [{"name": "toy.tflite", "signature": "0x0011"}],
                    "n_params": 15, "name": "toy", "size": 60, "type": "tflite",
                },
            }
        ],
        "generated_model": {
            "name": "network", "generated_time": "2025-12-04T13:45:20+0100",
            "model_files": [{"name": "network_data_params.h", "signature": "0x1"}],
        },
        "device": "x86_64",
    },
    "graphs": [
        {
            "id": 0, "inputs": [1], "outputs": [2],
            "original_inputs": [{"name": "serving_in", "shape": [None, 2, 2]}],
            "nodes": [
                {"id": 5, "name": "dense", "description": "Dense", "macc": 15, "mapping": "NODE_SW",
                 "outputs": [2], "exec_time": {"duration_ms": 0.5, "percentage": 80.0, "cycles": 0}},
                {"id": 6, "name": "out", "type": "Nonlinearity", "macc": 9, "mapping": "NODE_SW", "outputs": [2]},
            ],
            "exec_time": {"duration_ms": 0.625, "cycles": 0},
        }
    ],
    "buffers": [
        _buffer(1, "in_output", "STAI_FORMAT_S8", 4, intq={"scales": [0.25], "offsets": [7]}),
        _buffer(2, "out_output", "STAI_FORMAT_FLOAT", 16, intq={}, nbits=32, batch=1),
    ],
    "memory_pools": [
        {"id": 0, "name": "heap_overlay_pool", "address": "NULL", "size_bytes": -1, "used_size_bytes": 28,
         "buffers": [1, 2], "subpools": []},
        {"id": 1, "name": "npuRAM5", "address": "875429888", "size_bytes": 458752, "used_size_bytes": 10,
         "buffers": [], "subpools": []},
        {"id": 2, "name": "both", "address": "0", "size_bytes": 1, "subpools": [0, 1]},
    ],
    "memory_footprint": {"weights": 60, "activations": 28, "io": [0, 0], "series": "generic",
                         "kernel_flash": 10364, "kernel_ram": 1552, "toolchain_flash": 652,
                         "toolchain_ram": 0},
    "validation": {"val_metrics": [{"acc": "n.a.", "desc": "X-cross #1", "rmse": 1e-8}]},
}  # fmt: skip


def load(tmp_path: Path, value: object, name: str = "whatever.bin") -> CubeReport:
    file = tmp_path / name
    file.write_text(json.dumps(value))
    return load_report(file)


def test_report_json(tmp_path: Path) -> None:
    report = load(tmp_path, REPORT)
    assert (report.tool.name, report.tool.version, report.tool.build) == ("stm32ai", "8.1.0", "19520")
    assert (report.command, report.model_format, report.target) == ("validate", "keras", "stm32g4")
    assert report.compression == "none"
    footprint = report.footprint
    # The real sizes stand in the file although the inputs are inside.
    assert footprint.inputs.reason == "inside activations"
    assert footprint.outputs.value == 12
    assert footprint.data_ram.value == 40
    assert (report.macc.value, report.params.value) == (24, 15)
    assert [(t.name, t.dtype, t.shape, t.bytes) for t in (*report.inputs, *report.outputs)] == [
        ("in", "float32", (1, 2, 2, 1), 16),
        ("out", "float32", (1, 3), 12),
    ]
    row = report.validation[0]
    assert (row.acc.value, row.rmse.value, row.mean.value, row.cos.value) == (0.995, 3e-8, -1e-9, 1.0)
    assert not report.notes


def test_report_json_of_the_accelerator_takes_the_layers_macc(tmp_path: Path) -> None:
    value = {**REPORT, "rom_n_macc": 0, "tools_version": "2.0.0-20049"}
    report = load(tmp_path, value)
    assert report.macc.value == 24
    assert "layers" in report.macc.source
    nothing = load(tmp_path, {**value, "layers": []})
    assert nothing.macc.value == 0 or nothing.macc.reason


def test_a_failed_run(tmp_path: Path) -> None:
    report = load(tmp_path, {**REPORT, "error": -1, "error_str": ["TOOL ERROR: no"]})
    assert (report.status, report.errors) == ("failed", ("TOOL ERROR: no",))


def test_c_graph(tmp_path: Path) -> None:
    report = load(tmp_path, C_GRAPH)
    assert (report.tool.version, report.tool.pack) == ("1.0.0", "9.1.0")
    assert (report.model_format, report.target, report.optimization) == (
        "keras/float",
        "stm32h5",
        "time",
    )
    footprint = report.footprint
    assert (footprint.weights.value, footprint.activations.value) == (60, 28)
    assert footprint.inputs.reason == "inside activations"
    assert footprint.outputs.value == 12
    assert (footprint.kernel_flash.value, footprint.kernel_ram.value) == (9000, 1500)
    assert report.params.value is None
    assert [(t.name, t.dtype, t.shape, t.scale, t.zero_point) for t in report.inputs] == [
        ("in", "int8", (2, 2), 0.5, -3)
    ]
    assert [(p.name, p.size.value, p.used.value, p.buffers) for p in report.memory_pools] == [
        ("weights_array", None, 60, 1),
        ("heap_overlay_pool", None, 28, 2),
    ]
    assert report.profile is not None
    assert (report.profile.duration.value, report.profile.cycles.value) == (0.625, 600)
    assert report.profile.layers[0].share.value == 0.8
    assert not [note for note in report.notes if "unknown" in note]


def test_c_graph_with_plain_numbers(tmp_path: Path) -> None:
    value = {key: item for key, item in C_GRAPH.items() if key != "memory_footprint"}
    value |= {"weights": 60, "activations": 12, "version": "1.0"}
    arrays = [dict(array) for array in C_GRAPH["c_arrays"]]  # type: ignore[call-overload]
    for array in arrays[:2]:
        array["mem_pool"] = "user"
    report = load(tmp_path, {**value, "c_arrays": arrays})
    footprint = report.footprint
    assert (footprint.weights.value, footprint.activations.value) == (60, 12)
    assert (footprint.inputs.value, footprint.outputs.value) == (4, 12)


def test_c_info(tmp_path: Path) -> None:
    report = load(tmp_path, C_INFO)
    assert (report.tool.version, report.tool.build, report.tool.commit) == (
        "2.2.0",
        "20266",
        "2adc00962",
    )
    assert (report.command, report.target, report.optimization) == ("validate", "stm32f4", "ram")
    assert report.model_path == "/my nets/toy.tflite"
    assert (report.model_hash, report.c_api) == ("0x0011", "legacy")
    assert report.macc.value == 24
    assert "sum of the nodes" in report.macc.source
    footprint = report.footprint
    assert footprint.inputs.reason == "inside activations"
    assert (footprint.kernel_flash.value, footprint.toolchain_flash.value) == (10364, 652)
    assert footprint.toolchain_ram.value == 0
    tensor = report.inputs[0]
    assert (tensor.name, tensor.dtype, tensor.shape) == ("serving_in", "int8", (1, 2, 2))
    assert (tensor.scale, tensor.zero_point) == (0.25, 7)
    assert [(p.name, p.address, p.size.value) for p in report.memory_pools] == [
        ("heap_overlay_pool", "NULL", None),
        ("npuRAM5", "0x342E0000", 458752),
    ]
    assert report.validation[0].acc.value is None
    assert report.validation[0].cos.value is None
    assert report.profile is not None
    assert report.profile.duration.value == 0.625


@pytest.mark.parametrize("flash", [None, 0, "absent"])
def test_kernel_sizes_that_were_not_computed(flash: object, tmp_path: Path) -> None:
    memory = {"weights": 60, "activations": 28, "io": [0, 0], "kernel_ram": 0}
    if flash != "absent":
        memory["kernel_flash"] = flash  # type: ignore[assignment]
    footprint = load(tmp_path, {**C_INFO, "memory_footprint": memory}).footprint
    assert footprint.kernel_flash.value is None
    assert footprint.kernel_ram.value is None
    assert footprint.kernel_flash.reason


def test_macc_of_the_accelerator_is_missing_and_not_0(tmp_path: Path) -> None:
    value = json.loads(json.dumps(C_INFO))
    value["environment"]["tools"].append({"name": "ATONN Compiler", "version": "1.1.3-8"})
    for node in value["graphs"][0]["nodes"]:
        node["macc"] = 0
    report = load(tmp_path, value)
    assert report.macc.value is None
    assert "Neural-ART" in report.macc.reason
    assert all(layer.macc.value is None for layer in report.layers)


def test_unknown_keys_and_wrong_types_become_notes(tmp_path: Path) -> None:
    report = load(tmp_path, {**REPORT, "poetry": 1, "rom_size": "much", "layers": {"no": "list"}})
    notes = "\n".join(report.notes)
    assert "poetry" in notes
    assert "rom_size" in notes
    assert "layers" in notes
    assert report.footprint.weights.value is None


@pytest.mark.parametrize("number", [-1, True, 1e400, 10**30])
def test_impossible_numbers_are_missing(number: object, tmp_path: Path) -> None:
    report = load(tmp_path, {**REPORT, "rom_size": number, "model_n_params": number})
    assert report.footprint.weights.value is None
    assert report.params.value is None


def test_our_own_report_comes_back_with_its_provenance(tmp_path: Path) -> None:
    written = CubeReport(
        tool=ToolInfo("cubeai_auto built-in engine", "0.1.0"),
        status="ok",
        model_path="toy.tflite",
        model_name="toy",
        model_format="int8",
        model_hash="ab",
        c_name="network",
        macc=predicted(24, "MACC", "the rules"),
        params=predicted(15, "1", "the model"),
        footprint=Footprint(weights=measured(60, "B", "linked")),
        inputs=(TensorInfo("in", "int8", (1, 4), 4, 0.5, -3),),
        outputs=(TensorInfo("out", "float32", (1, 3), 12),),
        layers=(LayerInfo(0, "dense", "FULLY_CONNECTED", (1, 3), 15, predicted(24, "MACC", "r")),),
        target="stm32f4",
        generated_files=("network.c",),
        notes=("a remark",),
    )
    report = load(tmp_path, {"schema": "cubeai-auto/generate/1", **written.to_json()})
    assert report.file is not None
    assert {**report.to_json(), "file": None} == written.to_json()

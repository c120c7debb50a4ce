"""Every layout of the text report, on small reports about a made-up network."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cube_reports import LAYOUTS, NEURAL_ART_2, V2_2, V8_1, console_capture

from cubeai_auto.reports import CubeReport, load_report

# version, build, pack, command, format, target, compression
IDENTITIES = {
    "5.0": ("5.0.0", None, "5.0.0", "validate", "keras", None, "none"),
    "5.2": ("5.2.0", None, "5.2.0", "generate", "tflite", None, "4"),
    "6.0": ("6.0.0", "RC6", "6.0.0", "generate", "keras", None, "none"),
    "7.1": ("7.1.0", "RC3", "7.1.0", "generate", "tflite", None, "none"),
    "7.2": ("7.2.0", "RC5", "7.2.0", "generate", "keras", "stm32u5", "none"),
    "8.1": ("8.1.0", "19520", "8.1.0", "generate", "tflite/ss/sa per channel", "stm32h7", "none"),
    "2.2": ("2.2.0", "20266", "10.2.0", "generate", "onnx/sa/sa per tensor", "stm32h7", "none"),
    "validate": ("2.2.0", "20266", "10.2.0", "validate", "onnx/sa/sa per tensor", "stm32h7", "none"),
    "console": ("2.2.0", "20266", "10.2.0", "generate", "onnx/sa/sa per tensor", "stm32h7", "none"),
    "neural-art-2": ("2.1.0", "20194", "10.1.0", "generate", "tflite", "stm32n6", None),
    "neural-art-3": ("3.0.0", "20426", "11.0.0", "generate", "tflite", "stm32n6", None),
}
# weights, activations, inputs, outputs, kernel flash, kernel RAM, flash total, RAM total
SIZES: dict[str, tuple[int | None, ...]] = {
    "5.0": (60, 2048, 16, 12, None, None, None, None),
    "5.2": (24, 12, 4, 3, None, None, None, None),
    "6.0": (60, 12, 16, 12, None, None, None, None),
    "7.1": (24, 12, 4, 4, None, None, None, None),
    "7.2": (60, 28, None, None, 2000, 748, None, None),
    "8.1": (24, 12, None, None, 9364, 1552, 9388, 1564),
    "2.2": (60, 40, None, None, 10364, 1552, 10428, 1600),
    "validate": (60, 40, None, None, None, None, None, None),
    "console": (60, 40, None, None, 10364, 1552, 10424, 1592),
    "neural-art-2": (3300769, 245760, 196608, 301056, 9510, 510, 3310279, 743934),
    "neural-art-3": (212609, 245760, None, None, None, None, None, None),
}


def read(tmp_path: Path, text: str | bytes, name: str = "toy_report.txt") -> CubeReport:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_report(file)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_who_and_what(layout: str, tmp_path: Path) -> None:
    report = read(tmp_path, LAYOUTS[layout])
    assert (
        report.tool.version,
        report.tool.build,
        report.tool.pack,
        report.command,
        report.model_format,
        report.target,
        report.compression,
    ) == IDENTITIES[layout]
    assert report.c_name == "network"
    assert report.macc.value == 24
    assert report.params.value == 15
    assert report.macc.how == "reported"
    assert report.macc.source.startswith(report.tool.label)
    assert "toy_report.txt" in report.macc.source


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sizes(layout: str, tmp_path: Path) -> None:
    footprint = read(tmp_path, LAYOUTS[layout]).footprint
    assert (
        footprint.weights.value,
        footprint.activations.value,
        footprint.inputs.value,
        footprint.outputs.value,
        footprint.kernel_flash.value,
        footprint.kernel_ram.value,
        footprint.flash_total.value,
        footprint.ram_total.value,
    ) == SIZES[layout]
    if footprint.inputs.value is None:
        assert footprint.inputs.reason == "inside activations"
    if footprint.kernel_flash.value is None:
        assert "no size table" in footprint.kernel_flash.reason


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layers_add_up_and_nothing_contradicts(layout: str, tmp_path: Path) -> None:
    report = read(tmp_path, LAYOUTS[layout])
    assert sum(layer.macc.value or 0 for layer in report.layers) == 24
    assert sum(layer.params or 0 for layer in report.layers) == 15
    assert not [note for note in report.notes if " says " in note or "add up" in note]
    assert not [note for note in report.notes if "cut off" in note]


def test_tensors_of_every_form(tmp_path: Path) -> None:
    def tensors(layout: str) -> list[tuple[object, ...]]:
        report = read(tmp_path, LAYOUTS[layout])
        return [
            (t.name, t.dtype, t.shape, t.bytes, t.scale, t.zero_point)
            for t in (*report.inputs, *report.outputs)
        ]

    # 5.2 prints 4 B for the output of 3 bytes: items and type decide.
    assert tensors("5.2") == [
        ("in", "int8", (1, 1, 4), 4, 0.0078125, -1),
        ("out", "uint8", (3,), 3, 0.00390625, 0),
    ]
    assert tensors("7.1") == [
        ("in", "uint8", (1, 1, 1, 4), 4, 0.00784314, 127),
        ("out", "uint8", (1, 1, 1, 3), 3, 0.00390625, 0),
        ("flag", "bool", (1, 1, 1, 1), 1, None, None),
    ]
    assert tensors("8.1") == [
        ("in", "int8", (1, 2, 2, 1), 4, 0.05725505, 33),
        ("out", "int8", (1, 3), 3, 0.00390625, -128),
    ]
    assert (
        tensors("2.2")
        == tensors("console")
        == [
            ("in", "int8", (1, 4), 4, 0.003701043, -128),
            ("past", "float32", (1, 2, 3), 24, None, None),
            ("out", "float32", (1, 3), 12, None, None),
        ]
    )


def test_a_failed_run_keeps_its_figures_and_its_error(tmp_path: Path) -> None:
    report = read(tmp_path, LAYOUTS["5.0"])
    assert report.status == "failed"
    assert report.errors == ("TOOL ERROR: Weights do not fit the toy",)
    assert report.footprint.weights.value == 60
    assert not report.validation


def test_layers_of_8_1_count_a_doubled_height_once(tmp_path: Path) -> None:
    first, dense, out = read(tmp_path, V8_1).layers
    assert first.shape == (1, 2, 2, 1)
    assert (dense.id, dense.type, dense.original) == (1, "Dense", "FULLY_CONNECTED")
    assert (out.id, out.macc.value, out.params) == (1, 9, 0)


def test_the_cut_header_of_6_0_does_not_merge_type_and_macc(tmp_path: Path) -> None:
    nodes = read(tmp_path, LAYOUTS["6.0"]).c_nodes
    assert [(node.name, node.type, node.macc, node.rom) for node in nodes] == [
        ("dense", "dense", 15, 60),
        ("dense_nl", "nl", 9, 0),
    ]


def test_the_toolchain_is_inside_the_runtime_and_states_are_apart(tmp_path: Path) -> None:
    footprint = read(tmp_path, V2_2).footprint
    assert footprint.toolchain_flash.value == 400
    assert footprint.states.value == 8
    # 60 bytes of weights are linked as 64: the total is the linked one, the figure the tool's.
    assert (footprint.flash_total.value or 0) - (footprint.kernel_flash.value or 0) == 64
    assert footprint.data_ram.value == 40


def test_a_missing_size_table_is_no_error(tmp_path: Path) -> None:
    report = read(tmp_path, V2_2.split(" Requested memory")[0])
    assert report.status == "ok"
    assert report.footprint.kernel_flash.value is None
    assert report.footprint.ram_total.value is None
    assert report.footprint.data_ram.value == 40


def test_pools(tmp_path: Path) -> None:
    pool, spare = read(tmp_path, LAYOUTS["7.1"]).memory_pools
    assert (pool.name, pool.size.value, pool.used.value, pool.buffers) == ("pool", 4 << 20, 12, 2)
    assert (spare.used.value, spare.buffers) == (0, None)


def test_neural_art_blocks(tmp_path: Path) -> None:
    report = read(tmp_path, NEURAL_ART_2)
    assert [epoch.kind for epoch in report.epochs] == [
        "hardware", "software", "epoch controller", "unknown",
    ]  # fmt: skip
    assert report.epochs[1].operation == "Transpose"
    npu, flash = report.memory_pools
    assert (npu.size.value, npu.used.value, npu.activations.value) == (458752, 245760, 245760)
    assert npu.used_range == "0x342E0000-0x3431C000"
    assert flash.weights.value == round(3.148 * 1024 * 1024)
    grid = read(tmp_path, LAYOUTS["neural-art-3"])
    assert [(epoch.id, epoch.kind, epoch.operation) for epoch in grid.epochs] == [
        (7, "hardware", ""),
        (8, "software", "Softmax"),
    ]


def test_neural_art_says_when_megabytes_round(tmp_path: Path) -> None:
    report = read(tmp_path, NEURAL_ART_2.split(" Requested memory")[0])
    assert report.footprint.weights.value == round(3.148 * 1024 * 1024)
    assert any("rounded" in note for note in report.notes)


def test_validation_rows_and_times_of_a_board(tmp_path: Path) -> None:
    report = read(tmp_path, LAYOUTS["validate"])
    assert [row.name for row in report.validation] == [
        "TARGET c-model #1", "original model #1", "X-cross #1",
    ]  # fmt: skip
    target, original, cross = report.validation
    assert (target.acc.value, target.rmse.value, target.mae.value) == (0.98, 0.25, 0.125)
    assert (target.l2r.value, target.mean.value, target.std.value) == (0.0625, 0.015, 0.031)
    assert (target.nse.value, target.cos.value) == (0.9, 0.99)
    assert original.acc.value is None
    assert cross.acc.value == 0.995
    assert cross.output == "'out', 10 x f32(1x3), m_id=[1]"
    profile = report.profile
    assert profile is not None
    assert (profile.mode, profile.samples, profile.duration.value) == ("target", 10, 1.25)
    assert (profile.stack.value, profile.heap.value) == (1064, 24)
    assert profile.device is not None
    assert "STM32H743" in profile.device
    assert [(t.id, t.name, t.duration.value, t.cycles.value) for t in profile.layers] == [
        (0, "dense", 1.0, 480000),
        (1, "out", 0.2, 96000),
        (None, "n/a", 0.05, 24000),
    ]
    assert sum(t.share.value or 0 for t in profile.layers) == pytest.approx(1)


def test_the_older_table_of_times(tmp_path: Path) -> None:
    text = V8_1 + (
        "\nResults for 10 inference(s) - average per inference\n"
        "  device              : 0x450 - STM32H743 @480/240MHz\n"
        "  duration            : 3.123ms\n"
        "  CPU cycles          : 1499040\n\n"
        "  c_id  m_id  desc                output                   ms          %\n"
        "  ------------------------------------------------------------------------\n"
        "  0     1     Dense (0x104)       (1, 1, 1, 3)/float32     3.000       96.1%\n"
        "  ------------------------------------------------------------------------\n"
    )
    profile = read(tmp_path, text).profile
    assert profile is not None
    assert (profile.samples, profile.duration.value, profile.cycles.value) == (10, 3.123, 1499040)
    assert [(t.id, t.duration.value, t.share.value) for t in profile.layers] == [(0, 3.0, 0.961)]


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "console"])
def test_crlf_bom_and_indent_change_nothing(layout: str, tmp_path: Path) -> None:
    plain = read(tmp_path, LAYOUTS[layout])
    crlf = read(tmp_path, b"\xef\xbb\xbf" + LAYOUTS[layout].replace("\n", "\r\n").encode())
    assert crlf.to_json() == plain.to_json()
    wide = read(tmp_path, LAYOUTS[layout].encode("utf-16"))
    assert wide.to_json() == plain.to_json()


@pytest.mark.parametrize("layout", ["8.1", "2.2", "6.0"])
def test_a_console_capture_says_the_same(layout: str, tmp_path: Path) -> None:
    text = LAYOUTS[layout].split(" Requested memory")[0]
    plain = read(tmp_path, text)
    console = read(tmp_path, console_capture(LAYOUTS[layout]))
    assert console.inputs == plain.inputs
    assert console.layers == plain.layers
    assert console.c_nodes == plain.c_nodes
    assert console.footprint.weights == plain.footprint.weights


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    text = V2_2.encode().replace(b"/nets/toy.onnx", "/网络/toy.onnx".encode("gbk"))
    report = read(tmp_path, text)
    assert "\ufffd" in report.model_path
    assert report.macc.value == 24


def test_errors_on_the_console_are_kept(tmp_path: Path) -> None:
    text = V2_2.split("Model name")[0] + (
        ' E200(ValidationError): TARGET: Unable to bind the runtime with "network"\n'
        "  E801(HwIOError): Invalid firmware - COM6:115200\n"
    )
    report = read(tmp_path, text)
    assert report.status == "failed"
    assert [error[:4] for error in report.errors] == ["E200", "E801"]


def test_only_the_first_run_of_a_log_is_reported(tmp_path: Path) -> None:
    later = V2_2.replace("24", "99").replace("(generate)", "(validate)")
    report = read(tmp_path, V2_2 + later + " E801(HwIOError): no board\n")
    assert report.macc.value == 24
    assert len(report.inputs) == 2
    assert any("later run begins" in note for note in report.notes)
    assert any("E801" in note for note in report.notes)
    assert report.status == "ok"


def test_what_is_unknown_becomes_a_note(tmp_path: Path) -> None:
    text = (
        V2_2.replace("v2.2.0-20266", "v7.3.1-30000")
        .replace("optimization       :", "flavor             :   sweet\noptimization       :")
        .replace(
            "Complexity report", "Poetry of the network\n-------------\nroses\n\nComplexity report"
        )
    )
    report = read(tmp_path, text)
    assert report.tool.version == "7.3.1"
    assert report.tool.pack is None
    notes = "\n".join(report.notes)
    assert "7.3.1 is not in the table" in notes
    assert "flavor" in notes
    assert "Poetry of the network" in notes
    assert report.macc.value == 24


def test_figures_that_contradict_each_other_become_notes(tmp_path: Path) -> None:
    report = read(tmp_path, V2_2.replace("macc               :   24", "macc               :   25"))
    assert report.macc.value == 25
    assert any("24" in note and "25" in note for note in report.notes)
    broken = read(tmp_path, V2_2.replace("8,000        0       0", "8,001        0       0"))
    assert any("add up" in note for note in broken.notes)

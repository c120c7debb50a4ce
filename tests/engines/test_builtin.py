"""The built-in engine's reports and files, and what becomes of them when something fails."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.small_models import hybrid
from support.tflite_builder import build

import cubeai_auto.engines.builtin as builtin
from cubeai_auto.contract import InputContract
from cubeai_auto.engines import BuiltinEngine, EngineRequest, ValidationRequest, find_engine
from cubeai_auto.errors import (
    MissingPathError,
    ModelFormatError,
    RefusedError,
    ToolMissingError,
    UnsupportedModelError,
    UsageError,
)
from cubeai_auto.target import find_target

ENGINE = BuiltinEngine()


def request(model: Path, **changes: object) -> EngineRequest:
    return replace(EngineRequest(model, find_target("stm32f4")), **changes)  # type: ignore[arg-type]


def test_engines_by_name() -> None:
    assert find_engine("auto").name == find_engine("builtin").name == "builtin"
    with pytest.raises(ToolMissingError):
        find_engine("stedgeai")
    with pytest.raises(UsageError, match="'cloud'") as caught:
        find_engine("cloud")
    assert caught.value.hint


@pytest.mark.arm
def test_a_report_is_measured_from_a_linked_program(model: Path) -> None:
    result = ENGINE.analyze(request(model))
    report, footprint = result.report, result.report.footprint
    assert result.directory is None
    assert (report.status, report.c_name, report.target) == ("ok", "network", "stm32f4")
    assert report.model_path == str(model)
    assert [layer.type for layer in report.layers] == ["FULLY_CONNECTED", "FULLY_CONNECTED", "SOFTMAX"]
    assert report.macc.value == (10 * 8 + 8) + (8 * 5 + 5) + 15 * 5
    # depths of 10 and 8: rows of the first are padded to 12 weights
    assert footprint.weights.value == 8 * 12 + 8 * 4 + 5 * 8 + 5 * 4
    assert footprint.weights.how == "measured"
    assert footprint.channel_constants.value is not None
    assert 2 * (4 + 1) <= footprint.channel_constants.value <= 2 * (4 + 4)  # with alignment
    assert footprint.activations.value == (result.memory and result.memory.size)
    assert footprint.inputs.value is None
    assert footprint.inputs.reason == "inside activations"
    parts = (
        footprint.weights,
        footprint.channel_constants,
        footprint.kernel_flash,
        footprint.toolchain_flash,
    )
    assert footprint.flash_total.value is not None
    total = sum(part.value or 0 for part in parts)
    assert total <= footprint.flash_total.value <= total + 64  # gaps of alignment


@pytest.mark.arm
def test_inputs_outside_are_measured(model: Path) -> None:
    footprint = ENGINE.analyze(request(model, io_in_activations=False)).report.footprint
    assert (footprint.inputs.value, footprint.outputs.value) == (10, 5)


def test_without_a_compiler_the_cells_say_so(model: Path, no_tools: None) -> None:
    footprint = ENGINE.analyze(request(model)).report.footprint
    for quantity in (
        footprint.kernel_flash,
        footprint.flash_total,
        footprint.ram_total,
        footprint.kernel_ram,
    ):
        assert quantity.value is None
        assert "not linked: arm-none-eabi-gcc" in quantity.reason
    assert footprint.activations.how == "predicted"
    assert footprint.weights.value == 8 * 10 + 8 * 4 + 5 * 8 + 5 * 4
    assert footprint.weights.how == "predicted"


def test_generated_files(model: Path, tmp_path: Path, no_tools: None) -> None:
    contract = InputContract("gray pixels", "uint8", 0, 255, 0, 1 / 255, (10,), "row by row")
    folder = tmp_path / "neuer Ordner" / "größe"
    result = ENGINE.generate(request(model, name="digits", contract=contract), folder)
    assert result.directory == folder
    written = {path.name for path in folder.iterdir()}
    assert written == set(result.report.generated_files)
    assert {
        "digits.c",
        "digits.h",
        "digits_data.c",
        "digits_report.txt",
        "digits_report.json",
    } <= written
    document = json.loads((folder / "digits_report.json").read_text("utf-8"))
    assert document["c_name"] == "digits"
    assert document["input_contract"]["raw_dtype"] == "uint8"
    assert document["footprint"]["kernel_flash"]["reason"].startswith("not linked")
    assert "DIGITS_RAW_MAX (255)" in (folder / "digits.h").read_text("utf-8")
    assert list(folder.parent.iterdir()) == [folder]


def test_other_files_in_the_folder_stay(model: Path, tmp_path: Path, no_tools: None) -> None:
    folder = tmp_path / "firmware"
    folder.mkdir()
    (folder / "main.c").write_text("int main(void);", "utf-8")
    (folder / "network.c").write_text("of an earlier run", "utf-8")
    (folder / "drivers").mkdir()
    (folder / "drivers" / "uart.c").write_text("mine", "utf-8")
    ENGINE.generate(request(model), folder)
    assert (folder / "main.c").read_text("utf-8") == "int main(void);"
    assert (folder / "drivers" / "uart.c").read_text("utf-8") == "mine"
    assert "stai_network_run" in (folder / "network.c").read_text("utf-8")
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    assert {path.name for path in tmp_path.iterdir()} == {"firmware", model.parent.name}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def fail_at(number: int, monkeypatch: pytest.MonkeyPatch, where: Path) -> None:
    """Let the ``number``-th rename into a folder fail as a full disk does."""
    real, seen = os.replace, iter(range(1000))

    def replace_or_fail(source: os.PathLike[str], target: os.PathLike[str]) -> None:
        if Path(target).parent == where and ".part" not in str(target) and next(seen) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace_or_fail)


@pytest.mark.parametrize("number", [0, 1, 4, 9])
def test_a_full_disk_leaves_the_folder_as_it_was(
    number: int, model: Path, tmp_path: Path, no_tools: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    ENGINE.generate(request(model, optimization="time"), folder)
    (folder / "cai_config.h").unlink()  # will be new again
    before = snapshot(folder)
    fail_at(number, monkeypatch, folder)
    with pytest.raises(RefusedError, match="No space left") as caught:
        ENGINE.generate(request(model, optimization="size"), folder)
    assert caught.value.exit_code == 4
    assert snapshot(folder) == before
    assert {path.name for path in tmp_path.iterdir()} == {"out", model.parent.name}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_what_the_system_refuses_makes_no_new_folder(
    call: str,
    number: int,
    model: Path,
    tmp_path: Path,
    no_tools: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # sizes are not measured here, so that only the result is refused
    monkeypatch.setattr(builtin, "_measure", lambda network, request: (None, "not asked for"))

    def refuse(*arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(RefusedError, match=os.strerror(number)) as caught:
        ENGINE.generate(request(model), tmp_path / "out")
    assert caught.value.hint
    assert {path.name for path in tmp_path.iterdir()} == {model.parent.name}


def test_no_room_for_temporary_files(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.mkdtemp", full)
    for call in (ENGINE.analyze, lambda r: ENGINE.generate(r, tmp_path / "out")):
        with pytest.raises(RefusedError, match="No space left"):
            call(request(model))
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_folder(model: Path, tmp_path: Path, no_tools: None) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(MissingPathError):
        ENGINE.generate(request(model), tmp_path / "file")
    with pytest.raises(RefusedError):
        ENGINE.generate(request(model), tmp_path / "file" / "out")
    assert (tmp_path / "file").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"compression": "high"}, "does not compress"),
        ({"c_api": "onnx"}, "no C API 'onnx'"),
        ({"name": "no-name"}, "cannot name a network"),
        ({"name": "stai"}, "uses that name itself"),
    ],
)
def test_options_the_engine_does_not_have(
    changes: dict[str, str], message: str, model: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        ENGINE.generate(request(model, **changes), tmp_path / "out")
    assert caught.value.hint
    assert not (tmp_path / "out").exists()


def test_models_that_are_none(model: Path, tmp_path: Path) -> None:
    good = model.read_bytes()
    for content in (b"", b"text, not a model\n" * 50, good[: len(good) // 2], good[:-40], bytes(100)):
        model.write_bytes(content)
        with pytest.raises(ModelFormatError):
            ENGINE.generate(request(model), tmp_path / "out")
    with pytest.raises(MissingPathError):
        ENGINE.generate(request(tmp_path / "none.tflite"), tmp_path / "out")
    with pytest.raises(MissingPathError):
        ENGINE.analyze(request(tmp_path))
    assert not (tmp_path / "out").exists()


def test_a_hybrid_model_is_refused_everywhere(tmp_path: Path) -> None:
    model = tmp_path / "drange.tflite"
    model.write_bytes(build(hybrid()))
    inputs = (np.zeros((1, 4), np.float32),)
    for call in (
        lambda: ENGINE.analyze(request(model)),
        lambda: ENGINE.generate(request(model), tmp_path / "out"),
        lambda: ENGINE.validate(request(model), ValidationRequest("host", inputs, tmp_path / "w")),
    ):
        with pytest.raises(UnsupportedModelError, match="hybrid"):
            call()
    assert {path.name for path in tmp_path.iterdir()} <= {"drange.tflite", "w"}

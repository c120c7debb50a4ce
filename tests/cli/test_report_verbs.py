"""``analyze`` and ``generate`` as a user calls them."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.reports import is_quantity

from cubeai_auto import process

Say = Callable[..., object]
REPORT_KEYS = {
    "schema", "file", "tool", "command", "status", "errors", "created", "model", "c_name", "target",
    "compression", "optimization", "parameters", "macc", "params", "footprint", "inputs", "outputs",
    "layers", "memory_pools", "generated_files", "validation", "notes",
}  # fmt: skip
FOOTPRINT_KEYS = {
    "weights", "activations", "inputs", "outputs", "states", "kernel_flash", "kernel_ram",
    "toolchain_flash", "toolchain_ram", "flash_total", "ram_total",
}  # fmt: skip


@pytest.mark.arm
def test_analyze(say: Say, model: Path) -> None:
    spoken = say("analyze", model, "--target", "stm32f4")
    assert spoken.code == 0
    assert spoken.err == ""
    for text in ("kleines Netz", "FULLY_CONNECTED", "measured: program linked", "activations plan"):
        assert text in spoken.out
    assert list(model.parent.iterdir()) == [model]


@pytest.mark.arm
def test_the_json_of_a_report(say: Say, model: Path) -> None:
    spoken = say("analyze", model, "--json", "-", "--target", "stm32h7")
    assert spoken.code == 0
    document = json.loads(spoken.out)
    assert document["schema"] == "cubeai-auto/analyze/1"
    assert set(document) >= REPORT_KEYS
    assert set(document["footprint"]) >= FOOTPRINT_KEYS
    assert all(is_quantity(value) for value in document["footprint"].values())
    assert all(is_quantity(layer["macc"]) for layer in document["layers"])
    assert document["footprint"]["inputs"]["reason"] == "inside activations"
    assert document["files"] == []
    assert document["target"] == "stm32h7"
    assert document["model"]["path"] == str(model)
    assert [tensor["bytes"] for tensor in document["inputs"]] == [10]


def test_without_a_cross_compiler_a_report_still_comes(say: Say, model: Path, no_tools: None) -> None:
    spoken = say("analyze", model, "--json", "-")
    assert spoken.code == 0
    footprint = json.loads(spoken.out)["footprint"]
    for name in ("kernel_flash", "toolchain_flash", "flash_total", "kernel_ram", "ram_total"):
        assert footprint[name]["value"] is None
        assert "arm-none-eabi-gcc" in footprint[name]["reason"]
    assert footprint["activations"]["value"] > 0
    assert say("analyze", model).code == 0


def test_generate(say: Say, model: Path, tmp_path: Path, no_tools: None) -> None:
    folder = tmp_path / "erzeugter Code ü"
    spoken = say("generate", model, "--output", folder, "--json", "-", "--name", "digits")
    assert spoken.code == 0
    document = json.loads(spoken.out)
    assert document["schema"] == "cubeai-auto/generate/1"
    assert sorted(document["files"]) == sorted(str(path) for path in folder.iterdir())
    assert document["directory"] == str(folder)
    assert (folder / "digits.h").is_file()
    assert say("generate", model, "--output", folder).out.rstrip().endswith(f"Written to {folder}")


def test_generate_keeps_other_files(say: Say, model: Path, tmp_path: Path, no_tools: None) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "main.c").write_text("mine", "utf-8")
    for _ in range(2):
        assert say("generate", model, "--output", folder, "--quiet").out == ""
    assert (folder / "main.c").read_text("utf-8") == "mine"
    assert (folder / "network.c").is_file()


def test_a_full_disk(
    say: Say, model: Path, tmp_path: Path, no_tools: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    spoken = say("generate", model, "--output", tmp_path / "out")
    assert spoken.code == 4
    assert "No space left on device" in spoken.err
    assert "hint: check free disk space" in spoken.err
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.iterdir()) == [model.parent]


def test_only_json_on_standard_output_of_a_process(model: Path, tmp_path: Path) -> None:
    """In a process of its own: nothing of a compiler or of numpy gets between."""
    command = [sys.executable, "-m", "cubeai_auto", "analyze", model, "--json", "-"]
    done = process.run(command, timeout=60, cwd=tmp_path)
    assert json.loads(done.stdout)["schema"] == "cubeai-auto/analyze/1"
    assert done.stderr == ""

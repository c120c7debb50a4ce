"""The verbs with ``--engine stedgeai``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stand_in.install import install_stand_in

from cubeai_auto.cli.main import main


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(tmp_path / "core"))
    return install_stand_in(tmp_path / "core", "10.2.0")


@pytest.mark.parametrize("engine", ["stedgeai", "auto"])
def test_generate(tool: Path, dense: Path, tmp_path: Path, engine: str) -> None:
    target, folder = tmp_path / "out.json", tmp_path / "out"
    line = ["generate", str(dense), "--output", str(folder), "--engine", engine, "--target", "stm32h7"]
    assert main([*line, "--json", str(target)]) == 0
    found = json.loads(target.read_text("utf-8"))
    assert found["tool"] | {"commit": None} == {
        "name": "stedgeai", "version": "2.2.0", "build": "20266", "pack": "10.2.0", "commit": None,
    }  # fmt: skip
    assert found["target"] == "stm32h7"
    assert all(Path(name).is_file() for name in found["files"])
    assert (folder / "network_details.h").is_file()


def test_analyze(tool: Path, dense: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    assert main(["analyze", str(dense), "--engine", "stedgeai", "--json", str(target)]) == 0
    footprint = json.loads(target.read_text("utf-8"))["footprint"]
    assert footprint["weights"]["value"] == 180
    assert footprint["weights"]["how"] == "reported"


def test_what_the_version_lacks_ends_with_2(
    dense: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install_stand_in(tmp_path / "old", "8.1.0")
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(tmp_path / "old"))
    assert main(["analyze", str(dense), "--engine", "stedgeai"]) == 2
    message = capsys.readouterr().err
    assert "--c-api" in message
    assert "8.1.0" in message
    assert "legacy" in message
    assert main(["analyze", str(dense), "--engine", "stedgeai", "--c-api", "legacy"]) == 0


def test_the_emulator_is_refused(tool: Path, dense: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["validate", str(dense), "--engine", "stedgeai", "--samples", "3"]
    assert main([*line, "--on", "emulator"]) == 2
    assert "license" in capsys.readouterr().err


@pytest.mark.oracle
def test_validate(tool: Path, dense: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    line = ["validate", str(dense), "--engine", "stedgeai", "--samples", "3"]
    assert main([*line, "--json", str(target)]) == 0
    found = json.loads(target.read_text("utf-8"))
    assert (found["engine"], found["vectors"], found["mismatches"]) == ("stedgeai", 3, 0)
    assert "stedgeai 2.2.0" in found["oracle"]


def test_supported_ops(tool: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    assert main(["supported-ops", "--engine", "stedgeai", "--json", str(target)]) == 0
    found = json.loads(target.read_text("utf-8"))
    assert found["version"] == "2.2.0-20266"
    assert "FULLY_CONNECTED" in {entry["name"] for entry in found["operators"]}


def test_no_tool_ends_with_3(dense: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(tmp_path / "nothing"))
    assert main(["analyze", str(dense), "--engine", "stedgeai"]) == 3

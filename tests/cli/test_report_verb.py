"""``cubeai-auto report`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cube_reports import LAYOUTS, V2_2, V8_1

from cubeai_auto.cli.main import main


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    new, old = tmp_path / "new.txt", tmp_path / "old.txt"
    new.write_text(V2_2)
    old.write_text(V8_1)
    return old, new


def test_json_on_standard_output(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = files
    assert main(["report", str(old), str(new), "--json", "-"]) == 0
    payload = json.loads(capsys.readouterr().out)
    assert payload["schema"] == "cubeai-auto/report/1"
    first, second = payload["reports"]
    assert (first["tool"]["pack"], second["tool"]["pack"]) == ("8.1.0", "10.2.0")
    assert first["footprint"]["kernel_flash"]["value"] == 9364
    assert second["footprint"]["inputs"] == {"value": None, "reason": "inside activations"}
    assert {
        "file", "tool", "command", "status", "errors", "created", "model", "c_name", "target",
        "compression", "optimization", "parameters", "macc", "params", "footprint", "inputs", "outputs",
        "layers", "memory_pools", "generated_files", "validation", "notes",
    } <= set(first)  # fmt: skip


def test_every_layout_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in LAYOUTS.items():
        (tmp_path / f"{name}.txt").write_text(text)
    paths = sorted(map(str, tmp_path.glob("*.txt")))
    assert main(["report", *paths]) == 0
    out = capsys.readouterr().out
    assert out.count("MACC") >= len(LAYOUTS)
    assert "validation X-cross #1: acc 0.995" in out
    assert "TOOL ERROR" in out


def test_diff(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = files
    assert main(["report", "--diff", str(old), str(new)]) == 0
    out = capsys.readouterr().out
    assert "8.1.0  ->  10.2.0" in out
    assert "+1,000 B" in out
    assert main(["report", "--diff", str(old), str(new), "--json", "-"]) == 0
    diff = json.loads(capsys.readouterr().out)["diff"]
    kernel = next(total for total in diff["totals"] if total["name"] == "kernel_flash")
    assert (kernel["before"]["value"], kernel["after"]["value"], kernel["difference"]) == (
        9364,
        10364,
        1000,
    )


def test_exit_codes(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, new = files
    junk = tmp_path / "junk.txt"
    junk.write_text("junk")
    missing = str(tmp_path / "none.txt")
    assert main(["report"]) == 2
    assert main(["report", missing]) == 2
    assert main(["report", str(junk)]) == 5
    capsys.readouterr()
    assert main(["report", missing, str(new), str(junk), "--json", "-"]) == 5
    captured = capsys.readouterr()
    payload = json.loads(captured.out)
    assert [report["file"] for report in payload["reports"]] == [str(new)]
    assert [error["exit_code"] for error in payload["errors"]] == [2, 5]
    assert missing in captured.err
    assert str(junk) in captured.err
    assert main(["report", "--diff", missing, str(new), "--json", "-"]) == 2
    assert json.loads(capsys.readouterr().out)["diff"] is None

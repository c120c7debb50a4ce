"""``ioc generate`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stand_in_cubemx.install import install_cubemx

from cubeai_auto.cli.main import main

_IOC = (
    b"#MicroXplorer Configuration settings - do not modify\nFile.Version=6\n"
    b"Mcu.Pin0=VP_SYS_VS_Systick\nMcu.PinsNb=1\nMxCube.Version=6.12.0\nVP_SYS_VS_Systick.Mode=SysTick\n"
)


@pytest.fixture
def ioc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISPLAY", ":99")
    path = tmp_path / "p" / "p.ioc"
    path.parent.mkdir()
    path.write_bytes(_IOC)
    return path


def test_the_answer(ioc: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = install_cubemx(tmp_path / "cubemx", "warns")
    arguments = ["ioc", "generate", str(ioc), "--cubemx", str(program), "--json", "-"]
    assert main([*arguments, "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["applied"] is False
    assert ioc.read_bytes() == _IOC
    assert main(arguments) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "cubeai-auto/ioc-generate/1"
    assert {entry["file"]: entry["change"] for entry in answer["files"]} == {
        ".mxproject": "added",
        "Core/Src/main.c": "added",
        "p.ioc": "changed",
    }
    assert [entry["key"] for entry in answer["changed"]] == ["MxCube.Version"]
    assert len(answer["warnings"]) == 1


@pytest.mark.parametrize(
    ("fault", "code"), [("exception", 4), ("eats_user_code", 1), ("license_hang", 6)]
)
def test_exit_codes(
    ioc: Path, tmp_path: Path, fault: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (ioc.parent / "Core" / "Src").mkdir(parents=True)
    (ioc.parent / "Core" / "Src" / "main.c").write_text(
        "/* USER CODE BEGIN 2 */\nmine();\n/* USER CODE END 2 */\n"
    )
    program = install_cubemx(tmp_path / "cubemx", fault)
    assert main(["ioc", "generate", str(ioc), "--cubemx", str(program), "--timeout", "2"]) == code
    assert "hint:" in capsys.readouterr().err
    assert ioc.read_bytes() == _IOC


def test_no_cubemx(ioc: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ioc", "generate", str(ioc), "--cubemx", str(tmp_path / "absent")]) == 3
    assert "nothing there" in capsys.readouterr().err
    assert main(["ioc", "generate", str(tmp_path / "absent.ioc")]) == 2

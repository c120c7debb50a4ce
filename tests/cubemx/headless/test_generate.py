"""Code generation by a stand-in that behaves and misbehaves as CubeMX is reported to."""

from __future__ import annotations

from pathlib import Path

import pytest
from stand_in_cubemx.install import install_cubemx

from cubeai_auto.cubemx import AddRequest, IocDocument, NetworkRequest, add_cube_ai
from cubeai_auto.cubemx.headless import Generation, generate_code, search_cubemx
from cubeai_auto.errors import (
    CheckFailedError,
    CubeAIError,
    MissingPathError,
    ToolFailedError,
    ToolMissingError,
    ToolTimeoutError,
)

_IOC = b"""\
#MicroXplorer Configuration settings - do not modify
File.Version=6
Mcu.Family=STM32F4
Mcu.IP0=NVIC
Mcu.IP1=RCC
Mcu.IPNb=2
Mcu.Name=STM32F446R(C-E)Tx
Mcu.Pin0=VP_SYS_VS_Systick
Mcu.PinsNb=1
Mcu.ThirdPartyNb=0
Mcu.UserName=STM32F446RETx
MxCube.Version=6.12.0
ProjectManager.HeapSize=0x200
ProjectManager.ProjectName=p
ProjectManager.StackSize=0x400
ProjectManager.functionlistsort=1-SystemClock_Config-RCC-false-HAL-false
VP_SYS_VS_Systick.Mode=SysTick
VP_SYS_VS_Systick.Signal=SYS_VS_Systick
"""
_MAIN = "/* USER CODE BEGIN 2 */\nmine();\n/* USER CODE END 2 */\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with X-CUBE-AI in it, user code and files of the user's own."""
    folder = tmp_path / "Prüf stand"
    (folder / "Core" / "Src").mkdir(parents=True)
    (folder / "Core" / "Src" / "main.c").write_text(_MAIN)
    (folder / "Core" / "Src" / "own.c").write_text("int own;\n")
    (folder / "CMakeLists.txt").write_text("# mine\n")
    request = AddRequest(
        pack="10.2.0",
        networks=(NetworkRequest("network", "model.tflite", "TFLITE"),),
        application="ApplicationTemplate",
    )
    added = add_cube_ai(IocDocument.parse(_IOC), request).after
    (folder / "p.ioc").write_bytes(added.to_bytes())
    return folder


@pytest.fixture(autouse=True)
def display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":99")


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def generated(
    project: Path, tmp_path: Path, *faults: str, timeout: float = 20, **more: bool
) -> Generation:
    program = install_cubemx(tmp_path / "cubemx", *faults)
    tool = search_cubemx(program).require()
    return generate_code(
        project / "p.ioc", tool, timeout=timeout, home=tmp_path, log=tmp_path / "log.txt", **more
    )


def test_a_generation_is_moved_into_place(project: Path, tmp_path: Path) -> None:
    done = generated(project, tmp_path)
    assert done.applied
    changed = {str(change.path): change.kind for change in done.changes}
    assert changed == {
        ".mxproject": "added",
        "Core/Src/main.c": "changed",
        "X-CUBE-AI/App/network.c": "added",
        "p.ioc": "changed",
    }
    assert "mine();" in (project / "Core" / "Src" / "main.c").read_text()
    assert (project / "X-CUBE-AI" / "App" / "network.c").is_file()
    assert [change.key for change in done.edit.changes] == ["MxCube.Version"]
    assert "project generate" in (tmp_path / "log.txt").read_text()


def test_our_parameters_survive_a_program_that_drops_unlisted_ones(
    project: Path, tmp_path: Path
) -> None:
    before = IocDocument.read(project / "p.ioc")
    generated(project, tmp_path)
    after = IocDocument.read(project / "p.ioc")
    assert set(before.keys) == set(after.keys)


def test_a_dry_run_changes_nothing(project: Path, tmp_path: Path) -> None:
    before = content(project)
    done = generated(project, tmp_path, dry_run=True)
    assert not done.applied
    assert len(done.changes) == 4
    assert content(project) == before


def test_twice_is_once(project: Path, tmp_path: Path) -> None:
    generated(project, tmp_path)
    before = content(project)
    tool = search_cubemx(tmp_path / "cubemx").require()
    again = generate_code(project / "p.ioc", tool, timeout=20, home=tmp_path)
    assert again.changes == ()
    assert content(project) == before


@pytest.mark.parametrize("fault", ["lingers", "nonzero", "old_words"])
def test_success_is_not_the_exit_status(project: Path, tmp_path: Path, fault: str) -> None:
    assert generated(project, tmp_path, fault).applied


def test_harmless_words_are_warnings(project: Path, tmp_path: Path) -> None:
    done = generated(project, tmp_path, "warns", "quits_early")
    assert done.applied
    assert len(done.warnings) == 2


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("refuses", ToolFailedError, "refused"),
        ("exception", ToolFailedError, "template not found"),
        ("not_ready", ToolFailedError, "USART2"),
        ("no_words", ToolFailedError, "never said"),
        ("no_files", ToolFailedError, "no fresh main.c"),
        ("drops_pack", ToolFailedError, "lost X-CUBE-AI 10.2.0"),
        ("drops_network", CubeAIError, ""),
        ("eats_user_code", CheckFailedError, "user code section '2'"),
        ("removes_files", CheckFailedError, "own.c: removed"),
        ("touches_own_files", CheckFailedError, "CMakeLists.txt: changed"),
    ],
)
def test_a_failure_leaves_the_project_as_it_was(
    project: Path, tmp_path: Path, fault: str, error: type[CubeAIError], words: str
) -> None:
    before = content(project)
    with pytest.raises(error) as caught:
        generated(project, tmp_path, fault)
    assert words in caught.value.message
    assert caught.value.hint
    assert content(project) == before


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("migrate_hang", "migrate"),
        ("license_hang", "license"),
        ("login_hang", "log in"),
        ("lock_hang", "lock of the packs"),
        ("silent_hang", "dialog"),
    ],
)
def test_hangs_are_told_apart(project: Path, tmp_path: Path, fault: str, words: str) -> None:
    before = content(project)
    with pytest.raises(ToolTimeoutError, match=words) as caught:
        generated(project, tmp_path, fault, timeout=1.5)
    assert caught.value.exit_code == 6
    assert content(project) == before


def test_without_a_display_xvfb_is_asked_for(project: Path, tmp_path: Path) -> None:
    tool = search_cubemx(install_cubemx(tmp_path / "cubemx")).require()
    with pytest.raises(ToolMissingError, match="xvfb-run"):
        generate_code(project / "p.ioc", tool, environment={"PATH": str(tmp_path)})


def test_no_project(tmp_path: Path) -> None:
    tool = search_cubemx(install_cubemx(tmp_path / "cubemx")).require()
    with pytest.raises(MissingPathError):
        generate_code(tmp_path / "absent.ioc", tool)

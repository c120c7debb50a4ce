"""Where ST's tool is found, and why a candidate is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from stand_in.install import install_stand_in

from cubeai_auto.cli.main import main
from cubeai_auto.engines import BuiltinEngine, StEdgeAiEngine, find_engine
from cubeai_auto.engines.stedgeai.discovery import places, search_st_tool
from cubeai_auto.engines.stedgeai.runtime import runtime_library
from cubeai_auto.engines.stedgeai.versions import VersionRange
from cubeai_auto.errors import ToolMissingError, UsageError


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without tools, an empty PATH, no variables."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("STEDGEAI_CORE_DIR", "STM32_AI_EXE", "STM_AI_EXE"):
        monkeypatch.delenv(name, raising=False)
    return home


def pack_root(home: Path, pack: str) -> Path:
    return home / "STM32Cube/Repository/Packs/STMicroelectronics/X-CUBE-AI" / pack


def reasons(**given: object) -> dict[str, str]:
    search = search_st_tool(**given).search  # type: ignore[arg-type]
    return {str(candidate.path): candidate.reason for candidate in search.candidates}


def test_nothing_installed() -> None:
    search = search_st_tool()
    assert search.tool is None
    with pytest.raises(ToolMissingError, match="not in PATH") as caught:
        search.require()
    assert "STEDGEAI_CORE_DIR" in (caught.value.hint or "")
    assert "nothing matches" in caught.value.message
    assert isinstance(find_engine("auto"), BuiltinEngine)
    with pytest.raises(ToolMissingError):
        find_engine("stedgeai")


def test_the_newest_pack_is_taken(bare_machine: Path) -> None:
    for pack in ("8.1.0", "9.1.0", "10.2.0"):
        install_stand_in(pack_root(bare_machine, pack), pack)
    search = search_st_tool()
    assert search.tool is not None
    assert search.tool.version.pack == "10.2.0"
    assert search.tool.root == pack_root(bare_machine, "10.2.0")
    why = {str(c.path): c.reason for c in search.search.candidates}
    assert why[str(search.tool.path)].startswith("taken (~/STM32Cube")
    older = pack_root(bare_machine, "8.1.0") / "Utilities/linux/stm32ai"
    assert why[str(older)].startswith("a better candidate was taken")
    engine = find_engine("auto")
    assert isinstance(engine, StEdgeAiEngine)
    assert (engine.name, engine.version) == ("stedgeai", "2.2.0-20266")
    assert "Edge AI" in engine.title


def test_a_version_range(bare_machine: Path) -> None:
    for pack in ("8.1.0", "9.1.0", "10.2.0"):
        install_stand_in(pack_root(bare_machine, pack), pack)
    found = search_st_tool(versions=VersionRange.parse("<10"))
    assert found.tool is not None
    assert found.tool.version.pack == "9.1.0"
    newest = str(pack_root(bare_machine, "10.2.0") / "Utilities/linux/stedgeai")
    outside = {str(c.path): c.reason for c in found.search.candidates}[newest]
    assert outside == "stedgeai 2.2.0-20266 (X-CUBE-AI 10.2.0) is outside <10"
    with pytest.raises(ToolMissingError, match="outside >=12"):
        find_engine("stedgeai", versions=">=12")
    old = find_engine("stedgeai", versions="8.1")
    assert old.title == "ST X-CUBE-AI (stm32ai)"


def test_a_standalone_installation_goes_before_packs(bare_machine: Path) -> None:
    install_stand_in(pack_root(bare_machine, "10.2.0"), "10.2.0")
    install_stand_in(bare_machine / "ST/STEdgeAI/4.0/4.0", "12.0.0")
    tool = search_st_tool().require()
    assert tool.version.pack == "12.0.0"
    assert tool.root == bare_machine / "ST/STEdgeAI/4.0/4.0"


def test_path_goes_before_installations(bare_machine: Path, tmp_path: Path) -> None:
    install_stand_in(bare_machine / "ST/STEdgeAI/4.0", "12.0.0")
    program = install_stand_in(tmp_path / "elsewhere", "8.1.0")
    (tmp_path / "bin" / "stm32ai").symlink_to(program)
    tool = search_st_tool().require()
    assert tool.version.pack == "8.1.0"
    assert tool.root == tmp_path / "elsewhere"


@pytest.mark.parametrize("variable", ["STEDGEAI_CORE_DIR", "STM32_AI_EXE", "STM_AI_EXE"])
@pytest.mark.parametrize("folder", [True, False])
def test_a_variable_decides(bare_machine: Path, tmp_path: Path, variable: str, folder: bool) -> None:
    install_stand_in(pack_root(bare_machine, "10.2.0"), "10.2.0")
    root = tmp_path / "my tools"
    program = install_stand_in(root, "9.1.0")
    environment = {variable: str(root if folder else program)}
    search = search_st_tool(environment=environment)
    assert search.tool is not None
    assert search.tool.path == program
    why = reasons(environment=environment)
    assert why["stedgeai"] == "not in PATH"
    other = str(pack_root(bare_machine, "10.2.0") / "Utilities/linux/stedgeai")
    assert why[other] == f"not looked at: {variable} decides"


def test_order_of_what_is_given(tmp_path: Path) -> None:
    programs = {pack: install_stand_in(tmp_path / pack, pack) for pack in ("8.1.0", "9.1.0", "11.0.0")}
    environment = {"STEDGEAI_CORE_DIR": str(tmp_path / "11.0.0")}
    project = tmp_path / "9.1.0"
    both = search_st_tool(programs["8.1.0"], project=project, environment=environment)
    assert both.require().version.pack == "8.1.0"
    assert search_st_tool(project=project, environment=environment).require().version.pack == "9.1.0"
    why = {str(c.path): c.reason for c in both.search.candidates}
    assert why[str(programs["9.1.0"])] == "not looked at: the path that was given decides"


def test_a_misspelt_path_is_not_replaced(bare_machine: Path, tmp_path: Path) -> None:
    install_stand_in(pack_root(bare_machine, "10.2.0"), "10.2.0")
    (tmp_path / "empty").mkdir()
    for wrong, words in (
        (tmp_path / "none", "nothing there"),
        (tmp_path / "empty", "neither stedgeai"),
    ):
        search = search_st_tool(wrong)
        assert search.tool is None
        assert words in search.search.candidates[0].reason
        with pytest.raises(ToolMissingError):
            find_engine("auto", tool=wrong)


def test_programs_that_do_not_answer(tmp_path: Path) -> None:
    failing = install_stand_in(tmp_path / "a", "10.2.0", "no-version")
    assert "exit status 3" in search_st_tool(failing).search.candidates[0].reason
    text = tmp_path / "stedgeai"
    text.write_text("no program")
    assert "does not start" in search_st_tool(text).search.candidates[0].reason
    odd = install_stand_in(tmp_path / "b", "10.2.0", "unknown-version")
    tool = search_st_tool(odd).require()
    assert not tool.version.known
    assert search_st_tool(odd, versions=VersionRange.parse(">=9")).tool is None


@pytest.mark.parametrize(
    ("platform", "folder", "suffix"),
    [
        ("linux", "linux", ""),
        ("win32", "windows", ".exe"),
        ("darwin", "macarm", ""),
        ("darwin", "mac", ""),
    ],
)
def test_layouts_of_other_systems(bare_machine: Path, platform: str, folder: str, suffix: str) -> None:
    root = pack_root(bare_machine, "10.2.0")
    program = install_stand_in(root, "10.2.0", folder=folder, suffix=suffix)
    tool = search_st_tool(platform=platform, environment={}).require()
    assert tool.path == program
    given = search_st_tool(root, platform=platform, environment={}).require()
    assert given.path == program


def test_standalone_places_of_other_systems() -> None:
    mac = [str(place.path) for place in places(environment={}, platform="darwin")]
    assert "/Applications/ST/STEdgeAI/*/Utilities/macarm/stedgeai" in mac
    linux = [str(place.path) for place in places(environment={}, platform="linux")]
    assert "/opt/ST/STEdgeAI/*/Utilities/linux/stedgeai" in linux


def test_doctor_shows_it(bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = install_stand_in(tmp_path / "root", "10.2.0")
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(tmp_path / "root"))
    target = tmp_path / "doctor.json"
    assert main(["doctor", "--json", str(target)]) == 0
    tools = {tool["name"]: tool for tool in json.loads(target.read_text("utf-8"))["tools"]}
    assert tools["stedgeai"]["ok"] is True
    assert tools["stedgeai"]["path"] == str(program)
    assert tools["stedgeai"]["version"] == "2.2.0"
    assert {"path": str(program), "reason": "taken (STEDGEAI_CORE_DIR)"} in tools["stedgeai"][
        "candidates"
    ]


@pytest.mark.parametrize(
    ("target", "folder", "core"),
    [
        ("stm32h7", "STM32H7", "CM7"),
        ("stm32f7", "ARMCortexM7", "CM7"),
        ("stm32f4", "ARMCortexM4", "CM4"),
        ("stm32u5", "ARMCortexM33", "CM33"),
        ("stm32g0", "ARMCortexM0+", "CM0+"),
    ],
)
def test_the_runtime_library(tmp_path: Path, target: str, folder: str, core: str) -> None:
    tool = search_st_tool(install_stand_in(tmp_path / "r", "10.2.0")).require()
    found = runtime_library(tool, target)
    assert found.library == (
        tmp_path / "r/Middlewares/ST/AI/Lib/GCC" / folder / f"NetworkRuntime1020_{core}_GCC.a"
    )
    assert found.headers == tmp_path / "r/Middlewares/ST/AI/Inc"
    assert found.number == "1020"
    assert found.link_flags == (f"-L{found.library.parent}", f"-l:NetworkRuntime1020_{core}_GCC.a")


def test_the_runtime_library_must_be_of_the_same_pack(tmp_path: Path) -> None:
    program = install_stand_in(tmp_path / "r", "10.2.0")
    tool = search_st_tool(program).require()
    right = runtime_library(tool, "stm32f4").library
    right.rename(right.with_name("NetworkRuntime1010_CM4_GCC.a"))
    with pytest.raises(ToolMissingError, match="there is NetworkRuntime1010_CM4_GCC"):
        runtime_library(tool, "stm32f4")
    with pytest.raises(ToolMissingError, match="CM33_GCC_PIC"):
        runtime_library(tool, "stm32u5", relocatable=True)
    with pytest.raises(UsageError, match="stm8"):
        runtime_library(tool, "stm8")
    alone = search_st_tool(install_stand_in(tmp_path / "s", "10.2.0", runtime=False)).require()
    with pytest.raises(ToolMissingError, match="headers are missing"):
        runtime_library(alone, "stm32f4")


def test_unknown_engine() -> None:
    with pytest.raises(UsageError, match="unknown engine"):
        find_engine("cloud")
    assert find_engine("builtin").name == "builtin"
    assert sys.executable

"""Discovery, script, judgment, lock and user code, each by itself."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stand_in_cubemx.install import install_cubemx

from cubeai_auto.cubemx.headless import generation_script, judge, search_cubemx
from cubeai_auto.cubemx.headless.display import with_display
from cubeai_auto.cubemx.headless.judge import why_it_hangs
from cubeai_auto.cubemx.headless.lock import exclusive
from cubeai_auto.cubemx.headless.user_code import lost_sections, user_sections
from cubeai_auto.errors import ToolMissingError, ToolTimeoutError, UsageError


def test_a_folder_a_program_and_the_environment_lead_to_it(tmp_path: Path) -> None:
    program = install_cubemx(tmp_path / "Cube MX", version="6.17.0")
    for given_path, environment in (
        (program, {}),
        (program.parent, {}),
        (None, {"STM32CUBEMX_PATH": str(program.parent)}),
    ):
        tool = search_cubemx(given_path, environment=environment, platform="linux").require()
        assert (tool.path, tool.version, tool.needs_display) == (program, "6.17.0", True)
        assert tool.command == (str(program),)


def test_on_windows_the_bundled_java_runs_the_launcher(tmp_path: Path) -> None:
    launcher = tmp_path / "STM32CubeMX.exe"
    launcher.write_bytes(b"MZ")
    java = tmp_path / "jre" / "bin" / "java.exe"
    java.parent.mkdir(parents=True)
    java.write_bytes(b"MZ")
    tool = search_cubemx(tmp_path, environment={}, platform="win32", home=tmp_path).require()
    assert tool.command == (str(java), "-jar", str(launcher))
    assert tool.version == "unknown"


def test_the_version_from_the_updater_settings(tmp_path: Path) -> None:
    program = install_cubemx(tmp_path / "cubemx")
    (program.parent / "db" / "version.xml").unlink()
    settings = tmp_path / ".stm32cubemx" / "plugins" / "updater" / "updater.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text("[Path]\nSoftwarePath=/x\nSoftVersion=MX.6.12.0\n")
    assert search_cubemx(program, environment={}, home=tmp_path).require().version == "6.12.0"


def test_what_was_looked_at_is_told(tmp_path: Path) -> None:
    search = search_cubemx(tmp_path / "absent", environment={})
    assert search.tool is None
    with pytest.raises(ToolMissingError, match="nothing there"):
        search.require()
    empty = search_cubemx(tmp_path, environment={})
    assert "no STM32CubeMX in this folder" in empty.search.candidates[0].reason
    plain = tmp_path / "STM32CubeMX"
    plain.write_text("")
    plain.chmod(0o644)
    assert search_cubemx(plain, environment={}).search.candidates[0].reason == "not executable"


def test_the_script() -> None:
    text = generation_script(PurePosixPath("/a b/p.ioc"), toolchain="MDK-ARM V5")
    assert text.splitlines() == [
        'config load "/a b/p.ioc"',
        'project toolchain "MDK-ARM V5"',
        "project generate",
        'config load "/a b/p.ioc"',
        'project toolchain "MDK-ARM V5"',
        "project generate",
        "exit",
    ]
    windows = generation_script(PureWindowsPath("C:\\p\\p.ioc"), folder=PureWindowsPath("C:\\out"))
    assert 'config load "C:\\p\\p.ioc"' in windows
    assert 'project path "C:\\out"' in windows


@pytest.mark.parametrize("path", ["relative.ioc", '/a"b.ioc', "/a\nexit\n.ioc"])
def test_paths_that_a_script_cannot_hold(path: str) -> None:
    with pytest.raises(UsageError):
        generation_script(PurePosixPath(path))


def test_an_unknown_toolchain() -> None:
    with pytest.raises(UsageError, match="TrueSTUDIO"):
        generation_script(PurePosixPath("/p.ioc"), toolchain="TrueSTUDIO")


@given(st.text(max_size=300))
def test_judging_never_fails_and_never_believes_silence(printed: str) -> None:
    verdict = judge(printed)
    assert verdict.done == (not verdict.problems)
    if "generated" not in printed.lower():
        assert not verdict.done
    assert all(why_it_hangs(printed))


def test_the_command_that_was_refused_is_named() -> None:
    verdict = judge(
        "config load x\nOK\nproject toolchain Foo\nKO\nCode generated successfully\nBye bye\n"
    )
    assert verdict.problems == ("a command was refused (KO): project toolchain Foo",)


def test_a_display_is_only_added_where_it_is_needed(tmp_path: Path) -> None:
    runner = tmp_path / "xvfb-run"
    runner.write_text("")
    runner.chmod(0o755)
    environment = {"PATH": str(tmp_path)}
    assert with_display(("mx",), environment=environment, platform="linux") == (str(runner), "-a", "mx")
    assert with_display(("mx",), environment={"DISPLAY": ":0"}, platform="linux") == ("mx",)
    assert with_display(("mx",), environment=environment, platform="win32") == ("mx",)


def test_the_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        exclusive(path, timeout=1, command="a"),
        pytest.raises(ToolTimeoutError, match="another process"),
        exclusive(path, timeout=0.2, command="b"),
    ):
        pass
    with exclusive(path, timeout=0.2, command="c"):
        pass


def test_user_code_sections() -> None:
    before = (
        b"/* USER CODE BEGIN 1 */\r\n a \r\n/* USER CODE END 1 */\n"
        b"/* USER CODE BEGIN 2 */\n/* USER CODE END 2 */"
    )
    assert [(s.name, s.text) for s in user_sections(before)] == [("1", b"a"), ("2", b"")]
    assert lost_sections(before, before.replace(b"\r\n", b"\n")) == ()
    assert lost_sections(before, b"") == ("1",)
    assert lost_sections(before, before.replace(b" a ", b" b ")) == ("1",)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_sections_of_arbitrary_bytes(before: bytes, after: bytes) -> None:
    assert lost_sections(before, before) == ()
    assert set(lost_sections(before, after)) <= {section.name for section in user_sections(before)}

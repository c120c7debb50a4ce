from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from cubeai_auto import discovery
from cubeai_auto.discovery import Place, Tool, discover, in_path, matches, parse_version
from cubeai_auto.errors import ToolMissingError
from cubeai_auto.firmware import search_arm_gcc, search_host_compiler, search_qemu, toolchain

posix = pytest.mark.skipif(sys.platform == "win32", reason="uses shell scripts as tools")


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("banner", "version"),
    [
        ("arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205", "12.2.1"),
        ("arm-none-eabi-gcc (Arm GNU Toolchain 13.2.rel1 (Build arm-13.7)) 13.2.1 20231009", "13.2.1"),
        ("arm-none-eabi-gcc (GNU Tools for STM32 12.3.rel1.20240612-1315) 12.3.1 20230626", "12.3.1"),
        ("gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright 1.2.3", "12.2.0"),
        ("Apple clang version 15.0.0 (clang-1500.0.40.1)", "15.0.0"),
        ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)", "7.2.22"),
        ("a compiler of tomorrow", "unknown"),
        ("", "unknown"),
    ],
)
def test_versions(banner: str, version: str) -> None:
    assert parse_version(banner) == version


@posix
def test_the_first_that_answers_is_taken_and_every_other_has_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "_VERSION_TIMEOUT", 1.0)
    fails = script(tmp_path / "fails", "echo no licence >&2; exit 3")
    hangs = script(tmp_path / "hangs", "sleep 60")
    text = tmp_path / "text"
    text.write_text("not a program", "utf-8")
    good = script(tmp_path / "good", "printf 'tool 1.2.3 \\377\\n'")
    other = script(tmp_path / "other", "echo tool 9.9")
    link = tmp_path / "link"
    link.symlink_to(good)
    paths = [tmp_path / "nowhere", tmp_path, fails, hangs, text, good, other, link]
    search = discover("tool", [Place(path, "here") for path in paths], ["--version"], parse_version)
    assert search.found is not None
    assert (search.found.path, search.found.version) == (good, "1.2.3")
    assert [candidate.path for candidate in search.candidates] == paths
    reasons = [candidate.reason for candidate in search.candidates]
    assert [reason.partition(" (")[0] for reason in reasons[:2]] == ["nothing there", "nothing there"]
    assert "fails failed" in reasons[2]
    assert "did not finish" in reasons[3]
    assert "cannot start" in reasons[4]
    assert reasons[5:] == [
        "taken (here)",
        "a better candidate was taken (here)",
        "the same program as above",
    ]
    assert search.found.candidates == search.candidates
    entry = json.loads(json.dumps(search.to_json()))
    assert entry["ok"] is True
    assert entry["candidates"][5] == {"path": str(good), "reason": "taken (here)"}


@posix
def test_an_unknown_version_is_accepted_with_its_banner(tmp_path: Path) -> None:
    odd = script(tmp_path / "odd", "echo 'tool of tomorrow'")
    found = discover("tool", [Place(odd, "here")], ["--version"], parse_version).found
    assert found is not None
    assert (found.version, found.banner) == ("unknown", "tool of tomorrow")


def test_nothing_found_lists_where_it_was_looked_for(tmp_path: Path) -> None:
    search = discover("tool", [Place(tmp_path / "a", "here")], ["--version"], parse_version)
    assert search.to_json()["path"] is None
    with pytest.raises(ToolMissingError, match="tool was not found") as caught:
        search.require(hint="install it")
    assert str(tmp_path / "a") in caught.value.message
    assert caught.value.hint == "install it"


@posix
def test_patterns_give_the_highest_version_first(tmp_path: Path) -> None:
    for version in ("9.3", "13.2", "12.2"):
        script(tmp_path / "my tools" / f"gcc-{version}" / "bin" / "gcc", "echo")
    pattern = "${PLACE}/my tools/gcc-*/bin/gcc"
    found = matches(pattern, {"PLACE": str(tmp_path)})
    assert [place.path.parts[-3] for place in found] == ["gcc-13.2", "gcc-12.2", "gcc-9.3"]
    assert matches(pattern, {}) == []
    (none,) = matches(str(tmp_path / "nothing-*" / "gcc"), {})
    assert none.refused == "nothing matches"


@posix
def test_the_cross_compiler_of_an_ide_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = (
        "plugins/com.st.stm32cube.ide.mcu.externaltools.gnu-tools-for-stm32.12.3.rel1.linux64_1.1.0"
    )
    compiler = script(
        tmp_path / "st" / "stm32cubeide_1.16.0" / plugin / "tools" / "bin" / "arm-none-eabi-gcc",
        "echo 'arm-none-eabi-gcc (GNU Tools for STM32 12.3.rel1) 12.3.1 20230626'",
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/bin" if not Path("/bin/arm-none-eabi-gcc").exists() else str(tmp_path))
    monkeypatch.delenv("ARM_NONE_EABI_GCC", raising=False)
    search = search_arm_gcc()
    if search.found is not None and search.found.path != compiler:
        pytest.skip("this machine has a cross compiler in /opt that comes first")
    assert search.found is not None
    assert search.found.version == "12.3.1"
    assert search.candidates[0].reason == "not in PATH"


@posix
def test_a_variable_decides_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = script(tmp_path / "mine" / "qemu-system-arm", "echo QEMU emulator version 9.1.0")
    monkeypatch.setenv("QEMU_SYSTEM_ARM", str(mine.parent))  # the folder is enough
    search = search_qemu()
    assert search.found is not None
    assert (search.found.path, search.found.version) == (mine, "9.1.0")
    monkeypatch.setenv("QEMU_SYSTEM_ARM", str(tmp_path / "nowhere"))
    assert search_qemu().found is None


@posix
def test_cc_comes_first_if_it_is_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = script(tmp_path / "my cc", "echo 'mine 3.2.1'")
    monkeypatch.setenv("CC", str(mine))
    found = search_host_compiler().found
    assert found is not None
    assert found.version == "3.2.1"
    monkeypatch.setenv("CC", "ccache gcc")
    search = search_host_compiler()
    assert search.candidates[0].reason == "CC does not name one program"


@pytest.mark.arm
def test_an_absent_c_library_is_a_missing_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = Path(shutil.which("arm-none-eabi-gcc") or "")
    toolchain.check_newlib(compiler, ("-mcpu=cortex-m4", "-mthumb"))
    with pytest.raises(ToolMissingError, match=r"no usable C library .*\n.*math\.h") as caught:
        toolchain.check_newlib(compiler, ("-mcpu=cortex-m4", "-mthumb", "-nostdinc"))
    assert caught.value.hint == "sudo apt-get install libnewlib-arm-none-eabi"


def test_not_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert in_path("cc").refused == "not in PATH"


def test_tools_are_values() -> None:
    tool = Tool("cc", Path("/bin/cc"), "1.2", "cc 1.2", ())
    with pytest.raises(AttributeError):
        tool.version = "2"  # type: ignore[misc]

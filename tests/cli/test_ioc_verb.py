"""``cubeai-auto ioc show``, ``lint`` and ``diff`` from the outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.ioc_samples import SLOT, ioc_bytes, plain_keys, with_pack

Say = Callable[..., object]
FOLDER = "mein Projekt ü"


@pytest.fixture
def ioc(tmp_path: Path) -> Path:
    """A project with X-CUBE-AI at a path with blanks and letters beyond ASCII."""
    path = tmp_path / FOLDER / "Gerät 工作.ioc"
    path.parent.mkdir()
    path.write_bytes(ioc_bytes(with_pack("10.2.0")))
    return path


def test_show(say: Say, ioc: Path) -> None:
    spoken = say("ioc", "show", ioc)
    assert spoken.code == 0
    for text in ("STM32F446RETx STM32F446RET6", "NUCLEO-F446RE", "180,000,000 Hz", "2,048 B",
                 "X-CUBE-AI 10.2.0: core only", "network: TFLITE models/network.tflite",
                 "1,000 MACC, 2,000 B RAM, 3,000 B flash"):  # fmt: skip
        assert text in spoken.out
    payload = json.loads(say("ioc", "show", ioc, "--json", "-").out)
    assert payload["schema"] == "cubeai-auto/ioc-show/1"
    assert payload["file"] == str(ioc)
    assert {"mcu", "board", "toolchain", "cubemx", "firmware", "memory", "clocks", "contexts"} <= set(
        payload
    )
    assert payload["memory"][0]["heap"] == {
        "value": 2048, "unit": "B", "how": "reported", "source": "ProjectManager.HeapSize of the .ioc",
    }  # fmt: skip
    assert payload["clocks"]["system"]["value"] == 180_000_000
    assert payload["clocks"]["core"]["value"] is None
    assert payload["clocks"]["core"]["reason"]
    (pack,) = payload["cube_ai"]
    assert (pack["pack"], pack["application"], pack["ready"]) == ("10.2.0", None, True)
    (network,) = pack["networks"]
    assert (network["name"], network["slot"], network["macc"]["value"]) == ("network", SLOT, 1000)
    assert network["macc"]["how"] == "reported"


def test_show_of_a_board_file(say: Say, ioc: Path) -> None:
    keys = plain_keys()
    gone = [key for key in keys if key.startswith(("ProjectManager.", "RCC.", "Mcu.CPN", "Mcu.Third"))]
    ioc.write_bytes(ioc_bytes(keys, without=gone))
    payload = json.loads(say("ioc", "show", ioc, "--json", "-").out)
    assert payload["memory"] == []
    assert payload["cube_ai"] == []
    assert payload["clocks"]["system"]["value"] is None


def test_lint_of_a_sound_project(say: Say, ioc: Path) -> None:
    spoken = say("ioc", "lint", ioc)
    assert (spoken.code, spoken.out) == (0, "0 errors, 0 warnings, 0 remarks\n")
    assert say("ioc", "lint", ioc, "--quiet").out == ""


def test_lint_json_and_exit_codes(say: Say, ioc: Path) -> None:
    ioc.write_bytes(ioc_bytes(with_pack("10.2.0", "/abs/network.tflite")))
    spoken = say("ioc", "lint", ioc, "--json", "-")
    assert spoken.code == 0  # warnings only
    payload = json.loads(spoken.out)
    assert payload["schema"] == "cubeai-auto/ioc-lint/1"
    assert payload["file"] == str(ioc)
    (finding,) = payload["findings"]
    assert list(finding) == ["rule", "severity", "key", "line", "message"]
    assert (finding["rule"], finding["severity"]) == ("files.path", "warning")
    assert ioc.read_text().splitlines()[finding["line"] - 1].startswith(finding["key"])
    ioc.write_bytes(ioc_bytes(with_pack("10.2.0") | {"Mcu.PinsNb": "99"}))
    spoken = say("ioc", "lint", ioc)
    assert spoken.code == 1
    assert "error: Mcu.PinsNb: " in spoken.out
    assert "[rows.count]" in spoken.out
    assert say("ioc", "lint", ioc, "--quiet", "--json", ioc.with_name("lint.json")).out == ""
    assert json.loads(ioc.with_name("lint.json").read_text())["findings"]


def test_lint_reports_what_writers_refuse(say: Say, ioc: Path) -> None:
    data = ioc.read_bytes().replace(b"board=", b"<<<<<<< HEAD\nboard=", 1)
    ioc.write_bytes(data)
    spoken = say("ioc", "lint", ioc)
    assert spoken.code == 1
    assert "[files.merge]" in spoken.out
    for verb in ("add-ai --model M --pack 10.2.0", "upgrade-ai --pack 11.0.0", "remove-ai"):
        name, *rest = verb.split()
        model = ioc.with_name("m.tflite")
        model.write_bytes(b"x")
        arguments = [model if word == "M" else word for word in rest]
        spoken = say("ioc", name, ioc, *arguments, "--in-place", "--json", "-")
        assert spoken.code == 5
        assert "merge marker" in json.loads(spoken.out)["error"]["message"]
    assert ioc.read_bytes() == data


def test_lint_looks_beside_the_file_unless_told_not_to(say: Say, ioc: Path) -> None:
    ioc.with_name(".cproject").write_text(":NetworkRuntime810_CM4_GCC.a")
    spoken = say("ioc", "lint", ioc, "--json", "-")
    assert spoken.code == 0
    payload = json.loads(spoken.out)
    assert [finding["rule"] for finding in payload["findings"]] == ["ai.runtime"]
    assert payload["looked_at"] == [".cproject"]
    assert json.loads(say("ioc", "lint", ioc, "--alone", "--json", "-").out)["findings"] == []


def test_diff(say: Say, ioc: Path) -> None:
    other = ioc.with_name("B.ioc")
    other.write_bytes(ioc_bytes(plain_keys() | {"RCC.HCLKFreq_Value": "84000000"}))
    spoken = say("ioc", "diff", other, ioc)
    assert spoken.code == 0
    assert "clocks (1)\n  ~ RCC.HCLKFreq_Value: 84000000 -> 180000000" in spoken.out
    assert "+ X-CUBE-AI = 10.2.0" in spoken.out
    assert SLOT not in spoken.out
    payload = json.loads(say("ioc", "diff", other, ioc, "--json", "-").out)
    assert payload["schema"] == "cubeai-auto/ioc-diff/1"
    assert payload["groups"]["clocks"] == [
        {"key": "RCC.HCLKFreq_Value", "before": "84000000", "after": "180000000"}
    ]
    assert set(payload["groups"]) == {"pins", "clocks", "peripherals", "ai", "project"}
    assert say("ioc", "diff", ioc, ioc).out == "no difference\n"


def test_output_options_stand_anywhere_behind_ioc(say: Say, ioc: Path) -> None:
    for arguments in (
        ("ioc", "--json", "-", "lint", ioc),
        ("ioc", "lint", "--json", "-", ioc),
        ("ioc", "lint", ioc, "--json", "-"),
    ):
        assert json.loads(say(*arguments).out)["schema"] == "cubeai-auto/ioc-lint/1"
    assert say("ioc", "--quiet", "lint", ioc).out == ""


@pytest.mark.parametrize(
    "arguments", [(), ("lint",), ("fix", "x.ioc"), ("diff", "a.ioc"), ("show", "a", "b")]
)
def test_wrong_use(say: Say, arguments: tuple[str, ...]) -> None:
    assert say("ioc", *arguments).code == 2


@pytest.mark.parametrize("verb", ["show", "lint", "diff"])
def test_paths_that_are_not_there(say: Say, ioc: Path, verb: str) -> None:
    for wrong in (ioc.with_name("none.ioc"), ioc.parent):
        arguments = [ioc, wrong] if verb == "diff" else [wrong]
        spoken = say("ioc", verb, *arguments, "--json", "-")
        assert spoken.code == 2
        payload = json.loads(spoken.out)
        assert payload["schema"] == f"cubeai-auto/ioc-{verb}/1"
        assert payload["error"]["type"] == "MissingPathError"


@pytest.mark.parametrize(
    "verb", ["show", "lint", "add-ai", "upgrade-ai", "remove-ai", "diff", "update-ai"]
)
def test_every_verb_has_a_help(say: Say, verb: str) -> None:
    spoken = say("ioc", verb, "--help")
    assert spoken.code == 0
    assert "--json" in spoken.out

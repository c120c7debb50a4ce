"""Banners of every generation, packs, and version ranges."""

from __future__ import annotations

from pathlib import Path

import pytest

from cubeai_auto.engines.stedgeai.connection import Connection
from cubeai_auto.engines.stedgeai.versions import (
    VersionRange,
    find_version,
    known_versions,
    parse_tool_version,
)
from cubeai_auto.errors import UsageError

BANNERS = (
    ("Neural Network Tools for STM32 v1.2.0 (AI tools v5.0.0)", "5.0.0", None, "5.0.0"),
    ("Neural Network Tools for STM32 v1.3.0 (AI tools v5.1.2)", "5.1.2", None, "5.1.2"),
    ("stm32ai - Neural Network Tools for STM32 v1.4.0 (AI tools v5.2.0)", "5.2.0", None, "5.2.0"),
    ("Neural Network Tools for STM32AI v1.4.1 (STM.ai v6.0.0-RC6)", "6.0.0", "RC6", "6.0.0"),
    ("Neural Network Tools for STM32AI v1.6.0 (STM.ai v7.2.0-RC5)", "7.2.0", "RC5", "7.2.0"),
    ("Neural Network Tools for STM32AI v1.7.0 (STM.ai v8.0.0-19389)", "8.0.0", "19389", "8.0.0"),
    ("Neural Network Tools for STM32 family v1.7.0 (stm.ai v8.1.0-19520)", "8.1.0", "19520", "8.1.0"),
    ("STEdgeAI Core v9.0.0-19802", "9.0.0", "19802", "9.0.0"),
    ("ST Edge AI Core v1.0.0-19899", "1.0.0", "19899", "9.1.0"),
    ("ST Edge AI Core v2.0.0-A1", "2.0.0", "A1", "10.0.0"),
    ("ST Edge AI Core v2.0.0-20052\n  ISPU 1.1.0\n  STM32CubeAI 10.0.1\n", "2.0.0", "20052", "10.0.1"),
    ("ST Edge AI Core v2.1.0-20194 329b0e98d", "2.1.0", "20194", "10.1.0"),
    ("\x1b[1mST Edge AI Core v2.2.0-20266 2adc00962\x1b[0m\n   STM32CubeAI 10.2.0-RC1",
     "2.2.0", "20266", "10.2.0"),
    ("ST Edge AI Core v3.0.0-20426 123672867", "3.0.0", "20426", "11.0.0"),
    ("PASS:  1%|\rST Edge AI Core v4.0.1-20581 7ed50de05", "4.0.1", "20581", "12.0.1"),
    ("\ufeff\r\n\r\nST Edge AI Core v4.0.0-20500 359356bb0\r\n", "4.0.0", "20500", "12.0.0"),
    ("ST Edge AI Core v5.3.1-30000 0123456789", "5.3.1", "30000", "13.3.1"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "number", "build", "pack"), BANNERS)
def test_a_banner(text: str, number: str, build: str | None, pack: str) -> None:
    version = parse_tool_version(text)
    assert (version.number, version.build, version.pack) == (number, build, pack)
    assert version.program == ("stm32ai" if "Neural" in text else "stedgeai")
    assert number in str(version)
    assert version.runtime_number == {"10.0.1": "1000"}.get(pack, pack.replace(".", ""))


@pytest.mark.parametrize("text", ["", "\n", "cube 7", "ST Edge AI Core vX", "\x00\xff"])
def test_other_text_is_an_unknown_version(text: str) -> None:
    version = parse_tool_version(text)
    assert not version.known
    assert str(version) == "unknown version"
    assert version.runtime_number == ""
    assert version.grammar == (12, 0, 1)


def test_the_versions_are_in_order() -> None:
    orders = [find_version(known.pack).order for known in known_versions()]
    assert orders == sorted(orders)
    for known in known_versions():
        assert find_version(known.pack).number == known.number
    with pytest.raises(UsageError, match=r"no X-CUBE-AI 3\.0"):
        find_version("3.0.0")


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=10.0,<12", ["10.0.0", "11.0.0"], ["9.1.0", "12.0.0", "12.0.1"]),
        ("2.2", ["10.2.0"], ["10.1.0", "11.0.0"]),
        (">=core 2.0", ["10.0.0", "12.0.1"], ["9.1.0", "8.1.0"]),
        ("pack 9.1", ["9.1.0"], ["9.0.0"]),
        ("1.0", ["9.1.0"], ["10.0.0"]),
        ("<=8.1", ["8.1.0", "5.0.0"], ["9.0.0"]),
        (">8.1, !=10.1", ["9.0.0", "10.2.0"], ["8.1.0", "10.1.0"]),
        ("4", ["12.0.0", "12.0.1"], ["11.0.0"]),
    ],
)
def test_a_range(text: str, inside: list[str], outside: list[str]) -> None:
    asked = VersionRange.parse(text)
    assert all(not asked.refusal(find_version(pack)) for pack in inside)
    assert all(asked.refusal(find_version(pack)) for pack in outside)
    assert "unknown version" in asked.refusal(parse_tool_version("?"))


@pytest.mark.parametrize("text", ["", "newest", ">=", "10..2", ">=10;<12", "core"])
def test_no_range(text: str) -> None:
    with pytest.raises(UsageError, match="not a version range"):
        VersionRange.parse(text)


@pytest.mark.corpus
def test_the_banners_of_the_real_reports(corpus: Path) -> None:
    rows = (corpus / "reports" / "INDEX.csv").read_text("utf-8").splitlines()[1:]
    texts = sorted({row.split(",")[4] for row in rows if row.endswith(",text")})
    assert len(texts) >= 12
    for text in texts:
        assert parse_tool_version(text).known, text


@pytest.mark.parametrize(
    ("text", "expected", "bare"),
    [
        ("serial", Connection(), "serial"),
        ("serial:COM4", Connection(port="COM4"), "COM4"),
        ("serial:921600", Connection(baud=921600), "921600"),
        ("serial:COM4:115200", Connection(port="COM4", baud=115200), "COM4:115200"),
        ("serial:/dev/ttyACM0:115200", Connection(port="/dev/ttyACM0", baud=115200), None),
        ("COM6:115200", Connection(port="COM6", baud=115200), "COM6:115200"),
        (":115200", Connection(baud=115200), "115200"),
        ("/dev/ttyACM0", Connection(port="/dev/ttyACM0"), "/dev/ttyACM0"),
        ("lib:./st_ai_ws", Connection("lib", path="./st_ai_ws"), "lib:./st_ai_ws"),
        ("file:st_ai_ws", Connection("file", path="st_ai_ws"), "file:st_ai_ws"),
        (r"C:\work\ws", Connection("lib", path=r"C:\work\ws"), None),
        ("./st_ai_ws", Connection("lib", path="./st_ai_ws"), None),
        ("fvp", Connection("fvp"), "fvp"),
    ],
)
def test_a_connection(text: str, expected: Connection, bare: str | None) -> None:
    found = Connection.parse(text)
    assert found == expected
    assert Connection.parse(found.text()) == found
    if bare is not None:
        assert found.text(bare=True) == bare


@pytest.mark.parametrize("text", ["serial:COM1:COM2", "serial:1:2:3", "lib", "lib:"])
def test_no_connection(text: str) -> None:
    with pytest.raises(UsageError):
        Connection.parse(text)

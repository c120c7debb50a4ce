# ruff: noqa: E501 - one banner a line
"""Banners of every generation, and the packs behind them."""

from __future__ import annotations

import pytest

from cubeai_auto.reports.reading.parameters import command_of, model_of, option, target_of
from cubeai_auto.reports.reading.versions import releases, tool_from_banner, tool_from_version


@pytest.mark.parametrize(
    ("banner", "name", "version", "build", "pack"),
    [
        ("Neural Network Tools for STM32 v1.2.0 (AI tools v5.0.0)", "stm32ai", "5.0.0", None, "5.0.0"),
        ("stm32ai - Neural Network Tools for STM32 v1.4.0 (AI tools v5.2.0)", "stm32ai", "5.2.0", None, "5.2.0"),
        ("Neural Network Tools for STM32AI v1.4.1 (STM.ai v6.0.0-RC6)", "stm32ai", "6.0.0", "RC6", "6.0.0"),
        ("Neural Network Tools for STM32AI v1.6.0 (STM.ai v7.2.0-RC5)", "stm32ai", "7.2.0", "RC5", "7.2.0"),
        ("Neural Network Tools for STM32 family v1.7.0 (stm.ai v8.1.0-19520)", "stm32ai", "8.1.0", "19520", "8.1.0"),
        ("STEdgeAI Core v9.0.0-19802", "stedgeai", "9.0.0", "19802", "9.0.0"),
        ("ST Edge AI Core v1.0.0-19894", "stedgeai", "1.0.0", "19894", "9.1.0"),
        ("ST Edge AI Core v1.0.0-19899", "stedgeai", "1.0.0", "19899", "9.1.0"),
        ("ST Edge AI Core v2.0.0-20049", "stedgeai", "2.0.0", "20049", "10.0.0"),
        ("ST Edge AI Core v2.0.0-20052", "stedgeai", "2.0.0", "20052", "10.0.1"),
        ("ST Edge AI Core v2.0.0-A1", "stedgeai", "2.0.0", "A1", "10.0.0"),
        ("ST Edge AI Core v2.1.0-20194 329b0e98d", "stedgeai", "2.1.0", "20194", "10.1.0"),
        (" ST Edge AI Core v2.2.0-20266 2adc00962", "stedgeai", "2.2.0", "20266", "10.2.0"),
        ("ST Edge AI Core v3.0.0-20426 123672867", "stedgeai", "3.0.0", "20426", "11.0.0"),
        ("ST Edge AI Core v4.0.1-20581 7ed50de05", "stedgeai", "4.0.1", "20581", "12.0.1"),
        ("ST Edge AI Core v5.0.0-30000 7ed50de05", "stedgeai", "5.0.0", "30000", "5.0.0"),
    ],
)  # fmt: skip
def test_banners(banner: str, name: str, version: str, build: str | None, pack: str) -> None:
    found = tool_from_banner(banner)
    assert found is not None
    tool, note = found
    if version == "5.0.0" and name == "stedgeai":
        # A Core 5 of the future is not the stm32ai 5 of the past.
        assert tool.pack is None
        assert note
        return
    assert (tool.name, tool.version, tool.build, tool.pack) == (name, version, build, pack)
    assert not note


def test_no_banner() -> None:
    assert tool_from_banner("Created date : 2020-01-01") is None
    tool, note = tool_from_version("nightly")
    assert tool.version is None
    assert "nightly" in note


def test_the_table_of_releases_is_sound() -> None:
    keys = [(release.name, release.tool, release.build) for release in releases()]
    assert len(keys) == len(set(keys))
    for release in releases():
        major, minor, _ = release.pack.split(".")
        assert release.runtime.startswith(f"{major}{minor}")
        core, core_minor, _ = release.tool.split(".")
        if int(core) in {2, 3, 4}:
            assert (int(major), minor) == (int(core) + 8, core_minor)


def test_parameters() -> None:
    line = r"generate --name network -m C:\my nets\a-b.tflite --type tflite --compression none -O time"
    assert command_of(line) == "generate"
    assert command_of("analyse -m x") == "analyze"
    assert command_of("-m x.tflite") == "analyze"
    assert command_of("") is None
    assert model_of(line) == r"C:\my nets\a-b.tflite"
    assert option(line, "-c", "--compression") == "none"
    assert option("--c-api=st-ai", "--c-api") == "st-ai"
    assert option(line, "--missing") is None
    assert target_of("generate --target ./pools.json --series stm32h7") == "stm32h7"
    assert target_of("generate --target pools.json") is None
    assert target_of("generate --target STM32N6") == "stm32n6"

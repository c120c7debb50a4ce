"""``boards``, and ``analyze --board``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Say = Callable[..., Any]


def test_the_list(say: Say) -> None:
    spoken = say("boards", "--json", "-")
    assert spoken.code == 0
    value = json.loads(spoken.out)
    assert value["schema"] == "cubeai-auto/boards/1"
    assert len(value["boards"]) >= 30
    assert {"name", "mcu", "core", "fpu", "ram", "vcp", "sources"} <= set(value["boards"][0])
    text = say("boards").out
    for board in value["boards"]:
        assert board["name"] in text


def test_one_board_with_the_source_of_each_field(say: Say) -> None:
    text = say("boards", "stm32f746g-discovery").out
    assert text.startswith("STM32F746G-DISCO\n")
    assert "0x20010000     240 KiB  SRAM1" in text
    assert "USART1, TX PA9, RX PB7" in text
    assert "fpu                    datasheet or user manual, from memory (NOT VERIFIED)" in text
    value = json.loads(say("boards", "NUCLEO-F446RE", "--json", "-").out)
    assert [board["name"] for board in value["boards"]] == ["NUCLEO-F446RE"]


@pytest.mark.parametrize(
    "name", ["P-NUCLEO-WB55", "STM32N6570-DK", "STM32F411E-DISCO", "NUCLEO-G474RE"]
)
def test_what_is_particular_of_a_board_is_said(say: Say, name: str) -> None:
    said = {
        "P-NUCLEO-WB55": "not for a network",
        "STM32N6570-DK": "none inside",
        "STM32F411E-DISCO": "none: the board's ST-LINK/V2 has no virtual COM port",
        "NUCLEO-G474RE": "also at 0x20018000",
    }
    assert said[name] in say("boards", name).out


def test_an_unknown_board(say: Say) -> None:
    spoken = say("boards", "NUCLEO-F446", "--json", "-")
    assert spoken.code == 2
    assert "did you mean NUCLEO-F446RE" in spoken.err
    assert json.loads(spoken.out)["error"]["type"] == "UsageError"


@pytest.mark.arm
def test_analyze_says_whether_the_model_fits(say: Say, model: Path) -> None:
    spoken = say("analyze", model, "--engine", "builtin", "--board", "nucleo-g431rb", "--json", "-")
    assert spoken.code == 0
    value = json.loads(spoken.out)
    assert value["target"] == "stm32g4"
    fits = value["fits"]
    assert (fits["board"], fits["fits"], fits["reasons"]) == ("NUCLEO-G431RB", True, [])
    total = value["footprint"]["flash_total"]["value"]
    assert fits["flash"]["headroom"]["value"] == 128 * 1024 - total
    text = say("analyze", model, "--engine", "builtin", "--board", "NUCLEO-G431RB").out
    assert "on NUCLEO-G431RB: fits" in text


def test_a_model_that_does_not_fit_is_a_result(
    say: Say, model: Path, no_tools: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 0: the analysis is done; the answer stands in the JSON and in the text."""
    from dataclasses import replace

    from cubeai_auto import board as boards

    small = replace(
        boards.find_board("NUCLEO-G431RB"),
        ram=(boards.Region("SRAM1", 0x2000_0000, 8, "sram"),),
    )
    monkeypatch.setattr(boards, "find_board", lambda name: small)
    spoken = say("analyze", model, "--engine", "builtin", "--board", "tiny", "--json", "-")
    assert spoken.code == 0
    fits = json.loads(spoken.out)["fits"]
    assert fits["fits"] is False
    assert fits["flash"]["fits"] is None
    assert any("activations: needs" in reason for reason in fits["reasons"])
    assert "does NOT fit" in say("analyze", model, "--engine", "builtin", "--board", "tiny").out


def test_without_a_compiler_it_is_not_known(say: Say, model: Path, no_tools: None) -> None:
    spoken = say("analyze", model, "--engine", "builtin", "--board", "NUCLEO-F446RE", "--json", "-")
    fits = json.loads(spoken.out)["fits"]
    assert fits["fits"] is None
    assert "not linked" in fits["flash"]["need"]["reason"]
    assert fits["activations"]["fits"] is True
    text = say("analyze", model, "--engine", "builtin", "--board", "NUCLEO-F446RE").out
    assert "not known whether it fits" in text


def test_the_target_stays_where_no_board_is_given(say: Say, model: Path, no_tools: None) -> None:
    value = json.loads(say("analyze", model, "--engine", "builtin", "--json", "-").out)
    assert value["target"] == "stm32f4"
    assert "fits" not in value
    both = say(
        "analyze", model, "--engine", "builtin", "--target", "stm32f7", "--board", "NUCLEO-F446RE",
        "--json", "-",
    )  # fmt: skip
    value = json.loads(both.out)
    assert value["target"] == "stm32f7"
    assert "the figures are for stm32f7, the board is a stm32f4" in value["fits"]["reasons"]
    assert say("analyze", model, "--board", "NUCLEO-X999").code == 2

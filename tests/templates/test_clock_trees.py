"""The clock trees of the templates, recomputed from sources and dividers.

Limits and divider defaults: reference manuals RM0390 (F446), RM0385 (F746), RM0351 (L475), RM0432
(L4R5), RM0433 (H743). A divider that a file does not state has the default of CubeMX.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cubeai_auto.board import find_board
from cubeai_auto.cubemx import IocDocument

MHZ = 1_000_000
Tree = dict[str, float]


@pytest.fixture
def values(template: Path) -> dict[str, str]:
    items = IocDocument.read(template).items()
    return {key.removeprefix("RCC."): value for key, value in items if key.startswith("RCC.")}


def number(values: Mapping[str, str], name: str, default: int) -> int:
    return int(values.get(name, str(default)))


def divider(values: Mapping[str, str], name: str) -> int:
    """``RCC_HCLK_DIV4`` is 4; a divider that is not stated is 1."""
    return int(values.get(name, "X_DIV1").rpartition("_DIV")[2])


def source(values: Mapping[str, str], default: str) -> int:
    assert values["SYSCLKSource"] == "RCC_SYSCLKSOURCE_PLLCLK"
    chosen = values.get("PLLSourceVirtual", default)
    assert chosen == "RCC_PLLSOURCE_HSI"  # no template relies on a crystal
    return number(values, "HSI_VALUE", 64 * MHZ)


def buses(values: Mapping[str, str], core: float) -> Tree:
    """Timers run at twice the clock of a bus that is divided."""
    first, second = (core / divider(values, f"APB{k}CLKDivider") for k in (1, 2))
    names = ("SYSCLKFreq_VALUE", "AHBFreq_Value", "HCLKFreq_Value", "FCLKCortexFreq_Value")
    return {
        **dict.fromkeys(names, core),
        "CortexFreq_Value": core,
        "APB1Freq_Value": first,
        "APB2Freq_Value": second,
        "APB1TimFreq_Value": first if first == core else 2 * first,
        "APB2TimFreq_Value": second if second == core else 2 * second,
    }


def tree_f4(values: Mapping[str, str]) -> Tree:
    into = source(values, "RCC_PLLSOURCE_HSI") / number(values, "PLLM", 16)
    vco = into * number(values, "PLLN", 192)
    core = vco / number(values, "PLLP", 2)
    assert 1 * MHZ <= into <= 2 * MHZ
    assert 100 * MHZ <= vco <= 432 * MHZ
    return buses(values, core) | {
        "VCOInputFreq_Value": into,
        "VCOOutputFreq_Value": vco,
        "PLLCLKFreq_Value": core,
        "PLLQCLKFreq_Value": vco / number(values, "PLLQ", 2),
    }


def tree_f7(values: Mapping[str, str]) -> Tree:
    tree = tree_f4(values)
    return tree | {
        "PLLQoutputFreq_Value": tree["PLLQCLKFreq_Value"],
        "USART1Freq_Value": tree["APB2Freq_Value"],
    }


def tree_l4(values: Mapping[str, str]) -> Tree:
    into = source(values, "RCC_PLLSOURCE_MSI") / number(values, "PLLM1", 1)
    vco = into * number(values, "PLLN", 8)
    core = vco / number(values, "PLLR", 2)
    assert 4 * MHZ <= into <= 16 * MHZ
    assert 64 * MHZ <= vco <= 344 * MHZ
    tree = buses(values, core)
    uarts = {"LPUART1Freq_Value": tree["APB1Freq_Value"], "USART1Freq_Value": tree["APB2Freq_Value"]}
    return tree | {
        "VCOInputFreq_Value": into,
        "VCOOutputFreq_Value": vco,
        "PLLRCLKFreq_Value": core,
        **{name: clock for name, clock in uarts.items() if name in values},
    }


def tree_h7(values: Mapping[str, str]) -> Tree:
    into = source(values, "RCC_PLLSOURCE_HSI") / number(values, "DIVM1", 32)
    vco = into * number(values, "DIVN1", 129)
    core = vco / number(values, "DIVP1", 2)
    assert 8 * MHZ <= into <= 16 * MHZ
    assert 192 * MHZ <= vco <= 960 * MHZ  # 836 before silicon revision V
    bus = core / divider(values, "HPRE")
    domains = {"APB1": "D2PPRE1", "APB2": "D2PPRE2", "APB3": "D1PPRE", "APB4": "D3PPRE"}
    apb = {name: bus / divider(values, prescaler) for name, prescaler in domains.items()}
    same = ("SYSCLKFreq_VALUE", "D1CPREFreq_Value", "CpuClockFreq_Value", "CortexFreq_Value")
    ahb = ("AXIClockFreq_Value", "HCLKFreq_Value", "HCLK3ClockFreq_Value", "AHB12Freq_Value")
    return {
        **dict.fromkeys(same, core),
        **dict.fromkeys((*ahb, "AHB4Freq_Value"), bus),
        **{f"{name}Freq_Value": clock for name, clock in apb.items()},
        "Tim1OutputFreq_Value": 2 * apb["APB1"],
        "Tim2OutputFreq_Value": 2 * apb["APB2"],
        "USART234578Freq_Value": apb["APB1"],
        "VCOInput1Freq_Value": into,
        "VCO1OutputFreq_Value": vco,
        "DIVP1Freq_Value": core,
        "DIVQ1Freq_Value": vco / number(values, "DIVQ1", 2),
    }


TREES = {"stm32f4": tree_f4, "stm32f7": tree_f7, "stm32l4": tree_l4, "stm32h7": tree_h7}
LIMITS = {
    "NUCLEO-F446RE": {"APB1Freq_Value": 45, "APB2Freq_Value": 90, "PLLQCLKFreq_Value": 75},
    "STM32F746G-DISCO": {"APB1Freq_Value": 54, "APB2Freq_Value": 108, "PLLQCLKFreq_Value": 48},
    "B-L475E-IOT01A": {"APB1Freq_Value": 80, "APB2Freq_Value": 80},
    "NUCLEO-L4R5ZI": {"APB1Freq_Value": 120, "APB2Freq_Value": 120},
    "NUCLEO-H743ZI2": {
        "HCLKFreq_Value": 240, "APB1Freq_Value": 120, "APB2Freq_Value": 120, "APB3Freq_Value": 120,
        "APB4Freq_Value": 120, "DIVQ1Freq_Value": 200,
    },
}  # fmt: skip
OSCILLATORS = {"HSI_VALUE", "LSI_VALUE"}


def test_every_frequency_follows_from_the_dividers(template: Path, values: dict[str, str]) -> None:
    tree = TREES[find_board(template.parent.name).target](values)
    stated = {
        name: float(value)
        for name, value in values.items()
        if name.upper().endswith("FREQ_VALUE") and name not in OSCILLATORS
    }
    assert stated == tree


def test_the_core_runs_at_the_boards_largest_clock(template: Path, values: dict[str, str]) -> None:
    board = find_board(template.parent.name)
    assert int(values["CortexFreq_Value"]) == board.clock_hz


def test_no_bus_is_too_fast(template: Path, values: dict[str, str]) -> None:
    for name, limit in LIMITS[template.parent.name].items():
        assert int(values[name]) <= limit * MHZ, name


def test_the_uart_meets_its_rate(template: Path, values: dict[str, str]) -> None:
    """Half a percent from the divider leaves the rest of the tolerance to the oscillator."""
    vcp = find_board(template.parent.name).vcp
    assert vcp is not None
    own = [f"{vcp.name}Freq_Value", "USART234578Freq_Value", "APB1Freq_Value"]
    clock = next(int(values[name]) for name in own if name in values)
    steps = 256 * clock if vcp.name.startswith("LPUART") else clock
    rate = steps / round(steps / 115_200)
    assert abs(rate / 115_200 - 1) < 0.005


def test_all_parameters_are_listed(values: dict[str, str]) -> None:
    listed = values["IPParameters"].split(",")
    assert sorted(listed) == listed
    assert set(listed) == values.keys() - {"IPParameters"}

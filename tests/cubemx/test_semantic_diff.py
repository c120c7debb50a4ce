"""Differences by what they are about; renumbering and reordering are none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from support.ioc_samples import SLOT, corpus_files, ioc_bytes, plain_keys, with_pack

from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.groups import Group, Grouping, group_of
from cubeai_auto.cubemx.rows import IPS, PINS, read_rows, write_rows
from cubeai_auto.cubemx.semantic_diff import SemanticDiff, semantic_diff


def document(keys: dict[str, str]) -> IocDocument:
    return IocDocument.parse(ioc_bytes(keys))


def changed(**more: str) -> SemanticDiff:
    return semantic_diff(document(plain_keys()), document(plain_keys(**more)))


def shown(diff: SemanticDiff) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.group.value, one.key, one.before, one.after) for one in diff.differences]


@pytest.mark.parametrize(
    ("key", "group"),
    [
        ("Mcu.Pin0", Group.PINS),
        ("Mcu.PinsNb", Group.PINS),
        ("PA2.GPIO_Label", Group.PINS),
        ("PC15-OSC32_OUT\\ (PC15).Mode", Group.PINS),
        ("PH0-OSC_IN.Signal", Group.PINS),
        ("VP_SYS_VS_Systick.Mode", Group.PINS),
        ("SH.ADCx_IN1.0", Group.PINS),
        ("RCC.SYSCLKFreq_VALUE", Group.CLOCKS),
        ("Mcu.IP0", Group.PERIPHERALS),
        ("USART2.BaudRate", Group.PERIPHERALS),
        ("PDM2PCM.IPParameters", Group.PERIPHERALS),
        ("NVIC.HardFault_IRQn", Group.PERIPHERALS),
        ("Appli.IPs", Group.PERIPHERALS),
        ("STMicroelectronics.X-CUBE-MEMS1.9.6.0.x", Group.PERIPHERALS),
        ("Mcu.Pin5", Group.AI),
        ("Mcu.ThirdParty0", Group.AI),
        ("Mcu.ThirdParty0_Instance", Group.AI),
        ("STMicroelectronics.X-CUBE-AI.8.1.0.HeapSize", Group.AI),
        ("STMicroelectronics.X-CUBE-AI.8.1.00.BSP.name", Group.AI),
        ("ProjectManager.HeapSize", Group.PROJECT),
        ("MxCube.Version", Group.PROJECT),
        ("Mcu.Package", Group.PROJECT),
        ("GPIO.groupedBy", Group.PROJECT),
        ("board", Group.PROJECT),
        ("MMTAppReg1.MEMORYMAP.Size", Group.PROJECT),
    ],
)
def test_groups(key: str, group: Group) -> None:
    assert group_of(document(with_pack("8.1.0")), key) is group


@pytest.mark.corpus
def test_every_key_of_real_files_has_a_plausible_group(corpus: Path) -> None:
    for path in corpus_files(corpus):
        real = IocDocument.read(path)
        pins, grouping = set(read_rows(real, PINS)), Grouping.of(real)
        for key in real.keys:
            group = grouping.group(key)
            owner = key.rpartition(".")[0]
            if owner in pins:
                assert group is (Group.AI if "X-CUBE-AI" in owner else Group.PINS), (path.name, key)
            if key.startswith("RCC."):
                assert group is Group.CLOCKS


def test_a_file_does_not_differ_from_itself() -> None:
    assert not changed().differences
    assert not changed().lines()
    assert changed().to_json() == {group.value: [] for group in Group}


def test_renumbered_rows_do_not_differ() -> None:
    before = document(with_pack("8.1.0"))
    after = before.copy()
    pins, ips = list(read_rows(after, PINS)), list(read_rows(after, IPS))
    random.Random(1).shuffle(pins)
    random.Random(2).shuffle(ips)
    write_rows(after, PINS, tuple(pins))
    write_rows(after, IPS, tuple(ips))
    assert before.to_bytes() != after.to_bytes()
    assert not semantic_diff(before, after).differences


def test_a_pin_more_is_one_row() -> None:
    more = {"Mcu__Pin0": "PA1", "Mcu__Pin1": "PH0-OSC_IN", "Mcu__Pin2": "PA2", "Mcu__Pin3": "PA3",
            "Mcu__Pin4": "VP_CRC_VS_CRC", "Mcu__Pin5": "VP_SYS_VS_Systick", "Mcu__PinsNb": "6",
            "PA1__Mode": "IN1"}  # fmt: skip
    assert shown(changed(**more)) == [
        ("pins", "Mcu.Pin", None, "PA1"),
        ("pins", "PA1.Mode", None, "IN1"),
    ]


def test_counters_differ_by_their_distance_from_the_rows() -> None:
    assert shown(changed(Mcu__IPNb="6")) == [
        ("peripherals", "Mcu.IPNb", None, "number of rows +1"),
    ]
    assert shown(changed(Mcu__PinsNb="x")) == [("pins", "Mcu.PinsNb", None, "x")]


def test_parameter_lists_are_sets() -> None:
    assert not changed(USART2__IPParameters="BaudRate,VirtualMode").differences
    assert shown(changed(USART2__IPParameters="BaudRate,Mode2")) == [
        ("peripherals", "USART2.IPParameters", "VirtualMode", "Mode2"),
    ]
    assert shown(changed(PA2__GPIOParameters="GPIO_Label,GPIO_Speed")) == [
        ("pins", "PA2.GPIOParameters", "", "GPIO_Speed"),
    ]


def test_functions_are_compared_by_name() -> None:
    key = "ProjectManager.functionlistsort"
    text = plain_keys()[key]
    ranks = text.replace("4-MX_CRC", "9-MX_CRC")
    assert not changed(ProjectManager__functionlistsort=ranks).differences
    flags = text.replace("USART2-false-HAL-true", "USART2-true-HAL-false")
    assert shown(changed(ProjectManager__functionlistsort=flags)) == [
        ("peripherals", f"{key}[MX_USART2_UART_Init USART2]", "called, HAL, static",
         "not called, HAL, not static"),
    ]  # fmt: skip
    parts = text.split(",")
    order = ",".join([parts[0], parts[2], parts[1], parts[3]])
    ((group, name, before, after),) = shown(changed(ProjectManager__functionlistsort=order))
    assert (group, name) == ("project", f"{key} (order)")
    assert before != after
    odd = changed(ProjectManager__functionlistsort=text + ",what is this")
    assert [one.after for one in odd.differences] == [""]
    assert "what is this" in odd.differences[0].key


def test_a_pack_upgrade_is_one_difference_beside_what_it_changes() -> None:
    new = with_pack("10.2.0")
    new[f"STMicroelectronics.X-CUBE-AI.10.2.0.ModelMacc-{SLOT}"] = "1001"
    diff = semantic_diff(document(with_pack("8.1.0")), document(new))
    assert shown(diff) == [
        ("ai", "X-CUBE-AI", "8.1.0", "10.2.0"),
        ("ai", f"X-CUBE-AI.ModelMacc-{SLOT}", "1000", "1001"),
    ]
    lines = diff.lines()
    assert lines[0] == "X-CUBE-AI (2)"
    assert lines[2] == "  ~ X-CUBE-AI.ModelMacc-01234567: 1000 -> 1001"


def test_the_index_of_the_uart_does_not_hide_an_upgrade() -> None:
    def keys(version: str) -> dict[str, str]:
        index = f"STMicroelectronics.X-CUBE-AI.{version}0.BSP."
        return {**with_pack(version), f"{index}instance": "USART2", f"{index}name": "COM Port"}

    diff = semantic_diff(document(keys("8.0.0")), document(keys("9.1.0")))
    assert shown(diff) == [("ai", "X-CUBE-AI", "8.0.0", "9.1.0")]


def test_long_values_are_cut_for_readers_only() -> None:
    diff = changed(Mcu__UserConstants="A,1;" * 200)
    assert len(diff.lines()[1]) < 250
    assert diff.differences[0].after == "A,1;" * 200


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("before", "after", "groups"),
    [
        # The pack's 39 facts, and the data cache.
        ("*pairE-without*", "*pairE-with-*", {"ai": 39, "peripherals": 1}),
        # Also: one pin setting that came with CubeMX or the user, both caches, heap and stack.
        ("*pairF-without*", "*pairF-with-*", {"pins": 1, "peripherals": 2, "ai": 46, "project": 2}),
        # 5.2 to 8.1, with CubeMX's own migration of NVIC tuples and project keys.
        ("*pairA-before*", "*pairA-after*", {"peripherals": 10, "ai": 37, "project": 11}),
    ],
)
def test_real_pairs(corpus: Path, before: str, after: str, groups: dict[str, int]) -> None:
    (old,), (new,) = (list((corpus / "ioc").glob(name)) for name in (before, after))
    diff = semantic_diff(IocDocument.read(old), IocDocument.read(new))
    assert {g.value: len(diff.of(g)) for g in Group if diff.of(g)} == groups
    back = semantic_diff(IocDocument.read(new), IocDocument.read(old))
    assert len(back.differences) == len(diff.differences)
    assert "\n".join(diff.lines()).count("STMicroelectronics.X-CUBE-AI.") == 0


@pytest.mark.corpus
def test_real_files_do_not_differ_from_themselves(corpus: Path) -> None:
    for path in corpus_files(corpus):
        real = IocDocument.read(path)
        assert not semantic_diff(real, real.copy()).differences

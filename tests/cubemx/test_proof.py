"""The proof of an edit: it sees every change that is none of X-CUBE-AI's business."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.ioc_samples import corpus_files, ioc_bytes, plain_keys, with_pack

from cubeai_auto.cubemx import (
    AddRequest,
    Journal,
    NetworkRequest,
    add_cube_ai,
    installed_cube_ai,
    remove_cube_ai,
    upgrade_cube_ai,
)
from cubeai_auto.cubemx.document import IocDocument, IocEditError
from cubeai_auto.cubemx.edit import Edit
from cubeai_auto.cubemx.proof import Untouched, prove
from cubeai_auto.cubemx.rows import IPS, PINS, read_rows, write_rows
from cubeai_auto.cubemx.verify import verify_edit

MORE = {"CORTEX_M7.CPU_DCache": "Disabled", "CORTEX_M7.IPParameters": "CPU_DCache"}


def document(keys: dict[str, str]) -> IocDocument:
    return IocDocument.parse(ioc_bytes(keys))


def proof(before: dict[str, str], after: dict[str, str]) -> Untouched:
    return prove(Edit(document(before), document(after)))


def test_adding_the_pack_touches_nothing_else() -> None:
    found = proof(plain_keys(), with_pack("10.2.0"))
    assert found == Untouched(pins=True, clocks=True, peripherals=True)
    assert found.all
    assert found.to_json() == {"pins": True, "clocks": True, "peripherals": True}
    assert proof(with_pack("8.1.0"), with_pack("10.2.0")).all
    assert proof(with_pack("8.1.0"), plain_keys()).all


@pytest.mark.parametrize(
    ("key", "value", "which"),
    [
        ("PA2.Signal", "USART1_TX", "pins"),
        ("PA2.GPIO_Label", "USART_TX [a # b]", "pins"),
        ("PA9.Locked", "true", "pins"),
        ("Mcu.Pin1", "PA5", "pins"),
        ("Mcu.PinsNb", "7", "pins"),
        ("RCC.SYSCLKFreq_VALUE", "1", "clocks"),
        ("RCC.PLLN", "1", "clocks"),
        ("USART2.BaudRate", "115200", "peripherals"),
        ("USART2.IPParameters", "BaudRate", "peripherals"),
        ("NVIC.HardFault_IRQn", "x", "peripherals"),
        ("Mcu.IP0", "CRX", "peripherals"),
        ("Mcu.IPNb", "6", "peripherals"),
        ("ProjectManager.functionlistsort", "1-SystemClock_Config-RCC-false-HAL-false", "peripherals"),
        ("STMicroelectronics.X-CUBE-MEMS1.9.6.0.x", "1", "peripherals"),
        ("CORTEX_M7.CPU_DCache", "Sometimes", "peripherals"),
        ("CORTEX_M7.MPU", "1", "peripherals"),
        ("ProjectManager.ProjectName", "other", None),
    ],
)  # fmt: skip
def test_a_stray_change_is_seen(key: str, value: str, which: str | None) -> None:
    before = plain_keys() | MORE
    after = with_pack("10.2.0") | MORE | {key: value}
    found = proof(before, after)
    assert not found.all
    assert {name for name, kept in found.to_json().items() if not kept} == ({which} if which else set())
    with pytest.raises(IocEditError, match="does not belong to X-CUBE-AI"):
        verify_edit(Edit(document(before), document(after)))


def test_reordered_rows_are_seen() -> None:
    before = document(plain_keys())
    for rows, which in ((PINS, "pins"), (IPS, "peripherals")):
        after = before.copy()
        values = read_rows(after, rows)
        write_rows(after, rows, (values[1], values[0], *values[2:]))
        found = prove(Edit(before, after))
        assert [name for name, kept in found.to_json().items() if not kept] == [which]


@pytest.mark.parametrize(("version", "declared"), [("8.1.0", True), ("9.0.0", False)])
def test_the_crc_unit_is_declared_for_old_packs_only(version: str, declared: bool) -> None:
    after = document(with_pack(version))
    before = document(plain_keys())
    write_rows(before, PINS, tuple(pin for pin in read_rows(before, PINS) if "CRC" not in pin))
    write_rows(before, IPS, tuple(ip for ip in read_rows(before, IPS) if ip != "CRC"))
    for key in ("VP_CRC_VS_CRC.Mode", "VP_CRC_VS_CRC.Signal"):
        before.delete(key)
    functions = "ProjectManager.functionlistsort"
    before.set(
        functions, (before.get(functions) or "").removesuffix(",4-MX_CRC_Init-CRC-false-HAL-true")
    )
    assert prove(Edit(before, after)).all is declared


def test_caches_and_the_uart_of_the_pack_are_declared() -> None:
    before = plain_keys() | MORE
    caches = {"CORTEX_M7.CPU_DCache": "Enabled", "CORTEX_M7.CPU_ICache": "Enabled",
              "CORTEX_M7.IPParameters": "CPU_DCache,CPU_ICache"}  # fmt: skip
    functions = before["ProjectManager.functionlistsort"]
    flags = functions.replace("USART2-false-HAL-true", "USART2-true-HAL-false")
    after = with_pack("10.2.0") | caches | {"ProjectManager.functionlistsort": flags}
    assert not proof(before, after).all
    uart = {"STMicroelectronics.X-CUBE-AI.10.2.00.BSP.instance": "USART2"}
    assert proof(before, after | uart).all


def test_an_edit_that_breaks_a_rule_is_refused() -> None:
    after = with_pack("10.2.0")
    for key in [key for key in after if key.startswith("VP_ST")]:
        del after[key]
    with pytest.raises(IocEditError, match=r"pins\.mode"):
        verify_edit(Edit(document(plain_keys()), document(after)))
    assert verify_edit(Edit(document(plain_keys()), document(with_pack("10.2.0")))).all


@pytest.mark.corpus
def test_real_pairs(corpus: Path) -> None:
    def pair(before: str, after: str) -> Untouched:
        paths = [next((corpus / "ioc").glob(name)) for name in (before, after)]
        return prove(Edit(*(IocDocument.read(path) for path in paths)))

    assert pair("*pairE-without*", "*pairE-with-*").all
    found = pair("*pairF-without*", "*pairF-with-*")  # not X-CUBE-AI: CubeMX or the user
    assert [change.key for change in found.moved] == ["PH0-OSC_IN (PH0).Mode"]
    for letter in "BCD":  # the user changed pins, clocks and peripherals in the same commit
        found = pair(f"*pair{letter}-without*", f"*pair{letter}-with-*")
        assert found.to_json() == {"pins": False, "clocks": False, "peripherals": False}, letter


@pytest.mark.corpus
def test_every_edit_of_real_files_is_proven(corpus: Path) -> None:
    """Adding, upgrading and removing on the real files: nothing else moves, no rule breaks."""
    done = {"add": 0, "upgrade": 0, "remove": 0}
    for path in corpus_files(corpus):
        real = IocDocument.read(path)
        if installed_cube_ai(real) is None:
            if "Mcu.ContextNb" in real:
                continue
            for pack in ("8.1.0", "10.2.0"):
                network = NetworkRequest("network", "m.tflite", "TFLITE")
                request = AddRequest(pack, (network,), application="ApplicationTemplate")
                edit = add_cube_ai(real, request)
                assert verify_edit(edit).all
                assert verify_edit(remove_cube_ai(edit.after, Journal.of(edit, pack))).all
                done["add"] += 1
            continue
        assert verify_edit(upgrade_cube_ai(real, "10.2.0")).all
        done["upgrade"] += 1
        assert verify_edit(remove_cube_ai(real, drop_crc=True)).all
        done["remove"] += 1
    assert done == {"add": 34, "upgrade": 37, "remove": 37}


@pytest.mark.corpus
def test_the_cache_of_the_npu_is_declared_on_an_stm32n6(corpus: Path) -> None:
    real = IocDocument.read(next((corpus / "ioc").glob("*pairD-without*")))
    network = NetworkRequest("network", "m.tflite", "TFLITE")
    edit = add_cube_ai(real, AddRequest("10.1.0", (network,), application="ApplicationTemplate"))
    changed = {change.after for change in edit.changes}
    assert "CACHEAXI_Activate" in changed
    assert verify_edit(edit).all

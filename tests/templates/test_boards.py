"""The CubeMX projects of the boards: canonical, clean, and what the catalogue says of the board."""

from __future__ import annotations

from pathlib import Path

import pytest

from cubeai_auto.board import find_board
from cubeai_auto.cubemx import (
    AddRequest,
    IocDocument,
    Journal,
    NetworkRequest,
    add_cube_ai,
    lint,
    overview,
    prove,
    remove_cube_ai,
)
from cubeai_auto.cubemx.functions import parse_functions
from cubeai_auto.cubemx.mcu import find_part, read_mcu
from cubeai_auto.cubemx.rows import IPS, PINS, read_rows

NETWORK = NetworkRequest("network", "Models/network.tflite", "TFLITE")
PACKS = ("5.1.2", "6.0.0", "7.3.0", "8.1.0", "9.0.0", "9.1.0", "10.2.0")


@pytest.fixture
def document(template: Path) -> IocDocument:
    return IocDocument.read(template)


def test_five_boards_have_one(repository: Path) -> None:
    folders = {path.name for path in (repository / "cube_templates" / "boards").iterdir()}
    assert folders >= {
        "NUCLEO-F446RE", "NUCLEO-L4R5ZI", "B-L475E-IOT01A", "STM32F746G-DISCO", "NUCLEO-H743ZI2",
    }  # fmt: skip


def test_bytes_stay_and_lint_finds_nothing(template: Path, document: IocDocument) -> None:
    data = template.read_bytes()
    assert document.to_bytes() == data
    assert IocDocument.parse(data).to_bytes() == data
    assert document.canonical
    assert data.startswith(b"#MicroXplorer Configuration settings - do not modify\n")
    assert data.endswith(b"\n")
    assert b"\r" not in data
    assert lint(document) == ()


def test_it_is_the_catalogues_board(template: Path, document: IocDocument) -> None:
    board = find_board(template.parent.name)
    assert board.name == template.parent.name
    assert find_board(document.get("board") or "") is board
    assert document.get("Mcu.UserName") == document.get("ProjectManager.DeviceId") == board.mcu
    assert document.get("Mcu.CPN") == board.cpn
    assert (document.get("Mcu.Family") or "").lower() == board.target
    seen = overview(document)
    assert seen.clocks["core"].value == board.clock_hz
    assert ("CORTEX_M7" in seen.peripherals) == (board.core == "cortex-m7")
    assert seen.cube_ai == ()


def test_the_part_number_resolves(document: IocDocument) -> None:
    part = find_part(document.get("Mcu.CPN") or "")
    assert part.ref_name == document.get("Mcu.Name")
    assert part.name == document.get("Mcu.UserName")
    assert part.package == document.get("Mcu.Package")
    assert part.family.rstrip("+") == document.get("Mcu.Family")
    assert part.frequency.value == overview(document).clocks["core"].value


def test_the_uart_is_the_virtual_com_port(template: Path, document: IocDocument) -> None:
    vcp = find_board(template.parent.name).vcp
    assert vcp is not None
    signals = {f"{vcp.name}_TX": vcp.tx, f"{vcp.name}_RX": vcp.rx}
    for pin in read_rows(document, PINS):
        signal = document.get(f"{pin}.Signal")
        if signal in signals:
            assert pin == signals.pop(signal)
            assert document.get(f"{pin}.Mode") == "Asynchronous"
            assert document.get(f"{pin}.GPIO_Label") == f"VCP_{signal[-2:]}"
    assert not signals
    assert vcp.name in read_rows(document, IPS)
    assert document.get(f"{vcp.name}.BaudRate") == "115200"
    if vcp.name.startswith("LPUART"):  # CubeMX' default there are 7 bits
        assert document.get(f"{vcp.name}.WordLength") == "UART_WORDLENGTH_8B"
    else:
        assert "VM_ASYNC" in {value for key, value in document.items() if key.startswith(vcp.name)}


def test_debugger_time_base_and_interrupts(document: IocDocument) -> None:
    values = dict(document.items())
    pins = read_rows(document, PINS)
    for start, function in (("PA13", "JTMS-SWDIO"), ("PA14", "JTCK-SWCLK")):
        (pin,) = [one for one in pins if one.split(" ")[0] == start]
        assert values[f"{pin}.Mode"] == "Serial_Wire"
        assert values[f"{pin}.Signal"].endswith(f"_{function}")
        assert values[f"{pin}.Signal"].split("_")[0] in read_rows(document, IPS)
    assert values["VP_SYS_VS_Systick.Signal"] == "SYS_VS_Systick"
    tuples = {key: value.split(":") for key, value in values.items() if key.endswith("_IRQn")}
    assert len(tuples) == 9
    assert {len(value) for value in tuples.values()} == {9}
    assert tuples["NVIC.SysTick_IRQn"][:3] == ["true", "15", "0"]


def test_the_project_is_for_cubeide(template: Path, document: IocDocument) -> None:
    values = dict(document.items())
    assert values["ProjectManager.TargetToolchain"] == "STM32CubeIDE"
    assert values["ProjectManager.ProjectFileName"] == template.name
    assert values["ProjectManager.ProjectName"] == template.stem
    functions = parse_functions(values["ProjectManager.functionlistsort"])
    assert all(entry.text is None for entry in functions)
    ranked = [entry for entry in functions if entry.rank]
    assert [entry.rank for entry in ranked] == [1, 2, 3]
    peripherals = read_rows(document, IPS)
    called = [entry.instance for entry in functions]
    assert called[:2] == ["RCC", "GPIO"]
    assert set(called) - {"GPIO"} <= set(peripherals)
    assert list(peripherals) == sorted(peripherals)


def test_caches_are_left_to_the_pack(template: Path, document: IocDocument) -> None:
    keys = ("CORTEX_M7.CPU_ICache", "CORTEX_M7.CPU_DCache")
    assert all(key not in document for key in keys)
    after = add_cube_ai(document, AddRequest("10.2.0", (NETWORK,))).after
    enabled = find_board(template.parent.name).core == "cortex-m7"
    assert [after.get(key) for key in keys] == (["Enabled"] * 2 if enabled else [None] * 2)


@pytest.mark.parametrize(
    "application", [None, "ApplicationTemplate", "SystemPerformance", "Validation"]
)
@pytest.mark.parametrize("pack", PACKS)
def test_every_pack_and_application_goes_in_and_out(
    template: Path, document: IocDocument, pack: str, application: str | None
) -> None:
    vcp = find_board(template.parent.name).vcp
    assert vcp is not None
    talks = application in {"SystemPerformance", "Validation"}
    uart = vcp.name if talks else None
    edit = add_cube_ai(document, AddRequest(pack, (NETWORK,), application=application, uart=uart))
    assert prove(edit).all
    assert [finding for finding in lint(edit.after) if finding.severity != "info"] == []
    assert (
        add_cube_ai(
            edit.after, AddRequest(pack, (NETWORK,), application=application, uart=uart)
        ).changes
        == ()
    )
    back = remove_cube_ai(edit.after, Journal.of(edit, pack)).after
    assert back.to_bytes() == template.read_bytes()


@pytest.mark.corpus
def test_pins_are_the_chips_in_package_order(document: IocDocument, corpus: Path) -> None:
    """CubeMX drops a row whose pin the chip does not have."""
    physical = [pin for pin in read_rows(document, PINS) if not pin.startswith("VP_")]
    description = corpus / "mcu" / f"{document.get('Mcu.Name')}.xml"
    if description.is_file():
        mcu = read_mcu(description)
        names = [pin.name for pin in mcu.pins]
        for pin in mcu.pins:
            assert pin.name not in physical or document.get(f"{pin.name}.Signal") in pin.signals
        assert set(read_rows(document, IPS)) <= {one.instance for one in mcu.peripherals}
    else:  # then a real project of the same chip, whose pins are all in use
        names = max(map(pins_of, same_chip(corpus, document)), key=len)
    assert [pin for pin in names if pin in physical] == physical


def pins_of(project: IocDocument) -> list[str]:
    return [pin for pin in read_rows(project, PINS) if not pin.startswith("VP_")]


def same_chip(corpus: Path, document: IocDocument) -> list[IocDocument]:
    projects = [IocDocument.read(path) for path in sorted((corpus / "ioc").glob("*.ioc"))]
    return [one for one in projects if one.get("Mcu.Name") == document.get("Mcu.Name")]

"""Peripherals that X-CUBE-AI switches on or uses: CRC, caches, a UART; and the virtual pins."""

from __future__ import annotations

from cubeai_auto.cubemx.cube_ai.calls import call_peripheral, hand_over_uart
from cubeai_auto.cubemx.cube_ai.contexts import add_to_context
from cubeai_auto.cubemx.cube_ai.names import PackVersion, UnsupportedProjectError
from cubeai_auto.cubemx.cube_ai.parameters import Value
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.rows import IPS, PINS, read_rows, write_rows

__all__ = [
    "M7",
    "add_component_pin",
    "enable_axi_cache",
    "enable_crc",
    "enable_m7_caches",
    "take_uart",
]

M7 = "CORTEX_M7"
_CACHES = ("CPU_ICache", "CPU_DCache")
_BSP = "_VS_BSP_COMMON"


def enable_crc(document: IocDocument) -> None:
    """Enable the CRC unit, which the runtimes up to pack 8.1 need."""
    if "CRC" not in read_rows(document, IPS):
        _add_peripheral(document, "CRC", "VP_CRC_VS_CRC", Value("CRC_Activate", "CRC_VS_CRC"))
        call_peripheral(document, "CRC")


def enable_axi_cache(document: IocDocument, context: str) -> None:
    """Enable the cache between the NPU of an STM32N6 and its memories."""
    if "CACHEAXI" not in read_rows(document, IPS):
        mode = Value("CACHEAXI_Activate", "CACHEAXI_VS_CACHEAXI")
        _add_peripheral(document, "CACHEAXI", "VP_CACHEAXI_VS_CACHEAXI", mode)
        call_peripheral(document, "CACHEAXI", context)
    add_to_context(document, context, "CACHEAXI")


def enable_m7_caches(document: IocDocument) -> bool:
    """Enable both caches of a Cortex-M7; whether that changed anything."""
    if M7 not in read_rows(document, IPS):
        return False
    key = f"{M7}.IPParameters"
    listed = [name for name in (document.get(key) or "").split(",") if name]
    missing = [name for name in _CACHES if name not in listed]
    if missing:
        document.set(key, ",".join([*listed, *missing]))
    off = [name for name in _CACHES if document.get(f"{M7}.{name}") != "Enabled"]
    for name in off:
        document.set(f"{M7}.{name}", "Enabled")
    return bool(off)


def add_component_pin(document: IocDocument, pin: str, component: str) -> None:
    """Add the virtual pin of a pack's component: last, but before the pins of a board."""
    rows = read_rows(document, PINS)
    place = len(rows)
    while place and rows[place - 1].startswith("VP_") and rows[place - 1].endswith(_BSP):
        place -= 1
    if pin not in rows:
        write_rows(document, PINS, (*rows[:place], pin, *rows[place:]))
    document.set(f"{pin}.Mode", component)
    document.set(f"{pin}.Signal", pin.removeprefix("VP_"))


def take_uart(
    document: IocDocument, instance: str, version: PackVersion, uart: str
) -> tuple[Value, ...]:
    """Reserve a UART for SystemPerformance or Validation.

    Args:
        document: the project, changed in place: the application initializes the UART.
        instance: the prefix of the pack's parameters.
        version: the pack.
        uart: the peripheral.

    Returns:
        The whole keys of the platform setting, with their values.

    Raises:
        UnsupportedProjectError: the project does not use the UART, with both its pins.
    """
    pins = set(read_rows(document, PINS))
    signals = {
        document.get(key)
        for key in document.keys
        if key.endswith(".Signal") and key.removesuffix(".Signal") in pins
    }
    missing = [name for name in ("TX", "RX") if f"{uart}_{name}" not in signals]
    if uart not in read_rows(document, IPS) or missing:
        what = f"has no pin for {' and '.join(missing)}" if missing else "is not switched on"
        msg = f"{uart} cannot be used: it {what} in this project"
        raise UnsupportedProjectError(msg, hint=f"configure {uart} as asynchronous in CubeMX first")
    hand_over_uart(document, uart)
    bus = {"i2caddr": "0" if version < PackVersion(5, 2) else "-1", "i2creg": ""}
    setting = {
        "STBoard": "false",
        "api": "Unknown",
        "component": "",
        "condition": f"!SEM{version.application}JjApplicationTemplate",
        **(bus if version < PackVersion(8, 0) else {}),
        "instance": uart,
        "ip": uart.rstrip("0123456789"),
        "mode": "Asynchronous",
        "name": "COM Port",
        "semaphore": "",
        "solution": uart,
    }
    values = [Value(f"{instance}0.BSP.{name}", text) for name, text in setting.items()]
    return (Value(f"{instance}.BSP.number", "1"), *values)


def _add_peripheral(document: IocDocument, name: str, pin: str, mode: Value) -> None:
    rows = read_rows(document, IPS)
    place = next((k for k, row in enumerate(rows) if row > name), len(rows))
    write_rows(document, IPS, (*rows[:place], name, *rows[place:]))
    pins = read_rows(document, PINS)
    if pin not in pins:
        place = next((k for k, row in enumerate(pins) if _follows(row, pin)), len(pins))
        write_rows(document, PINS, (*pins[:place], pin, *pins[place:]))
    document.set(f"{pin}.Mode", mode.name)
    document.set(f"{pin}.Signal", mode.text)


def _follows(row: str, pin: str) -> bool:
    """Whether a row belongs behind a peripheral's virtual pin: a later one, a pack's, a board's."""
    return row.startswith("VP_") and (row > pin or "." in row or row.endswith(_BSP))

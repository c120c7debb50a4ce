"""Descriptions of made-up MCUs in the form of CubeMX's database."""

from __future__ import annotations

__all__ = ["mcu_xml"]

_PINS = """
    <Pin Name="VBAT" Position="1" Type="Power"/>
    <Pin Name="PA2" Position="16" Type="I/O">
        <Signal Name="USART2_TX"/>
        <Signal IOModes="Input,Output,Analog,EVENTOUT,EXTI" Name="GPIO"/>
    </Pin>
    <Pin Name="PC14-OSC32_IN" Position="3" Type="I/O">
        <Signal Name="RCC_OSC32_IN"/>
    </Pin>"""


def mcu_xml(
    ref_name: str = "STM32X401R(D-E)Tx",
    *,
    cores: tuple[str, ...] = ("Arm Cortex-M4",),
    mhz: tuple[str, ...] = ("84",),
    flash: tuple[str, ...] = ("384", "512"),
    ram: tuple[str, ...] = ("96", "96"),
    ccm: tuple[str, ...] = (),
    extra: str = "",
    namespace: str = ' xmlns="http://dummy.com"',
) -> bytes:
    """A description; each of the tuples is written as elements of that name, in order."""
    rows = [("Core", cores), ("Frequency", mhz), ("CCMRam", ccm), ("Ram", ram), ("Flash", flash)]
    values = "".join(f"    <{name}>{value}</{name}>\n" for name, all_ in rows for value in all_)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        "<!-- a made-up part -->\n"
        f'<Mcu ClockTree="STM32X" DBVersion="V3.0" Family="STM32X4" HasPowerPad="false" IOType="" '
        f'Line="STM32X401" Package="LQFP64" RefName="{ref_name}"{namespace}>\n'
        f"{values}    <Die>DIE999</Die>\n"
        f'    <IP InstanceName="USART2" Name="USART" Version="sci2_v1_2_Cube"/>\n'
        f'    <Context Name="CortexM4"/>{_PINS}{extra}\n</Mcu>\n'
    ).encode()

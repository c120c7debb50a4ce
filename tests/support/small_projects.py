"""Small CubeMX projects in the format of real ones, and what must hold in every one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.escapes import escape_key, escape_value

__all__ = ["HEADER", "ioc_document", "ioc_text", "row_problems", "small_project"]

HEADER = "#MicroXplorer Configuration settings - do not modify"


def ioc_text(values: Mapping[str, str], *, newline: str = "\n", final: bool = True) -> bytes:
    """The file of these unescaped keys and values, in CubeMX' order."""
    lines = [f"{escape_key(key)}={escape_value(values[key])}" for key in sorted(values)]
    return (newline.join([HEADER, *lines]) + (newline if final else "")).encode("latin-1")


def ioc_document(values: Mapping[str, str]) -> IocDocument:
    return IocDocument.parse(ioc_text(values))


def small_project(*, m7: bool = False, crc: bool = False) -> dict[str, str]:
    """A project with a UART, a GPIO pin and a timer; the core is an M4 or an M7."""
    ips = ["CORTEX_M7"] if m7 else []
    ips += ["CRC"] if crc else []
    ips += ["GPIO", "NVIC", "RCC", "SYS", "TIM3", "USART2"]
    pins = ["PA5", "PA2", "PA3", "PH0 - OSC_IN"]
    pins += ["VP_CRC_VS_CRC"] if crc else []
    pins += ["VP_SYS_VS_Systick", "VP_TIM3_VS_ClockSourceINT"]
    functions = [
        "1-SystemClock_Config-RCC-false-HAL-false",
        "2-MX_GPIO_Init-GPIO-false-HAL-true",
        "3-MX_USART2_UART_Init-USART2-false-HAL-true",
        "5-MX_TIM3_Init-TIM3-false-HAL-true",
        *(["6-MX_CRC_Init-CRC-false-HAL-true"] if crc else []),
        *(["0-MX_CORTEX_M7_Init-CORTEX_M7-false-HAL-true"] if m7 else []),
    ]
    values = {
        "File.Version": "6",
        "Mcu.Family": "STM32H7" if m7 else "STM32F4",
        "Mcu.IPNb": str(len(ips)),
        "Mcu.Name": "STM32H743ZITx" if m7 else "STM32F446R(C-E)Tx",
        "Mcu.PinsNb": str(len(pins)),
        "Mcu.ThirdPartyNb": "0",
        "Mcu.UserConstants": "",
        "MxCube.Version": "6.10.0",
        "MxDb.Version": "DB.6.0.100",
        "NVIC.SysTick_IRQn": "true:0:0:false:false:true:false:true:false",
        "PA2.Mode": "Asynchronous",
        "PA2.Signal": "USART2_TX",
        "PA3.Mode": "Asynchronous",
        "PA3.Signal": "USART2_RX",
        "PA5.GPIOParameters": "GPIO_Label",
        "PA5.GPIO_Label": "LD2 [green] ",
        "PA5.Signal": "GPIO_Output",
        "PH0 - OSC_IN.Mode": "HSE-External-Oscillator",
        "PH0 - OSC_IN.Signal": "RCC_OSC_IN",
        "ProjectManager.HeapSize": "0x200",
        "ProjectManager.ProjectName": "small",
        "ProjectManager.StackSize": "0x400",
        "ProjectManager.functionlistsort": ",".join(functions),
        "RCC.HCLKFreq_Value": "84000000",
        "RCC.IPParameters": "HCLKFreq_Value",
        "USART2.IPParameters": "VirtualMode",
        "USART2.VirtualMode": "VM_ASYNC",
        "VP_SYS_VS_Systick.Mode": "SysTick",
        "VP_SYS_VS_Systick.Signal": "SYS_VS_Systick",
        "VP_TIM3_VS_ClockSourceINT.Mode": "Internal",
        "VP_TIM3_VS_ClockSourceINT.Signal": "TIM3_VS_ClockSourceINT",
        "board": "custom",
    }
    values |= {f"Mcu.IP{k}": name for k, name in enumerate(ips)}
    values |= {f"Mcu.Pin{k}": name for k, name in enumerate(pins)}
    if crc:
        values |= {"VP_CRC_VS_CRC.Mode": "CRC_Activate", "VP_CRC_VS_CRC.Signal": "CRC_VS_CRC"}
    if m7:
        values |= {
            "CORTEX_M7.CPU_DCache": "Disabled",
            "CORTEX_M7.CPU_ICache": "Disabled",
            "CORTEX_M7.IPParameters": "CPU_DCache,CPU_ICache,default_mode_Activation",
            "CORTEX_M7.default_mode_Activation": "1",
        }
    return values


def row_problems(document: IocDocument) -> set[str]:
    """What contradicts itself: counters, gaps in rows, virtual pins, lists of parameters."""
    values = dict(document.items())
    found: set[str] = set()
    for prefix, counter in (("Pin", "PinsNb"), ("IP", "IPNb"), ("ThirdParty", "ThirdPartyNb")):
        numbers = {
            int(match[1]) for key in values if (match := re.fullmatch(rf"Mcu\.{prefix}(\d+)", key))
        }
        if numbers != set(range(len(numbers))):
            found.add(f"gaps in {prefix}")
        nb = int(values.get(f"Mcu.{counter}", "0"))
        if nb != len(numbers) and not (prefix == "IP" and nb == len(numbers) + 1):
            found.add(f"{counter} {nb} for {len(numbers)} rows")
    rows = {value for key, value in values.items() if re.fullmatch(r"Mcu\.Pin\d+", key)}
    virtual = {key.rpartition(".")[0] for key in values if key.startswith("VP_")}
    found |= {f"{pin} is no row" for pin in virtual - rows}
    found |= {f"{pin} has no keys" for pin in rows - virtual if pin.startswith("VP_")}
    for key, value in values.items():
        if key.endswith(".IPParameters"):
            prefix = key.removesuffix("IPParameters")
            found |= {
                f"{prefix}{name} is absent" for name in value.split(",") if prefix + name not in values
            }
    return found

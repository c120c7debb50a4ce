"""Small CubeMX projects of our own, in the form of real ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = [
    "CORE",
    "HEADER",
    "SLOT",
    "corpus_files",
    "ioc_bytes",
    "pack_keys_of",
    "plain_keys",
    "with_pack",
]

HEADER = b"#MicroXplorer Configuration settings - do not modify\n"
SLOT = "0123456789abcdef" * 4
CORE = "ArtificialOoIntelligenceJjXAaCUBEAaAI"
_VALUE = "XAaCUBEAaAICcArtificialOoIntelligenceJjCore"


def plain_keys(**more: str) -> dict[str, str]:
    """An F446 with a UART, escaped as in the file; ``more`` has ``__`` for the dot."""
    keys = {
        "File.Version": "6",
        "KeepUserPlacement": "false",
        "Mcu.CPN": "STM32F446RET6",
        "Mcu.Family": "STM32F4",
        "Mcu.IP0": "CRC",
        "Mcu.IP1": "NVIC",
        "Mcu.IP2": "RCC",
        "Mcu.IP3": "SYS",
        "Mcu.IP4": "USART2",
        "Mcu.IPNb": "5",
        "Mcu.Name": "STM32F446R(C-E)Tx",
        "Mcu.Package": "LQFP64",
        "Mcu.Pin0": "PH0-OSC_IN",
        "Mcu.Pin1": "PA2",
        "Mcu.Pin2": "PA3",
        "Mcu.Pin3": "VP_CRC_VS_CRC",
        "Mcu.Pin4": "VP_SYS_VS_Systick",
        "Mcu.PinsNb": "5",
        "Mcu.ThirdPartyNb": "0",
        "Mcu.UserConstants": "",
        "Mcu.UserName": "STM32F446RETx",
        "MxCube.Version": "6.15.0",
        "MxDb.Version": "DB.6.0.150",
        "NVIC.HardFault_IRQn": "true\\:0\\:0\\:false\\:false\\:true\\:false\\:false\\:false",
        "PA2.GPIOParameters": "GPIO_Label",
        "PA2.GPIO_Label": "USART_TX [a # b] ",
        "PA2.Mode": "Asynchronous",
        "PA2.Signal": "USART2_TX",
        "PA3.Mode": "Asynchronous",
        "PA3.Signal": "USART2_RX",
        "PH0-OSC_IN.Mode": "HSE-External-Oscillator",
        "PH0-OSC_IN.Signal": "RCC_OSC_IN",
        "ProjectManager.FirmwarePackage": "STM32Cube FW_F4 V1.28.1",
        "ProjectManager.HeapSize": "0x200",
        "ProjectManager.ProjectName": "sample",
        "ProjectManager.StackSize": "0x400",
        "ProjectManager.TargetToolchain": "STM32CubeIDE",
        "ProjectManager.functionlistsort": "1-SystemClock_Config-RCC-false-HAL-false,"
        "2-MX_GPIO_Init-GPIO-false-HAL-true,3-MX_USART2_UART_Init-USART2-false-HAL-true,"
        "4-MX_CRC_Init-CRC-false-HAL-true",
        "RCC.HCLKFreq_Value": "180000000",
        "RCC.IPParameters": "HCLKFreq_Value,SYSCLKFreq_VALUE",
        "RCC.SYSCLKFreq_VALUE": "180000000",
        "USART2.BaudRate": "921600",
        "USART2.IPParameters": "VirtualMode,BaudRate",
        "USART2.VirtualMode": "VM_ASYNC",
        "VP_CRC_VS_CRC.Mode": "CRC_Activate",
        "VP_CRC_VS_CRC.Signal": "CRC_VS_CRC",
        "VP_SYS_VS_Systick.Mode": "SysTick",
        "VP_SYS_VS_Systick.Signal": "SYS_VS_Systick",
        "board": "NUCLEO-F446RE",
    }
    keys.update({name.replace("__", "."): value for name, value in more.items()})
    return keys


def pack_keys_of(version: str, model: str = "models/network.tflite") -> dict[str, str]:
    """The keys of X-CUBE-AI itself, with one analyzed network."""
    pack = f"STMicroelectronics.X-CUBE-AI.{version}"
    values = {
        _VALUE: "true",
        "HeapSize": "0x800",
        "StackSize": "0x800",
        f"ModelName-{SLOT}": "network",
        f"ModelKind-{SLOT}": "TFLITE",
        f"ModelCompression-{SLOT}": "None",
        "ModelHashList": SLOT,
        "ModelNameList": "network",
        f"ModelStructureFile-{SLOT}": model,
        f"ModelMacc-{SLOT}": "1000",
        f"ModelRamOccupation-{SLOT}": "2000",
        f"ModelFlashOccupation-{SLOT}": "3000",
        "ReadyForCodeGeneration": "true",
    }
    return {
        **{f"{pack}.{name}": value for name, value in values.items()},
        f"{pack}.IPParameters": ",".join(values),
        f"{pack}.{CORE}_Checked": "true",
        f"{pack}_SwParameter": f"{_VALUE}\\:true;",
        f"VP_STMicroelectronics.X-CUBE-AI_VS_{CORE}_{version}.Mode": CORE,
        f"VP_STMicroelectronics.X-CUBE-AI_VS_{CORE}_{version}.Signal": (
            f"STMicroelectronics.X-CUBE-AI_VS_{CORE}_{version}"
        ),
    }


def with_pack(version: str, model: str = "models/network.tflite", **more: str) -> dict[str, str]:
    """The plain project with X-CUBE-AI, core only."""
    keys = plain_keys()
    keys |= {
        "Mcu.Pin5": f"VP_STMicroelectronics.X-CUBE-AI_VS_{CORE}_{version}",
        "Mcu.PinsNb": "6",
        "Mcu.ThirdParty0": f"STMicroelectronics.X-CUBE-AI.{version}",
        "Mcu.ThirdPartyNb": "1",
        "ProjectManager.HeapSize": "0x800",
        "ProjectManager.StackSize": "0x800",
        **pack_keys_of(version, model),
    }
    keys.update({name.replace("__", "."): value for name, value in more.items()})
    return keys


def ioc_bytes(keys: Mapping[str, str], *, newline: bytes = b"\n", without: Iterable[str] = ()) -> bytes:
    """The file with these keys, in CubeMX's order (no key here has an escape in it)."""
    gone = set(without)
    lines = [f"{key}={keys[key]}".encode("latin-1") for key in sorted(keys) if key not in gone]
    return b"".join(line + newline for line in [HEADER.rstrip(b"\n"), *lines])


def corpus_files(corpus: Path) -> list[Path]:
    """The real ``.ioc`` files."""
    files = sorted((corpus / "ioc").glob("*.ioc"))
    assert len(files) == 57
    return files

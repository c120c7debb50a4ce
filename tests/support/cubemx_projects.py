"""Small CubeMX projects made for tests, and the request that a finished project answers."""

from __future__ import annotations

from pathlib import Path

from cubeai_auto.cubemx.cube_ai.calls import FUNCTIONS
from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, installed_cube_ai, pack_keys
from cubeai_auto.cubemx.cube_ai.names import PACK, VIRTUAL_PIN
from cubeai_auto.cubemx.cube_ai.neural_art import RUNTIME, MemoryPool, NeuralArt
from cubeai_auto.cubemx.cube_ai.request import AddRequest, Analysis, ModelKind, NetworkRequest
from cubeai_auto.cubemx.cube_ai.third_parties import read_third_parties, write_third_parties
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.escapes import escape_key, escape_value
from cubeai_auto.cubemx.rows import PINS, read_rows, write_rows

HEADER = "#MicroXplorer Configuration settings - do not modify"
CONTEXT_FILES = ("pairD", "H72_Discovery", "M13_Discovery")
"""Parts of the names of real files that are divided into contexts."""


def project_text(values: dict[str, str]) -> str:
    """A project as CubeMX writes it, from unescaped keys and values."""
    lines = [f"{escape_key(key)}={escape_value(values[key])}" for key in sorted(values)]
    return "\n".join([HEADER, *lines, ""])


def project(values: dict[str, str]) -> IocDocument:
    return IocDocument.parse(project_text(values).encode())


def numbered(prefix: str, counter: str, rows: list[str]) -> dict[str, str]:
    return {f"{prefix}{k}": row for k, row in enumerate(rows)} | {counter: str(len(rows))}


def small_values(
    *,
    ips: tuple[str, ...] = ("NVIC", "RCC", "SYS", "USART2"),
    packs: tuple[str, ...] = (),
    board: str | None = None,
    cubemx: str = "6.15.0",
) -> dict[str, str]:
    """A project with a UART on PA2 and PA3."""
    pins = ["PA2", "PA3", "VP_SYS_VS_Systick"]
    values: dict[str, str] = {}
    if board is not None:
        pins.append(f"VP_{board}_VS_BSP_COMMON")
        values[f"VP_{board}_VS_BSP_COMMON.Mode"] = "Init"
    for pin, signal in (("PA2", "USART2_TX"), ("PA3", "USART2_RX")):
        values |= {f"{pin}.Mode": "Asynchronous", f"{pin}.Signal": signal}
    values |= numbered("Mcu.IP", "Mcu.IPNb", list(ips))
    values |= numbered("Mcu.Pin", "Mcu.PinsNb", pins)
    values |= numbered("Mcu.ThirdParty", "Mcu.ThirdPartyNb", list(packs))
    functions = ["1-SystemClock_Config-RCC-false-HAL-false", "2-MX_GPIO_Init-GPIO-false-HAL-true"]
    functions.append("3-MX_USART2_UART_Init-USART2-false-HAL-true")
    if "CORTEX_M7" in ips:
        functions.append("0-MX_CORTEX_M7_Init-CORTEX_M7-false-HAL-true")
    return values | {
        "File.Version": "6",
        "Mcu.Family": "STM32H7" if "CORTEX_M7" in ips else "STM32F4",
        "MxCube.Version": cubemx,
        "ProjectManager.HeapSize": "0x200",
        "ProjectManager.ProjectName": "small",
        "ProjectManager.StackSize": "0x400",
        "ProjectManager.functionlistsort": ",".join(functions),
        "USART2.IPParameters": "VirtualMode",
        "USART2.VirtualMode": "VM_ASYNC",
        "VP_SYS_VS_Systick.Mode": "SysTick",
        "VP_SYS_VS_Systick.Signal": "SYS_VS_Systick",
    }


def n6_values() -> dict[str, str]:
    """A project of an STM32N6 with boot loader, application and loader of external memory."""
    values = small_values(ips=("CORTEX_M55_S", "NVIC1", "RCC", "USART2"))
    functions = [
        "1-SystemClock_Config-RCC-false-HAL-false-FSBL",
        "2-MX_USART2_UART_Init-USART2-false-HAL-true-FSBL",
        "1-MX_GPIO_Init-GPIO-false-HAL-true-Appli",
        "0-MX_CORTEX_M55_S_Init-CORTEX_M55_S-false-HAL-true-Appli",
        "1-MX_GPIO_Init-GPIO-false-HAL-true-ExtMemLoader",
    ]
    return (
        values
        | numbered("Mcu.Context", "Mcu.ContextNb", ["FSBL", "Appli", "ExtMemLoader"])
        | {
            "Appli.IPs": "CORTEX_M55_S,NVIC1:I,RCC",
            "FSBL.IPs": "RCC:I,USART2",
            "Mcu.ContextProject": "FullSecure",
            "Mcu.Family": "STM32N6",
            "ProjectManager.HeapSize": "FSBL-0x200,Appli-0x1000,ExtMemLoader-0x200",
            "ProjectManager.StackSize": "FSBL-0x800,Appli-0x800,ExtMemLoader-0x800",
            "ProjectManager.functionlistsort": ",".join(functions),
            "RCC.SYSCCLKFreq_VALUE": "600000000",
        }
    )


def network(
    name: str = "network", model: str = "models/network.tflite", **more: object
) -> NetworkRequest:
    """A network with an analysis, unless ``analysis=None``."""
    settings: dict[str, object] = {
        "kind": "TFLITE",
        "analysis": Analysis(1000, 2048, 4096, 1, 1),
    } | more
    return NetworkRequest(name, model, **settings)  # type: ignore[arg-type]


def request(pack: str = "10.2.0", *networks: NetworkRequest, **more: object) -> AddRequest:
    return AddRequest(pack, networks or (network(),), **more)  # type: ignore[arg-type]


def ioc_files(corpus: Path) -> list[Path]:
    return sorted((corpus / "ioc").glob("*.ioc"))


def answered_request(document: IocDocument) -> AddRequest:
    """The request that gives this project: the user's choices and the analyses read back."""
    installed = installed_cube_ai(document)
    assert installed is not None
    networks = tuple(_answered_network(document, installed, k) for k in range(len(installed.networks)))
    return AddRequest(
        installed.pack,
        networks,
        application=installed.application,
        heap=int(installed.heap or "0", 0),
        stack=int(installed.stack or "0", 0),
        caches=document.get("CORTEX_M7.CPU_ICache") == "Enabled" or installed.context is not None,
        uart=_answered_uart(installed),
        switches=installed.switches or "both",
        neural_art=_answered_neural_art(document, installed),
    )


def _answered_uart(installed: InstalledCubeAI) -> str | None:
    if installed.uart is None or installed.application not in {"SystemPerformance", "Validation"}:
        return None
    return installed.uart.instance


def _answered_network(document: IocDocument, installed: InstalledCubeAI, k: int) -> NetworkRequest:
    found = installed.networks[k]
    prefix = f"{installed.instance}."

    def count(name: str) -> int:
        return int(document.get(prefix + name) or "1")

    def sizes(name: str) -> tuple[int, ...]:
        parts = (document.get(prefix + name) or "").split(",")
        return tuple(int(part) for part in parts) if parts[0].isdigit() and parts[0] != "1" else ()

    assert found.macc is not None
    assert found.ram is not None
    assert found.flash is not None
    analysis = Analysis(
        found.macc,
        found.ram,
        found.flash,
        count("MaximumNumberOfInputLayer"),
        count("MaximumNumberOfOutputLayer"),
        found.actual_compression or "0.0",
        sizes("MaximumSizeOfInputLayer"),
        sizes("MaximumSizeOfOutputLayer"),
    )
    kinds: dict[str | None, ModelKind] = {"TFLITE": "TFLITE", "KERAS": "KERAS", "ONNX": "ONNX"}
    directory = document.get(f"{prefix}LatestDirectoryUsed-{found.slot}")
    return NetworkRequest(
        found.name, found.path or "", kinds[found.kind], found.slot, analysis, directory
    )


def _answered_neural_art(document: IocDocument, installed: InstalledCubeAI) -> NeuralArt | None:
    if not any(found.type == RUNTIME for found in installed.networks):
        return None

    def text(name: str) -> str:
        return document.get(f"{installed.instance}.{name}") or ""

    pools = []
    for k in range(64):
        if text(f"memoryPool{k}name"):
            numbers = [int(text(f"memoryPool{k}{part}"), 0) for part in ("start", "size", "max", "id")]
            used = int(float(text(f"memoryPool{k}used")))
            pools.append(
                MemoryPool(text(f"memoryPool{k}name"), text(f"memoryPool{k}driver"), *numbers, used)
            )
    clocks = [int(text(name)) for name in ("SYSCCLKFreq_VALUE", "SYSDCLKFreq_VALUE")]
    profile = text(f"NeuralARTProfile-{installed.networks[0].slot}")
    return NeuralArt(profile, tuple(pools), *clocks)


NOT_REQUESTED = (
    "NNModelInformation_", "memoryPool", "useExternal", "ext", "useActivationBuffer", "actBufferSize",
    "WorkingBufferStartAddr", "ExternalRam", "ActivationPragmas", "bspIncludes", "initFunctions",
    "optimization", "outputDirectory", "tfliteruntime", "neuralartruntime", "NeuralARTProfile",
    "SYSCCLKFreq", "SYSDCLKFreq", "ModelWeightFile", "Validation", "BSP.",
)  # fmt: skip
"""Parameters of choices that a request cannot express: external memory, TFLite Micro, options of
the code generator, a file to validate with, the NPU; descriptors of pack 5.0; a leftover UART."""


def without_pack(document: IocDocument) -> IocDocument:
    """The project as it may have been before the pack came; heap, caches and CRC stay."""
    installed = installed_cube_ai(document)
    assert installed is not None
    bare = document.copy()
    for key in (*pack_keys(bare, installed.instance), *bare.starting(VIRTUAL_PIN + "_")):
        bare.delete(key)
    pins = read_rows(bare, PINS)
    write_rows(bare, PINS, tuple(pin for pin in pins if not pin.startswith(VIRTUAL_PIN + "_")))
    packs = read_third_parties(bare)
    write_third_parties(bare, tuple(row for row in packs if not row.pack.startswith(PACK + ".")))
    calls = (bare.get(FUNCTIONS) or "").split(",")
    bare.set(FUNCTIONS, ",".join(call for call in calls if "-MX_X_CUBE_AI_" not in call))
    return bare

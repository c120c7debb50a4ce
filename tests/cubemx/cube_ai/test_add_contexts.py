"""Adding X-CUBE-AI to projects that are divided into contexts: one form, the others refused."""

from __future__ import annotations

import pytest
from support.cubemx_projects import (
    n6_values,
    network,
    numbered,
    project,
    request,
    small_values,
)

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.names import CORE, UnsupportedProjectError
from cubeai_auto.cubemx.cube_ai.neural_art import MemoryPool, NeuralArt
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.rows import IPS, PINS, read_rows
from cubeai_auto.errors import UsageError

PACK = "STMicroelectronics.X-CUBE-AI"
CORE_PIN = f"VP_{PACK}_VS_{CORE}_10.2.0"
APP_PIN = f"VP_{PACK}_VS_DeviceJjApplication_10.2.0"


def functions(document: IocDocument) -> list[str]:
    entries = (document.get("ProjectManager.functionlistsort") or "").split(",")
    return [entry.replace(f"{PACK}.", "") for entry in entries]


@pytest.mark.parametrize(
    "values",
    [
        {"Mcu.ContextProject": "DualCore"}
        | numbered("Mcu.Context", "Mcu.ContextNb", ["CortexM7", "CortexM4"]),
        {"Mcu.ContextProject": "TrustZoneEnabled"},
        {"Mcu.ContextProject": "FullSecure", "Mcu.Family": "STM32H7RS", "Appli.IPs": "RCC"}
        | numbered("Mcu.Context", "Mcu.ContextNb", ["Boot", "Appli"]),
        {"Mcu.Context0": "CortexM7"},
    ],
)
def test_other_divided_projects_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(UnsupportedProjectError, match="divided") as error:
        add_cube_ai(project(small_values() | values), request())
    assert error.value.exit_code == 5


def test_an_undivided_project_may_say_so() -> None:
    values = small_values() | {"Mcu.ContextProject": "TrustZoneDisabled"}
    assert add_cube_ai(project(values), request()).changes


def test_an_n6_gets_the_pack_in_its_application() -> None:
    edit = add_cube_ai(project(n6_values()), request("10.1.0", application="ApplicationTemplate"))
    after, instance = edit.after, f"{PACK}.10.1.0_Appli"
    assert after.get("Mcu.ThirdParty0") == f"{PACK}.10.1.0"
    assert after.get("Mcu.ThirdParty0_Instance") == instance
    assert after.get("Mcu.ThirdParty0_ContextShortName") == "Appli"
    assert after.get("Appli.IPs") == f"CORTEX_M55_S,NVIC1:I,RCC,{instance}:I,CACHEAXI"
    assert read_rows(after, IPS)[0] == "CACHEAXI"
    assert read_rows(after, PINS)[-2] == f"VP_{PACK}_Appli_VS_{CORE}_10.1.0"
    assert after.get("ProjectManager.HeapSize") == "FSBL-0x800,Appli-0x1000,ExtMemLoader-0x800"
    assert after.get(f"{instance}.HeapSize") == "0x1000"
    assert after.get(f"{instance}_SwParameter") is not None
    found = functions(after)
    assert found[3] == "2-MX_CACHEAXI_Init-CACHEAXI-false-HAL-true-Appli"
    assert not [entry for entry in found if "X_CUBE_AI" in entry]
    again = add_cube_ai(after, request("10.1.0", application="ApplicationTemplate"))
    assert again.changes == ()


def test_an_n6_network_can_run_on_the_npu() -> None:
    pools = (
        MemoryPool("cpuRAM1", "AXISRAM1", 0x34064000, 0, 624, 1),
        MemoryPool("npuRAM5", "AXISRAM5", 0x342E0000, 448, 448, 0, used=4096),
        MemoryPool("octoFlash", "xSPI2", 0x71000000, 114688, 114688, 2, used=10),
    )
    wanted = request("10.2.0", neural_art=NeuralArt("default", pools))
    after = add_cube_ai(project(n6_values()), wanted).after
    values = {key.split("_Appli.")[-1]: after.get(key) for key in after.starting(PACK)}
    slot = network().slot_id
    assert values["neuralartruntime"] == "true"
    assert values[f"ModelType-{slot}"] == "STM32Cube.AI Neural-ART\u2122 runtime"
    assert values["SYSCCLKFreq_VALUE"] == "600"
    assert "SYSDCLKFreq_VALUE" not in values
    assert values["ActivationBuffers"] == "(ai_handle) 0x342E0000,(ai_handle) 0x71000000"
    assert values["ActivationPragmas"] == "AI_AXISRAM5,AI_XSPI2"
    assert values["ActivationNames"] == values["ActivationSizes"] == ","
    assert values["initFunctions"] == "__HAL_RCC_AXISRAM5_MEM_CLK_ENABLE();"
    assert values[f"memoryPool1used-{slot}"] == values["memoryPool1used"] == "4096.0"
    assert values["memoryPool1start"] == "0x342e0000"


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (n6_values(), request("9.1.0")),
        (n6_values(), request(application="Validation", uart="USART2")),
        (n6_values() | {"Mcu.ContextProject": "SecureNSecure"}, request()),
        (n6_values() | {"Mcu.Context1": "AppliSecure"}, request()),
        (small_values(), request(neural_art=NeuralArt("default"))),
    ],
)
def test_what_no_real_n6_project_shows_is_refused(values: dict[str, str], wanted: object) -> None:
    with pytest.raises(UnsupportedProjectError):
        add_cube_ai(project(values), wanted)  # type: ignore[arg-type]


def test_broken_memory_pools_are_refused() -> None:
    with pytest.raises(UsageError):
        MemoryPool("a,b", "AXISRAM1", 0, 0, 0, 0)
    with pytest.raises(UsageError):
        MemoryPool("a", "AXISRAM1", 1 << 33, 0, 0, 0)
    with pytest.raises(UsageError):
        NeuralArt("two words")

"""Adding X-CUBE-AI to small projects: every place, its position and its value."""

from __future__ import annotations

import pytest
from support.cubemx_projects import (
    network,
    numbered,
    project,
    project_text,
    request,
    small_values,
)

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.cube_ai.names import CORE, UnsupportedProjectError
from cubeai_auto.cubemx.cube_ai.request import Analysis
from cubeai_auto.cubemx.document import IocDocument, IocEditError, IocFormatError
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, read_rows

PACK = "STMicroelectronics.X-CUBE-AI"
CORE_PIN = f"VP_{PACK}_VS_{CORE}_10.2.0"
APP_PIN = f"VP_{PACK}_VS_DeviceJjApplication_10.2.0"


def functions(document: IocDocument) -> list[str]:
    entries = (document.get("ProjectManager.functionlistsort") or "").split(",")
    return [entry.replace(f"{PACK}.", "") for entry in entries]


def test_core_only_touches_nothing_but_its_own_keys() -> None:
    before = project(small_values())
    edit = add_cube_ai(before, request())
    assert edit.before is before
    assert before.to_bytes() == project_text(small_values()).encode()
    foreign = {change.key for change in edit.changes if PACK not in change.key}
    assert foreign == {
        "Mcu.Pin3", "Mcu.PinsNb", "Mcu.ThirdParty0", "Mcu.ThirdPartyNb",
        "ProjectManager.HeapSize", "ProjectManager.StackSize",
    }  # fmt: skip
    after = edit.after
    assert after.get("Mcu.Pin3") == CORE_PIN
    assert after.get(f"{CORE_PIN}.Mode") == CORE
    assert after.get(f"{CORE_PIN}.Signal") == CORE_PIN.removeprefix("VP_")
    assert (after.get("Mcu.PinsNb"), after.get("Mcu.ThirdPartyNb")) == ("4", "1")
    assert (
        after.get(f"{PACK}.10.2.0_SwParameter") == "XAaCUBEAaAICcArtificialOoIntelligenceJjCore:true;"
    )
    assert after.get(f"{PACK}.10.2.0.{CORE}_Checked") == "true"
    assert after.canonical


def test_every_parameter_is_listed_and_every_listed_one_is_there() -> None:
    after = add_cube_ai(
        project(small_values()), request("8.0.0", application="ApplicationTemplate")
    ).after
    prefix = f"{PACK}.8.0.0."
    listed = (after.get(f"{prefix}IPParameters") or "").split(",")
    assert len(listed) == len(set(listed))
    present = {key.removeprefix(prefix) for key in after.starting(prefix)} - {"IPParameters"}
    assert set(listed) == {name for name in present if not name.endswith("_Checked")}


def test_a_board_s_own_pins_stay_last() -> None:
    after = add_cube_ai(
        project(small_values(board="NUCLEO-F446RE")), request(application="ApplicationTemplate")
    ).after
    rows = read_rows(after, PINS)
    assert rows[-3:] == (CORE_PIN, APP_PIN, "VP_NUCLEO-F446RE_VS_BSP_COMMON")


@pytest.mark.parametrize(
    ("packs", "rows"),
    [
        (["STMicroelectronics.X-CUBE-ALGOBUILD.1.4.0"], [0]),
        (["STMicroelectronics.X-CUBE-MEMS1.9.0.0", "STMicroelectronics.X-CUBE-ALGOBUILD.1.4.0"], [2]),
        (["ARM.CMSIS.5.6.0", "STMicroelectronics.X-CUBE-MEMS1.9.0.0"], [1]),
    ],
)
def test_packs_stay_sorted_if_they_are(packs: list[str], rows: list[int]) -> None:
    after = add_cube_ai(project(small_values(packs=tuple(packs))), request()).after
    found = read_rows(after, THIRD_PARTIES)
    assert [k for k, row in enumerate(found) if PACK in row and "ALGO" not in row] == rows
    assert [row for row in found if row != f"{PACK}.10.2.0"] == packs


def test_satellites_of_another_pack_move_with_it() -> None:
    values = small_values(packs=("STMicroelectronics.X-CUBE-MEMS1.9.0.0",))
    values["Mcu.ThirdParty0_Instance"] = "STMicroelectronics.X-CUBE-MEMS1.9.0.0_Appli"
    after = add_cube_ai(project(values), request()).after
    assert "Mcu.ThirdParty0_Instance" not in after
    assert after.get("Mcu.ThirdParty1_Instance") == values["Mcu.ThirdParty0_Instance"]


@pytest.mark.parametrize(
    ("cubemx", "order"),
    [
        ("6.12.1", ["MX_X_CUBE_AI_Init", "MX_X_CUBE_AI_Process", "MX_CORTEX_M7_Init"]),
        ("6.13.0", ["MX_X_CUBE_AI_Init", "MX_CORTEX_M7_Init", "MX_X_CUBE_AI_Process"]),
        ("6.9", ["MX_X_CUBE_AI_Init", "MX_X_CUBE_AI_Process", "MX_CORTEX_M7_Init"]),
        ("", ["MX_X_CUBE_AI_Init", "MX_CORTEX_M7_Init", "MX_X_CUBE_AI_Process"]),
    ],
)
def test_the_application_is_called_where_cubemx_calls_it(cubemx: str, order: list[str]) -> None:
    ips = ("CORTEX_M7", "NVIC", "RCC", "SYS", "USART2")
    values = small_values(ips=ips, cubemx=cubemx)
    after = add_cube_ai(project(values), request(application="ApplicationTemplate")).after
    found = functions(after)
    assert [entry.split("-")[1] for entry in found[3:]] == order
    assert found[3] == "4-MX_X_CUBE_AI_Init-10.2.0-false-HAL-false"
    process = next(entry for entry in found if "Process" in entry)
    assert process == "5-MX_X_CUBE_AI_Process-10.2.0-false-HAL-false"


@pytest.mark.parametrize("pack", ["5.0.0", "6.0.0", "7.1.0", "8.1.0"])
def test_crc_is_enabled_for_old_packs(pack: str) -> None:
    values = small_values(ips=("ADC1", "NVIC", "USART2"), board="B")
    values["BSP_IP_NAME"] = "B"
    values["Mcu.IPNb"] = "4"  # CubeMX counts the board's pseudo-peripheral in some files
    after = add_cube_ai(project(values), request(pack, application="ApplicationTemplate")).after
    assert read_rows(after, IPS) == ("ADC1", "CRC", "NVIC", "USART2")
    assert after.get("Mcu.IPNb") == "5"
    assert read_rows(after, PINS)[2:5] == (
        "VP_CRC_VS_CRC",
        "VP_SYS_VS_Systick",
        f"VP_{PACK}_VS_{CORE}_{pack}",
    )
    assert after.get("VP_CRC_VS_CRC.Mode") == "CRC_Activate"
    assert after.get("VP_CRC_VS_CRC.Signal") == "CRC_VS_CRC"
    assert functions(after)[3] == "4-MX_CRC_Init-CRC-false-HAL-true"
    assert functions(after)[4].startswith("5-MX_X_CUBE_AI_Init")


@pytest.mark.parametrize(
    "last", ["VP_ARM.CMSIS_VS_CMSISJjCORE_5.6.0", "VP_B_VS_BSP_COMMON", "VP_RTC_VS_RTC_Activate"]
)
def test_the_pin_of_crc_comes_before_those_of_packs_and_boards(last: str) -> None:
    values = small_values() | {"Mcu.Pin2": last, f"{last}.Mode": "x"}
    after = add_cube_ai(project(values), request("8.0.0")).after
    rows = read_rows(after, PINS)
    assert rows[2] == "VP_CRC_VS_CRC"
    assert last in rows[3:]


def test_crc_that_is_there_stays_and_new_packs_do_not_want_it() -> None:
    values = small_values(ips=("CRC", "USART2")) | {"VP_CRC_VS_CRC.Mode": "CRC_Activate"}
    for pack in ("8.1.0", "9.0.0"):
        edit = add_cube_ai(project(values), request(pack))
        assert not [change for change in edit.changes if "CRC" in change.key]
    fresh = add_cube_ai(project(small_values()), request("9.0.0")).after
    assert "CRC" not in read_rows(fresh, IPS)


def test_caches_of_an_m7_are_an_option() -> None:
    values = small_values(ips=("CORTEX_M7", "USART2"))
    values |= {
        "CORTEX_M7.IPParameters": "default_mode_Activation,CPU_DCache",
        "CORTEX_M7.CPU_DCache": "Disabled",
    }
    after = add_cube_ai(project(values), request()).after
    assert after.get("CORTEX_M7.IPParameters") == "default_mode_Activation,CPU_DCache,CPU_ICache"
    assert (after.get("CORTEX_M7.CPU_ICache"), after.get("CORTEX_M7.CPU_DCache")) == (
        "Enabled",
        "Enabled",
    )
    untouched = add_cube_ai(project(values), request(caches=False))
    assert not [change for change in untouched.changes if "CORTEX" in change.key]


def test_no_caches_without_an_m7() -> None:
    after = add_cube_ai(project(small_values()), request()).after
    assert not after.starting("CORTEX_M7")


@pytest.mark.parametrize(
    ("present", "wanted", "written"),
    [
        ("0x200", None, "0x800"),
        ("0x1000", None, "0x1000"),
        ("0X0800", None, "0X0800"),
        ("2048", None, "2048"),
        ("0x200", 0x2000, "0x2000"),
        ("0x4000", 0x2000, "0x4000"),
        (None, None, "0x800"),
    ],
)
def test_heap_is_never_lowered(present: str | None, wanted: int | None, written: str) -> None:
    values = small_values()
    values.pop("ProjectManager.HeapSize")
    if present is not None:
        values["ProjectManager.HeapSize"] = present
    after = add_cube_ai(project(values), request(heap=wanted)).after
    assert after.get("ProjectManager.HeapSize") == after.get(f"{PACK}.10.2.0.HeapSize") == written


def test_packs_before_6_leave_heap_and_stack() -> None:
    after = add_cube_ai(project(small_values()), request("5.2.0", stack=0x1000)).after
    assert after.get(f"{PACK}.5.2.0.HeapSize") == "0x200"
    assert after.get("ProjectManager.StackSize") == "0x1000"


def test_a_size_that_is_none_is_a_typed_error() -> None:
    values = small_values() | {"ProjectManager.StackSize": "lots"}
    with pytest.raises(IocFormatError, match="StackSize"):
        add_cube_ai(project(values), request())


def test_several_networks_share_their_lists() -> None:
    networks = (
        network("small", "a.tflite", analysis=Analysis(5, 100, 10, 1, 2)),
        network("Big", "m/b.onnx", kind="ONNX", analysis=Analysis(7, 900, 20, 3, 1)),
    )
    after = add_cube_ai(project(small_values()), request("10.2.0", *networks, switches="global")).after
    prefix = f"{PACK}.10.2.0."
    values = {key.removeprefix(prefix): after.get(key) for key in after.starting(prefix)}
    slots = [one.slot_id for one in networks]
    assert values["ModelHashList"] == ";".join(slots)
    assert values["ModelNameList"] == "small,Big"
    assert values["WorkingBufferStartAddrList"] == "0xFFFFFFFF,0xFFFFFFFF"
    assert values["ActivationBufferSizeList"] == "100,900"
    assert values["ActivationBuffers"] == "pool0;pool0"
    assert values["ActivationNames"] == "pool0"
    assert values["ActivationSizes"] == "AI_BIG_DATA_ACTIVATION_1_SIZE"
    assert values["InternalRamActivationBufferMaxSize"] == "AI_BIG_DATA_ACTIVATIONS_SIZE"
    assert (values["MaximumNumberOfInputLayer"], values["MaximumSizeOfInputLayer"]) == ("3", "1,1,1")
    assert (values["MaximumNumberOfOutputLayer"], values["MaximumSizeOfOutputLayer"]) == ("2", "1,1")
    assert values["ReadyForCodeGeneration"] == "true"
    assert (values["useInputAllocation"], values["copyWeightToRam"]) == ("true", "false")
    assert not [name for name in values if name.startswith("copyWeightToRam-")]
    assert values[f"ModelKind-{slots[1]}"] == "ONNX"
    assert values[f"LatestDirectoryUsed-{slots[1]}"] == "m"


def test_one_network_without_an_analysis_leaves_the_sums_out() -> None:
    networks = (network("a"), network("b", "b.tflite", analysis=None))
    edit = add_cube_ai(project(small_values()), request("10.2.0", *networks))
    prefix = f"{PACK}.10.2.0."
    names = {key.removeprefix(prefix) for key in edit.after.starting(prefix)}
    assert edit.after.get(f"{prefix}ReadyForCodeGeneration") == "false"
    assert not [name for name in names if name.startswith(("Activation", "Maximum", "Internal"))]
    assert f"ModelMacc-{networks[0].slot_id}" in names
    assert f"ModelMacc-{networks[1].slot_id}" not in names
    assert any("b has no analysis" in note for note in edit.notes)


@pytest.mark.parametrize(
    ("pack", "inputs", "outputs", "ready"),
    [
        ("5.0.0", "64,8", "12", None),
        ("5.1.2", "AI_NET_IN_1_SIZE_BYTES,1", "AI_NET_OUT_1_SIZE_BYTES", None),
        ("7.1.0", "AI_NET_IN_1_SIZE_BYTES,1", "AI_NET_OUT_1_SIZE_BYTES", "true"),
        ("7.2.0", "1,1", "1", "true"),
    ],
)
def test_sizes_of_layers_in_the_words_of_the_pack(
    pack: str, inputs: str, outputs: str, ready: str | None
) -> None:
    analysis = Analysis(1, 2, 3, 2, 1, input_bytes=(64, 8), output_bytes=(12,))
    after = add_cube_ai(project(small_values()), request(pack, network("net", analysis=analysis))).after
    assert after.get(f"{PACK}.{pack}.MaximumSizeOfInputLayer") == inputs
    assert after.get(f"{PACK}.{pack}.MaximumSizeOfOutputLayer") == outputs
    assert after.get(f"{PACK}.{pack}.ReadyForCodeGeneration") == ready
    assert (f"{PACK}.{pack}.ActivationBuffers" in after) == (pack in {"7.1.0", "7.2.0"})


def test_the_application_of_5_x_has_another_component_and_the_core_comes_first() -> None:
    after = add_cube_ai(
        project(small_values()), request("5.2.0", application="ApplicationTemplate")
    ).after
    component = "ArtificialOoIntelligenceJjApplication"
    assert after.get(f"{PACK}.5.2.0.ApplicationCc{component}") == "ApplicationTemplate"
    assert after.get(f"{PACK}.5.2.0.{component}_Checked") == "true"
    assert f"VP_{PACK}_VS_{component}_5.2.0" in read_rows(after, PINS)
    core, application, end = (after.get(f"{PACK}.5.2.0_SwParameter") or "").split(";")
    assert (core.split(":")[1], application, end) == (
        "true",
        f"ApplicationCc{component}:ApplicationTemplate",
        "",
    )


@pytest.mark.parametrize(
    ("pack", "application", "i2caddr"),
    [
        ("5.1.1", "Validation", "0"),
        ("7.1.0", "SystemPerformance", "-1"),
        ("8.0.0", "Validation", None),
        ("10.2.0", "SystemPerformance", None),
    ],
)
def test_the_uart_is_handed_over(pack: str, application: str, i2caddr: str | None) -> None:
    wanted = request(pack, application=application, uart="USART2")
    after = add_cube_ai(project(small_values()), wanted).after
    prefix = f"{PACK}.{pack}0.BSP."
    values = {key.removeprefix(prefix): after.get(key) for key in after.starting(prefix)}
    assert after.get(f"{PACK}.{pack}.BSP.number") == "1"
    assert values["name"] == "COM Port"
    assert (values["ip"], values["instance"], values["solution"]) == ("USART", "USART2", "USART2")
    component = (
        "ArtificialOoIntelligenceJjApplication"
        if pack < "6" and pack[1] == "."
        else "DeviceJjApplication"
    )
    assert values["condition"] == f"!SEM{component}JjApplicationTemplate"
    assert values.get("i2caddr") == i2caddr
    assert any(entry == "3-MX_USART2_UART_Init-USART2-true-HAL-false" for entry in functions(after))
    assert not [
        name for name in (after.get(f"{PACK}.{pack}.IPParameters") or "").split(",") if "BSP" in name
    ]
    found = installed_cube_ai(after)
    assert found is not None
    assert found.uart is not None
    assert found.uart.instance == "USART2"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"PA3.Signal": "USART3_RX"}, "no pin for RX"),
        ({"PA2.Signal": "GPIO", "PA3.Signal": "GPIO"}, "no pin for TX and RX"),
        ({"Mcu.IP3": "TIM2"}, "not switched on"),
        ({"Mcu.Pin1": "PB7"}, "no pin for RX"),
    ],
)
def test_a_uart_that_is_not_configured_is_refused(change: dict[str, str], text: str) -> None:
    wanted = request(application="Validation", uart="USART2")
    with pytest.raises(UnsupportedProjectError, match=text) as error:
        add_cube_ai(project(small_values() | change), wanted)
    assert error.value.exit_code == 5


def test_a_uart_with_the_ll_driver_is_refused() -> None:
    values = small_values()
    key = "ProjectManager.functionlistsort"
    values[key] = values[key].replace("USART2-false-HAL", "USART2-false-LL")
    with pytest.raises(UnsupportedProjectError, match="LL driver"):
        add_cube_ai(project(values), request(application="Validation", uart="USART2"))


def test_a_file_without_a_list_of_functions_gets_none() -> None:
    values = small_values()
    values.pop("ProjectManager.functionlistsort")
    edit = add_cube_ai(project(values), request("8.1.0", application="ApplicationTemplate"))
    assert "ProjectManager.functionlistsort" not in edit.after
    assert any("functionlistsort" in note for note in edit.notes)


def test_missing_counters_are_created() -> None:
    values = small_values()
    for counter in ("Mcu.ThirdPartyNb", "Mcu.PinsNb", "Mcu.IPNb"):
        values.pop(counter)
    after = add_cube_ai(project(values), request("8.1.0")).after
    assert (after.get("Mcu.ThirdPartyNb"), after.get("Mcu.PinsNb"), after.get("Mcu.IPNb")) == (
        "1",
        "5",
        "5",
    )


@pytest.mark.parametrize("counter", ["Mcu.PinsNb", "Mcu.ThirdPartyNb"])
def test_a_counter_that_is_no_number_is_a_typed_error(counter: str) -> None:
    with pytest.raises(IocFormatError, match=counter):
        add_cube_ai(project(small_values() | {counter: "three"}), request())


def test_merge_markers_and_duplicates_are_refused_with_their_lines() -> None:
    text = project_text(small_values())
    with pytest.raises(IocEditError, match="line 2 is a merge marker"):
        add_cube_ai(IocDocument.parse(text.replace("\n", "\n<<<<<<< HEAD\n", 1).encode()), request())
    with pytest.raises(IocEditError, match=r"'File\.Version' stands on lines 2 and 3"):
        add_cube_ai(IocDocument.parse(text.replace("\n", "\nFile.Version=6\n", 1).encode()), request())


@pytest.mark.parametrize(
    "leftover",
    [
        {f"{PACK}.8.1.0.HeapSize": "0x800"},
        {f"{CORE_PIN}.Mode": CORE},
        numbered("Mcu.Pin", "Mcu.PinsNb", ["PA2", CORE_PIN]),
        {"ProjectManager.functionlistsort": f"1-MX_X_CUBE_AI_Init-{PACK}.8.1.0-false-HAL-false"},
    ],
)
def test_traces_of_a_pack_that_is_not_there_are_refused(leftover: dict[str, str]) -> None:
    with pytest.raises(IocEditError, match="traces"):
        add_cube_ai(project(small_values() | leftover), request())


def test_an_unverified_pack_is_added_with_a_note() -> None:
    edit = add_cube_ai(project(small_values()), request("11.0.0"))
    assert any("unverified" in note for note in edit.notes)
    assert edit.after.get("Mcu.ThirdParty0") == f"{PACK}.11.0.0"


def test_line_ends_and_a_missing_last_one_are_kept() -> None:
    text = project_text(small_values()).replace("\n", "\r\n").removesuffix("\r\n").encode()
    data = add_cube_ai(IocDocument.parse(text), request()).after.to_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert not data.endswith(b"\n")

"""Every rule of the linter: a project that keeps it, and one change that breaks it."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from support.ioc_samples import CORE, SLOT, ioc_bytes, plain_keys, with_pack

from cubeai_auto.cubemx import lint, semantic_diff
from cubeai_auto.cubemx.document import IocDocument, IocFormatError
from cubeai_auto.cubemx.linting import RULES, Finding, Generated
from cubeai_auto.cubemx.linting.generated import GeneratedCode, LinkedRuntime
from cubeai_auto.errors import CubeAIError

PACK = "STMicroelectronics.X-CUBE-AI.8.1.0"
VP = f"VP_STMicroelectronics.X-CUBE-AI_VS_{CORE}_8.1.0"
OTHER = "fedcba9876543210" * 4
INIT = "5-MX_X_CUBE_AI_Init-STMicroelectronics.X-CUBE-AI.8.1.0-false-HAL-false"
PROCESS = INIT.replace("5-", "6-").replace("Init", "Process")
FUNCTIONS = "ProjectManager.functionlistsort"
LIST = plain_keys()[FUNCTIONS]
LISTED = with_pack("8.1.0")[f"{PACK}.IPParameters"]
APPLICATION = {
    f"{PACK}.ApplicationCcDeviceJjApplication": "ApplicationTemplate",
    f"{PACK}.IPParameters": f"{LISTED},ApplicationCcDeviceJjApplication",
    f"{PACK}_SwParameter": "ApplicationCcDeviceJjApplication\\:ApplicationTemplate;"
    "XAaCUBEAaAICcArtificialOoIntelligenceJjCore\\:true;",
    "Mcu.Pin6": "VP_STMicroelectronics.X-CUBE-AI_VS_DeviceJjApplication_8.1.0",
    "Mcu.PinsNb": "7",
    "VP_STMicroelectronics.X-CUBE-AI_VS_DeviceJjApplication_8.1.0.Mode": "DeviceJjApplication",
}


def findings(keys: dict[str, str], *gone: str, generated: Generated | None = None) -> list[Finding]:
    return list(lint(IocDocument.parse(ioc_bytes(keys, without=gone)), generated=generated))


def rules(keys: dict[str, str], *gone: str) -> list[str]:
    return [finding.rule for finding in findings(keys, *gone)]


def test_a_sound_project_has_no_finding() -> None:
    assert not findings(plain_keys())
    for version in ("8.1.0", "9.1.0", "10.2.0"):
        assert not findings(with_pack(version))
    assert not findings(with_pack("8.1.0") | APPLICATION | {FUNCTIONS: f"{LIST},{INIT},{PROCESS}"})


@pytest.mark.parametrize(
    ("rule", "change", "gone"),
    [
        ("rows.count", {"Mcu.PinsNb": "7"}, ()),
        ("rows.count", {"Mcu.PinsNb": "many"}, ()),
        ("rows.count", {"Mcu.IPNb": "6"}, ()),
        ("rows.count", {"Mcu.ThirdPartyNb": "0"}, ()),
        ("rows.count", {}, ("Mcu.ThirdPartyNb",)),
        ("rows.gap", {"Mcu.IP7": "TIM1", "Mcu.IPNb": "6"}, ()),
        ("rows.duplicate", {"Mcu.IP5": "CRC", "Mcu.IPNb": "6"}, ()),
        ("pins.mode", {}, ("PA2.Mode", "PA2.Signal")),
        ("pins.mode", {f"{VP}.Locked": "true"}, (f"{VP}.Mode", f"{VP}.Signal")),
        ("pins.registered", {"PB5.Signal": "GPIO_Output"}, ()),
        ("pins.registered", {"VP_TIM1_VS_x.Mode": "x"}, ()),
        ("parameters.listed", {"USART2.IPParameters": "VirtualMode,BaudRate,Parity"}, ()),
        ("parameters.listed", {}, ("PA2.GPIO_Label",)),
        ("parameters.unlisted", {f"{PACK}.extra": "1"}, ()),
        ("parameters.dropped", {"USART2.Parity": "even"}, ()),
        ("parameters.dropped", {"PA2.GPIO_Speed": "fast"}, ()),
        ("ai.slots", {f"{PACK}.ModelNameList": "network,other"}, ()),
        ("ai.slots", {f"{PACK}.ModelNameList": "another"}, ()),
        ("ai.slots", {f"{PACK}.ModelHashList": f"{SLOT};{SLOT}",
                      f"{PACK}.ModelNameList": "network,n2"}, ()),
        ("ai.orphans", {f"{PACK}.x-{OTHER}": "1", f"{PACK}.IPParameters": f"{LISTED},x-{OTHER}"}, ()),
        ("ai.version", {"Mcu.ThirdParty0": "STMicroelectronics.X-CUBE-AI.8.x"}, ()),
        ("ai.version", {"STMicroelectronics.X-CUBE-AI.8.0.0.HeapSize": "0x800"}, ()),
        ("ai.version", {FUNCTIONS: f"{LIST},{INIT.replace('8.1.0', '8.0.0')}"}, ()),
        ("ai.components", {f"{PACK}_SwParameter": "Core\\:true;"}, ()),
        ("ai.components", {}, (f"{PACK}_SwParameter",)),
        ("ai.functions", {FUNCTIONS: f"{LIST},{INIT},{PROCESS}"}, ()),
        ("ai.functions", APPLICATION, ()),
        ("ai.functions", APPLICATION | {FUNCTIONS: f"{LIST},{INIT}"}, ()),
        ("ai.heap", {"ProjectManager.HeapSize": "0x400"}, ()),
        ("ai.heap", {f"{PACK}.StackSize": "2049"}, ()),
        ("ai.crc", {"Mcu.IP0": "CRD"}, ()),
        ("files.path", {f"{PACK}.ModelStructureFile-{SLOT}": "/home/me/network.tflite"}, ()),
        ("files.path", {f"{PACK}.ModelStructureFile-{SLOT}": "C\\:\\\\me\\\\network.tflite"}, ()),
    ],
)  # fmt: skip
def test_a_broken_rule_is_found(rule: str, change: dict[str, str], gone: tuple[str, ...]) -> None:
    keys = with_pack("8.1.0") | change
    found = [finding for finding in findings(keys, *gone) if finding.rule == rule]
    assert found, rules(keys, *gone)
    severity = next(one.severity for one in RULES if one.id == rule)
    lines = ioc_bytes(keys, without=gone).decode().splitlines()
    for finding in found:
        assert finding.severity == severity
        assert finding.message
        if finding.key is not None and finding.line is not None:
            assert lines[finding.line - 1].startswith(f"{finding.key}=")


def test_only_the_broken_rule_speaks() -> None:
    assert rules(with_pack("8.1.0") | {"Mcu.PinsNb": "9"}) == ["rows.count"]
    assert rules(with_pack("8.1.0"), f"{PACK}.ModelKind-{SLOT}") == ["parameters.listed", "ai.slots"]
    assert rules(plain_keys() | {"Mcu.Pin4": "PH0-OSC_IN"}) == ["rows.duplicate", "pins.registered"]


def test_the_counter_may_count_the_pseudo_peripheral_of_a_board() -> None:
    keys = plain_keys() | {"BSP_IP_NAME": "NUCLEO-F446RE"}
    assert not findings(keys)
    assert not findings(keys | {"Mcu.IPNb": "6"})
    assert rules(keys | {"Mcu.IPNb": "7"}) == ["rows.count"]


def test_a_locked_pin_needs_no_mode() -> None:
    assert not findings(plain_keys() | {"PA2.Locked": "true"}, "PA2.Mode", "PA2.Signal")


def test_a_board_file_is_no_project_and_still_sound() -> None:
    keys = {k: v for k, v in plain_keys().items() if not k.startswith(("ProjectManager.", "Mcu.Third"))}
    assert not findings(keys)


def test_old_packs_have_descriptors_and_no_software_parameter() -> None:
    def of(version: str) -> dict[str, str]:
        pack = f"STMicroelectronics.X-CUBE-AI.{version}"
        odd = {f"{pack}.ArtificialOoIntelligenceJjApplication.cmp_version0": "5.0.0",
               f"{pack}._license": "SLA0048.txt"}  # fmt: skip
        return {k: v for k, v in with_pack(version).items() if "_SwParameter" not in k} | odd

    assert not findings(of("5.0.0"))
    assert set(rules(of("6.0.0"))) == {"ai.components", "parameters.unlisted"}


def test_one_finding_for_a_version_that_stands_in_many_keys() -> None:
    stray = {
        k.replace("8.1.0", "8.0.0"): v for k, v in with_pack("8.1.0").items() if k.startswith(PACK)
    }
    found = [one for one in findings(with_pack("8.1.0") | stray) if one.rule == "ai.version"]
    assert len(found) == 1
    assert f"and {len(stray) - 1} more" in found[0].message


def test_the_index_of_the_uart_is_no_other_version() -> None:
    assert not findings(
        with_pack("8.1.0") | {f"{PACK}0.BSP.instance": "USART2", f"{PACK}.BSP.number": "1"}
    )
    assert "ai.version" in rules(with_pack("8.1.0") | {f"{PACK}1x.y": "USART2"})


def test_two_packs_are_both_checked() -> None:
    keys = with_pack("8.1.0") | {k: v for k, v in with_pack("9.1.0").items() if "9.1.0" in k}
    keys |= {
        "Mcu.ThirdParty0": "STMicroelectronics.X-CUBE-AI.8.1.0",
        "Mcu.ThirdParty1": "STMicroelectronics.X-CUBE-AI.9.1.0",
        "Mcu.ThirdPartyNb": "2",
        "Mcu.Pin5": VP,
        "Mcu.Pin6": VP.replace("8.1.0", "9.1.0"),
        "Mcu.PinsNb": "7",
    }
    assert rules(keys) == ["ai.version"]


def test_contexts_have_their_own_sizes() -> None:
    name, appli = "STMicroelectronics.X-CUBE-AI.10.1.0", "STMicroelectronics.X-CUBE-AI.10.1.0_Appli"
    keys: dict[str, str] = {}
    for key, value in with_pack("10.1.0").items():
        key = key.replace(name + ".", appli + ".").replace(name + "_Sw", appli + "_Sw")
        keys[key.replace("AI_VS", "AI_Appli_VS")] = value.replace("AI_VS", "AI_Appli_VS")
    keys |= {
        "Mcu.ThirdParty0_ContextShortName": "Appli",
        "Mcu.ThirdParty0_Instance": appli,
        "Appli.IPs": f"RCC,{appli}\\:I",
        "ProjectManager.HeapSize": "FSBL-0x200,Appli-0x800",
        "ProjectManager.StackSize": "FSBL-0x200,Appli-0x800",
    }
    assert not findings(keys)
    assert rules(keys | {"ProjectManager.HeapSize": "FSBL-0x800,Appli-0x200"}) == ["ai.heap"]
    assert rules(keys | {"Appli.IPs": "STMicroelectronics.X-CUBE-AI.9.0.0_Appli\\:I"}) == ["ai.version"]


def test_rules_on_the_text() -> None:
    data = ioc_bytes(plain_keys())
    text = data.replace(b"board=", b"<<<<<<< ours\nboard=").replace(
        b"MxCube.Version", b"File.Version=5\nMxCube.Version"
    )
    found = lint(IocDocument.parse(text))
    assert [(one.rule, one.key, one.severity) for one in found] == [
        ("files.order", None, "info"),
        ("files.duplicate", "File.Version", "error"),
        ("files.merge", None, "error"),
    ]
    assert found[2].line == text[: text.index(b"<<<")].count(b"\n") + 1
    assert [one.rule for one in lint(IocDocument.parse(data.replace(b"USART_TX", "ü".encode())))] == [
        "files.encoding"
    ]
    assert [one.rule for one in lint(IocDocument.parse(data + b"z=1\\"))] == ["files.cut"]


def test_runtime_and_generated_code_are_those_of_the_pack() -> None:
    right = Generated(
        (LinkedRuntime(".cproject", 5, "NetworkRuntime810_CM4_GCC", "810"),),
        (GeneratedCode("X-CUBE-AI/App/n_generate_report.txt", 1, "STM.ai 8.1.0", "8.1.0"),),
    )
    wrong = Generated(
        (LinkedRuntime(".cproject", 5, "NetworkRuntime710_CM4_GCC", "710"),),
        (GeneratedCode("X-CUBE-AI/App/n.c", 9, "ST Edge AI Core 7.7.7", None),),
    )
    keys = with_pack("8.1.0")
    assert not findings(keys, generated=right)
    found = findings(keys, generated=wrong)
    assert [one.rule for one in found] == ["ai.runtime", "ai.generated"]
    assert ".cproject:5" in found[0].message
    assert found[0].key == "Mcu.ThirdParty0"
    (info,) = findings(plain_keys(), generated=right)
    assert (info.rule, info.severity) == ("ai.runtime", "info")
    late = Generated((LinkedRuntime("Makefile", 1, "NetworkRuntime1000_CM4_GCC", "1000"),))
    assert not findings(with_pack("10.0.1"), generated=late)  # one library for 10.0.0 and 10.0.1


def test_what_is_no_project_is_an_error() -> None:
    with pytest.raises(IocFormatError, match="not a CubeMX project"):
        lint(IocDocument.parse(b"name=value\n"))


def test_damaged_projects_are_linted_or_refused() -> None:
    source = random.Random(3)
    data = ioc_bytes(with_pack("8.1.0") | APPLICATION)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(source.randrange(1, 30)):
            place = source.randrange(len(damaged))
            match source.randrange(3):
                case 0:
                    damaged[place] = source.randrange(256)
                case 1:
                    del damaged[place : place + source.randrange(40)]
                case _:
                    damaged[place:place] = damaged[place // 2 : place // 2 + 20]
        try:
            found = lint(IocDocument.parse(bytes(damaged)))
        except CubeAIError as error:
            assert error.hint  # noqa: PT017
            continue
        assert all(finding.message for finding in found)


@pytest.mark.parametrize(
    "body",
    [
        b"".join(b"Mcu.Pin%d=PA%d\n" % (k, k) for k in range(30_000)),
        b"".join(b"Mcu.ThirdParty%d=STMicroelectronics.X-CUBE-AI.10.2.0\n" % k for k in range(10_000)),
        b"ProjectManager.functionlistsort=" + b"1-a-b-false-HAL-true," * 30_000,
        b"Mcu.ThirdParty0=STMicroelectronics.X-CUBE-AI.10.2.0\n"
        b"STMicroelectronics.X-CUBE-AI.10.2.0.ModelHashList="
        + b"".join(b"%064x;" % k for k in range(30_000)),
    ],
    ids=["pins", "packs", "functions", "slots"],
)
def test_large_projects_take_linear_time(body: bytes) -> None:
    document = IocDocument.parse(b"File.Version=6\n" + body)
    assert len(lint(document)) < 100_000
    assert not semantic_diff(document, document.copy()).differences


def test_the_page_has_the_table_of_rules(repository: Path) -> None:
    page = (repository / "docs" / "ioc.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z]+\.[a-z]+)` \| (error|warning|info) \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(rule.id, rule.severity, rule.holds) for rule in RULES]

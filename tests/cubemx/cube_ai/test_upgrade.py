"""Upgrading: one step at a time, chains against the direct upgrade, and a real upgraded project."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_projects import ioc_document, ioc_text, row_problems, small_project

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai, stray_pack_keys
from cubeai_auto.cubemx.cube_ai.names import PACK, PackVersion, UnsupportedProjectError
from cubeai_auto.cubemx.cube_ai.request import AddRequest, Analysis, NetworkRequest
from cubeai_auto.cubemx.cube_ai.upgrade import upgrade_cube_ai
from cubeai_auto.cubemx.document import IocDocument, IocEditError
from cubeai_auto.cubemx.edit import KeyChange, key_changes
from cubeai_auto.cubemx.linting import lint
from cubeai_auto.errors import CubeAIError, UsageError

VERSIONS = [
    *("5.0.0", "5.1.2", "5.2.0", "6.0.0", "7.0.0", "7.1.0", "7.2.0"),
    *("7.3.0", "8.0.0", "8.1.0", "9.0.0", "9.1.0", "10.0.0", "10.2.0"),
]
CORE = "ArtificialOoIntelligenceJjXAaCUBEAaAI"
OLD, NEW = "ArtificialOoIntelligenceJjApplication", "DeviceJjApplication"
A, B = "a" * 64, "b" * 64


def project(pack: str, application: str | None = None, *, analyzed: bool = True) -> IocDocument:
    figures = Analysis(1000, 2048, 4096, 1, 2, input_bytes=(8,), output_bytes=(4, 4))
    networks = (
        NetworkRequest("first", "m/a.tflite", "TFLITE", A, figures if analyzed else None),
        NetworkRequest("second", "m/b.h5", "KERAS", B, figures if analyzed else None),
    )
    uart = "USART2" if application in {"Validation", "SystemPerformance"} else None
    request = AddRequest(pack, networks, application=application, uart=uart)
    return add_cube_ai(ioc_document(small_project()), request).after


def ai(document: IocDocument, name: str) -> str | None:
    installed = installed_cube_ai(document)
    assert installed is not None
    return document.get(f"{installed.instance}.{name}")


def listed(document: IocDocument) -> list[str]:
    return (ai(document, "IPParameters") or "").split(",")


@pytest.mark.parametrize(("source", "target"), list(itertools.pairwise(VERSIONS)))
def test_every_step_moves_everything_and_stays_consistent(source: str, target: str) -> None:
    before = project(source, "Validation")
    edit = upgrade_cube_ai(before, target)
    text = edit.after.to_bytes()
    assert f"X-CUBE-AI.{source}".encode() not in text
    assert f"_{source}.Mode".encode() not in text
    assert not row_problems(edit.after)
    assert edit.after.canonical
    names = [
        key.split(".")[-1]
        for key in edit.after.starting(f"{PACK}.{target}.")
        if not key.endswith(("_Checked", "IPParameters", "BSP.number"))
    ]
    assert sorted(names) == sorted(listed(edit.after))
    outside = {
        change.key
        for change in edit.changes
        if "X-CUBE-AI" not in f"{change.key}{change.before}{change.after}"
    }
    assert not outside
    again = installed_cube_ai(edit.after)
    assert again is not None
    assert (again.pack, again.application) == (target, "Validation")
    assert [network.slot for network in again.networks] == [A, B]


@pytest.mark.parametrize(("source", "target"), list(itertools.combinations(VERSIONS, 2))[::7])
@pytest.mark.parametrize("application", [None, "ApplicationTemplate", "Validation"])
def test_an_upgraded_project_is_what_adding_the_newer_pack_gives(
    source: str, target: str, application: str | None
) -> None:
    """But for what an upgrade keeps, and the order of names that history decides."""
    upgraded = upgrade_cube_ai(project(source, application), target).after
    fresh = project(target, application)
    different = {change.key.split(".")[-1].split("-")[0] for change in key_changes(upgraded, fresh)}
    old, new = PackVersion.parse(source), PackVersion.parse(target)
    kept = {"IPParameters", "copyWeightToRam", "customLayerConfigEnabled", "noOnnxIoTranspose"}
    kept |= {"useInputAllocation", "useOutputAllocation"}
    if old < PackVersion(6, 0):
        kept |= {"HeapSize", "StackSize", "i2caddr"}
    if old < PackVersion(5, 1):
        kept |= {"ValidationInputFileHistory", "ValidationOutputFileHistory"}
        if new < PackVersion(7, 2):
            kept |= {"MaximumSizeOfInputLayer", "MaximumSizeOfOutputLayer"}
    if old.needs_crc and not new.needs_crc:
        kept |= {"Mode", "Signal", "IPNb", "PinsNb", "functionlistsort"}
        different = {name for name in different if not re.fullmatch(r"(IP|Pin)[0-9]+", name)}
    assert different <= kept
    if set(listed(upgraded)) != set(listed(fresh)):
        odd = set(listed(upgraded)) ^ set(listed(fresh))
        assert {name.split("-")[0] for name in odd} <= kept


def test_5_0_describes_its_components_in_the_project() -> None:
    """In the form of the first projects with 5.0.0; later ones have _SwParameter only."""
    values = dict(project("5.0.0", "ApplicationTemplate").items())
    pack = f"{PACK}.5.0.0"
    selection = values.pop(f"{pack}_SwParameter")
    values[f"{pack}.IPParameters"] += f",NNModelInformation_ModelRam-{A}"
    kept = upgrade_cube_ai(ioc_document(values), "5.0.1").after
    values |= {
        f"{pack}.{CORE}.cmp_version0": "5.0.0",
        f"{pack}.{CORE}.sevirity1": "none",
        f"{pack}.{CORE}_bundle": "X-CUBE-AI",
        f"{pack}.{OLD}.paramName0": "ApplicationCcArtificialOoIntelligenceJjApplication",
        f"{pack}.{OLD}_size": "1",
        f"{pack}.NNModelInformation_ModelRam-{A}": "1",
        f"{pack}_MwName0": "X-CUBE-AI",
        f"{pack}_NumberOfMw": "2",
        f"{pack}_{OLD}_RteComponent0": "#define AI_APPLICATION_TEMPLATE",
        f"{pack}_{CORE}_RteComponentsize": "0",
        f"{pack}_license": "license.txt",
        f"{pack}_description": "Artificial Intelligence",
    }
    before = ioc_document(values)
    assert stray_pack_keys(before) == ()
    assert "parameters.unlisted" not in {finding.rule for finding in lint(before)}
    same = upgrade_cube_ai(before, "5.0.1").after
    assert len(same.items()) == len(before.items()), "nothing goes before 5.1"
    after = upgrade_cube_ai(before, "5.1.2").after
    assert dict(after.items()) == dict(
        upgrade_cube_ai(project("5.0.0", "ApplicationTemplate"), "5.1.2").after.items()
    )
    assert after.get(f"{PACK}.5.1.2_SwParameter") == selection
    assert f"{PACK}.5.0.1_SwParameter" not in kept
    assert not [key for key in after.keys if re.search("bundle|RteComp|NNModel|Mw|cmp_", key)]
    assert after.get(f"{PACK}.5.1.2.{OLD}_Checked") == "true"


def test_6_0_renames_the_application() -> None:
    before = project("5.2.0", "Validation")
    after = upgrade_cube_ai(before, "6.0.0").after
    assert OLD.encode() not in after.to_bytes()
    assert ai(after, f"ApplicationCc{NEW}") == "Validation"
    assert ai(after, f"{NEW}_Checked") == "true"
    assert after.get(f"{PACK}.6.0.0_SwParameter") == (
        "ApplicationCcDeviceJjApplication:Validation;XAaCUBEAaAICcArtificialOoIntelligenceJjCore:true;"
    )
    assert after.get(f"{PACK}.6.0.00.BSP.condition") == ("!SEMDeviceJjApplicationJjApplicationTemplate")
    pin = f"VP_{PACK}_VS_{NEW}_6.0.0"
    assert after.get(f"{pin}.Mode") == NEW
    assert after.get(f"{pin}.Signal") == pin.removeprefix("VP_")
    rows = [key for key, value in after.items() if value == pin]
    assert [before.get(rows[0])] == [f"VP_{PACK}_VS_{OLD}_5.2.0"], "the row keeps its number"


def test_the_second_spelling_of_the_uart_setting_moves_too() -> None:
    values = dict(project("7.1.0", "Validation").items())
    pack = f"{PACK}.7.1.0"
    bsp = {key: values.pop(key) for key in list(values) if key.startswith(f"{pack}0.BSP.")}
    plain = {key.replace("7.1.00.", "7.1.0."): value for key, value in bsp.items()}
    values |= plain
    names = [key.removeprefix(f"{pack}.") for key in plain]
    values[f"{pack}.IPParameters"] += "," + ",".join([*names, "BSP.number"])
    after = upgrade_cube_ai(ioc_document(values), "8.1.0").after
    assert ai(after, "BSP.instance") == "USART2"
    assert not {"BSP.i2caddr", "BSP.i2creg"} & set(listed(after))
    assert "BSP.instance" in listed(after)
    assert not [key for key in after.keys if "i2c" in key]
    assert not row_problems(after)


@pytest.mark.parametrize(
    ("kind", "runtime", "target", "expected"),
    [
        ("TFLITE", "Saved model", "7.0.0", "STM32Cube.AI runtime"),
        ("KERAS", "Saved model", "7.0.0", "Saved model"),
        ("KERAS", "Quantized model", "8.1.0", "Quantized model"),
        ("KERAS", "Quantized model", "9.0.0", "STM32Cube.AI MCU runtime"),
        ("ONNX", "Saved model", "10.2.0", "STM32Cube.AI MCU runtime"),
        ("TFLITE", "Saved model", "10.2.0", "STM32Cube.AI MCU runtime"),
        ("TFLITE", "TFLite Micro runtime", "10.2.0", "TFLite Micro runtime"),
        (
            "ONNX",
            "STM32Cube.AI Neural-ART\u2122 runtime",
            "12.0.0",
            "STM32Cube.AI Neural-ART\u2122 runtime",
        ),
    ],
)
def test_the_runtime(kind: str, runtime: str, target: str, expected: str) -> None:
    before = project("6.0.0")
    before.set(f"{PACK}.6.0.0.ModelKind-{A}", kind)
    before.set(f"{PACK}.6.0.0.ModelType-{A}", runtime)
    assert ai(upgrade_cube_ai(before, target).after, f"ModelType-{A}") == expected


def test_a_missing_runtime_is_left_out_and_reported() -> None:
    before = project("6.0.0")
    before.delete(f"{PACK}.6.0.0.ModelType-{A}")
    edit = upgrade_cube_ai(before, "9.0.0")
    assert ai(edit.after, f"ModelType-{A}") is None
    assert any("first has no ModelType" in note for note in edit.notes)
    assert not any("second has no ModelType" in note for note in edit.notes)
    assert not any("ModelType" in note for note in upgrade_cube_ai(edit.after, "9.1.0").notes)


def test_compression_and_sizes_from_7_2_on() -> None:
    before = project("7.1.0")
    before.set(f"{PACK}.7.1.0.ModelCompression-{B}", "8")
    before.set(f"{PACK}.7.1.0.MaximumSizeOfOutputLayer", "AI_FIRST_OUT_1_SIZE_BYTES,1")
    edit = upgrade_cube_ai(before, "7.2.0")
    assert ai(edit.after, f"ModelCompression-{A}") == "None"
    assert ai(edit.after, f"ModelCompression-{B}") == "8"
    assert any("second keeps ModelCompression 8" in note for note in edit.notes)
    assert ai(edit.after, "MaximumSizeOfOutputLayer") == "1,1"
    assert ai(edit.after, "MaximumSizeOfInputLayer") == "1"
    assert ai(edit.after, "MaximumNumberOfOutputLayer") == "2"


def test_histories_go_when_empty() -> None:
    before = project("6.0.0")
    before.set(f"{PACK}.6.0.0.ValidationInputFileHistory-{A}", "C:\\data.csv")
    edit = upgrade_cube_ai(before, "7.1.0")
    assert ai(edit.after, f"ValidationInputFileHistory-{A}") == "C:\\data.csv"
    assert f"ValidationInputFileHistory-{A}" in listed(edit.after)
    assert ai(edit.after, f"ValidationOutputFileHistory-{A}") is None
    assert any("first keeps its list of validation input files" in note for note in edit.notes)


def test_pools_only_where_the_activations_are_in_internal_ram_and_known() -> None:
    pool = upgrade_cube_ai(project("7.0.0"), "7.1.0").after
    assert ai(pool, "ActivationBuffers") == "pool0;pool0"
    assert ai(pool, "ActivationNames") == "pool0"
    assert ai(pool, "ActivationSizes") == "AI_FIRST_DATA_ACTIVATION_1_SIZE"
    external = project("7.0.0")
    external.set(f"{PACK}.7.0.0.WorkingBufferStartAddrList", "0xFFFFFFFF,0xd0000000")
    edit = upgrade_cube_ai(external, "8.1.0")
    assert ai(edit.after, "ActivationBuffers") is None
    assert any("fixed address" in note for note in edit.notes)
    edit = upgrade_cube_ai(project("7.0.0", analyzed=False), "8.1.0")
    assert ai(edit.after, "ActivationBuffers") is None
    assert any("no size of the activations" in note for note in edit.notes)
    present = project("7.3.0")
    present.set(f"{PACK}.7.3.0.ActivationBuffers", "NULL;pool0")
    edit = upgrade_cube_ai(present, "8.0.0")
    assert ai(edit.after, "ActivationBuffers") == "NULL;pool0"
    assert any("NULL" in note for note in edit.notes)


@pytest.mark.parametrize(("analyzed", "ready"), [(True, "true"), (False, "false")])
def test_ready_only_with_figures(analyzed: bool, ready: str) -> None:
    before = project("6.0.0", analyzed=analyzed)
    edit = upgrade_cube_ai(before, "7.0.0")
    assert ai(edit.after, "ReadyForCodeGeneration") == ready
    assert any("stale" in note for note in edit.notes) is analyzed
    figures = ("ModelMacc", "ModelRamOccupation", "ModelFlashOccupation", "ModelActualCompression")
    for name in figures:
        assert ai(edit.after, f"{name}-{A}") == ai(before, f"{name}-{A}")


@pytest.mark.parametrize("form", ["slot", "global", "both", "none"])
def test_the_onnx_switch_follows_the_form_of_the_others(form: str) -> None:
    values = dict(project("8.0.0").items())
    pack = f"{PACK}.8.0.0"
    for name in [name for name in values if re.search(r"(copyWeight|custom|use(In|Out))", name)]:
        values.pop(name)
    names = [n for n in values[f"{pack}.IPParameters"].split(",") if f"{pack}.{n}" in values]
    new = [f"copyWeightToRam-{A}"] if form in {"slot", "both"} else []
    new += ["copyWeightToRam"] if form in {"global", "both"} else []
    values |= {f"{pack}.{name}": "true" for name in new}
    values[f"{pack}.IPParameters"] = ",".join([*names, *new])
    after = upgrade_cube_ai(ioc_document(values), "8.1.0").after
    assert (ai(after, f"noOnnxIoTranspose-{A}") == "false") is (form in {"slot", "both"})
    assert (ai(after, "noOnnxIoTranspose") == "false") is (form in {"global", "both"})
    assert ai(after, f"noOnnxIoTranspose-{B}") is None
    if form != "none":
        assert ai(after, new[0]) == "true", "the user's choice stays"


def test_slots_of_replaced_networks_are_renamed_and_nothing_more() -> None:
    before = project("6.0.0")
    orphan = "c" * 64
    pack = f"{PACK}.6.0.0"
    before.set(f"{pack}.ModelKind-{orphan}", "TFLITE")
    before.set(f"{pack}.ModelType-{orphan}", "Saved model")
    before.set(f"{pack}.ModelCompression-{orphan}", "1")
    names = f"ModelKind-{orphan},ModelType-{orphan},ModelCompression-{orphan}"
    before.set(f"{pack}.IPParameters", f"{before.get(f'{pack}.IPParameters')},{names}")
    edit = upgrade_cube_ai(before, "10.2.0")
    assert ai(edit.after, f"ModelType-{orphan}") == "Saved model"
    assert ai(edit.after, f"ModelCompression-{orphan}") == "1"
    assert any("1 replaced network" in note for note in edit.notes)


def test_the_crc_unit_stays_and_other_packs_and_pins_are_not_touched() -> None:
    before = project("8.1.0", "ApplicationTemplate")
    other = "STMicroelectronics.X-CUBE-ALGOBUILD.1.4.0"
    before.set("Mcu.ThirdParty1", other)
    before.set("Mcu.ThirdPartyNb", "2")
    before.set(f"{other}.Note", f"{PACK}.8.1.0 is mentioned")
    before.set("ProjectManager.ProjectName", "X-CUBE-AI.8.1.0")
    edit = upgrade_cube_ai(before, "10.2.0")
    assert any("CRC unit stays" in note for note in edit.notes)
    assert edit.after.get("VP_CRC_VS_CRC.Mode") == "CRC_Activate"
    assert edit.after.get(f"{other}.Note") == f"{PACK}.8.1.0 is mentioned"
    assert edit.after.get("ProjectManager.ProjectName") == "X-CUBE-AI.8.1.0"
    assert edit.after.get("ProjectManager.functionlistsort") == (
        before.get("ProjectManager.functionlistsort") or ""
    ).replace("8.1.0", "10.2.0")
    assert not any("CRC" in note for note in upgrade_cube_ai(edit.after, "11.0.0").notes)


def test_versions_that_begin_alike_are_told_apart() -> None:
    """The keys of a UART begin with the version and a digit: 8.1.0 and 0 is not 8.1.00."""
    before = project("8.1.0", "Validation")
    after = upgrade_cube_ai(before, "8.1.1").after
    assert after.get(f"{PACK}.8.1.10.BSP.instance") == "USART2"
    again = upgrade_cube_ai(after, "8.1.10")
    assert again.after.get(f"{PACK}.8.1.100.BSP.instance") == "USART2"
    assert again.after.get(f"{PACK}.8.1.10.BSP.number") == "1"
    assert not row_problems(again.after)


def test_the_form_with_contexts_moves_too() -> None:
    values = dict(project("10.1.0", "ApplicationTemplate").items())
    pack = f"{PACK}.10.1.0"
    moved: dict[str, str] = {}
    for key, value in values.items():
        new = key.replace(f"{pack}.", f"{pack}_Appli.").replace(f"{pack}_Sw", f"{pack}_Appli_Sw")
        pin = (key.startswith("VP_") and "Signal" in key) or key.startswith("Mcu.Pin")
        text = value.replace("CUBE-AI_VS", "CUBE-AI_Appli_VS") if pin else value
        moved[new.replace("CUBE-AI_VS", "CUBE-AI_Appli_VS")] = text
    moved |= {
        "Mcu.ThirdParty0_Instance": f"{pack}_Appli",
        "Mcu.ThirdParty0_ContextShortName": "Appli",
        "Appli.IPs": f"GPIO,{pack}_Appli:I,RCC",
        "FSBL.IPs": "GPIO",
    }
    before = ioc_document(moved)
    assert not row_problems(before)
    after = upgrade_cube_ai(before, "10.2.0").after
    assert not row_problems(after)
    assert b"10.1.0" not in after.to_bytes()
    assert after.get("Mcu.ThirdParty0_Instance") == f"{PACK}.10.2.0_Appli"
    assert after.get("Appli.IPs") == f"GPIO,{PACK}.10.2.0_Appli:I,RCC"
    assert after.get(f"{PACK}.10.2.0_Appli.ModelNameList") == "first,second"


def test_the_same_version_changes_nothing_and_refusals_are_typed() -> None:
    before = project("9.1.0")
    assert upgrade_cube_ai(before, "9.1.0").changes == ()
    with pytest.raises(UsageError, match=r"9\.1\.0, newer than 8\.1\.0") as caught:
        upgrade_cube_ai(before, "8.1.0")
    assert caught.value.hint
    with pytest.raises(UsageError, match="no X-CUBE-AI") as caught:
        upgrade_cube_ai(ioc_document(small_project()), "8.1.0")
    assert "add-ai" in str(caught.value.hint)
    for odd in ("", "ten", "4.1.0", "13.0.0", "10.2"):
        with pytest.raises(UsageError):
            upgrade_cube_ai(before, odd)
    for pack in ("11.0.0", "12.1.0"):
        assert any("unverified" in note for note in upgrade_cube_ai(before, pack).notes)
    values = {key.replace("9.1.0", "4.1.0"): v.replace("9.1.0", "4.1.0") for key, v in before.items()}
    with pytest.raises(UnsupportedProjectError, match=r"4\.1\.0"):
        upgrade_cube_ai(ioc_document(values), "10.2.0")


def test_files_that_an_upgrade_would_make_worse_are_refused() -> None:
    before = project("9.1.0")
    before.set(f"{PACK}.10.2.0.HeapSize", "0x100")
    with pytest.raises(IocEditError, match="already holds"):
        upgrade_cube_ai(before, "10.2.0")
    text = project("9.1.0").to_bytes()
    for odd in (text + b"<<<<<<< HEAD\n", text + b"board=other\n"):
        with pytest.raises(IocEditError):
            upgrade_cube_ai(IocDocument.parse(odd), "10.2.0")
    foreign = project("9.1.0")
    foreign.set("Mcu.ThirdParty0_Instance", "Something.else")
    with pytest.raises(UnsupportedProjectError, match="foreign instance"):
        upgrade_cube_ai(foreign, "10.2.0")


def chained(document: IocDocument, versions: list[str]) -> bytes:
    """Through the bytes of every step, as one tool call after the other would do it."""
    for version in versions:
        document = IocDocument.parse(upgrade_cube_ai(document, version).after.to_bytes())
    return document.to_bytes()


ODD_VALUES = st.dictionaries(
    st.sampled_from(
        [
            f"ModelType-{A}",
            f"ModelCompression-{A}",
            f"ModelRamOccupation-{B}",
            f"ModelKind-{B}",
            f"copyWeightToRam-{A}",
            "copyWeightToRam",
            "ActivationBuffers",
            "WorkingBufferStartAddrList",
            "InternalRamActivationBufferMaxSize",
            "MaximumSizeOfInputLayer",
            f"ValidationInputFileHistory-{A}",
            "ModelHashList",
            "IPParameters",
            f"{OLD}.cmp_version0",
            "BSP.i2creg",
            "BSP.condition",
        ]
    ),
    st.none()
    | st.sampled_from(["", "1", "4", "NULL", "Saved model", "TFLITE", f"{B};{A}", OLD, "a,,b"]),
    max_size=5,
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    start=st.integers(0, len(VERSIONS) - 2),
    chosen=st.sets(st.sampled_from(VERSIONS)),
    application=st.sampled_from([None, "ApplicationTemplate", "Validation"]),
    analyzed=st.booleans(),
    odd=ODD_VALUES,
    unsorted=st.booleans(),
    crlf=st.booleans(),
    final=st.booleans(),
)
def test_a_chain_of_upgrades_is_the_direct_upgrade(
    start: int,
    chosen: set[str],
    application: str | None,
    analyzed: bool,
    odd: dict[str, str | None],
    unsorted: bool,
    crlf: bool,
    final: bool,
) -> None:
    values = dict(project(VERSIONS[start], application, analyzed=analyzed).items())
    for name, value in odd.items():
        key = f"{PACK}.{VERSIONS[start]}.{name}"
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
    text = ioc_text(values, newline="\r\n" if crlf else "\n", final=final)
    if unsorted:
        head, *lines = text.split(b"\n")
        text = b"\n".join([head, *lines[7:-1], *lines[:7], lines[-1]])
    document = IocDocument.parse(text)
    steps = [v for v in VERSIONS[start + 1 :] if v in chosen or v == VERSIONS[-1]]
    try:
        direct = upgrade_cube_ai(document, VERSIONS[-1]).after.to_bytes()
    except CubeAIError:
        with pytest.raises(CubeAIError):
            chained(document, steps)
        return
    assert chained(document, steps) == direct


@settings(max_examples=120, derandomize=True, deadline=None)
@given(place=st.integers(0, 8000), cut=st.integers(0, 300), put=st.binary(max_size=8))
def test_mutated_projects_give_typed_errors_only(place: int, cut: int, put: bytes) -> None:
    text = MUTATED
    place %= len(text)
    try:
        document = IocDocument.parse(text[:place] + put + text[place + cut :])
        edit = upgrade_cube_ai(document, "10.2.0")
    except CubeAIError:
        return
    assert IocDocument.parse(edit.after.to_bytes()).items() == edit.after.items()


MUTATED = project("5.2.0", "Validation").to_bytes()

# What is left between the upgraded and the saved file of the real pair, with the reason.
PAIR_A = (
    ("CubeMX' own migration", 20, r"CAD\..*|Mcu\.CPN|MxCube\.Version|MxDb\.Version|NVIC\..*_IRQn"),
    (
        "CubeMX' own migration",
        0,
        r"ProjectManager\.(FirmwarePackage|PreviousToolchain|ProjectStructure)",
    ),
    ("CubeMX' own migration", 0, r"ProjectManager\.UAScript(After|Before)Path"),
    ("another model was analyzed", 4, r".*\.(ActivationBufferSizeList|Model(Flash|Ram)Occupation-.*)"),
    ("another model was analyzed", 0, r".*\.ModelMacc-.*"),
    ("its path and directory", 2, r".*\.(ModelStructureFile|LatestDirectoryUsed)-.*"),
    ("order of names", 1, r".*\.IPParameters"),
    ("flag of the UART, by CubeMX or the user", 1, r"ProjectManager\.functionlistsort"),
)


@pytest.mark.corpus
def test_the_real_upgrade_from_5_2_to_8_1(corpus: Path) -> None:
    folder = corpus / "ioc"
    before = IocDocument.read(next(folder.glob("*pairA-before-5.2.0.ioc")))
    real = IocDocument.read(next(folder.glob("*pairA-after-8.1.0.ioc")))
    ours = upgrade_cube_ai(before, "8.1.0").after
    left = key_changes(ours, real)
    counts: dict[str, int] = {}
    for change in left:
        reason = next((why for why, _, keys in PAIR_A if re.fullmatch(keys, change.key)), "unexplained")
        counts[reason] = counts.get(reason, 0) + 1
        print(f"{reason}: {_short(change)}")  # noqa: T201 - pytest -s shows what is left
    expected: dict[str, int] = {}
    for why, count, _ in PAIR_A:
        expected[why] = expected.get(why, 0) + count
    assert counts == expected
    parameters = f"{PACK}.8.1.0.IPParameters"
    assert set((ours.get(parameters) or "").split(",")) == set((real.get(parameters) or "").split(","))
    functions = "ProjectManager.functionlistsort"
    assert (ours.get(functions) or "").replace(
        "USART2-false-HAL-true", "USART2-false-HAL-false"
    ) == real.get(functions)
    assert len(key_changes(before, real)) == 121


def _short(change: KeyChange) -> str:
    name = re.sub(r"-[0-9a-f]{64}", "-H", change.key)
    return f"{name}: {str(change.before)[:40]!r} -> {str(change.after)[:40]!r}"


def rules(document: IocDocument) -> set[str]:
    return {finding.rule for finding in lint(document)}


def real_projects(corpus: Path) -> list[tuple[str, IocDocument]]:
    documents = [(path.name, IocDocument.read(path)) for path in sorted((corpus / "ioc").glob("*.ioc"))]
    return [(name, document) for name, document in documents if installed_cube_ai(document)]


@pytest.mark.corpus
def test_real_projects_upgrade_step_by_step_as_at_once(corpus: Path) -> None:
    projects = real_projects(corpus)
    assert len(projects) >= 37
    for number, (name, document) in enumerate(projects):
        installed = installed_cube_ai(document)
        assert installed is not None
        newer = [v for v in VERSIONS if PackVersion.parse(v) > installed.version]
        # Every file another third of the versions, all files together every one.
        steps = [*newer[number % 3 :: 3], "11.0.0"]
        edit = upgrade_cube_ai(document, "11.0.0")
        assert chained(document, steps) == edit.after.to_bytes(), (name, steps)
        assert row_problems(edit.after) <= row_problems(document), name
        assert rules(edit.after) <= rules(document), name
        assert edit.after.canonical == document.canonical, name
        assert installed.pack.encode() not in re.sub(
            rb"(?m)^(ProjectManager|MxCube|MxDb)\.[^f].*", b"", edit.after.to_bytes()
        ), name
        slots = [network.slot for network in installed.networks]
        after = installed_cube_ai(edit.after)
        assert after is not None
        assert [network.slot for network in after.networks] == slots
        assert [network.macc for network in after.networks] == [n.macc for n in installed.networks]
        assert after.application == installed.application


@pytest.mark.corpus
def test_every_line_of_a_real_project_matters_to_no_upgrade_of_another(corpus: Path) -> None:
    """Truncated real files: a typed error or a file that reads back."""
    document = next(d for name, d in real_projects(corpus) if "5nets-9.0" in name)
    text = document.to_bytes()
    for size in range(200, len(text), 1999):
        try:
            edit = upgrade_cube_ai(IocDocument.parse(text[:size]), "10.2.0")
        except CubeAIError:
            continue
        assert IocDocument.parse(edit.after.to_bytes()).items() == edit.after.items()

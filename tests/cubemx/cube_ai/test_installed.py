"""What a project says about its X-CUBE-AI; a damaged one says less, or raises a typed error."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cubemx_projects import ioc_files, numbered, project, small_values

from cubeai_auto.cubemx.cube_ai.installed import (
    InstalledCubeAI,
    installed_cube_ai,
    pack_keys,
    stray_pack_keys,
)
from cubeai_auto.cubemx.cube_ai.names import UnsupportedProjectError
from cubeai_auto.cubemx.document import IocDocument, IocFormatError

PACK = "STMicroelectronics.X-CUBE-AI.9.1.0"
FIRST, SECOND, STALE = "a" * 64, "b" * 64, "c" * 64


def with_pack(values: dict[str, str], pack: str = PACK, **satellites: str) -> dict[str, str]:
    base = small_values(packs=(pack,)) | {f"Mcu.ThirdParty0_{k}": v for k, v in satellites.items()}
    instance = satellites.get("Instance", pack)
    return base | {f"{instance}.{key}": value for key, value in values.items()}


def read(values: dict[str, str]) -> InstalledCubeAI:
    found = installed_cube_ai(project(values))
    assert found is not None
    return found


TWO = {
    "ModelHashList": f"{FIRST};{SECOND}",
    "ModelNameList": "one,two",
    f"ModelName-{FIRST}": "one",
    f"ModelKind-{FIRST}": "TFLITE",
    f"ModelStructureFile-{FIRST}": "models/one.tflite",
    f"ModelType-{FIRST}": "STM32Cube.AI MCU runtime",
    f"ModelMacc-{FIRST}": "0",
    f"ModelRamOccupation-{FIRST}": "10",
    f"ModelFlashOccupation-{FIRST}": "20",
    f"ModelMacc-{SECOND}": "many",
    f"ModelName-{STALE}": "gone",
    "HeapSize": "0x800",
    "IPParameters": "HeapSize,ModelHashList",
    "ReadyForCodeGeneration": "false",
}


def test_a_project_without_the_pack() -> None:
    assert installed_cube_ai(project(small_values())) is None
    other = small_values(packs=("STMicroelectronics.X-CUBE-ALGOBUILD.1.4.0", "I-CUBE-embOS.1.0.0"))
    assert installed_cube_ai(project(other)) is None


def test_networks_come_in_the_order_of_the_list_and_others_are_orphans() -> None:
    found = read(with_pack(TWO))
    assert (found.pack, found.instance, found.context, found.row) == ("9.1.0", PACK, None, 0)
    assert [network.name for network in found.networks] == ["one", "two"]
    assert found.orphan_slots == (STALE,)
    one, two = found.networks
    assert (one.macc, one.ram, one.flash, one.analyzed) == (0, 10, 20, True)
    assert (two.macc, two.kind, two.path, two.analyzed) == (None, None, None, False)
    assert (found.heap, found.stack, found.switches, found.ready) == ("0x800", None, None, False)
    assert found.parameters == ("HeapSize", "ModelHashList")
    assert found.network("two") == two
    assert found.network("three") is None


def test_the_value_decides_about_the_application_not_the_mark() -> None:
    only_mark = read(with_pack(TWO | {"DeviceJjApplication_Checked": "true"}))
    assert only_mark.application is None
    for nothing in ("", "Not selected"):
        assert read(with_pack({"ApplicationCcDeviceJjApplication": nothing})).application is None
    chosen = read(with_pack(TWO | {"ApplicationCcDeviceJjApplication": "Validation"}))
    assert chosen.application == "Validation"
    assert chosen.components[1] == "DeviceJjApplication"


def test_an_application_under_its_old_name_is_found() -> None:
    values = {"ApplicationCcArtificialOoIntelligenceJjApplication": "SystemPerformance"}
    for pack in ("5.1.2", "9.1.0"):
        found = read(with_pack(values, f"STMicroelectronics.X-CUBE-AI.{pack}"))
        assert found.application == "SystemPerformance"
        assert found.application_component == "ArtificialOoIntelligenceJjApplication"


@pytest.mark.parametrize("index", ["0", ""])
def test_the_uart_is_found_in_both_spellings(index: str) -> None:
    values = with_pack(TWO) | {f"{PACK}{index}.BSP.instance": "USART3", f"{PACK}.BSP.number": "1"}
    found = read(values)
    assert found.uart is not None
    assert (found.uart.instance, found.uart.prefix) == ("USART3", f"{PACK}{index}.BSP.")


@pytest.mark.parametrize(
    ("keys", "form"),
    [
        ([], None),
        (["copyWeightToRam"], "global"),
        ([f"copyWeightToRam-{SECOND}"], "slot"),
        ([f"copyWeightToRam-{STALE}"], None),
        (["copyWeightToRam", f"copyWeightToRam-{FIRST}"], "both"),
    ],
)
def test_where_the_switches_stand(keys: list[str], form: str | None) -> None:
    assert read(with_pack(TWO | dict.fromkeys(keys, "false"))).switches == form


def test_a_pack_in_a_context_has_its_own_prefix() -> None:
    instance = "STMicroelectronics.X-CUBE-AI.10.1.0_Appli"
    pack = "STMicroelectronics.X-CUBE-AI.10.1.0"
    values = with_pack(TWO, pack, Instance=instance, ContextShortName="Appli")
    found = read(values)
    assert (found.instance, found.context, len(found.networks)) == (instance, "Appli", 2)
    values.pop("Mcu.ThirdParty0_Instance")
    assert read(values).instance == instance


def test_keys_of_a_pack_are_not_those_of_a_longer_version() -> None:
    longer = "STMicroelectronics.X-CUBE-AI.9.1.01"
    document = project(
        with_pack({"HeapSize": "0x1"})
        | {f"{PACK}0.BSP.name": "COM Port", f"{PACK}_SwParameter": "x", f"{longer}.HeapSize": "0x2"}
    )
    keys = pack_keys(document, PACK)
    assert set(keys) == {f"{PACK}.HeapSize", f"{PACK}0.BSP.name", f"{PACK}_SwParameter"}
    assert stray_pack_keys(document) == (f"{longer}.HeapSize",)


@pytest.mark.parametrize("version", ["", "ten", "10.2", "10.2.0_Appli", "10.2.0 "])
def test_an_unreadable_version_is_a_typed_error(version: str) -> None:
    values = small_values(packs=(f"STMicroelectronics.X-CUBE-AI.{version}",))
    with pytest.raises(IocFormatError, match=r"Mcu\.ThirdParty0") as error:
        installed_cube_ai(project(values))
    assert error.value.exit_code == 5


def test_the_pack_twice_is_a_typed_error() -> None:
    values = small_values() | numbered("Mcu.ThirdParty", "Mcu.ThirdPartyNb", [PACK, PACK])
    with pytest.raises(UnsupportedProjectError, match="2 times"):
        installed_cube_ai(project(values))


@pytest.mark.parametrize(
    ("hashes", "names", "found"),
    [
        ("", "", []),
        (FIRST, "", ["one"]),
        (f"{FIRST};{SECOND}", "one", ["one", ""]),
        (f"{FIRST};{FIRST}", "one,one", ["one"]),
        (f";{FIRST};", "one", ["one"]),
        ("no-hash", "x,y,z", ["x"]),
    ],
)
def test_lists_that_do_not_fit_do_not_matter_to_reading(
    hashes: str, names: str, found: list[str]
) -> None:
    values = TWO | {"ModelHashList": hashes, "ModelNameList": names}
    assert [network.name for network in read(with_pack(values)).networks] == found


@pytest.mark.corpus
def test_every_real_project_is_read(corpus: Path) -> None:
    """Which files have the pack is known from the listing of the corpus; figures from their text."""
    index = (corpus / "ioc" / "INDEX.csv").read_text("utf-8").splitlines()
    versions = {line.split(",")[0]: line.split(",")[5] for line in index[1:] if line}
    seen = 0
    for path in ioc_files(corpus):
        document = IocDocument.read(path)
        found = installed_cube_ai(document)
        wanted = versions[path.name]
        assert (found.pack if found else "") == (wanted if wanted[:1].isdigit() else ""), path.name
        if found is None:
            assert stray_pack_keys(document) == (), path.name
            continue
        seen += 1
        assert stray_pack_keys(document) == (), path.name
        assert found.version.verified, path.name
        names = document.get(f"{found.instance}.ModelNameList")
        assert ",".join(network.name for network in found.networks) == names, path.name
        sizes = document.get(f"{found.instance}.ActivationBufferSizeList")
        assert ",".join(str(network.ram) for network in found.networks) == sizes, path.name
        assert all(network.analyzed and network.kind and network.path for network in found.networks)
        assert (len(found.orphan_slots) == 4) == ("5nets-10.2" in path.name), path.name
    assert seen == 37

"""A run leaves a CubeMX project with the network for every variant, and touches no other file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from stand_in.install import install_stand_in
from support.cubemx_projects import small_values
from support.ioc_samples import with_pack
from support.small_models import hybrid, mlp, two_in_two_out
from support.small_projects import ioc_text, small_project
from support.tflite_builder import build

from cubeai_auto import load_project
from cubeai_auto.board import find_board
from cubeai_auto.compare.deployment import CubeMXProject
from cubeai_auto.compare.record import RunRecord, VariantRecord
from cubeai_auto.cubemx import (
    IocDocument,
    Journal,
    installed_cube_ai,
    journal_path,
    lint,
    remove_cube_ai,
)
from cubeai_auto.errors import ConfigError, CubeAIError, MissingPathError, UsageError
from cubeai_auto.files import templates_dir
from cubeai_auto.project import load_config
from cubeai_auto.project.deployment import plan_cubemx

pytestmark = pytest.mark.usefixtures("no_tools")

SETTINGS = """
[project]
name = "patched"
[model]
path = "größe 1.tflite"
[target]
board = "{board}"
[engine]
name = "{engine}"
c_api = "{api}"
[validate]
on = ["host"]
[compare]
tflm = false
{more}
"""


def project(
    folder: Path,
    more: str = "",
    *,
    board: str = "NUCLEO-F446RE",
    content: bytes | None = None,
    api: str = "st-ai",
    engine: str = "builtin",
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "größe 1.tflite").write_bytes(build(mlp()) if content is None else content)
    text = SETTINGS.format(board=board, api=api, more=more, engine=engine)
    (folder / "project.toml").write_text(text, "utf-8")
    return folder


def run(folder: Path) -> RunRecord:
    return load_project(folder).run()


def variant_of(record: RunRecord) -> VariantRecord:
    (variant,) = record.variants
    return variant


def patched(record: RunRecord) -> CubeMXProject:
    found = variant_of(record).cubemx
    assert found is not None
    return found


def template(board: str) -> Path:
    (path,) = (templates_dir() / "boards" / board).glob("*.ioc")
    return path


@pytest.mark.parametrize(
    "board",
    ["NUCLEO-F446RE", "NUCLEO-L4R5ZI", "b-l475e-iot01a1", "STM32F746G-DISCO", "NUCLEO-H743ZI2"],
)
def test_the_boards_template_gets_the_network(board: str, tmp_path: Path) -> None:
    record = run(project(tmp_path / "p", board=board))
    found = patched(record)
    ioc = Path(found.ioc)
    assert ioc.parent == Path(record.run_dir) / "cubemx" / "int8"
    document = IocDocument.read(ioc)
    installed = installed_cube_ai(document)
    assert installed is not None
    assert (installed.pack, installed.application) == ("10.2.0", None)
    (network,) = installed.networks
    assert (network.name, network.kind) == ("network", "TFLITE")
    assert network.path == "Models/network_int8.tflite"
    copy = ioc.parent / network.path
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == variant_of(record).model_sha256
    assert lint(document) == ()
    assert found.findings == ()
    assert (found.pins, found.clocks, found.peripherals) == (True, True, True)
    assert 30 < len(found.changed) < 60


def test_figures_of_the_built_in_engine_stay_out_of_the_ioc(tmp_path: Path) -> None:
    found = patched(run(project(tmp_path / "p")))
    text = Path(found.ioc).read_text("ascii")
    assert "ReadyForCodeGeneration=false" in text
    for name in (
        "ModelMacc",
        "ModelRamOccupation",
        "ModelFlashOccupation",
        "ActivationBuffer",
        "pool0",
    ):
        assert name not in text
    assert found.analyzed is False
    assert any("no analysis" in note for note in found.notes)


def test_the_folder_is_laid_out_as_cubemx_would(tmp_path: Path) -> None:
    record = run(project(tmp_path / "p"))
    found = patched(record)
    folder = Path(found.ioc).parent
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(found.files) == there
    assert there >= {
        "nucleo_f446re.ioc",
        "nucleo_f446re.cubeai.json",
        "README.txt",
        "Models/network_int8.tflite",
        "X-CUBE-AI/App/network.c",
        "X-CUBE-AI/App/network.h",
        "X-CUBE-AI/App/stai.h",
        "Core/Inc/app_network.h",
        "Core/Inc/app_network_io.h",
        "Core/Src/app_stai.c",
    }
    generated = Path(record.run_dir) / "generated" / "int8"
    for path in generated.glob("*.[ch]"):
        assert (folder / "X-CUBE-AI" / "App" / path.name).read_bytes() == path.read_bytes()
    readme = (folder / "README.txt").read_text("utf-8")
    for words in (
        "nucleo_f446re.ioc",
        "X-CUBE-AI 10.2.0",
        "not opened in STM32CubeMX",
        "Analyze the network",
        "app_network.h",
        "cubeai_auto built-in engine",
    ):
        assert words in " ".join(readme.split())
    assert max(map(len, readme.splitlines())) <= 100


def test_the_journal_gives_the_template_back(tmp_path: Path) -> None:
    found = patched(run(project(tmp_path / "p", board="NUCLEO-H743ZI2")))
    ioc = Path(found.ioc)
    journal = Journal.read(journal_path(ioc))
    back = remove_cube_ai(IocDocument.read(ioc), journal).after
    assert back.to_bytes() == template("NUCLEO-H743ZI2").read_bytes()


def test_the_json_has_the_contracts_keys(tmp_path: Path) -> None:
    record = run(project(tmp_path / "p", '[cubemx]\napplication = "template"'))
    document = json.loads((Path(record.run_dir) / "run.json").read_text("utf-8"))
    told = document["variants"][0]["cubemx"]
    assert document["variants"][0]["no_cubemx"] is None
    assert told["ioc"] == patched(record).ioc
    assert (told["pack"], told["application"]) == ("10.2.0", "ApplicationTemplate")
    assert told["untouched"] == {"pins": True, "clocks": True, "peripherals": True}
    before = IocDocument.read(template("NUCLEO-F446RE"))
    after = IocDocument.read(told["ioc"])
    for change in told["changed"]:
        assert before.get(change["key"]) == change["before"] != change["after"]
        assert after.get(change["key"]) == change["after"]
    assert "README.txt" in told["files"]
    assert told["findings"] == []


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("template", "ApplicationTemplate"),
        ("ApplicationTemplate", "ApplicationTemplate"),
        ("system-performance", "SystemPerformance"),
        ("validation", "Validation"),
        ("Validation", "Validation"),
        ("none", None),
    ],
)
def test_applications(spelled: str, name: str | None, tmp_path: Path) -> None:
    found = patched(
        run(project(tmp_path / "p", f'[cubemx]\napplication = "{spelled}"', board="NUCLEO-L4R5ZI"))
    )
    assert found.application == name
    installed = installed_cube_ai(IocDocument.read(found.ioc))
    assert installed is not None
    assert installed.application == name
    talks = name in {"SystemPerformance", "Validation"}
    assert (None if installed.uart is None else installed.uart.instance) == (
        "LPUART1" if talks else None
    )
    assert ("Core/Src/app_stai.c" in found.files) is not talks
    assert any("runs the network" in note for note in found.notes) is talks


def test_an_older_pack(tmp_path: Path) -> None:
    found = patched(run(project(tmp_path / "p", '[cubemx]\npack = "8.1.0"')))
    assert found.pack == "8.1.0"
    assert "CRC" in Path(found.ioc).read_text("ascii")
    assert found.findings == ()


def test_the_legacy_api(tmp_path: Path) -> None:
    record = run(project(tmp_path / "p", api="legacy"))
    found = patched(record)
    assert {
        "X-CUBE-AI/App/ai_platform.h",
        "X-CUBE-AI/App/network_core.c",
        "Core/Src/app_legacy.c",
    } <= set(found.files)
    assert "Core/Src/app_stai.c" not in found.files
    report = variant_of(record).report
    assert report is not None
    assert report.c_api == "legacy"


def test_the_users_own_project_is_copied_not_changed(tmp_path: Path) -> None:
    own = tmp_path / "firmware" / "größe.ioc"
    own.parent.mkdir()
    own.write_bytes(ioc_text(small_project(m7=True), newline="\r\n"))
    before = own.read_bytes()
    folder = project(tmp_path / "p", f'[cubemx]\nioc = "{own}"', board="NUCLEO-H743ZI2")
    found = patched(run(folder))
    assert own.read_bytes() == before
    assert [path.name for path in own.parent.iterdir()] == [own.name]
    copy = Path(found.ioc)
    assert copy.name == own.name
    assert copy.read_bytes().count(b"\r\n") > before.count(b"\r\n")
    assert found.source == str(own)
    assert (
        remove_cube_ai(IocDocument.read(copy), Journal.read(journal_path(copy))).after.to_bytes()
        == before
    )


def test_findings_of_the_users_project_are_listed(tmp_path: Path) -> None:
    own = tmp_path / "own.ioc"
    own.write_bytes(ioc_text(small_project() | {"PA7.Signal": "GPIO_Input", "Mcu.Pin9": "PA9"}))
    found = patched(run(project(tmp_path / "p", f'[cubemx]\nioc = "{own}"')))
    assert {"pins.registered", "pins.mode"} <= {finding.rule for finding in found.findings}
    readme = (Path(found.ioc).parent / "README.txt").read_text("utf-8")
    assert "error pins.mode" in readme


def test_a_project_for_another_chip_is_noted(tmp_path: Path) -> None:
    own = tmp_path / "own.ioc"
    own.write_bytes(ioc_text(small_project(m7=True)))
    found = patched(run(project(tmp_path / "p", f'[cubemx]\nioc = "{own}"')))
    assert any("NUCLEO-F446RE has STM32F446RETx" in note for note in found.notes)
    assert not any("NUCLEO-F446RE has" in note for note in patched(run(project(tmp_path / "q"))).notes)


def test_a_project_that_has_the_pack_gets_one_network_more(tmp_path: Path) -> None:
    own = tmp_path / "own.ioc"
    own.write_bytes(ioc_text({k: v.replace("\\:", ":") for k, v in with_pack("10.2.0").items()}))
    more = f'[cubemx]\nioc = "{own}"\n[model]\nname = "second"\npath = "größe 1.tflite"'
    folder = project(tmp_path / "p")
    text = SETTINGS.replace('[model]\npath = "größe 1.tflite"\n', "")
    (folder / "project.toml").write_text(
        text.format(board="NUCLEO-F446RE", api="st-ai", engine="builtin", more=more), "utf-8"
    )
    installed = installed_cube_ai(IocDocument.read(patched(run(folder)).ioc))
    assert installed is not None
    assert [network.name for network in installed.networks] == ["network", "second"]


def test_without_a_template_the_reason_stands_there(tmp_path: Path) -> None:
    variant = variant_of(run(project(tmp_path / "p", board="NUCLEO-G431RB")))
    assert variant.cubemx is None
    assert variant.no_cubemx == ("there is no template for NUCLEO-G431RB, and no cubemx.ioc is given")
    assert variant.to_json()["cubemx"] is None
    assert variant.to_json()["no_cubemx"] == variant.no_cubemx


def test_a_refused_model_has_no_project(tmp_path: Path) -> None:
    record = run(project(tmp_path / "p", content=build(hybrid())))
    assert variant_of(record).cubemx is None
    assert variant_of(record).no_cubemx == "the engine refused the model"
    assert not (Path(record.run_dir) / "cubemx").exists()


def test_a_network_that_the_application_does_not_fit(tmp_path: Path) -> None:
    found = patched(run(project(tmp_path / "p", content=build(two_in_two_out()))))
    assert not [name for name in found.files if name.startswith("Core/")]
    assert any("2 inputs and 3 outputs" in note for note in found.notes)
    assert "app_network.h" not in (Path(found.ioc).parent / "README.txt").read_text("utf-8")


def test_the_key_covers_the_users_file_and_its_journal(tmp_path: Path) -> None:
    own = tmp_path / "own.ioc"
    own.write_bytes(ioc_text(small_project()))
    folder = project(tmp_path / "p", f'[cubemx]\nioc = "{own}"')
    first = run(folder)
    again = run(folder)
    assert again.cached
    assert again.variants == first.variants
    Path(patched(again).ioc).unlink()
    assert not run(folder).cached  # what the record names has to be there
    own.write_bytes(ioc_text(small_project(crc=True)))
    changed = run(folder)
    assert not changed.cached
    assert changed.key != first.key
    assert "VP_CRC_VS_CRC" in Path(patched(changed).ioc).read_text("ascii")


@pytest.mark.parametrize(
    ("more", "kind", "words"),
    [
        ('[cubemx]\napplication = "tempalte"', ConfigError, 'did you mean "template"?'),
        ('[cubemx]\napplication = "Sytem-Performance"', ConfigError, "ystem"),
        ('[cubemx]\npack = "10"', ConfigError, "10.2.0"),
        ('[cubemx]\npack = "4.1.0"', ConfigError, "choose one of"),
        ('[cubemx]\nuart = "COM3"', ConfigError, "a UART of the chip"),
        ('[cubemx]\niox = "a.ioc"', ConfigError, "ioc"),
        ('[cubemx]\nioc = "nowhere.ioc"', MissingPathError, "nowhere.ioc"),
        ('[cubemx]\nioc = "größe 1.tflite"', CubeAIError, "größe 1.tflite"),
        ('[cubemx]\nioc = "merge.ioc"', CubeAIError, "merge.ioc"),
        ('[cubemx]\nioc = "pack.ioc"', CubeAIError, "pack.ioc"),
        ('[cubemx]\nuart = "USART2"', UsageError, "only used by"),
        ('[cubemx]\napplication = "validation"\nuart = "USART6"', CubeAIError, "USART6"),
    ],
)
def test_mistakes_are_told_before_any_work(
    more: str, kind: type[CubeAIError], words: str, tmp_path: Path
) -> None:
    folder = project(tmp_path / "p", more)
    text = ioc_text(small_values())
    (folder / "merge.ioc").write_bytes(text + b"<<<<<<< ours\n")
    pack = {key: value.replace("\\:", ":") for key, value in with_pack("9.0.0").items()}
    (folder / "pack.ioc").write_bytes(ioc_text(pack))
    with pytest.raises(kind) as caught:
        run(folder)
    assert words in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint or kind is MissingPathError
    assert not (folder / "runs").exists()


def test_a_damaged_file_is_a_typed_error(tmp_path: Path) -> None:
    good = template("NUCLEO-F446RE").read_bytes()
    folder = project(tmp_path / "p", '[cubemx]\nioc = "own.ioc"')
    for size in range(0, len(good), 97):
        (folder / "own.ioc").write_bytes(good[:size])
        error = refusal(folder)
        assert error is None or ("own.ioc" in error.message and error.hint)
        assert (folder / "own.ioc").read_bytes() == good[:size]


def refusal(folder: Path) -> CubeAIError | None:
    """The typed error of a run's first step; anything else fails the test."""
    config = load_config(folder).config
    try:
        plan_cubemx(config, find_board(config.target.board))
    except CubeAIError as error:
        return error
    return None


@pytest.mark.oracle
def test_figures_of_sts_report_go_into_the_ioc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the stand-in for ST's tool; what it reports is what CubeMX would cache."""
    root = tmp_path / "ST Edge AI" / "2.2"
    install_stand_in(root, "10.2.0")
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(root))
    record = run(project(tmp_path / "p", engine="stedgeai"))
    found = patched(record)
    report = variant_of(record).report
    assert report is not None
    installed = installed_cube_ai(IocDocument.read(found.ioc))
    assert installed is not None
    assert found.analyzed
    assert installed.ready is True
    (network,) = installed.networks
    assert network.macc == report.macc.value
    known = (report.footprint.ram_total, report.footprint.data_ram, report.footprint.activations)
    assert network.ram == next(one.value for one in known if one.known)
    assert "X-CUBE-AI/App/network.c" in found.files
    assert found.findings == ()
    assert "figures of ST's report" in (Path(found.ioc).parent / "README.txt").read_text("utf-8")

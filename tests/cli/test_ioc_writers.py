"""The writers of ``cubeai-auto ioc``: what they write, and what they leave alone."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from support.cube_reports import V2_2
from support.ioc_samples import SLOT, corpus_files, ioc_bytes, plain_keys, with_pack

from cubeai_auto.cubemx import IocDocument, installed_cube_ai, lint

Say = Callable[..., object]
PLAIN = ioc_bytes(plain_keys())


@pytest.fixture
def ioc(tmp_path: Path) -> Path:
    """A project without X-CUBE-AI, with a model in its folder."""
    folder = tmp_path / "mein Projekt ü"
    (folder / "Modelle").mkdir(parents=True)
    (folder / "Modelle" / "kleines Netz 数.tflite").write_bytes(b"a model")
    (folder / "report.txt").write_text(V2_2)
    path = folder / "Gerät 1.ioc"
    path.write_bytes(PLAIN)
    return path


def model_of(ioc: Path) -> Path:
    return ioc.parent / "Modelle" / "kleines Netz 数.tflite"


def add(say: Say, ioc: Path, *more: object) -> object:
    return say("ioc", "add-ai", ioc, "--model", model_of(ioc), "--pack", "10.2.0", *more)


def names(ioc: Path) -> set[str]:
    return {path.name for path in ioc.parent.iterdir() if path.is_file()} - {"report.txt"}


def test_add_in_place_and_remove_is_the_identity(say: Say, ioc: Path) -> None:
    spoken = add(say, ioc, "--application", "ApplicationTemplate", "--in-place", "--json", "-")
    assert spoken.code == 0, spoken.err
    payload = json.loads(spoken.out)
    assert payload["schema"] == "cubeai-auto/ioc-add-ai/1"
    assert payload["file"] == payload["output"] == str(ioc)
    assert payload["untouched"] == {"pins": True, "clocks": True, "peripherals": True}
    assert payload["backup"] == f"{ioc}.bak"
    assert Path(payload["journal"]).name == "Gerät 1.cubeai.json"
    document = IocDocument.read(ioc)
    before = IocDocument.parse(PLAIN)
    assert {(c["key"], c["before"], c["after"]) for c in payload["changed"]} == {
        (key, before.get(key), document.get(key))
        for key in {*before.keys, *document.keys}
        if before.get(key) != document.get(key)
    }
    assert any("no analysis" in note for note in payload["notes"])
    assert Path(f"{ioc}.bak").read_bytes() == PLAIN
    installed = installed_cube_ai(document)
    assert installed is not None
    assert installed.networks[0].path == "Modelle/kleines Netz 数.tflite"
    assert not lint(document)
    spoken = say("ioc", "remove-ai", ioc, "--in-place")
    assert spoken.code == 0
    assert "byte for byte" in spoken.out
    assert ioc.read_bytes() == PLAIN
    assert names(ioc) == {"Gerät 1.ioc", "Gerät 1.ioc.bak", "Gerät 1.ioc.bak.1"}


def test_output_leaves_the_file_alone(say: Say, ioc: Path) -> None:
    target = ioc.parent.parent / "neu" / "b.ioc"
    spoken = add(say, ioc, "--output", target)
    assert spoken.code == 0, spoken.err
    assert f"written: {target}" in spoken.out
    assert ioc.read_bytes() == PLAIN
    assert names(ioc) == {"Gerät 1.ioc"}
    assert {path.name for path in target.parent.iterdir()} == {"b.ioc", "b.cubeai.json"}
    installed = installed_cube_ai(IocDocument.read(target))
    assert installed is not None
    assert installed.networks[0].path == str(model_of(ioc))  # outside the folder of the result
    assert "absolute" in spoken.out
    assert say("ioc", "remove-ai", target, "--output", target.with_name("c.ioc")).code == 0
    assert target.with_name("c.ioc").read_bytes() == PLAIN
    assert target.with_name("b.cubeai.json").exists()


def test_a_dry_run_writes_nothing_and_prints_the_diff(say: Say, ioc: Path) -> None:
    for where in ((), ("--in-place",), ("--output", ioc.with_name("new.ioc"))):
        spoken = add(say, ioc, "--dry-run", *where)
        assert spoken.code == 0, spoken.err
        assert "-Mcu.ThirdPartyNb=0\n+Mcu.ThirdPartyNb=1\n" in spoken.out
        assert "+STMicroelectronics.X-CUBE-AI.10.2.0.ModelKind-" in spoken.out
        assert "X-CUBE-AI (" in spoken.out
    payload = json.loads(add(say, ioc, "--dry-run", "--json", "-").out)
    assert (payload["dry_run"], payload["output"], payload["journal"]) == (True, None, None)
    assert payload["changed"]
    assert add(say, ioc, "--dry-run", "--quiet").out == ""
    assert names(ioc) == {"Gerät 1.ioc"}
    assert ioc.read_bytes() == PLAIN


def test_the_same_again_changes_nothing(say: Say, ioc: Path) -> None:
    assert add(say, ioc, "--in-place").code == 0
    first, journal = ioc.read_bytes(), ioc.with_name("Gerät 1.cubeai.json").read_bytes()
    spoken = add(say, ioc, "--in-place", "--json", "-")
    assert spoken.code == 0
    payload = json.loads(spoken.out)
    assert (payload["changed"], payload["output"], payload["backup"]) == ([], None, None)
    assert ioc.read_bytes() == first
    assert ioc.with_name("Gerät 1.cubeai.json").read_bytes() == journal
    assert names(ioc) == {"Gerät 1.ioc", "Gerät 1.ioc.bak", "Gerät 1.cubeai.json"}
    assert "nothing to change" in add(say, ioc, "--dry-run").out


def test_the_journal_lives_through_update_and_upgrade(say: Say, ioc: Path) -> None:
    say(
        "ioc",
        "add-ai",
        ioc,
        "--model",
        model_of(ioc),
        "--pack",
        "8.1.0",
        "--in-place",
        "--heap",
        "0x4000",
    )
    report = ioc.with_name("report.txt")
    spoken = say("ioc", "update-ai", ioc, "--name", "network", "--report", report, "--in-place")
    assert spoken.code == 0, spoken.err
    spoken = say("ioc", "upgrade-ai", ioc, "--pack", "10.2.0", "--in-place")
    assert spoken.code == 0, spoken.err
    assert "stale" in spoken.out
    assert IocDocument.read(ioc).get("ProjectManager.HeapSize") == "0x4000"
    assert say("ioc", "remove-ai", ioc, "--in-place").code == 0
    assert ioc.read_bytes() == PLAIN


def test_without_the_journal_the_rest_is_listed(say: Say, ioc: Path) -> None:
    add(say, ioc, "--in-place")
    spoken = say("ioc", "remove-ai", ioc, "--no-journal", "--in-place")
    assert spoken.code == 0
    assert "heap 0x800" in spoken.out
    assert "stack 0x800" in spoken.out
    document = IocDocument.read(ioc)
    assert not lint(document)
    assert "X-CUBE-AI" not in ioc.read_text()
    assert ioc.with_name("Gerät 1.cubeai.json").exists()


def test_a_damaged_journal_is_an_error(say: Say, ioc: Path) -> None:
    add(say, ioc, "--in-place")
    journal, data = ioc.with_name("Gerät 1.cubeai.json"), ioc.read_bytes()
    journal.write_text("{")
    spoken = say("ioc", "remove-ai", ioc, "--in-place")
    assert spoken.code == 5
    assert "not a journal" in spoken.err
    assert ioc.read_bytes() == data


def test_the_figures_of_a_report(say: Say, ioc: Path) -> None:
    report = ioc.with_name("report.txt")
    spoken = add(say, ioc, "--report", report, "--in-place")
    assert spoken.code == 0, spoken.err
    (found,) = json.loads(say("report", report, "--json", "-").out)["reports"]
    footprint = found["footprint"]
    (network,) = json.loads(say("ioc", "show", ioc, "--json", "-").out)["cube_ai"][0]["networks"]
    assert network["macc"]["value"] == found["macc"]["value"]
    assert network["ram"]["value"] == footprint["ram_total"]["value"]
    assert network["flash"]["value"] == footprint["flash_total"]["value"]
    assert (
        IocDocument.read(ioc).get("STMicroelectronics.X-CUBE-AI.10.2.0.ReadyForCodeGeneration")
        == "true"
    )


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("report", "ioc_name", "flash"),
    [
        ("AOS_AI_Movement_Recognition__network_generate_report.txt", "AOS_AI_*", 93180),  # 5.0: no IO
        ("STM32CubeAI_1__network_generate_report.txt", "STM32CubeAI_1*", 5316),  # 7.0: with IO
        ("tiny__sww_model_generate_report.txt", "tiny__sww*", 49412),  # 9.1: not linked
        ("wheel_legged_2026__network_generate_report.txt", "*pairE-with-*", 175204),  # 10.2: linked
    ],
)
def test_the_figures_that_cubemx_takes(corpus: Path, report: str, ioc_name: str, flash: int) -> None:
    """Real reports beside real projects; the flash of pair E was 648 bytes more when analyzed."""
    from cubeai_auto.cli.ioc_analysis import read_analysis

    installed = installed_cube_ai(IocDocument.read(next((corpus / "ioc").glob(ioc_name))))
    assert installed is not None
    (network,) = installed.networks
    analysis = read_analysis(corpus / "reports" / report).analysis
    assert (analysis.macc, analysis.ram) == (network.macc, network.ram)
    assert analysis.flash == flash
    assert network.flash in {flash, flash + 648}


def test_several_networks(say: Say, ioc: Path) -> None:
    other = ioc.with_name("zwei.onnx")
    other.write_bytes(b"x")
    both = ["--model", model_of(ioc), "--model", other]
    start = ["ioc", "add-ai", ioc, "--pack", "10.2.0", *both]
    assert say(*start, "--in-place").code == 0
    installed = installed_cube_ai(IocDocument.read(ioc))
    assert installed is not None
    assert [(n.name, n.kind) for n in installed.networks] == [
        ("network", "TFLITE"),
        ("network_1", "ONNX"),
    ]
    assert say("ioc", "remove-ai", ioc, "--in-place").code == 0
    slots = ["--slot", SLOT.upper(), "--slot", "ab" * 32]
    assert say(*start, "--name", "a", "--name", "b", *slots, "--in-place").code == 0
    installed = installed_cube_ai(IocDocument.read(ioc))
    assert installed is not None
    assert [(n.name, n.slot) for n in installed.networks] == [("a", SLOT), ("b", "ab" * 32)]


@pytest.mark.parametrize(
    ("more", "code", "text"),
    [
        ((), 2, "where shall the result go"),
        (("--in-place", "--output", "x.ioc"), 2, "exclude each other"),
        (("--in-place", "--name", "a", "--name", "b"), 2, "2 times --name"),
        (("--in-place", "--name", "int"), 2, "'int'"),
        (("--in-place", "--slot", "12"), 2, "slot"),
        (("--in-place", "--heap", "much"), 2, "--heap"),
        (("--in-place", "--heap", "-1"), 2, "--heap"),
        (("--in-place", "--uart", "USART2"), 2, "UART"),
        (("--in-place", "--application", "Validation"), 2, "UART"),
        (("--in-place", "--application", "Other"), 2, "invalid choice"),
        (("--in-place", "--report", "none.txt"), 2, "does not exist"),
        (("--in-place", "--application", "Validation", "--uart", "USART3"), 5, "USART3"),
    ],
)
def test_wrong_use(say: Say, ioc: Path, more: tuple[str, ...], code: int, text: str) -> None:
    spoken = add(say, ioc, *more)
    assert spoken.code == code, spoken.err
    assert text in spoken.err
    assert names(ioc) == {"Gerät 1.ioc"}
    assert ioc.read_bytes() == PLAIN


def test_paths_and_versions_that_make_no_sense(say: Say, ioc: Path) -> None:
    start = ["ioc", "add-ai", ioc, "--pack", "10.2.0", "--in-place", "--model"]
    assert say(*start, ioc.with_name("none.tflite")).code == 2
    assert say(*start, ioc.parent).code == 2
    assert say(*start, ioc).code == 2  # no model by its suffix
    assert (
        say("ioc", "add-ai", ioc, "--pack", "4.0.0", "--in-place", "--model", model_of(ioc)).code == 2
    )
    assert add(say, ioc, "--output", ioc.parent).code == 2
    assert add(say, ioc, "--output", ioc).code == 2
    (ioc.parent / "link.ioc").symlink_to(ioc)
    assert add(say, ioc, "--output", ioc.parent / "link.ioc").code == 2
    assert (
        say("ioc", "upgrade-ai", ioc, "--pack", "10.2.0", "--in-place").code == 2
    )  # no pack to upgrade
    report = ioc.with_name("report.txt")
    assert say("ioc", "update-ai", ioc, "--name", "x", "--report", report, "--in-place").code == 2
    report.write_text("no report")
    assert add(say, ioc, "--report", report, "--in-place").code == 5
    assert ioc.read_bytes() == PLAIN


def test_an_older_pack_is_no_upgrade(say: Say, ioc: Path) -> None:
    data = ioc_bytes(with_pack("10.2.0"))
    ioc.write_bytes(data)
    spoken = say("ioc", "upgrade-ai", ioc, "--pack", "9.0.0", "--in-place", "--json", "-")
    assert spoken.code == 2
    assert json.loads(spoken.out)["schema"] == "cubeai-auto/ioc-upgrade-ai/1"
    assert (
        add(say, ioc, "--in-place", "--name", "other", "--application", "ApplicationTemplate").code == 2
    )
    assert ioc.read_bytes() == data


def test_a_link_stays_a_link_and_permissions_stay(say: Say, ioc: Path) -> None:
    link = ioc.parent.parent / "link.ioc"
    link.symlink_to(ioc)
    ioc.chmod(0o640)
    assert (
        say("ioc", "add-ai", link, "--model", model_of(ioc), "--pack", "10.2.0", "--in-place").code == 0
    )
    assert link.is_symlink()
    assert stat.S_IMODE(ioc.stat().st_mode) == 0o640
    assert {"Gerät 1.ioc.bak", "Gerät 1.cubeai.json"} <= names(ioc)
    installed = installed_cube_ai(IocDocument.read(link))
    assert installed is not None
    assert installed.networks[0].path == "Modelle/kleines Netz 数.tflite"
    ioc.chmod(0o444)
    assert say("ioc", "remove-ai", link, "--in-place").code == 0
    assert ioc.read_bytes() == PLAIN
    assert stat.S_IMODE(ioc.stat().st_mode) == 0o444


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_failing_disk_leaves_everything_as_it_was(
    say: Say, ioc: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Each of the moves into place may fail: backup, journal, project."""
    replace = Path.replace
    moves = 0

    def failing_replace(self: Path, target: Path) -> Path:
        nonlocal moves
        if Path(target).parent == ioc.parent:
            moves += 1
            if moves == failing:
                raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing_replace)
    spoken = add(say, ioc, "--in-place", "--json", "-")
    assert spoken.code == 4
    assert "No space left" in json.loads(spoken.out)["error"]["message"]
    assert ioc.read_bytes() == PLAIN
    assert names(ioc) == {"Gerät 1.ioc"}


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_line_ends_and_a_missing_last_one_are_kept(say: Say, ioc: Path, newline: bytes) -> None:
    data = ioc_bytes(plain_keys(), newline=newline)[: -len(newline)]
    ioc.write_bytes(data)
    assert add(say, ioc, "--in-place").code == 0
    assert ioc.read_bytes().count(b"\n") == ioc.read_bytes().count(newline)
    assert not ioc.read_bytes().endswith(b"\n")
    assert say("ioc", "remove-ai", ioc, "--in-place").code == 0
    assert ioc.read_bytes() == data


@pytest.mark.corpus
def test_the_npu_of_an_stm32n6(say: Say, corpus: Path, tmp_path: Path) -> None:
    ioc, model = tmp_path / "n6.ioc", tmp_path / "m.onnx"
    ioc.write_bytes(next((corpus / "ioc").glob("*pairD-without*")).read_bytes())
    model.write_bytes(b"x")
    arguments = ["--model", model, "--pack", "10.1.0", "--neural-art", "n6-allmems-O3", "--in-place"]
    spoken = say("ioc", "add-ai", ioc, *arguments)
    assert spoken.code == 0, spoken.err
    (pack,) = json.loads(say("ioc", "show", ioc, "--json", "-").out)["cube_ai"]
    assert pack["context"] == "Appli"
    assert "Neural-ART" in pack["networks"][0]["type"]
    assert say("ioc", "add-ai", ioc, *arguments[:-2], "two words", "--in-place").code == 2


@pytest.mark.corpus
def test_a_count_that_the_runtime_does_not_make_is_missing(say: Say, corpus: Path) -> None:
    real = next((corpus / "ioc").glob("*pairD-with-*"))
    (pack,) = json.loads(say("ioc", "show", real, "--json", "-").out)["cube_ai"]
    assert pack["networks"][0]["macc"]["value"] is None
    assert pack["networks"][0]["ram"]["value"] == 245760


@pytest.mark.corpus
def test_add_and_remove_on_real_files(say: Say, corpus: Path, tmp_path: Path) -> None:
    """One context, no pack yet: the files of projects and of boards."""
    model = tmp_path / "m.tflite"
    model.write_bytes(b"x")
    done = 0
    for source in corpus_files(corpus)[::3]:
        data = source.read_bytes()
        document = IocDocument.parse(data)
        if installed_cube_ai(document) is not None or "Mcu.ContextNb" in document:
            continue
        ioc = tmp_path / "x.ioc"
        ioc.write_bytes(data)
        arguments = ["--model", model, "--pack", "8.1.0", "--application", "ApplicationTemplate"]
        spoken = say("ioc", "add-ai", ioc, *arguments, "--in-place")
        assert spoken.code == 0, (source.name, spoken.err)
        assert say("ioc", "remove-ai", ioc, "--in-place").code == 0
        assert ioc.read_bytes() == data, source.name
        done += 1
    assert done >= 4

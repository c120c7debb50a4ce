"""All project files of a folder together: found, planned, written all or none, restored."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from support.ide_projects import (
    CMAKE,
    GENERATED_CMAKE,
    MAKEFILE,
    PROJECT,
    builtin,
    cproject,
    cube_ai,
    entry,
)

from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.cubemx.ide import (
    IdeAdditions,
    IdePlan,
    OtherKindError,
    apply_plan,
    ide_files,
    network_files,
    plan_add,
    plan_remove,
)
from cubeai_auto.cubemx.ide.journal import JOURNAL_NAME, JournalError, read_journal
from cubeai_auto.cubemx.transaction import Replacement, replace_all
from cubeai_auto.cubemx.xmltext import XmlFormatError
from cubeai_auto.errors import InputError, MissingPathError, RefusedError, UsageError

Tree = dict[str, bytes]


def tree(folder: Path) -> Tree:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def fill(folder: Path, files: dict[str, str | bytes]) -> Tree:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tree(folder)


def flat(folder: Path) -> Tree:
    return fill(
        folder,
        {
            ".cproject": cproject(),
            ".project": PROJECT,
            "CMakeLists.txt": CMAKE,
            "cmake/stm32cubemx/CMakeLists.txt": GENERATED_CMAKE,
            "Makefile": MAKEFILE,
        },
    )


def nested(folder: Path, **options: str) -> Tree:
    entries = options.get("entries", entry("Application") + entry("Drivers"))
    files: dict[str, str | bytes] = {
        "STM32CubeIDE/.cproject": cproject(entries=entries),
        "STM32CubeIDE/.project": PROJECT,
    }
    return fill(folder, files)


def add(folder: Path, additions: IdeAdditions) -> IdePlan:
    plan = plan_add(ide_files(folder), additions)
    apply_plan(plan)
    return plan


def remove(folder: Path, additions: IdeAdditions | None = None) -> IdePlan:
    plan = plan_remove(ide_files(folder), additions or cube_ai())
    apply_plan(plan)
    return plan


@pytest.mark.parametrize("layout", [flat, nested])
@pytest.mark.parametrize("additions", [cube_ai(), builtin()], ids=["cube-ai", "builtin"])
def test_all_files_are_edited_and_restored(
    layout: object, additions: IdeAdditions, tmp_path: Path
) -> None:
    before = layout(tmp_path)  # type: ignore[operator]
    plan = plan_add(ide_files(tmp_path), additions)
    assert tree(tmp_path) == before, "planning writes nothing"
    apply_plan(plan)
    after = tree(tmp_path)
    assert set(after) - set(before) == {JOURNAL_NAME}
    assert {name for name in before if before[name] != after[name]} == {f.file for f in plan.changed}
    assert "cmake/stm32cubemx/CMakeLists.txt" not in {f.file for f in plan.files}
    again = plan_add(ide_files(tmp_path), additions)
    assert again.changed == ()
    apply_plan(again)
    assert tree(tmp_path) == after
    remove(tmp_path)
    assert tree(tmp_path) == before
    assert remove(tmp_path).changed == ()


def test_adding_another_version_replaces_the_first(tmp_path: Path) -> None:
    before = flat(tmp_path)
    add(tmp_path, cube_ai("8.1.0"))
    plan = add(tmp_path, cube_ai("10.2.0"))
    changes = {(c.key, c.before, c.after) for f in plan.files for c in f.changes}
    old, new = ":NetworkRuntime810_CM4_GCC.a", ":NetworkRuntime1020_CM4_GCC.a"
    assert ("Debug/libraries", old, new) in changes
    assert ("LIBS", f"-l{old}", f"-l{new}") in changes
    assert ("C_SOURCES", None, "X-CUBE-AI/App/network.c") not in changes
    upgraded = tree(tmp_path)
    assert not any(b"NetworkRuntime810" in data for name, data in upgraded.items())
    remove(tmp_path)
    assert tree(tmp_path) == before
    add(tmp_path, cube_ai("10.2.0"))
    assert tree(tmp_path) == upgraded


def test_sources_outside_the_ide_s_folder_are_linked(tmp_path: Path) -> None:
    nested(tmp_path)
    add(tmp_path, cube_ai())
    project = (tmp_path / "STM32CubeIDE" / ".project").read_text()
    assert "<name>Application/User/X-CUBE-AI/App/network_data.c</name>" in project
    assert "PARENT-1-PROJECT_LOC/X-CUBE-AI/App/network_data.c" in project
    text = (tmp_path / "STM32CubeIDE" / ".cproject").read_text()
    assert '"../../X-CUBE-AI/App"' in text
    assert '"../../Middlewares/ST/AI/Lib"' in text
    assert 'name="X-CUBE-AI"' not in text


def test_a_linked_folder_is_compiled(tmp_path: Path) -> None:
    before = nested(tmp_path, entries=entry("Core"))
    add(tmp_path, cube_ai())
    text = (tmp_path / "STM32CubeIDE" / ".cproject").read_text()
    assert text.count('kind="sourcePath" name="Application/User/X-CUBE-AI/App"/>') == 2
    remove(tmp_path)
    assert tree(tmp_path) == before


def test_links_need_a_project_description(tmp_path: Path) -> None:
    nested(tmp_path)
    (tmp_path / "STM32CubeIDE" / ".project").unlink()
    with pytest.raises(MissingPathError, match=r"no \.project"):
        plan_add(ide_files(tmp_path), cube_ai())


def test_the_ide_s_folder_stands_for_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = nested(tmp_path)
    add(tmp_path / "STM32CubeIDE", cube_ai())
    assert (tmp_path / JOURNAL_NAME).is_file()
    monkeypatch.chdir(tmp_path / "STM32CubeIDE")
    remove(Path())
    assert tree(tmp_path) == before


def test_a_core_of_a_dual_core_project(tmp_path: Path) -> None:
    for core in ("CM4", "CM7"):
        fill(
            tmp_path,
            {f"STM32CubeIDE/{core}/.cproject": cproject(), f"STM32CubeIDE/{core}/.project": PROJECT},
        )
        (tmp_path / core).mkdir()
    with pytest.raises(UsageError, match="several IDE projects: STM32CubeIDE/CM4, STM32CubeIDE/CM7"):
        ide_files(tmp_path)
    before = tree(tmp_path)
    folder = tmp_path / "STM32CubeIDE" / "CM7"
    add(folder, cube_ai())
    assert '"../../../CM7/X-CUBE-AI/App"' in (folder / ".cproject").read_text()
    assert "PARENT-2-PROJECT_LOC/CM7/X-CUBE-AI/App/network.c" in (folder / ".project").read_text()
    remove(folder)
    assert tree(tmp_path) == before


def test_no_project_is_an_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(MissingPathError) as caught:
            ide_files(folder)
        assert caught.value.exit_code == 2
    (tmp_path / "file").touch()
    with pytest.raises(MissingPathError, match="a file"):
        ide_files(tmp_path / "file")


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    before = fill(tmp_path, {"CMakeLists.txt": CMAKE, "Makefile": "all:\n\tcmake --build out\n"})
    plan = add(tmp_path, cube_ai())
    assert [file.file for file in plan.changed] == ["CMakeLists.txt"]
    assert "Makefile was left alone: the Makefile has no variable C_SOURCES" in plan.notes
    assert tree(tmp_path)["Makefile"] == before["Makefile"]
    remove(tmp_path)
    assert tree(tmp_path) == before
    (tmp_path / "CMakeLists.txt").unlink()
    with pytest.raises(OtherKindError, match="C_SOURCES"):
        plan_add(ide_files(tmp_path), cube_ai())


@pytest.mark.parametrize("broken", [".cproject", ".project", "CMakeLists.txt", "Makefile"])
def test_one_damaged_file_stops_all(broken: str, tmp_path: Path) -> None:
    flat(tmp_path)
    (tmp_path / broken).write_bytes((tmp_path / broken).read_bytes()[:200] + b'\0("')
    before = tree(tmp_path)
    with pytest.raises(InputError) as caught:
        add(tmp_path, cube_ai())
    assert str(caught.value).startswith(f"{broken}: ")
    assert caught.value.message == str(caught.value)
    assert (type(caught.value) is XmlFormatError) is broken.startswith(".")
    assert tree(tmp_path) == before


def test_what_changed_since_is_kept(tmp_path: Path) -> None:
    before = flat(tmp_path)
    add(tmp_path, cube_ai())
    for name, old, new in (
        (".cproject", b'value="../Core/Inc"', b'value="../New/Inc"'),
        (".project", b"<comment></comment>", b"<comment>mine</comment>"),
        ("CMakeLists.txt", b"C_STANDARD 11", b"C_STANDARD 17"),
        ("Makefile", b"TARGET = blinky", b"TARGET = mine"),
    ):
        data = (tmp_path / name).read_bytes()
        assert old in data
        (tmp_path / name).write_bytes(data.replace(old, new))
        before[name] = before[name].replace(old, new)
    edited = tree(tmp_path)
    assert add(tmp_path, cube_ai()).changed == ()
    assert tree(tmp_path) == edited
    plan = remove(tmp_path)
    assert sum("was changed since" in note for note in plan.notes) == 3
    assert tree(tmp_path) == before


def test_a_regenerated_file_gets_the_network_again(tmp_path: Path) -> None:
    before = flat(tmp_path)
    add(tmp_path, cube_ai())
    after = tree(tmp_path)
    (tmp_path / "Makefile").write_bytes(before["Makefile"])
    assert [file.file for file in add(tmp_path, cube_ai()).changed] == ["Makefile"]
    assert tree(tmp_path) == after
    remove(tmp_path)
    assert tree(tmp_path) == before


def test_without_a_journal_all_of_it_goes(tmp_path: Path) -> None:
    before = flat(tmp_path)
    add(tmp_path, cube_ai())
    (tmp_path / JOURNAL_NAME).unlink()
    plan = remove(tmp_path, cube_ai("9.0.0", "CM7"))
    assert any("no journal" in note for note in plan.notes)
    assert tree(tmp_path) == before


def test_networks_of_the_journal_are_named(tmp_path: Path) -> None:
    flat(tmp_path)
    add(tmp_path, cube_ai(names=("a", "b")))
    with pytest.raises(UsageError, match="has a, b, not a"):
        plan_remove(ide_files(tmp_path), cube_ai(), names=["a"])
    assert plan_remove(ide_files(tmp_path), cube_ai(), names=["b", "a"]).changed


def test_a_project_file_that_is_gone_is_mentioned(tmp_path: Path) -> None:
    flat(tmp_path)
    add(tmp_path, cube_ai())
    (tmp_path / "Makefile").unlink()
    assert "Makefile is gone, so nothing is taken out of it" in remove(tmp_path).notes


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: b"",
        lambda d: b"[" * 100_000,
        lambda d: b"[]",
        lambda d: json.dumps({**json.loads(d), "schema": "other"}).encode(),
        lambda d: json.dumps({**json.loads(d), "files": [1]}).encode(),
        lambda d: json.dumps({**json.loads(d), "files": [{"file": 1}]}).encode(),
        lambda d: d.replace(b'"start": ', b'"start": true, "x": '),
        lambda d: d.replace(b'"CM4"', b'"CM9"'),
        lambda d: d.replace(b'"10.2.0"', b'"ten"'),
        lambda d: d.replace(b'"text": "', b'"text": "\\u5de5'),
        lambda d: d.replace(b'"sources"', b'"source"'),
        lambda d: d[: len(d) // 2],
        lambda d: b"\xff" + d,
    ],
)
def test_a_damaged_journal_is_refused(damage: object, tmp_path: Path) -> None:
    flat(tmp_path)
    add(tmp_path, cube_ai())
    path = tmp_path / JOURNAL_NAME
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    before = tree(tmp_path)
    for work in (add, remove):
        with pytest.raises(JournalError) as caught:
            work(tmp_path, cube_ai())
        assert caught.value.hint
    assert tree(tmp_path) == before


def test_a_journal_that_lies_does_no_harm(tmp_path: Path) -> None:
    before = flat(tmp_path)
    add(tmp_path, cube_ai())
    path = tmp_path / JOURNAL_NAME
    document = json.loads(path.read_bytes())
    for record in document["files"]:
        record["undo"] = [{"start": 10**9, "end": 10**9 + 1, "text": "x"}]
    document["files"].append({**document["files"][0], "file": "../../outside"})
    path.write_text(json.dumps(document))
    remove(tmp_path)
    assert tree(tmp_path) == before


def test_the_journal_is_read_as_written(tmp_path: Path) -> None:
    flat(tmp_path)
    plan = add(tmp_path, cube_ai())
    data = (tmp_path / JOURNAL_NAME).read_bytes()
    assert data == plan.journal_after
    journal = read_journal(data)
    assert journal.additions == cube_ai()
    assert journal.to_bytes() == data
    assert journal.of("nothing") is None


def test_a_refused_rename_puts_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = flat(tmp_path)
    plan = plan_add(ide_files(tmp_path), cube_ai())
    rename = Path.replace
    count = len(plan.changed) + 1
    for failing in range(count):
        calls: list[Path] = []

        def refusing(
            self: Path, target: Path, failing: int = failing, calls: list[Path] = calls
        ) -> Path:
            calls.append(target)
            if len(calls) - 1 == failing:
                raise OSError(28, "No space left on device")
            return rename(self, target)

        monkeypatch.setattr(Path, "replace", refusing)
        with pytest.raises(RefusedError, match="No space left"):
            apply_plan(plan)
        monkeypatch.setattr(Path, "replace", rename)
        assert tree(tmp_path) == before


def test_a_file_changed_in_between_stops_all(tmp_path: Path) -> None:
    before = flat(tmp_path)
    plan = plan_add(ide_files(tmp_path), cube_ai())
    (tmp_path / "Makefile").write_text("mine")
    with pytest.raises(RefusedError, match="changed by another program"):
        apply_plan(plan)
    assert tree(tmp_path) == {**before, "Makefile": b"mine"}


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_modes_and_symbolic_links_stay(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "Makefile").write_text(MAKEFILE)
    (real / "Makefile").chmod(0o664)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Makefile").symlink_to("../real/Makefile")
    add(folder, cube_ai())
    assert (folder / "Makefile").is_symlink()
    assert stat.S_IMODE((real / "Makefile").stat().st_mode) == 0o664
    assert b"network.c" in (real / "Makefile").read_bytes()
    assert sorted(p.name for p in real.iterdir()) == ["Makefile"]


def test_files_appear_and_go_together(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_bytes(b"1")
    replace_all([Replacement(new, None, b"2"), Replacement(old, b"1", None)])
    assert tree(tmp_path) == {"new": b"2"}
    with pytest.raises(RefusedError):
        replace_all([Replacement(tmp_path / "third", None, b"3"), Replacement(new, b"wrong", b"4")])
    with pytest.raises(RefusedError):
        replace_all([Replacement(new, b"2", None), Replacement(tmp_path / "no" / "x", None, b"3")])
    assert tree(tmp_path) == {"new": b"2"}


def test_sources_are_what_is_there(tmp_path: Path) -> None:
    flat(tmp_path)
    project = ide_files(tmp_path)
    version = PackVersion.parse("10.2.0")
    files, notes = network_files(project, ["network"], version=version)
    assert files.sources == ("network.c", "network_data.c", "network_data_params.c")
    assert "CubeMX has to generate it" in notes[0]
    files, _ = network_files(project, ["network"], version=PackVersion.parse("7.1.0"))
    assert files.sources == ("network.c", "network_data.c")
    fill(
        tmp_path,
        {
            f"X-CUBE-AI/App/{name}": ""
            for name in ("network.c", "app.c", "n.h", "network_generate_report.txt")
        },
    )
    files, notes = network_files(project, ["network"], version=version)
    assert (files.sources, files.documents, notes) == (
        ("app.c", "network.c"),
        ("network_generate_report.txt",),
        (),
    )


def test_sources_in_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project_folder = tmp_path / "p"
    flat(project_folder)
    fill(tmp_path, {"p/AI/n.c": "", "out/n.c": "", "out/k.c": ""})
    project = ide_files(project_folder)
    monkeypatch.chdir(tmp_path)
    for sources, folder, names in (
        (Path("AI"), "AI", ("n.c",)),
        (Path("p/AI"), "AI", ("n.c",)),
        (tmp_path / "out", "../out", ("k.c", "n.c")),
        (Path("out"), "../out", ("k.c", "n.c")),
    ):
        files, _ = network_files(project, ["n"], sources=sources)
        assert (files.folder, files.sources) == (folder, names)
    for sources, name in ((Path("none"), "n"), (Path("AI"), "other"), (None, "n")):
        with pytest.raises(MissingPathError) as caught:
            network_files(project, [name], sources=sources)
        assert caught.value.hint
    files, _ = network_files(project, ["n"], sources=Path("none"), required=False)
    assert files.folder == "none"


def test_sources_outside_the_project_are_linked_too(tmp_path: Path) -> None:
    project = tmp_path / "p"
    before = flat(project)
    outside = replace(
        builtin(), sources=("../out/digits.c",), include_paths=("../out",), source_folder="../out"
    )
    add(project, outside)
    assert "PARENT-1-PROJECT_LOC/out/digits.c" in (project / ".project").read_text()
    assert 'name="Application/User/out"' in (project / ".cproject").read_text()
    assert '"${CMAKE_CURRENT_SOURCE_DIR}/../out/digits.c"' in (project / "CMakeLists.txt").read_text()
    remove(project)
    assert tree(project) == before

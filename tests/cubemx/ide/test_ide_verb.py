"""``cubeai-auto ide``: exit codes, JSON, dry run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.ide_projects import CMAKE, MAKEFILE, PROJECT, cproject

from cubeai_auto.cli.main import main

ADD = ["--pack", "10.2.0", "--core", "cm4"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".cproject").write_bytes(cproject())
    (folder / ".project").write_bytes(PROJECT)
    (folder / "CMakeLists.txt").write_text(CMAKE)
    (folder / "Makefile").write_text(MAKEFILE)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_network_in_and_out_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(project)
    assert main(["ide", "add", str(project), *ADD, "--name", "digits"]) == 0
    text = capsys.readouterr().out
    assert "+ Debug/libraries: :NetworkRuntime1020_CM4_GCC.a" in text
    assert "+ C_SOURCES: X-CUBE-AI/App/digits_data_params.c" in text
    assert main(["ide", "add", str(project), *ADD, "--name", "digits"]) == 0
    assert "nothing to change" in capsys.readouterr().out
    assert main(["ide", "remove", str(project)]) == 0
    assert contents(project) == before


def test_json_has_files_and_changes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ide", "add", str(project), *ADD, "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "cubeai-auto/ide-add/1"
    assert [Path(file["file"]).name for file in document["files"]] == [
        ".cproject", ".project", "CMakeLists.txt", "Makefile",
    ]  # fmt: skip
    assert [file["written"] for file in document["files"]] == [True, False, True, True]
    changes = document["files"][3]["changed"]
    assert {"key": "LIBDIR", "before": None, "after": "-LMiddlewares/ST/AI/Lib"} in changes
    assert document["journal"] == str(project / ".cubeai-auto-ide.json")
    assert main(["ide", "remove", str(project), "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "cubeai-auto/ide-remove/1"
    assert {"key": "LIBDIR", "before": "-LMiddlewares/ST/AI/Lib", "after": None} in document["files"][
        3
    ]["changed"]
    assert document["journal"] is None


def test_a_dry_run_shows_the_diff_and_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(project)
    assert main(["ide", "add", str(project), *ADD, "--dry-run"]) == 0
    text = capsys.readouterr().out
    assert "--- Makefile" in text
    assert "+-LMiddlewares/ST/AI/Lib" in text
    assert main(["ide", "add", str(project), *ADD, "--dry-run", "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["dry_run"] is True
    assert not any(file["written"] for file in document["files"])
    assert document["files"][0]["changed"]
    assert contents(project) == before


def test_the_built_in_engine_s_sources(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(project)
    (project / "AI").mkdir()
    for name in ("digits.c", "digits_data.c", "cai_dense.c", "digits.h"):
        (project / "AI" / name).write_text("")
    arguments = [
        "ide",
        "add",
        str(project),
        "--engine",
        "builtin",
        "--sources",
        "AI",
        "--name",
        "digits",
    ]
    assert main(arguments) == 0
    makefile = (project / "Makefile").read_text()
    assert "AI/cai_dense.c \\\nAI/digits.c \\\nAI/digits_data.c\n" in makefile
    assert "-IAI\n" in makefile
    assert not any(b"NetworkRuntime" in data for data in contents(project).values())
    assert main(["ide", "remove", str(project), "--name", "digits"]) == 0
    assert {k: v for k, v in contents(project).items() if not k.startswith("AI/")} == before


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["add", "{}"], 2, "--pack is needed"),
        (["add", "{}", "--pack", "10.2.0"], 2, "--core is needed"),
        (["add", "{}", "--pack", "ten", "--core", "cm4"], 2, "ten"),
        (["add", "{}", "--pack", "10.2.0", "--core", "cm3"], 2, "cm3"),
        (["add", "{}", *ADD, "--name", "no name"], 2, "no C name"),
        (["add", "{}", *ADD, "--sources", "nowhere"], 2, "nowhere"),
        (["add", "{}", "--engine", "builtin"], 2, "network.c"),
        (["add", "{}/none", *ADD], 2, "does not exist"),
        (["remove", "{}/none"], 2, "does not exist"),
        (["add", "{}/empty", *ADD], 2, "no .cproject"),
        (["add", "{}/broken", *ADD], 5, "no well-formed XML"),
    ],
)
def test_errors_are_sentences_with_their_code(
    arguments: list[str], code: int, what: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "empty").mkdir()
    (project / "broken").mkdir()
    (project / "broken" / ".cproject").write_bytes(cproject()[:500])
    before = contents(project)
    assert main(["ide", *(text.format(project) for text in arguments)]) == code
    captured = capsys.readouterr()
    assert what in captured.err
    assert "hint: " in captured.err or "folder" in captured.err
    assert "Traceback" not in captured.err
    assert contents(project) == before


def test_cores_are_known_in_every_spelling(project: Path) -> None:
    for core in ("cm4", "CM4", "cortex-m4", "M4", "Cortex M4"):
        assert main(["ide", "add", str(project), "--pack", "10.2.0", "--core", core, "--quiet"]) == 0
        assert b"NetworkRuntime1020_CM4" in (project / "Makefile").read_bytes()


def test_a_pack_nobody_saw_is_marked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ide", "add", str(project), "--pack", "11.0.0", "--core", "cm55"]) == 0
    assert "unverified" in capsys.readouterr().out
    assert b"NetworkRuntime1100_CM55_GCC.a" in (project / "Makefile").read_bytes()

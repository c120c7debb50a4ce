"""Real project files: byte for byte, in and out, and against what CubeMX itself wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.ide_projects import builtin, cube_ai

from cubeai_auto.cubemx.ide import MxProject, add_to_cproject, remove_from_cproject
from cubeai_auto.cubemx.ide.cdt import read_cproject, runtimes_of
from cubeai_auto.cubemx.ide.links import add_links, link_to, remove_links
from cubeai_auto.cubemx.xmltext import XmlFormatError, parse_xml
from cubeai_auto.errors import InputError

pytestmark = pytest.mark.corpus

CPROJECTS = 9
PAIR = "NUCLEO-H753ZI_practice__pairF-{}.{}"


@pytest.fixture(scope="module")
def folder(corpus: Path) -> Path:
    return corpus / "cubeide"


@pytest.fixture(scope="module")
def cprojects(folder: Path) -> dict[str, bytes]:
    found = {path.name: path.read_bytes() for path in sorted(folder.glob("*.cproject"))}
    assert len(found) >= CPROJECTS
    return found


def test_adding_and_removing_is_the_identity(cprojects: dict[str, bytes]) -> None:
    for name, before in cprojects.items():
        for additions in (
            cube_ai(),
            cube_ai("7.3.0", "CM7", ("a", "b")),
            builtin(),
            builtin("X-CUBE-AI/App"),
        ):
            edit = add_to_cproject(before, additions)
            assert add_to_cproject(edit.after, additions).splices == (), name
            assert remove_from_cproject(edit.after, additions, edit.changes).after == before, name
            assert edit.after.count(b"\r\n") in {0, edit.after.count(b"\n")}, name
            _, configurations = read_cproject(edit.after)
            if additions.library is not None:
                files = {r.file for c in configurations for r in runtimes_of(c)}
                assert files == {additions.library.file}, name


def test_the_pair_s_before_becomes_its_after(folder: Path) -> None:
    """All of it but the two option ids a configuration, which CDT draws at random."""
    before = (folder / PAIR.format("without", "cproject")).read_bytes()
    after = (folder / PAIR.format("with-10.2.0", "cproject")).read_bytes()
    additions = cube_ai("10.2.0", "CM7", ("ae_model",))
    ids = re.compile(rb"(linker\.option\.(?:directories|libraries)\.)\d+")
    edit = add_to_cproject(before, additions)
    assert ids.sub(rb"\1N", edit.after) == ids.sub(rb"\1N", after)
    assert len(ids.findall(edit.after)) == 4
    assert remove_from_cproject(after, additions).after == before
    assert add_to_cproject(after, additions).splices == ()


def test_the_pair_s_project_takes_links(folder: Path) -> None:
    for state in ("without", "with-10.2.0"):
        before = (folder / PAIR.format(state, "project")).read_bytes()
        links = [link_to("../AI/n.c", "Application/User/AI")]
        edit = add_links(before, links)
        assert b"<comment></comment>" in edit.after
        assert remove_links(edit.after, links).after == before
    generated = [
        link_to(f"X-CUBE-AI/App/ae_model{part}.c", "Application/User/X-CUBE-AI/App")
        for part in ("", "_data", "_data_params")
    ]
    assert add_links(before, generated).splices == (), "CubeMX wrote the same links"


def test_a_project_with_several_runtimes_is_reported(cprojects: dict[str, bytes]) -> None:
    noted = {
        name
        for name, data in cprojects.items()
        if any("different" in n for n in add_to_cproject(data, builtin()).notes)
    }
    assert noted == {"stm32ai-modelzoo-services__H743ZI2.cproject"}


def test_every_mxproject_is_read(folder: Path) -> None:
    found = {path.name: MxProject.read(path) for path in sorted(folder.glob("*.mxproject"))}
    assert len(found) >= 5
    for name, book in found.items():
        assert book.toolchains, name
        assert book.library_files, name
        assert book.source_files, name
        wanted = () if "without" in name else (1,)
        assert tuple(len(runtimes) for runtimes in [book.runtimes] if runtimes) == wanted, name


def test_every_xml_of_the_corpus_is_located(corpus: Path) -> None:
    paths = [
        *corpus.glob("cubeide/*.cproject"),
        *corpus.glob("cubeide/*.project"),
        *corpus.glob("mcu/*.xml"),
    ]
    assert len(paths) >= 16
    for path in paths:
        data = path.read_bytes()
        document = parse_xml(data)
        raw = re.sub(rb"<!--.*?-->", b"", data, flags=re.DOTALL)
        assert sum(1 for _ in document.root.walk()) == len(re.findall(rb"<[A-Za-z]", raw)), path.name
        for element in document.root.walk():
            for name, value in element.attributes[:1]:
                place = document.attribute_place(element, name) or (0, 0)
                shown = document.data[slice(*place)].decode(document.encoding)
                assert shown == value or "&" in shown or ":" in name, path.name


def test_cut_files_give_typed_errors(folder: Path, corpus: Path) -> None:
    names = ("sine_ai__F446-9.0.cproject", "qualia-core__L452REP-8.1.cproject")
    for path in [*(folder / name for name in names), *sorted(corpus.glob("mcu/*.xml"))[:1]]:
        data = path.read_bytes()
        step = 50 if path.suffix == ".cproject" else max(50, len(data) // 400)
        for end in range(0, len(data) - 20, step):
            with pytest.raises(XmlFormatError):
                parse_xml(data[:end])
        for place in range(0, len(data), step * 7):
            for bit in (0x01, 0x20, 0x80):
                mutant = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
                try:
                    edit = add_to_cproject(mutant, cube_ai())
                except InputError as error:
                    hint = error.hint
                    assert hint, place
                else:
                    assert remove_from_cproject(edit.after, cube_ai(), edit.changes).after == mutant, (
                        place
                    )

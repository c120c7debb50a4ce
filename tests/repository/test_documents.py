"""The documentation says what is so: generated parts are fresh, links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from cubeai_auto.files import existing_file

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("projects/*/*.md")])


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_parts_are_fresh(repository: Path) -> None:
    generated: dict[Path, str] = load(repository / "docs" / "generate.py").generated()
    assert {path.name for path in generated} >= {"errors.md", "README.md", "supported-ops.md"}
    stale = [p.name for p, text in generated.items() if existing_file(p, "page").read_text() != text]
    assert not stale, f"run: python docs/generate.py ({stale})"


def test_the_table_of_exit_codes_has_all(repository: Path) -> None:
    table = load(repository / "docs" / "generate.py").exit_code_table()
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]
    assert codes == sorted(codes)
    assert set(codes) == {0, 1, 2, 3, 4, 5, 6, 130}


def test_markers_are_needed(repository: Path) -> None:
    module = load(repository / "docs" / "generate.py")
    page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n"
    assert module.between_markers(page, "x", "new\n") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n"
    with pytest.raises(ValueError, match="markers"):
        module.between_markers(page, "y", "new\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert "://" in target or (page.parent / target).exists(), target


def test_the_index_has_every_page(repository: Path) -> None:
    index = (repository / "docs" / "index.md").read_text("utf-8")
    for page in repository.glob("docs/*.md"):
        assert page.name == "index.md" or f"({page.name})" in index, page.name


def test_every_dependency_is_explained(repository: Path) -> None:
    document = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    project = document["project"]
    requirements = [*project["dependencies"], *document["build-system"]["requires"]]
    for extra in project["optional-dependencies"].values():
        requirements += extra
    names = {re.split(r"[^A-Za-z0-9_-]", requirement)[0] for requirement in requirements}
    page = (repository / "docs" / "dependencies.md").read_text("utf-8")
    libraries = page.partition("## Programs")[0]
    explained = set()
    for row in re.findall(r"^\| (`[^|]+) \|", libraries, re.MULTILINE):
        explained |= set(re.findall(r"`([^`]+)`", row))
    assert explained == names - {project["name"]}


def test_the_readme_is_short_and_its_commands_exist(repository: Path) -> None:
    readme = (repository / "README.md").read_text("utf-8")
    assert readme.count("\n") < 150
    jobs = set(re.findall(r"\./setup\.sh (\w+)", readme))
    assert {"demo", "tests", "env"} <= jobs
    setup = (repository / "setup.sh").read_text("utf-8")
    cases = set(re.findall(r"^ +([a-z |]+)\) extras=", setup, re.MULTILINE))
    assert jobs <= {job.strip() for case in cases for job in case.split("|")}
    assert "<!-- figures -->" in readme


def test_nox_reads_like_a_manual(repository: Path) -> None:
    source = (repository / "noxfile.py").read_text("utf-8")
    sessions = re.findall(
        r'^@nox\.session.*\ndef (\w+)\(session: nox\.Session\) -> None:\n    """([^\n]+\.)"""$',
        source,
        re.MULTILINE,
    )
    assert len(sessions) == source.count("@nox.session")
    assert {"demo", "tests", "corpus", "lint", "types", "bench", "docs"} <= {
        name for name, _ in sessions
    }

"""Whole lives of X-CUBE-AI in a project from the command line: added, upgraded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cubeai_auto.cli.main import main
from cubeai_auto.cubemx import IocDocument

BOARDS = sorted((Path(__file__).parents[2] / "cube_templates" / "boards").glob("*/*.ioc"))
APPLICATIONS = (("none", ()), ("ApplicationTemplate", ()), ("Validation", ("--uart",)))


def uart_of(path: Path) -> str:
    document = IocDocument.read(path)
    return next(
        value.removesuffix("_TX")
        for key, value in document.items()
        if key.endswith(".Signal") and value.endswith("_TX")
    )


def live(project: Path, chain: tuple[str, ...], application: str, options: tuple[str, ...]) -> None:
    """Add, upgrade step by step, lint after each, and remove; every verb ends well."""
    model = project.parent / "model.tflite"
    model.write_bytes(b"TFL3")
    first, *later = chain
    with_uart = [*options, uart_of(project)] if options else []
    add = ["ioc", "add-ai", str(project), "--model", str(model), "--pack", first, "--application"]
    assert main([*add, application, *with_uart, "--in-place", "--quiet"]) == 0
    for pack in later:
        assert main(["ioc", "upgrade-ai", str(project), "--pack", pack, "--in-place", "--quiet"]) == 0
    assert main(["ioc", "lint", str(project), "--quiet"]) == 0
    assert main(["ioc", "remove-ai", str(project), "--in-place", "--quiet"]) == 0


@pytest.mark.parametrize(("application", "options"), APPLICATIONS)
@pytest.mark.parametrize(
    "chain", [("5.2.0", "8.1.0", "10.2.0"), ("8.1.0", "9.0.0"), ("9.1.0", "10.2.0")]
)
@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.parent.name)
def test_the_first_bytes_come_back(
    board: Path, chain: tuple[str, ...], application: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    project = tmp_path / "project.ioc"
    project.write_bytes(board.read_bytes())
    live(project, chain, application, options)
    assert project.read_bytes() == board.read_bytes()


@pytest.mark.corpus
def test_real_projects_without_the_pack(corpus: Path, tmp_path: Path) -> None:
    done = 0
    for path in sorted((corpus / "ioc").glob("*.ioc")):
        data = path.read_bytes()
        document = IocDocument.parse(data)
        if b"X-CUBE-AI" in data or "Mcu.ContextNb" in document or "Mcu.Context0" in document:
            continue
        project = tmp_path / "project.ioc"
        project.write_bytes(data)
        live(project, ("5.2.0", "8.1.0", "10.2.0"), "ApplicationTemplate", ())
        assert project.read_bytes() == data, path.name
        done += 1
    assert done > 10

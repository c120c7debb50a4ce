"""The wheel has all the data that the package reads, and nothing else."""

from __future__ import annotations

import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from cubeai_auto import process

needs_hatchling = pytest.mark.skipif(
    find_spec("hatchling") is None, reason="hatchling is not installed"
)


@pytest.fixture(scope="module")
def installed(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as an installation would lay it out."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    process.run(build, cwd=repository, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


@needs_hatchling
def test_the_wheel_holds_package_and_templates(repository: Path, installed: Path) -> None:
    package = {f"cubeai_auto/{name}" for name in files_below(repository / "cubeai_auto")}
    templates = {
        f"cubeai_auto/cube_templates/{name}" for name in files_below(repository / "cube_templates")
    }
    found = {name for name in files_below(installed) if ".dist-info/" not in name}
    assert found == package | templates
    for name in (
        "py.typed",
        "resources/targets.toml",
        "resources/boards.toml",
        "resources/mcu_sizes.csv",
        "resources/LICENSE.open_pin_data.txt",
        "codegen/kernels/stai.h",
        "codegen/kernels/ai_platform.h",
        "codegen/templates/network.c.j2",
        "codegen/templates/legacy.c.j2",
        "cube_templates/application/app_stai.c",
        "cube_templates/boards/NUCLEO-F446RE/nucleo_f446re.ioc",
    ):
        assert f"cubeai_auto/{name}" in found


@needs_hatchling
def test_what_is_installed_finds_its_data(installed: Path, tmp_path: Path) -> None:
    code = (
        "import cubeai_auto.files as f, cubeai_auto.board as b;"
        "print(f.__file__, f.templates_dir(), len(b.boards()), sep='\\n')"
    )
    done = process.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(installed)}, timeout=60
    )
    module, templates, boards = done.stdout.splitlines()
    assert Path(module) == installed / "cubeai_auto" / "files.py"
    assert Path(templates) == installed / "cubeai_auto" / "cube_templates"
    assert int(boards) > 0

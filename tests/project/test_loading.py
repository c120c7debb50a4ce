from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from cubeai_auto.errors import ConfigError, MissingPathError, RefusedError
from cubeai_auto.project import ProjectConfig, load_config
from cubeai_auto.project.config import DatasetTable, ModelTable, ProjectTable

Make = Callable[[str | bytes], Path]


def test_defaults(make_project: Make, smallest: str) -> None:
    folder = make_project(smallest)
    loaded = load_config(folder)
    config = loaded.config
    assert loaded.directory == folder
    assert loaded.file == folder / "project.toml"
    assert config.project.name == "Digits"
    assert config.model.variants == ("float32", "int8", "dynamic-range")
    assert (config.model.name, config.model.seed, config.model.epochs) == ("network", 1, 30)
    assert (config.model.batch_size, config.model.augment) == (64, True)
    assert config.dataset is not None
    assert config.dataset.path is None
    assert (config.target.board, config.target.series) == ("NUCLEO-F446RE", None)
    assert (config.engine.name, config.engine.optimization) == ("auto", "balanced")
    assert (config.engine.compression, config.engine.c_api) == ("none", "st-ai")
    assert (config.engine.opt_level, config.engine.io_in_activations) == ("O2", True)
    assert config.engine.fast_float is False
    assert config.validation.on == ("host", "emulator")
    assert (config.validation.samples, config.validation.host_samples) == (200, None)
    assert config.validation.timeout == 600
    assert config.compare.tflm is True
    assert config.budgets.flash is None
    assert config.cubemx is None


def test_every_value_is_read(make_project: Make, smallest: str) -> None:
    loaded = load_config(
        make_project(
            smallest
            + f"""
            sha256 = "{"AB" * 32}"
            url = "https://example.org/a?b=c"
            [target]
            series = "stm32f4"
            [engine]
            name = "stedgeai"
            opt_level = "Os"
            [validate]
            on = ["host", "board"]
            host_samples = 10
            timeout = 2
            [budgets]
            flash = "1.5 MB"
            ram = "4 KiB"
            arena = 912
            macc = 118_016
            instructions = 183_000
            accuracy = 1
            mismatches = 0
            [cubemx]
            ioc = "board.ioc"
            pack = "10.2.0"
            application = "template"
            """
        )
    )
    config = loaded.config
    assert config.dataset is not None
    assert config.dataset.sha256 == "ab" * 32
    assert config.validation.on == ("host", "board")
    assert config.budgets.flash == 1_500_000
    assert config.budgets.ram == 4096
    assert config.budgets.instructions == 183_000
    assert config.budgets.accuracy == 1.0
    assert config.cubemx is not None
    assert config.cubemx.ioc == loaded.directory / "board.ioc"


def test_a_model_file_implies_its_variant(make_project: Make) -> None:
    loaded = load_config(make_project('project.name = "x"\nmodel.path = "../net.tflite"\n'))
    assert loaded.config.model.path == loaded.directory.parent / "net.tflite"
    assert loaded.config.model.variants == ()
    assert loaded.config.dataset is None
    assert loaded.sources["model.path"] == "project.toml:2"
    assert loaded.sources["dataset"] == "default"


def test_sources(make_project: Make, smallest: str) -> None:
    loaded = load_config(
        make_project(smallest), ["engine.name=builtin", "dataset={path='d', name='e'}"]
    )
    assert loaded.sources["project.name"] == "project.toml:2"
    assert loaded.sources["model.recipe"] == "project.toml:4"
    assert loaded.sources["engine.name"] == "--set"
    assert loaded.sources["dataset.name"] == "--set"
    assert loaded.sources["dataset.path"] == "--set"
    assert loaded.sources["dataset.url"] == "default"
    assert loaded.sources["validate.on"] == "default"
    assert loaded.sources["cubemx"] == "default"
    with pytest.raises(TypeError):
        loaded.sources["engine.name"] = "nobody"  # type: ignore[index]


def test_paths_are_relative_to_where_they_were_given(
    make_project: Make, smallest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_project(smallest + 'path = "data/../digits"\n')
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    relative = Path("..") / folder.name
    loaded = load_config(relative, ["engine.executable=tools/stedgeai"])
    assert loaded.config.dataset is not None
    assert loaded.directory == folder
    assert loaded.config.model.recipe == folder / "model.py"
    assert loaded.config.dataset.path == folder / "digits"
    assert loaded.config.engine.executable == elsewhere / "tools" / "stedgeai"
    loaded = load_config(relative, ["dataset.path=~/mnist", "engine.executable=/opt/st ai/stedgeai"])
    assert loaded.config.dataset is not None
    assert loaded.config.dataset.path == tmp_path / "home" / "mnist"
    assert loaded.config.engine.executable == Path("/opt/st ai/stedgeai")


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("dataset.name=mnist", "dataset.name", "mnist"),
        ('dataset.name="mnist"', "dataset.name", "mnist"),
        (" dataset.name = a=b ", "dataset.name", "a=b"),
        ("dataset.name=a # b", "dataset.name", "a # b"),
        ("dataset.path=/some dir/a#b", "dataset.path", Path("/some dir/a#b")),
        ('model.variants=["int8"]', "model.variants", ("int8",)),
        ("engine.fast_float=true", "engine.fast_float", True),
        ("model.epochs=1_000", "model.epochs", 1000),
        ("cubemx.pack=10.2.0", "cubemx.pack", "10.2.0"),
        ("budgets.arena=1 KiB", "budgets.arena", 1024),
        ("target={board='B'}", "target.board", "B"),
    ],
)
def test_overrides(make_project: Make, smallest: str, override: str, key: str, value: object) -> None:
    loaded = load_config(make_project(smallest), [override])
    table, name = key.split(".")
    assert getattr(getattr(loaded.config, table), name) == value
    assert loaded.sources[key] == "--set"


def test_the_last_override_wins_over_the_file_and_the_first(make_project: Make, smallest: str) -> None:
    loaded = load_config(make_project(smallest), ["dataset.name=a", "dataset.name=b"])
    assert loaded.config.dataset is not None
    assert loaded.config.dataset.name == "b"


def test_an_override_repairs_a_wrong_value(make_project: Make, smallest: str) -> None:
    folder = make_project(smallest + "[engine]\nopt_level = 'O9'\n")
    assert load_config(folder, ["engine.opt_level=O3"]).config.engine.opt_level == "O3"


def test_no_such_folder(tmp_path: Path, make_project: Make, smallest: str) -> None:
    folder = make_project(smallest)
    with pytest.raises(MissingPathError, match="does not exist") as caught:
        load_config(folder.with_name("Zifern für 数字"))
    assert caught.value.exit_code == 2
    assert caught.value.hint == f"did you mean {folder}?"
    with pytest.raises(MissingPathError) as caught:
        load_config(tmp_path / "other" / "nothing")
    assert "project.toml" in (caught.value.hint or "")
    with pytest.raises(MissingPathError):
        load_config(Path("a\0b"))
    with pytest.raises(RefusedError):
        load_config(tmp_path / ("x" * 5000))


def test_no_project_file(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match=r"no project\.toml in") as caught:
        load_config(tmp_path)
    assert caught.value.hint
    (tmp_path / "project.toml").mkdir()
    with pytest.raises(MissingPathError, match="is a folder"):
        load_config(tmp_path)


def test_the_file_instead_of_the_folder(make_project: Make, smallest: str) -> None:
    with pytest.raises(MissingPathError, match="this is a file") as caught:
        load_config(make_project(smallest) / "project.toml")
    assert "folder that holds" in (caught.value.hint or "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "project.toml")
    with pytest.raises(MissingPathError, match="not a regular file"):
        load_config(tmp_path)


def test_models_work_without_a_file() -> None:
    project, data = ProjectTable(name="x"), DatasetTable(name="digits")
    config = ProjectConfig(project=project, model=ModelTable(recipe=Path("model.py")), dataset=data)
    assert config.given() >= {"project.name", "model.recipe", "dataset.name"}
    with pytest.raises(ValidationError, match="exclude each other"):
        ProjectConfig(project=project, model=ModelTable(recipe=Path("a"), path=Path("b")), dataset=data)
    with pytest.raises(ValidationError, match="needs labeled data"):
        ProjectConfig(project=project, model=ModelTable(recipe=Path("a")))
    with pytest.raises(ValidationError, match="frozen"):
        config.model.epochs = 3


def test_errors_leave_the_file_alone(make_project: Make) -> None:
    folder = make_project("x = 1\n")
    with pytest.raises(ConfigError):
        load_config(folder)
    assert [path.name for path in folder.iterdir()] == ["project.toml"]
    assert (folder / "project.toml").read_text(encoding="utf-8") == "x = 1\n"


def test_pydantic_is_imported_for_project_files_only() -> None:
    code = "import sys, cubeai_auto, cubeai_auto.errors; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0

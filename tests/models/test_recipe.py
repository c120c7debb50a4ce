"""Loading a project's ``model.py``: the shipped one, and files with one mistake each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cubeai_auto.errors import ConfigError, MissingPathError, ToolMissingError, UsageError
from cubeai_auto.models.options import DatasetOptions
from cubeai_auto.models.recipe import load_recipe, recipe_errors

GOOD = """\
from cubeai_auto.contract import InputContract
CONTRACT = InputContract("made", "uint8", 0, 255, 0, 1 / 255, (28, 28), "row by row", 0.0)
CLASSES = ("a", "b")
def load_data(options):
    return options.name.missing
def build(training):
    raise ValueError("no network")
def train(dataset, options, progress):
    return build(options)
"""


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "model.py"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_the_digits_recipe(repository: Path) -> None:
    recipe = load_recipe(repository / "projects" / "digits" / "model.py")
    assert tuple("0123456789") == recipe.CLASSES
    assert recipe.CONTRACT.shape == (28, 28)
    assert recipe.CONTRACT.scale * 255 == 1
    with pytest.raises(ConfigError) as caught:
        recipe.load_data(DatasetOptions("digit"))
    assert caught.value.hint == "did you mean 'digits'?"


def test_loading_a_recipe_does_not_load_tensorflow(repository: Path) -> None:
    from cubeai_auto import process

    code = (
        "import sys, pathlib; from cubeai_auto.models.recipe import load_recipe;"
        "load_recipe(pathlib.Path(sys.argv[1]));"
        "sys.exit(len({'tensorflow', 'keras', 'sklearn'} & set(sys.modules)))"
    )
    file = repository / "projects" / "digits" / "model.py"
    process.run([sys.executable, "-c", code, file], timeout=60, cwd=repository)


def test_two_files_of_one_name_do_not_meet_and_leave_no_cache(tmp_path: Path) -> None:
    folders = tmp_path / "with blank", tmp_path / "größe"
    recipes = []
    for index, folder in enumerate(folders):
        folder.mkdir()
        recipes.append(load_recipe(write(folder, GOOD.replace('"a"', f'"{index}"'))))
    assert [recipe.CLASSES[0] for recipe in recipes] == ["0", "1"]
    assert [file.name for folder in folders for file in folder.iterdir()] == ["model.py"] * 2


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    assert load_recipe(write(tmp_path, GOOD)).CLASSES == ("a", "b")
    assert load_recipe(write(tmp_path, GOOD.replace('"b"', '"c"'))).CLASSES == ("a", "c")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD.replace("def build(training):", "def build(training)"), ":6: Python syntax"),
        (GOOD + "\nCLASSES = undefined\n", ":11: NameError"),
        (GOOD.replace("CLASSES =", "NAMES ="), "needs CLASSES"),
        (GOOD.replace('("a", "b")', '["a", "b"]'), "needs CLASSES"),
        (GOOD.replace("CONTRACT =", "CONTRACT = 1 #"), "needs CONTRACT"),
        (
            GOOD.replace("def train(", "def fit("),
            "needs the function train(dataset, options, progress)",
        ),
        (
            GOOD.replace("def load_data(options)", "def load_data()"),
            ":4: the function load_data must take 1",
        ),
        (GOOD.replace("def build", "build = 1\ndef other"), "needs the function build(training)"),
        ("\xff\xfe".encode("latin-1"), "codec can't decode"),
        (b"x = 1\0", "null bytes"),
        ("", "needs CONTRACT"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    file = write(tmp_path, text)
    loaded = set(sys.modules)
    with pytest.raises(ConfigError) as caught:
        load_recipe(file)
    assert str(file) in caught.value.message
    assert sentence in caught.value.message
    assert not {name for name in set(sys.modules) - loaded if name.startswith("cubeai_auto_recipe")}


def test_a_package_that_is_not_installed_is_a_missing_tool(tmp_path: Path) -> None:
    with pytest.raises(ToolMissingError) as caught:
        load_recipe(write(tmp_path, GOOD + "import surely_not_installed.part\n"))
    assert "model.py:10" in caught.value.message
    assert caught.value.hint == "pip install surely_not_installed"


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.py", tmp_path):
        with pytest.raises(MissingPathError):
            load_recipe(path)


def test_a_mistake_inside_a_function_is_named_when_it_runs(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    recipe = load_recipe(file)
    with pytest.raises(ConfigError, match=r"model\.py:5: AttributeError"), recipe_errors(file):
        recipe.load_data(DatasetOptions("x"))
    with pytest.raises(UsageError, match="as it is"), recipe_errors(file):
        raise UsageError("as it is")
    with pytest.raises(ZeroDivisionError), recipe_errors(file):  # not the recipe's mistake
        raise ZeroDivisionError

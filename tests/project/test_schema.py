from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from cubeai_auto.errors import ConfigError
from cubeai_auto.project import load_config
from cubeai_auto.project.config import ProjectConfig
from cubeai_auto.project.describe import describe_tables, find_key, known_keys
from cubeai_auto.project.schema import (
    main,
    project_schema,
    reference_markdown,
    reference_path,
    schema_path,
)

Make = Callable[[str | bytes], Path]
Json = Mapping[str, object]


def sub(value: object) -> Json:
    assert isinstance(value, dict)
    return value


def mistakes(value: object, schema: Json, whole: Json, at: str = "") -> list[str]:
    """A validator for the part of JSON Schema that the project schema uses."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        return mistakes(value, sub(sub(whole["$defs"])[name]), whole, at)
    found: list[str] = []
    for word, bar in schema.items():
        if word in {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "format"}:
            continue
        if word == "type":
            kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
            right = (
                isinstance(value, int | float)
                if bar == "number"
                else isinstance(value, kinds[str(bar)])
            )
            right = right and (bar == "boolean" or not isinstance(value, bool))
            found += [] if right else [f"{at}: not {bar}"]
        elif word == "properties" and isinstance(value, dict):
            for key in value.keys() & sub(bar).keys():
                found += mistakes(value[key], sub(sub(bar)[key]), whole, f"{at}.{key}")
        elif word == "additionalProperties" and isinstance(value, dict):
            assert bar is False
            found += [f"{at}.{key}: unknown" for key in value.keys() - sub(schema["properties"]).keys()]
        elif word == "required" and isinstance(value, dict):
            assert isinstance(bar, list)
            found += [f"{at}.{key}: missing" for key in bar if key not in value]
        elif word in {"oneOf", "anyOf"}:
            assert isinstance(bar, list)
            right_ones = sum(not mistakes(value, sub(option), whole, at) for option in bar)
            found += [] if right_ones == 1 else [f"{at}: {right_ones} of {word}"]
        elif word == "items" and isinstance(value, list):
            for index, item in enumerate(value):
                found += mistakes(item, sub(bar), whole, f"{at}[{index}]")
        elif word == "enum":
            assert isinstance(bar, list)
            found += [] if value in bar else [f"{at}: not in enum"]
        elif word == "pattern" and isinstance(value, str):
            found += [] if re.search(str(bar), value) else [f"{at}: pattern"]
        elif word == "uniqueItems" and isinstance(value, list):
            found += (
                [] if len({json.dumps(item) for item in value}) == len(value) else [f"{at}: repeated"]
            )
        elif word in {"minLength", "minItems"} and isinstance(value, str | list):
            found += [] if len(value) >= int(str(bar)) else [f"{at}: short"]
        elif word in {"maxLength", "maxItems"} and isinstance(value, str | list):
            found += [] if len(value) <= int(str(bar)) else [f"{at}: long"]
        elif word in {"minimum", "maximum", "exclusiveMinimum"} and isinstance(value, int | float):
            limit = float(str(bar))
            right = {"minimum": value >= limit, "maximum": value <= limit}.get(word, value > limit)
            found += [] if right else [f"{at}: {word}"]
        else:
            known = {
                "properties",
                "additionalProperties",
                "required",
                "items",
                "pattern",
                "uniqueItems",
            }
            sized = {"minLength", "maxLength", "minItems", "maxItems"}
            assert word in known | sized | {"minimum", "maximum", "exclusiveMinimum"}, word
    return found


def test_the_committed_schema_is_fresh() -> None:
    assert schema_path().read_text(encoding="utf-8") == project_schema(), (
        "stale: python -m cubeai_auto.project.schema"
    )


def test_the_committed_reference_is_fresh() -> None:
    assert reference_path().read_text(encoding="utf-8") == reference_markdown(), (
        "stale: python -m cubeai_auto.project.schema"
    )


def test_both_are_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "cubeai_auto.project.schema"
    monkeypatch.setattr(f"{module}.schema_path", lambda: tmp_path / "s.json")
    monkeypatch.setattr(f"{module}.reference_path", lambda: tmp_path / "r.md")
    assert main() == 0
    assert (tmp_path / "s.json").read_bytes() == project_schema().encode()
    assert (tmp_path / "r.md").read_bytes() == reference_markdown().encode()


def test_schema_head() -> None:
    schema = json.loads(project_schema())
    assert schema["$id"] == "urn:cubeai-auto:schema:project:1"
    assert schema["$schema"].endswith("2020-12/schema")
    assert "null" not in project_schema()


def test_everything_is_described() -> None:
    schema = json.loads(project_schema())
    for table in schema["$defs"].values():
        assert table["title"].startswith("[")
        assert table["description"].endswith(".")
        for key in table["properties"].values():
            assert key["title"]
            assert key["description"].endswith((".", "percent."))
            assert "\n" not in key["description"]


def test_the_reference_names_every_table_and_key() -> None:
    text = reference_markdown()
    sections = {part.split("]")[0]: part for part in re.split(r"^## \[", text, flags=re.MULTILINE)[1:]}
    assert list(sections) == [field.alias or name for name, field in ProjectConfig.model_fields.items()]
    for table in describe_tables():
        rows = re.findall(r"^\| `(\w+)` \|", sections[table.name], re.MULTILINE)
        assert [key.name for key in table.keys] == rows
    assert all(len(row.split(" | ")) == 4 for row in text.splitlines() if row.startswith("| `"))


def test_key_information() -> None:
    key = find_key("validate.timeout")
    assert key is not None
    assert (key.default, key.allowed) == ("600.0", "a number above 0, at most 86400")
    assert find_key("validate.nothing") is None
    assert len(known_keys()) == len(set(known_keys())) > 35


def test_the_example_of_the_reference_loads(make_project: Make) -> None:
    example = reference_markdown().split("```toml\n")[1].split("```")[0]
    assert load_config(make_project(example)).config.project.name == "Handwritten digits"


def test_the_shipped_project(repository: Path) -> None:
    folder = repository / "projects" / "digits"
    schema = json.loads(project_schema())
    assert (
        mistakes(tomllib.loads((folder / "project.toml").read_text(encoding="utf-8")), schema, schema)
        == []
    )
    config = load_config(folder).config
    assert config.model.recipe == folder / "model.py"
    assert config.model.variants == ("float32", "int8", "dynamic-range")
    assert config.dataset is not None
    assert config.dataset.name == "digits"
    assert config.target.board == "NUCLEO-F446RE"
    assert config.budgets.mismatches == 0


def test_the_shipped_activity_project(repository: Path) -> None:
    folder = repository / "projects" / "har"
    schema = json.loads(project_schema())
    assert mistakes(tomllib.loads((folder / "project.toml").read_text("utf-8")), schema, schema) == []
    config = load_config(folder).config
    assert (config.model.network, config.model.variants) == ("cnn", ("float32", "int8"))
    assert config.signal is None
    changed = load_config(
        folder, ["signal.test_users=[7, 8]", "signal.split=users", "signal.full_scale=4"]
    ).config.signal
    assert changed is not None
    assert (changed.test_users, changed.split, changed.full_scale) == ((7, 8), "users", 4.0)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("", True),
        ("[budgets]\nflash = 0\nram = '1.5 MB'\naccuracy = 1", True),
        ("[budgets]\nflash = '64 KB'", False),
        ("[budgets]\nflash = -1", False),
        ("[budgets]\nflash = true", False),
        ("[budgets]\naccuracy = 1.5", False),
        ("[budgets]\nzebra = 1", False),
        ("[zebra]", False),
        ("[engine]\nopt_level = 'O9'", False),
        ("[engine]\nfast_float = 0", False),
        ("[engine]\nexecutable = ''", False),
        ("[validate]\non = []", False),
        ("[validate]\non = ['host', 'host']", False),
        ("[validate]\ntimeout = 0", False),
        ("[validate]\ntimeout = 1", True),
        ("[target]\nboard = \"a\\tb\"", False),
        ("[target]\nseries = 'stm32f4'", True),
        ("[signal]\nwindow = 100\nsplit = 'random'\ntrain_users = [1, 2]", True),
        ("[signal]\ntrain_users = [1, 1]", False),
        ("[signal]\ntrain_users = [-1]", False),
        ("sha256 = 'ab'", False),
        ("model.path = 'x'", False),
        ("model.name = 'my-net'", False),
        ("model.variants = []", False),
    ],
)  # fmt: skip
def test_schema_and_loader_agree(make_project: Make, smallest: str, text: str, right: bool) -> None:
    top = 'project.name = "x"\ndataset.name = "d"\nmodel.recipe = "model.py"\n'
    full = (top if text.startswith("model.") else smallest) + text
    schema = json.loads(project_schema())
    assert (mistakes(tomllib.loads(full), schema, schema) == []) is right
    try:
        load_config(make_project(full))
    except ConfigError:
        assert not right
    else:
        assert right

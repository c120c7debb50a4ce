"""What the program writes fits the JSON schemas that it ships."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from support.cube_reports import validate_report
from support.json_schemas import NAMES, schema, validator
from support.run_records import run_record, variant_record
from support.small_models import chain, hybrid
from support.small_projects import ioc_text, small_project
from support.tflite_builder import build

from cubeai_auto.compare.baseline import make_baseline
from cubeai_auto.compare.changes import BaselineCheck
from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.compare.conditions import SideConditions, collect_conditions
from cubeai_auto.compare.side import Side
from cubeai_auto.compare.verdict import Judged, judge_sides
from cubeai_auto.quantity import measured, missing

Say = Callable[..., Any]

PROJECT = """\
[project]
name = "tiny"
[model]
path = "m.tflite"
[engine]
name = "builtin"
[validate]
samples = 3
host_samples = 3
[budgets]
flash = "64 KiB"
arena = 5
accuracy = 0.9
[dataset]
name = "none"
[baseline]
flash = "1 %"
arena = 0
"""


def said(say: Say, *arguments: object, codes: tuple[int, ...] = (0,)) -> Any:
    done = say(*arguments, "--json", "-")
    assert done.code in codes, done.err
    return json.loads(done.out)


def project(folder: Path, model: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "project.toml").write_text(PROJECT, "utf-8")
    (folder / "m.tflite").write_bytes(model)
    return folder


def fits(name: str, document: Any) -> None:
    validator(name)(document)
    validator(name, closed=True)(document)


@pytest.mark.arm
def test_a_run_with_all_tools(tmp_path: Path, say: Say) -> None:
    folder = project(tmp_path / "p", build(chain(10, 8, 5)))
    fits("run", said(say, "run", folder, codes=(1,)))
    stored = said(say, "baseline", folder, "--update")
    fits("baseline", stored)
    fits("baseline", json.loads((folder / "baseline.json").read_text("utf-8")))
    project(folder, build(chain(10, 16, 5)))
    grown = said(say, "run", folder, codes=(1,))
    assert grown["baseline"]["broken"] > 0
    fits("run", grown)
    (run_dir,) = {Path(grown["run_dir"])}
    fits("run", json.loads((run_dir / "run.json").read_text("utf-8")))
    fits("baseline", said(say, "baseline", folder, codes=(1,)))


def test_a_run_without_tools_and_a_refused_model(tmp_path: Path, say: Say, no_tools: None) -> None:
    folder = project(tmp_path / "p", build(chain(10, 8, 5)))
    fits("run", said(say, "run", folder, codes=(1,)))
    folder = project(tmp_path / "q", build(hybrid()))
    fits("run", said(say, "run", folder, codes=(5,)))


def test_tflm(model: Path, tmp_path: Path, say: Say, no_tools: None) -> None:
    fits("tflm", said(say, "tflm", model))
    fits("tflm", said(say, "tflm", model, "--kernels", "reference", "--core", "cortex-m7"))
    refused = tmp_path / "hybrid.tflite"
    refused.write_bytes(build(hybrid()))
    fits("tflm", said(say, "tflm", refused))


def test_reports(tmp_path: Path, say: Say) -> None:
    text, broken = tmp_path / "report.txt", tmp_path / "broken.json"
    text.write_text(validate_report(), "utf-8")
    broken.write_text("{", "utf-8")
    fits("report", said(say, "report", text))
    fits("report", said(say, "report", "--diff", text, text))
    fits("report", said(say, "report", text, broken, codes=(5,)))


@pytest.mark.corpus
def test_real_reports(corpus: Path, say: Say) -> None:
    found = [*sorted(corpus.rglob("*_c_info.json")), *sorted(corpus.rglob("*report*.txt"))]
    assert found
    for path in found[:: max(1, len(found) // 25)]:
        fits("report", said(say, "report", path, codes=(0, 5)))


def test_ioc_lint(tmp_path: Path, say: Say) -> None:
    path = tmp_path / "p.ioc"
    path.write_bytes(ioc_text(small_project()))
    fits("ioc-lint", said(say, "ioc", "lint", path, codes=(0, 1)))
    path.write_bytes(ioc_text(small_project() | {"Mcu.PinsNb": "99"}))
    fits("ioc-lint", said(say, "ioc", "lint", path, codes=(1,)))


def compared() -> ComparedModel:
    size, gap = measured(100, "B", "a program"), missing("not known")
    known = Side("builtin", "1", *(size,) * 13)
    other = Side("tflm-cmsis-nn", "2", *(gap,) * 13)
    conditions = SideConditions("cortex-m4", "hard", "O2", "no", "inside", "k", "gcc", "c")
    both = [Judged(known, conditions), Judged(other, SideConditions())]
    comparison = Comparison(
        (known, other),
        ("a note",),
        collect_conditions([(found.side.name, found.conditions) for found in both]),
        judge_sides(both, size),
    )
    record = variant_record()
    return ComparedModel("m.tflite", 5, "ab", "stm32f4", "now", comparison, record.report)


def test_comparisons_and_records() -> None:
    fits("compare", compared().to_json())
    fits("compare", ComparedModel("m", 5, "ab", "B", "now", Comparison(())).to_json())
    record = run_record(variant_record(), variant_record("refused", refused=True))
    fits("run", record.to_json())
    fits("baseline", make_baseline(record).to_json())
    missing_file = BaselineCheck("b.json", "", reason="not there")
    fits("run", record.to_json() | {"baseline": missing_file.to_json()})


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nowhere"), ("baseline", "nowhere"), ("report", "nowhere"), ("tflm", "nowhere"),
        ("ioc", "lint", "nowhere.ioc"),
    ],
)  # fmt: skip
def test_errors(arguments: tuple[str, ...], say: Say) -> None:
    name = "ioc-lint" if arguments[0] == "ioc" else arguments[0]
    fits(name, said(say, *arguments, codes=(2,)))


def test_what_is_wrong_does_not_fit() -> None:
    """Every key and every kind of value is looked at: each change of them is found."""
    good = run_record(variant_record()).to_json() | {"baseline": None}
    check = validator("run", closed=True)
    check(good)
    count = 0
    missed = []
    for change, document in _changed(good):
        count += 1
        try:
            check(document)
        except fastjsonschema.JsonSchemaException:
            continue
        missed.append(change)
    assert not missed
    assert count > 150


def _changed(document: Any) -> Iterator[tuple[str, Any]]:
    """Copies without a key, with a key too many, or with a list for a value."""
    optional = {"static", "total", "arena", "predicted", "build", "registrations", "tflm_version",
                "host_arena", "ram", "nodes", "notes", "measured", "exported"}  # fmt: skip
    for path in _paths(document):
        *way, key = path
        if "tflm" in path and (key in optional or "categories" in path):
            continue
        without, listed, more = (copy.deepcopy(document) for _ in range(3))
        for copied in (without, listed, more):
            place = copied
            for step in way:
                place = place[step]
            if copied is without:
                del place[key]
            elif copied is listed:
                place[key] = {"odd": 1} if isinstance(place[key], list) else [object]
            else:
                place["more"] = 1
        yield f"without {path}", without
        yield f"another kind of {path}", listed
        yield f"more beside {path}", more


def _paths(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*way, key)
            yield from _paths(item, (*way, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _paths(item, (*way, index))


def test_the_schemas_refer_to_what_is_there() -> None:
    known = schema("common")["definitions"]
    assert isinstance(known, dict)
    for name in NAMES:
        text = json.dumps(schema(name))
        for reference in text.split('"$ref": "')[1:]:
            target = reference.partition('"')[0]
            file, _, last = target.rpartition("#/definitions/")
            assert file in {"", "common-1.schema.json"}
            assert file == "" or last in known

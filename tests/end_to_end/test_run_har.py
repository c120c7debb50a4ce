"""``cubeai-auto run projects/har``: the activity project from the outside."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

QUICK = ("--set", "model.epochs=20", "--json", "-")

pytestmark = [
    pytest.mark.train,
    pytest.mark.oracle,
    pytest.mark.emulator,
    pytest.mark.skipif(find_spec("sktime") is None, reason="sktime is not installed"),
]


@pytest.fixture(scope="module")
def activity(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A copy of the project."""
    folder = tmp_path_factory.mktemp("projects") / "Bewegung"
    source = repository / "projects" / "har"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("runs", "__pycache__"))
    return folder


@pytest.fixture(scope="module")
def features_run(activity: Path, command: Any) -> Any:
    """The network on ten features, in both variants."""
    return command("run", activity, "--set", "model.network=mlp", *QUICK)


def test_ten_features_from_data_to_the_emulator(features_run: Any) -> None:
    assert features_run.code == 0, features_run.err
    variants = {variant["name"]: variant for variant in features_run.json["variants"]}
    assert list(variants) == ["float32", "int8"]
    for variant in variants.values():
        results = {result["on"]: result for result in variant["validation"]}
        assert results["host"]["vectors"] == results["emulator"]["vectors"] == 40
        assert [result["mismatches"] for result in results.values()] == [0, 0]
        assert variant["accuracy"]["deployed"]["value"] >= 0.85


def test_the_convolutional_network_from_data_to_the_emulator(activity: Path, command: Any) -> None:
    done = command("run", activity, *QUICK, "--set", "validate.samples=5")
    assert done.code == 0, done.err
    assert done.json["input_contract"]["sensor"]["preparation"] == "magnitude"
    for variant in done.json["variants"]:
        assert variant["refusal"] is None
        assert [result["mismatches"] for result in variant["validation"]] == [0, 0]
        assert variant["accuracy"]["deployed"]["value"] >= 0.85
    assert "#define NETWORK_INPUT_SIZE (400)" in (
        Path(done.json["run_dir"]) / "input" / "network_input.h"
    ).read_text("ascii")


def test_who_is_in_which_part_is_said_to_be_unknown(features_run: Any) -> None:
    dataset = features_run.json["dataset"]
    assert dataset["name"] == "basic_motions"
    assert (dataset["train"], dataset["test"]) == (40, 40)
    assert any("subjects unknown" in note for note in dataset["notes"])


def test_the_input_code_and_the_contract_come_with_it(features_run: Any) -> None:
    contract = features_run.json["input_contract"]
    assert contract["shape"] == [10]
    assert contract["sensor"]["preparation"] == "ten-features"
    assert len(contract["sensor"]["center"]) == len(contract["sensor"]["gain"]) == 10
    folder = Path(features_run.json["run_dir"])
    assert sorted(file.name for file in (folder / "input").iterdir()) == [
        "network_input.c", "network_input.h",
    ]  # fmt: skip
    header = (folder / "generated" / "int8" / "network.h").read_text("utf-8")
    assert "#define NETWORK_SENSOR_WINDOW (100)" in header
    assert "#define NETWORK_SENSOR_RATE_HZ (10.0f)" in header
    assert "NETWORK_FROM_RAW" not in header
    assert "computed by network_input.c" in header
    assert "10 samples a second" in (folder / "report.html").read_text("utf-8")


def test_the_same_run_again_is_read_back(features_run: Any, activity: Path, command: Any) -> None:
    again = command("run", activity, "--set", "model.network=mlp", *QUICK)
    assert again.json == {**features_run.json, "cached": True}


@pytest.mark.parametrize(
    ("setting", "code", "sentence"),
    [
        ("model.network=cmn", 2, "did you mean 'cnn'?"),
        ("dataset.name=motionsense", 2, "has to be fetched"),
        ("signal.window=101", 5, "the longest has 100"),
        ("signal.split=users", 2, "does not say who was recorded"),
        ("signal.raw_unit=counts", 2, "does not say the unit"),
        ("signal.split=user", 2, "did you mean"),
    ],
)
def test_what_cannot_be_is_said_before_any_work(
    activity: Path, command: Any, setting: str, code: int, sentence: str
) -> None:
    done = command("run", activity, "--set", setting)
    assert done.code == code
    assert sentence in done.err
    assert "Traceback" not in done.err

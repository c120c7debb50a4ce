"""The digits project on ST's engine, for which the stand-in tool stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from stand_in.install import install_stand_in

QUICK = ("--set", "model.epochs=2", "--set", "model.augment=false")

pytestmark = [pytest.mark.train, pytest.mark.oracle, pytest.mark.emulator]


@pytest.fixture(scope="module")
def st_run(project: Path, command: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("ST Edge AI") / "2.2"
    install_stand_in(root, "10.2.0")
    return command(
        "run",
        project,
        *QUICK,
        "--variant",
        "int8",
        "--engine",
        "stedgeai",
        "--json",
        "-",
        env={"STEDGEAI_CORE_DIR": str(root)},
    )


def test_the_same_project_runs_on_sts_engine(st_run: Any) -> None:
    assert st_run.code == 0, st_run.err
    assert st_run.json["engine"] == "stedgeai"
    (variant,) = st_run.json["variants"]
    assert variant["report"]["tool"]["name"] == "stedgeai"
    assert variant["report"]["footprint"]["weights"]["how"] == "reported"
    assert variant["report"]["footprint"]["weights"]["value"] == 119_080
    assert variant["report"]["macc"]["value"] == 118_432
    assert Path(variant["report"]["model"]["path"]).name == "int8.tflite"
    assert (Path(st_run.json["run_dir"]) / "generated" / "int8" / "network.c").is_file()


def test_the_figures_of_sts_report_are_in_the_ioc(st_run: Any, command: Any) -> None:
    (variant,) = st_run.json["variants"]
    told = variant["cubemx"]
    assert told["analyzed"] is True
    shown = command("ioc", "show", told["ioc"], "--json", "-").json
    (network,) = shown["cube_ai"][0]["networks"]
    assert shown["cube_ai"][0]["ready"] is True
    assert network["macc"]["value"] == variant["report"]["macc"]["value"] == 118_432
    assert "X-CUBE-AI/App/network.c" in told["files"]


def test_the_emulators_column_stays_the_built_in_engines(st_run: Any) -> None:
    (variant,) = st_run.json["variants"]
    results = {result["on"]: result for result in variant["validation"]}
    assert results["host"]["engine"] == "stedgeai"
    assert "original model" in results["host"]["oracle"]
    assert results["emulator"]["engine"] == "builtin"
    assert "tflite_micro" in results["emulator"]["oracle"]
    assert [result["mismatches"] for result in results.values()] == [0, 0]


def test_both_engines_stand_beside_tflm(st_run: Any) -> None:
    sides = {s["name"]: s for s in st_run.json["variants"][0]["comparison"]["sides"]}
    assert list(sides) == ["cube-ai", "builtin", "tflm-reference", "tflm-cmsis-nn"]
    assert sides["cube-ai"]["instructions"]["value"] is None
    assert 0 < sides["builtin"]["instructions"]["value"] <= 183_000
    assert sides["cube-ai"]["accuracy"]["value"] > 0.8
    assert sides["builtin"]["accuracy"]["value"] is None


def test_without_the_tool_it_ends_with_three(project: Path, command: Any) -> None:
    done = command(
        "run", project, *QUICK, "--engine", "stedgeai", env={"STEDGEAI_CORE_DIR": str(project / "gone")}
    )
    assert done.code == 3
    assert "gone" in done.err


def test_auto_takes_the_built_in_engine_and_says_so(project: Path, command: Any) -> None:
    done = command("run", project, *QUICK, "--variant", "int8", "--json", "-")
    assert done.code == 0, done.err
    assert done.json["engine"] == "builtin"
    assert "no tool of ST's was found" in done.json["notes"][0]

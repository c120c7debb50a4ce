"""``cubeai-auto run projects/digits``: the main job, from the outside."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cubeai_auto.models import digits
from cubeai_auto.models.options import DatasetOptions

QUICK = ("--set", "model.epochs=2", "--set", "model.augment=false")

pytestmark = [pytest.mark.train, pytest.mark.oracle, pytest.mark.emulator]


def variants(run: Any) -> dict[str, Any]:
    return {variant["name"]: variant for variant in run.json["variants"]}


def test_a_first_run_ends_well_and_says_only_json_on_standard_output(first_run: Any) -> None:
    assert first_run.code == 0, first_run.err
    assert first_run.json["schema"] == "cubeai-auto/run/1"
    assert first_run.json["cached"] is False
    assert first_run.json["engine"] == "builtin"
    assert "training" in first_run.err


def test_every_variant_is_there_with_its_model(first_run: Any) -> None:
    found = variants(first_run)
    assert list(found) == ["float32", "int8", "dynamic-range"]
    for variant in found.values():
        content = Path(variant["model"]["path"]).read_bytes()
        assert variant["model"]["bytes"] == len(content)
        assert variant["model"]["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", ["float32", "int8"])
def test_generated_code_equals_tflm_on_the_whole_test_set(first_run: Any, name: str) -> None:
    variant = variants(first_run)[name]
    results = {result["on"]: result for result in variant["validation"]}
    assert results["host"]["vectors"] == first_run.json["dataset"]["test"] == 355
    assert results["emulator"]["vectors"] == 200
    for result in results.values():
        assert result["outputs_compared"] == 10 * result["vectors"]
        assert result["mismatches"] == 0
        assert "tflite_micro" in result["oracle"]
    assert results["emulator"]["instructions_per_inference"]["how"] == "simulated"
    assert 0 < results["emulator"]["stack"]["value"] < 1024


def test_accuracy_is_measured_through_the_generated_code(first_run: Any) -> None:
    found = variants(first_run)
    for name in ("float32", "int8"):
        accuracy = found[name]["accuracy"]
        counts = found[name]["confusion"]
        right = sum(counts[k][k] for k in range(10)) / sum(map(sum, counts))
        assert accuracy["deployed"]["value"] == pytest.approx(right)
        assert accuracy["deployed"]["value"] > 0.8
        assert accuracy["float32"]["value"] == found["float32"]["accuracy"]["deployed"]["value"]
        assert accuracy["reference"]["value"] > 0.8


def test_int8_keeps_the_figures_of_the_network(first_run: Any) -> None:
    footprint = variants(first_run)["int8"]["report"]["footprint"]
    assert footprint["weights"]["value"] == 119_080
    assert footprint["activations"]["value"] == 912
    assert footprint["kernel_flash"]["value"] <= 2_400
    assert footprint["weights"]["how"] == "measured"
    assert variants(first_run)["int8"]["report"]["macc"]["value"] == 118_432
    assert variants(first_run)["int8"]["memory_map"]["gap"] == 0


def test_a_hybrid_graph_is_refused_with_the_reason(first_run: Any) -> None:
    variant = variants(first_run)["dynamic-range"]
    assert variant["report"] is None
    assert "FULLY_CONNECTED (operator 1)" in variant["refusal"]
    assert "hybrid" in variant["refusal"]
    assert "representative" in variant["refusal"]
    assert variant["validation"] == []
    assert variant["tflm"]["loadable"] is False
    assert "not supported" in variant["tflm"]["reason"]
    assert variant["accuracy"]["deployed"] == {"value": None, "reason": "the engine refused the model"}


def test_the_hosts_arena_is_labeled_as_the_hosts(first_run: Any) -> None:
    tflm = variants(first_run)["int8"]["tflm"]
    assert tflm["loadable"] is True
    total = tflm["host_arena"]["total"]
    assert "x86-64" in total["source"]
    assert total["value"] == sum(tflm["host_arena"][part]["value"] for part in ("head", "tail"))
    assert tflm["arena"]["head"]["value"] == tflm["host_arena"]["head"]["value"]


def test_both_kernel_sets_of_tflm_are_predicted_for_the_board(first_run: Any) -> None:
    variant = variants(first_run)["int8"]
    assert variant["tflm"]["kernels"] == "cmsis-nn"
    assert variant["tflm"]["core"] == "cortex-m4"
    sides = {side["name"]: side for side in variant["comparison"]["sides"]}
    reference, cmsis = sides["tflm-reference"], sides["tflm-cmsis-nn"]
    for side in (reference, cmsis):
        assert side["flash"]["container"]["value"] == variant["model"]["bytes"]
        for cell in (side["flash"]["total"], side["ram"]["activations"], side["ram"]["total"]):
            assert cell["how"] == "predicted"
            assert "TFLM 90b983c" in cell["source"]
    assert reference["flash"]["total"]["value"] < cmsis["flash"]["total"]["value"]
    assert variant["tflm"]["arena_required"] == cmsis["ram"]["activations"]


def test_the_published_cmsis_nn_figure_stands_beside_ours(first_run: Any) -> None:
    sides = {side["name"]: side for side in variants(first_run)["int8"]["comparison"]["sides"]}
    published = sides["tflm-cmsis-nn"]["instructions"]
    assert (published["value"], published["how"]) == (243_480, "reported")
    assert sides["builtin"]["instructions"]["value"] <= 183_000


def test_the_report_says_what_each_layer_took(first_run: Any) -> None:
    for name in ("float32", "int8"):
        variant = variants(first_run)[name]
        (emulated,) = (result for result in variant["validation"] if result["on"] == "emulator")
        layers = variant["report"]["layers"]
        assert layers == emulated["layers"]
        ran = [layer["instructions"] for layer in layers if layer["type"] != "RESHAPE"]
        assert sum(count["value"] for count in ran) == emulated["instructions_per_inference"]["value"]
        assert {count["how"] for count in ran} == {"simulated"}


def test_the_run_folder_holds_code_reports_and_logs(first_run: Any) -> None:
    folder = Path(first_run.json["run_dir"])
    for name in ("run.json", "report.html", "models/int8.tflite", "generated/int8/network.c"):
        assert (folder / name).is_file(), name
    assert json.loads((folder / "run.json").read_text("utf-8")) == first_run.json
    header = (folder / "generated" / "int8" / "network.h").read_text("utf-8")
    assert "#define STAI_NETWORK_IN_1_SCALE (0.0039215" in header
    assert "#define STAI_NETWORK_IN_1_ZERO_POINT (-128)" in header
    assert "#define NETWORK_FROM_RAW(raw) ((int8_t)((raw) - 128))" in header
    assert ".part" not in (folder / "run.json").read_text("utf-8")
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]


def test_a_cubemx_project_for_the_board_is_made(first_run: Any, command: Any) -> None:
    found = variants(first_run)
    for name in ("float32", "int8"):
        told = found[name]["cubemx"]
        ioc = Path(told["ioc"])
        assert ioc == Path(first_run.json["run_dir"]) / "cubemx" / name / "nucleo_f446re.ioc"
        assert (told["pack"], told["application"]) == ("10.2.0", None)
        assert told["untouched"] == {"pins": True, "clocks": True, "peripherals": True}
        assert told["findings"] == []
        assert command("ioc", "lint", ioc).code == 0
        for file in told["files"]:
            assert (ioc.parent / file).is_file(), file
    refused = found["dynamic-range"]
    assert (refused["cubemx"], refused["no_cubemx"]) == (None, "the engine refused the model")


def test_the_cubemx_projects_application_reads_the_test_set(first_run: Any, tmp_path: Path) -> None:
    """Built from the project's own folders, fed with raw pixels: the accuracy of the record."""
    data = digits.load(DatasetOptions("digits"))
    pixels = data.x_test.astype(np.uint8).tobytes()
    (tmp_path / "samples.bin").write_bytes(pixels)
    main = Path(__file__).resolve().parents[1] / "templates" / "app" / "main.c"
    for name in ("float32", "int8"):
        variant = variants(first_run)[name]
        folder = Path(variant["cubemx"]["ioc"]).parent
        code, core = folder / "X-CUBE-AI" / "App", folder / "Core"
        sources = [*sorted(code.glob("*.c")), *sorted((core / "Src").glob("*.c")), main]
        includes = [f"-I{code}", f"-I{core / 'Inc'}"]
        program = tmp_path / f"{name}.exe"
        compiler = [os.environ.get("CC", "cc"), "-std=c99", "-O1", "-ffp-contract=off", *includes]
        subprocess.run([*compiler, *sources, "-lm", "-o", program], check=True, timeout=120)
        done = subprocess.run(
            [program, "samples.bin", "results.bin"], cwd=tmp_path, check=True, timeout=120,
            capture_output=True, text=True,
        )  # fmt: skip
        read = [int(line.split()[0]) for line in done.stdout.splitlines()]
        right = sum(int(label) == best for label, best in zip(data.y_test, read, strict=True))
        assert right / len(read) == pytest.approx(variant["accuracy"]["deployed"]["value"])


def test_the_legacy_api_is_proven_the_same_way(project: Path, command: Any) -> None:
    done = command(
        "run", project, *QUICK, "--set", "engine.c_api=legacy", "--variant", "int8", "--json", "-"
    )
    assert done.code == 0, done.err
    variant = variants(done)["int8"]
    assert [result["mismatches"] for result in variant["validation"]] == [0, 0]
    assert variant["report"]["c_api"] == "legacy"
    assert variant["report"]["footprint"]["weights"]["value"] == 119_080
    assert "Core/Src/app_legacy.c" in variant["cubemx"]["files"]


def test_the_same_command_again_is_answered_from_the_run_folder(
    first_run: Any, project: Path, command: Any
) -> None:
    folder = Path(first_run.json["run_dir"])
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    again = command("run", project, *QUICK, "--json", "-")
    assert again.code == 0
    assert again.json == {**first_run.json, "cached": True}
    assert "training" not in again.err
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    said = command("run", project, *QUICK)
    assert "no training, no engine work" in said.out


@pytest.mark.parametrize(
    "change",
    [
        ["--set", "engine.optimization=time"],
        ["--set", "model.seed=2"],
        ["--set", "validate.samples=3"],
    ],
)
def test_a_changed_option_is_not(
    first_run: Any, project: Path, command: Any, change: list[str]
) -> None:
    changed = command("run", project, *QUICK, *change, "--variant", "int8", "--json", "-")
    assert changed.code == 0, changed.err
    assert changed.json["cached"] is False
    assert changed.json["key"] != first_run.json["key"]


def test_a_changed_recipe_or_tool_is_not(first_run: Any, project: Path, command: Any) -> None:
    recipe = project / "model.py"
    text = recipe.read_text("utf-8")
    recipe.write_text(text + "\n# changed\n", "utf-8")
    try:
        only = ("--variant", "int8", "--json", "-")
        changed = command("run", project, *QUICK, *only)
        assert changed.json["cached"] is False
        assert command("run", project, *QUICK, *only).json["cached"] is True
        other_tool = command(
            "run", project, *QUICK, *only, env={"QEMU_SYSTEM_ARM": str(project / "no qemu")}
        )
        assert other_tool.json["cached"] is False
    finally:
        recipe.write_text(text, "utf-8")


def test_missing_tools_leave_a_reason_in_every_cell(project: Path, command: Any) -> None:
    gone = {name: str(project / "gone") for name in ("ARM_NONE_EABI_GCC", "QEMU_SYSTEM_ARM")}
    arguments = ("run", project, *QUICK, "--variant", "int8", "--json", "-")
    done = command(*arguments, env=gone)
    assert done.code == 0, done.err
    variant = variants(done)["int8"]
    emulator = next(result for result in variant["validation"] if result["on"] == "emulator")
    assert emulator["mismatches"] is None
    assert "arm-none-eabi-gcc" in emulator["reason"]
    assert "arm-none-eabi-gcc" in variant["report"]["footprint"]["flash_total"]["reason"]
    assert variant["report"]["footprint"]["activations"]["how"] == "predicted"
    host = next(result for result in variant["validation"] if result["on"] == "host")
    assert host["mismatches"] == 0
    assert command(*arguments, "--strict", env=gone).code == 3


def test_a_broken_budget_ends_with_one(project: Path, command: Any) -> None:
    done = command(
        "run", project, *QUICK, "--variant", "int8", "--set", "budgets.arena=911", "--json", "-"
    )
    assert done.code == 1
    broken = [check for check in done.json["budgets"] if not check["passed"]]
    assert [(check["name"], check["limit"], check["value"]["value"]) for check in broken] == [
        ("arena", 911, 912)
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--set", "engine.optimisation=time"], 2, "optimization"),
        (
            ["--set", "dataset.name=mnist", "--set", "dataset.path=/no/such/folder"],
            2,
            "/no/such/folder",
        ),
        (["--set", "dataset.name=cifar"], 2, "digits"),
        (["--set", "target.board=NUCLEO-F446"], 2, "NUCLEO-F446RE"),
        (["--engine", "stedgeai"], 3, "builtin"),
        (["--set", "engine.compression=high"], 2, "compress"),
        (["--variant", "int4"], 2, "int8"),
        (["--set", "cubemx.application=temlpate"], 2, '"template"'),
        (["--set", "cubemx.pack=10.9"], 2, "10.2.0"),
        (["--set", "cubemx.ioc=/no/such.ioc"], 2, "/no/such.ioc"),
        (["--set", "cubemx.uart=USART2"], 2, "SystemPerformance"),
    ],
)
def test_bad_settings_are_sentences(
    project: Path, command: Any, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    output = tmp_path / "run"
    done = command("run", project, *QUICK, *arguments, "--output", output)
    assert done.code == code, done.err
    assert said in done.err
    assert "Traceback" not in done.err
    assert not output.exists()
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".failed")] == []


def test_a_finished_model_needs_no_data(first_run: Any, command: Any, tmp_path: Path) -> None:
    source = Path(variants(first_run)["int8"]["model"]["path"])
    (tmp_path / "finished.tflite").write_bytes(source.read_bytes())
    (tmp_path / "project.toml").write_text(
        '[project]\nname = "finished"\n[model]\npath = "finished.tflite"\n', "utf-8"
    )
    done = command("run", tmp_path, "--json", "-")
    assert done.code == 0, done.err
    variant = variants(done)["int8"]
    assert [result["mismatches"] for result in variant["validation"]] == [0, 0]
    assert "no labeled data" in variant["accuracy"]["deployed"]["reason"]


def test_a_run_in_which_every_variant_is_refused_ends_with_five(project: Path, command: Any) -> None:
    done = command("run", project, *QUICK, "--variant", "dynamic-range", "--json", "-")
    assert done.code == 5
    assert "hybrid" in variants(done)["dynamic-range"]["refusal"]


def test_a_damaged_model_ends_with_five(first_run: Any, command: Any, tmp_path: Path) -> None:
    source = Path(variants(first_run)["int8"]["model"]["path"])
    (tmp_path / "cut.tflite").write_bytes(source.read_bytes()[:20_000])
    (tmp_path / "project.toml").write_text(
        '[project]\nname = "cut"\n[model]\npath = "cut.tflite"\n', "utf-8"
    )
    done = command("run", tmp_path)
    assert done.code == 5
    assert "cut.tflite" in done.err
    assert not (tmp_path / "runs").exists() or not any((tmp_path / "runs").iterdir())


def test_a_missing_project_folder(command: Any, tmp_path: Path) -> None:
    done = command("run", tmp_path / "nowhere")
    assert done.code == 2
    assert "nowhere" in done.err


def test_a_folder_with_other_files_is_not_replaced(project: Path, command: Any, tmp_path: Path) -> None:
    keep = tmp_path / "thesis.tex"
    keep.write_text("precious", "utf-8")
    done = command("run", project, *QUICK, "--output", tmp_path)
    assert done.code == 2
    assert "not an earlier run" in done.err
    assert keep.read_text("utf-8") == "precious"


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a Unix feature")
def test_a_refused_write_leaves_nothing_half_written(
    project: Path, command: Any, tmp_path: Path
) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    output = tmp_path / "run"
    done = command("run", project, *QUICK, "--output", output, prelude=limit)
    assert done.code == 4, done.err
    assert "cannot write" in done.err
    assert "Traceback" not in done.err
    assert not output.exists()
    assert [path.name for path in tmp_path.iterdir() if path.name != "run.failed"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL])
def test_a_killed_run_leaves_no_run_folder(project: Path, tmp_path: Path, kind: signal.Signals) -> None:
    output = tmp_path / "run"
    arguments = ["run", str(project), "--set", "model.epochs=5000", "--output", str(output)]
    child = subprocess.Popen(
        [sys.executable, "-m", "cubeai_auto", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / ".run.part").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    child.send_signal(kind)
    child.communicate(timeout=60)
    assert not output.exists()
    if kind == signal.SIGINT:
        assert child.returncode == 130
        assert list(tmp_path.iterdir()) == []
    else:
        assert child.returncode == -signal.SIGKILL


def test_a_run_takes_over_what_a_killed_one_left(project: Path, command: Any, tmp_path: Path) -> None:
    (tmp_path / ".run.part" / "models").mkdir(parents=True)
    (tmp_path / ".run.lock").write_text("999999999", "ascii")
    done = command("run", project, *QUICK, "--variant", "int8", "--output", tmp_path / "run", "--quiet")
    assert (done.code, done.out) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_two_runs_of_one_folder_do_not_meet(project: Path, command: Any, tmp_path: Path) -> None:
    (tmp_path / ".run.lock").write_text(str(os.getpid()), "ascii")
    done = command("run", project, *QUICK, "--output", tmp_path / "run")
    assert done.code == 2
    assert "another run" in done.err


@pytest.mark.corpus
def test_mnist_through_the_generated_code(project: Path, command: Any, corpus: Path) -> None:
    """10,000 training and 10,000 test pictures, every test picture through the generated C."""
    done = command(
        "run",
        project,
        "--set",
        "dataset.name=mnist",
        "--set",
        f"dataset.path={corpus / 'datasets' / 'mnist'}",
        "--json",
        "-",
    )
    assert done.code == 0, done.err
    found = variants(done)
    accuracy = {name: found[name]["accuracy"]["deployed"]["value"] for name in ("float32", "int8")}
    assert accuracy["float32"] >= 0.955
    assert abs(accuracy["int8"] - accuracy["float32"]) <= 0.005
    for name in accuracy:
        results = {result["on"]: result for result in found[name]["validation"]}
        assert results["host"]["vectors"] == 10_000
        assert results["emulator"]["vectors"] >= 200
        assert [result["mismatches"] for result in results.values()] == [0, 0]

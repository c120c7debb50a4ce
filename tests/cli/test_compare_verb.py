"""``cubeai-auto compare``: sides, conditions and verdict; exit codes and files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.json_schemas import validator
from support.made_firmware import make_firmware
from support.reports import is_quantity

Say = Callable[..., Any]

SIDES = ["cube-ai", "builtin", "tflm-reference", "tflm-cmsis-nn"]
FLASH = {"weights", "container", "kernels", "runtime", "total"}
RAM = {"activations", "io", "runtime", "stack", "total"}
PREDICTED = ("--engine", "predicted", "--samples", "2")


def document(say: Say, *arguments: object, code: int = 0) -> Any:
    done = say("compare", *arguments, *PREDICTED, "--json", "-", "--quiet")
    assert done.code == code, done.err
    assert done.err == ""
    return json.loads(done.out)


@pytest.mark.emulator
def test_the_keys_of_the_contract(say: Say, model: Path) -> None:
    found = document(say, model, "--board", "nucleo-f446re")
    assert found["schema"] == "cubeai-auto/compare/1"
    assert [side["name"] for side in found["sides"]] == SIDES
    for side in found["sides"]:
        assert side["version"]
        assert side["flash"].keys() == FLASH
        assert side["ram"].keys() == RAM
        cells = [*side["flash"].values(), *side["ram"].values()]
        assert all(
            is_quantity(cell) for cell in (*cells, side["macc"], side["instructions"], side["accuracy"])
        )
    for condition in found["conditions"]:
        assert condition.keys() >= {"name", "values", "comparable"}
        assert set(condition["values"]) == set(SIDES)
    names = {condition["name"] for condition in found["conditions"]}
    assert names >= {
        "core", "fpu_abi", "optimization", "debug", "kernels", "toolchain", "io_placement", "container",
    }  # fmt: skip
    verdict = found["verdict"]
    assert verdict["flash"] == verdict["ram"] == "builtin"
    assert verdict["sentence"] == "The built-in engine needs the least flash and the least RAM."
    assert any("headroom on NUCLEO-F446RE" in reason for reason in verdict["reasons"])
    assert len(verdict["crossovers"]) == 3
    for ratio in found["ratios"]:
        assert ratio["against"] == "builtin"
        assert is_quantity(ratio["ratio"])
    assert found["model"]["path"] == str(model)
    assert found["target"] == "NUCLEO-F446RE"
    validator("compare")(found)
    validator("compare", closed=True)(found)


@pytest.mark.usefixtures("no_tools")
def test_missing_tools_are_reasons_and_three_only_if_strict(say: Say, model: Path) -> None:
    found = document(say, model)
    ours = found["sides"][1]
    assert "arm-none-eabi-gcc" in ours["flash"]["total"]["reason"]
    assert "arm-none-eabi-gcc" in ours["instructions"]["reason"]
    assert ours["flash"]["weights"]["value"] > 0
    validator("compare", closed=True)(found)
    strict = say("compare", model, *PREDICTED, "--strict", "--quiet")
    assert strict.code == 3
    assert "not measured" in strict.err


@pytest.mark.usefixtures("no_tools")
def test_text_verdict_and_silence(say: Say, model: Path, tmp_path: Path) -> None:
    done = say("compare", model, *PREDICTED, "--board", "NUCLEO-F446RE")
    assert done.code == 0
    assert "Conditions" in done.out
    assert "predicted, as stedgeai" in " ".join(done.out.split())
    assert "Verdict" in done.out
    assert done.err  # what it is doing
    target = tmp_path / "out.json"
    quiet = say("compare", model, *PREDICTED, "--quiet", "--json", target)
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert json.loads(target.read_text("utf-8"))["schema"] == "cubeai-auto/compare/1"


@pytest.mark.usefixtures("no_tools")
def test_every_file(say: Say, model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Ausgaben Łódź"
    folder.mkdir()
    files = {kind: folder / f"o.{kind}" for kind in ("html", "markdown", "csv", "junit")}
    options = [part for kind, path in files.items() for part in (f"--{kind}", path)]
    assert say("compare", model, *PREDICTED, "--quiet", *options).code == 0
    texts = {kind: path.read_text("utf-8") for kind, path in files.items()}
    assert "<html" in texts["html"]
    assert "**Verdict:**" in texts["markdown"]
    assert "tflm-cmsis-nn,flash.total" in texts["csv"]
    assert 'name="condition core"' in texts["junit"]


@pytest.mark.usefixtures("no_tools")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--cube-report", "gone.txt"], 2, "the report does not exist: gone.txt"),
        (["--elf", "gone.elf"], 2, "the ELF file does not exist: gone.elf"),
        (["--map", "gone.map"], 2, "gone.map"),
        (["--board", "NUCLEO-F446"], 2, "NUCLEO-F446RE"),
        (["--target", "stm32x9"], 2, "unknown target"),
        (["--samples", "0"], 2, "at least one vector"),
        (["--timeout", "0"], 2, "--timeout"),
        (["--firmware-opt", "Os"], 2, "--elf or --map"),
        (["--versions", "newest"], 0, ""),
    ],
)
def test_wrong_use(say: Say, model: Path, arguments: list[str], code: int, said: str) -> None:
    done = say("compare", model, *PREDICTED, *arguments)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", ["no such model.tflite", "leer.tflite", "text.tflite"])
def test_models_that_are_none(say: Say, tmp_path: Path, name: str) -> None:
    (tmp_path / "leer.tflite").write_bytes(b"")
    (tmp_path / "text.tflite").write_text("not a model")
    done = say("compare", tmp_path / name, *PREDICTED, "--json", "-")
    assert done.code == (2 if name.startswith("no") else 5)
    assert json.loads(done.out)["error"]["exit_code"] == done.code


@pytest.mark.parametrize("option", ["--cube-report", "--elf", "--map"])
def test_files_of_another_kind_end_with_five(
    say: Say, model: Path, tmp_path: Path, option: str
) -> None:
    wrong = tmp_path / "falsch ü.bin"
    wrong.write_bytes(b"\x00\x01nothing of that kind\xff" * 20)
    done = say("compare", model, *PREDICTED, option, wrong, "--json", "-")
    assert done.code == 5
    error = json.loads(done.out)["error"]
    assert "falsch ü.bin" in error["message"]
    assert error["hint"]


@pytest.mark.arm
def test_an_elf_file_without_symbols(say: Say, model: Path, tmp_path: Path) -> None:
    made = make_firmware(tmp_path / "fw", model.read_bytes(), stripped=True)
    done = say("compare", model, *PREDICTED, "--elf", made.elf)
    assert done.code == 5
    assert "has no symbols: nothing in it can be attributed" in done.err
    assert "--map FILE" in done.err


@pytest.mark.arm
def test_a_firmware_replaces_a_prediction_and_both_are_shown(
    say: Say, model: Path, tmp_path: Path
) -> None:
    made = make_firmware(tmp_path / "Firmware ü", model.read_bytes())
    found = document(say, model, "--elf", made.elf, "--map", made.map, "--firmware-opt", "O2")
    sides = {side["name"]: side for side in found["sides"]}
    assert list(sides) == [*SIDES, "tflm-cmsis-nn-predicted"]
    assert sides["tflm-cmsis-nn"]["version"] == "measured in firmware.map"
    assert sides["tflm-cmsis-nn"]["flash"]["total"]["how"] == "measured"
    assert sides["tflm-cmsis-nn-predicted"]["flash"]["total"]["how"] == "predicted"
    assert all(c["comparable"] is True for c in found["conditions"])
    assert found["verdict"]["flash"] == "tflm-cmsis-nn"
    validator("compare", closed=True)(found)
    # Without a word on how it was compiled it is shown, and compared with nothing.
    found = document(say, model, "--elf", made.elf)
    optimization = next(c for c in found["conditions"] if c["name"] == "optimization")
    assert optimization["comparable"] is None
    assert optimization["values"]["tflm-cmsis-nn"] is None
    reasons = "\n".join(found["verdict"]["reasons"])
    assert "not comparable: the optimization is not known" in reasons
    assert found["verdict"]["flash"] == "builtin"
    text = " ".join(say("compare", model, *PREDICTED, "--elf", made.elf).out.split())
    assert "TFLM, CMSIS-NN kernels (predicted)" in text


@pytest.mark.usefixtures("no_tools")
def test_incomparable_sides_are_a_result(say: Say, model: Path) -> None:
    found = document(say, model, "--target", "stm32h7")
    optimization = next(c for c in found["conditions"] if c["name"] == "optimization")
    assert optimization["values"]["tflm-reference"] == "Os"
    found = document(say, model, "--target", "stm32l0")
    assert found["verdict"]["flash"] is None
    assert found["verdict"]["sentence"] == "No two deployments can be compared."
    assert all(ratio["ratio"]["value"] is None for ratio in found["ratios"])
    assert all("not comparable" in ratio["ratio"]["reason"] for ratio in found["ratios"])


@pytest.mark.corpus
@pytest.mark.usefixtures("no_tools")
def test_a_report_of_another_model_is_told(say: Say, model: Path, corpus: Path) -> None:
    report = corpus / "reports" / "X-CUBE-AI__sine_model_generate_report.txt"
    found = document(say, model, "--cube-report", report)
    condition = next(c for c in found["conditions"] if c["name"] == "model")
    assert condition["comparable"] is False
    assert condition["values"]["cube-ai"].startswith("report is of another model: weights 1,284 B")
    assert found["sides"][0]["flash"]["total"]["how"] == "reported"
    assert found["verdict"]["flash"] != "cube-ai"
    assert any("report is of another model" in note for note in found["run_notes"])


@pytest.mark.corpus
@pytest.mark.usefixtures("no_tools")
def test_every_real_report_is_a_side_or_a_typed_error(
    say: Say, model: Path, corpus: Path, tmp_path: Path
) -> None:
    for path in sorted((corpus / "reports").glob("*"))[::6]:
        done = say("compare", model, *PREDICTED, "--cube-report", path, "--json", "-", "--quiet")
        assert done.code in {0, 5}, (path.name, done.err)
        if done.code == 0:
            validator("compare", closed=True)(json.loads(done.out))
    copy = tmp_path / "gekürzt.txt"
    shutil.copy(corpus / "reports" / "X-CUBE-AI__sine_model_generate_report.txt", copy)
    copy.write_bytes(copy.read_bytes()[:700])
    assert say("compare", model, *PREDICTED, "--cube-report", copy).code in {0, 5}


def test_help_names_what_it_takes(say: Say) -> None:
    done = say("compare", "--help")
    assert done.code == 0
    for option in ("--cube-report", "--elf", "--map", "--board", "--opt-level", "--junit", "--samples"):
        assert option in done.out

"""The built-in engine's validations: against TFLM, without it, and without tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.small_models import two_in_two_out
from support.tflite_builder import build

import cubeai_auto.engines.builtin as builtin
from cubeai_auto.engines import BuiltinEngine, EngineRequest, ValidationRequest, random_inputs
from cubeai_auto.errors import InputError, ToolMissingError, UsageError
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model

ENGINE = BuiltinEngine()


def request(model: Path) -> EngineRequest:
    return EngineRequest(model, find_target("stm32f4"))


def on(place: str, model: Path, work: Path, samples: int = 5) -> ValidationRequest:
    return ValidationRequest(place, random_inputs(load_model(model), samples, 1), work)  # type: ignore[arg-type]


@pytest.fixture
def no_oracle(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise ToolMissingError("tflite_micro is not here", hint="install it")

    monkeypatch.setattr("cubeai_auto.tflm.host.require_host", missing)


@pytest.mark.oracle
@pytest.mark.parametrize("place", ["host", pytest.param("emulator", marks=pytest.mark.emulator)])
def test_a_validation(place: str, model: Path, tmp_path: Path) -> None:
    work = tmp_path / "Arbeit ö"
    validation = ENGINE.validate(request(model), on(place, model, work))
    result = validation.result
    assert (result.on, result.engine, result.mismatches, result.vectors) == (place, "builtin", 0, 5)
    assert result.outputs_compared == 25
    assert result.oracle is not None
    assert "tflite_micro" in result.oracle
    assert result.tolerance == "equal values"
    assert result.instructions.known == result.stack.known == (place == "emulator")
    assert validation.outputs[0].shape == (5, 5)
    assert (work / "generated" / "network.c").is_file()


@pytest.mark.oracle
def test_a_validation_can_fail(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., object] = builtin.run_on_host

    def one_bit_wrong(*arguments: object, **options: object) -> object:
        run = real(*arguments, **options)
        outputs = [array.copy() for array in run.outputs]  # type: ignore[attr-defined]
        outputs[0][3, 2] ^= 1
        return replace(run, outputs=tuple(outputs))  # type: ignore[type-var]

    monkeypatch.setattr(builtin, "run_on_host", one_bit_wrong)
    result = ENGINE.validate(request(model), on("host", model, tmp_path / "w")).result
    assert result.mismatches == 1
    assert result.max_abs_error == 1
    assert not result.passed


@pytest.mark.oracle
def test_two_outputs_of_two_types(tmp_path: Path) -> None:
    model = tmp_path / "two.tflite"
    model.write_bytes(build(two_in_two_out()))
    result = ENGINE.validate(request(model), on("host", model, tmp_path / "w", 20)).result
    assert (result.mismatches, result.outputs_compared) == (0, 20 * (3 + 6 + 9))
    assert result.tolerance == "equal values; float32: equal bits"


def test_without_the_oracle_the_code_still_runs(model: Path, tmp_path: Path, no_oracle: None) -> None:
    validation = ENGINE.validate(request(model), on("host", model, tmp_path / "w"))
    result = validation.result
    assert result.oracle is None
    assert result.mismatches is None
    assert not result.passed
    assert result.reason == "tflite_micro is not here"
    assert result.vectors == 5
    assert validation.outputs[0].shape == (5, 5)


def test_tools_that_a_validation_needs(model: Path, tmp_path: Path, no_tools: None) -> None:
    for place, tool in (("host", "host C compiler"), ("emulator", "arm-none-eabi-gcc")):
        with pytest.raises(ToolMissingError, match=tool) as caught:
            ENGINE.validate(request(model), on(place, model, tmp_path / "w"))
        assert "apt-get" in str(caught.value.hint)


def test_no_validation_on_boards(model: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not on boards") as caught:
        ENGINE.validate(request(model), on("board", model, tmp_path / "w"))
    assert caught.value.hint == "use --on emulator"


def test_vectors_that_do_not_fit(model: Path, tmp_path: Path) -> None:
    wrong = ValidationRequest("host", (np.zeros((2, 9), np.int8),), tmp_path / "w")
    with pytest.raises(InputError):
        ENGINE.validate(request(model), wrong)
    assert not (tmp_path / "w").exists()

"""Networks whose outputs TFLM does not compute the same: run, counted, and reported as unverified."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from support.small_models import mlp
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

from cubeai_auto.engines import BuiltinEngine, EngineRequest, ValidationRequest, random_inputs
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model

Rounding = Literal["double", "single"]
F4 = find_target("stm32f4")


def stored(folder: Path, spec: ModelSpec) -> EngineRequest:
    path = folder / "model.tflite"
    path.write_bytes(build(spec))
    return EngineRequest(path, F4)


def half_constants() -> ModelSpec:
    values = np.random.default_rng(1).standard_normal((3, 4)).astype(np.float16)
    return ModelSpec(
        [
            TensorSpec("x", (1, 4)),
            TensorSpec("w16", (3, 4), "float16", values),
            TensorSpec("w", (3, 4)),
            TensorSpec("y", (1, 3)),
        ],
        [
            OperatorSpec("DEQUANTIZE", ["w16"], ["w"]),
            OperatorSpec("FULLY_CONNECTED", ["x", "w"], ["y"], {}),
        ],
        ["x"],
        ["y"],
    )


def lone_relu() -> ModelSpec:
    names = ("x", "y")
    return ModelSpec(
        [TensorSpec(name, (1, 4)) for name in names],
        [OperatorSpec("RELU_N1_TO_1", names[:1], names[1:])],
        names[:1],
        names[1:],
    )


@pytest.mark.parametrize(
    ("spec", "rounding", "reason"),
    [
        (mlp(), "single", "unverified: requantization rounds once; TFLM, the oracle, rounds twice"),
        (
            half_constants(),
            "double",
            "unverified: TFLM takes no float16 constants; the reference is LiteRT's",
        ),
        (lone_relu(), "double", "unverified: TFLM has no RELU_N1_TO_1; the reference is LiteRT's"),
    ],
    ids=["single rounding", "float16", "RELU_N1_TO_1"],
)
def test_runs_without_an_oracle_and_says_so(
    spec: ModelSpec, rounding: Rounding, reason: str, tmp_path: Path
) -> None:
    request = replace(stored(tmp_path, spec), rounding=rounding)
    inputs = random_inputs(load_model(request.model), 5, 1)
    validation = ValidationRequest("host", inputs, tmp_path / "work")
    found = BuiltinEngine().validate(request, validation)
    assert found.result.oracle is None
    assert found.result.mismatches is None
    assert found.result.vectors == 5
    assert found.result.reason is not None
    assert found.result.reason.startswith(reason)
    assert found.outputs[0].shape[0] == 5


@pytest.mark.oracle
def test_float_networks_do_not_care_about_rounding(tmp_path: Path) -> None:
    names = ("x", "y")
    tensors = [TensorSpec(name, (1, 4)) for name in names]
    spec = ModelSpec(tensors, [OperatorSpec("RELU", names[:1], names[1:])], names[:1], names[1:])
    request = replace(stored(tmp_path, spec), rounding="single")
    inputs = random_inputs(load_model(request.model), 5, 1)
    result = (
        BuiltinEngine().validate(request, ValidationRequest("host", inputs, tmp_path / "work")).result
    )
    assert result.mismatches == 0
    assert BuiltinEngine().analyze(request).report.notes == ()


def test_the_report_tells_the_rounding(tmp_path: Path) -> None:
    request = stored(tmp_path, mlp())
    modes: tuple[Rounding, ...] = ("double", "single")
    for rounding in modes:
        folder = tmp_path / rounding
        result = BuiltinEngine().generate(replace(request, rounding=rounding), folder)
        document = json.loads((folder / "network_report.json").read_text("utf-8"))
        assert document["rounding"] == rounding
        told = any(note.startswith("unverified: requantization") for note in result.report.notes)
        assert told == (rounding == "single")
        text = (folder / "cai_config.h").read_text("utf-8")
        assert f"#define CAI_SINGLE_ROUNDING {int(rounding == 'single')}\n" in text


@pytest.mark.oracle
def test_an_exponential_inside_a_float_network_loosens_the_tolerance(tmp_path: Path) -> None:
    names = ("x", "h", "y")
    tensors = [TensorSpec(name, (1, 4)) for name in names]
    operators = [OperatorSpec("TANH", ["x"], ["h"]), OperatorSpec("RELU", ["h"], ["y"])]
    for cut, tolerance in ((1, "4 units in the last place (expf)"), (2, "expf inside the network")):
        spec = ModelSpec(tensors[: cut + 1], operators[:cut], ["x"], [names[cut]])
        request = stored(tmp_path, spec)
        inputs = random_inputs(load_model(request.model), 5, 1)
        work = tmp_path / f"work{cut}"
        result = BuiltinEngine().validate(request, ValidationRequest("host", inputs, work)).result
        assert tolerance in result.tolerance
        assert result.mismatches == 0

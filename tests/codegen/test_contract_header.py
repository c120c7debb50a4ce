"""The exported input contract: C's rule from a raw value equals Python's preprocessing."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from cubeai_auto.codegen.contract_header import contract_header
from cubeai_auto.contract import InputContract, SensorSignal
from cubeai_auto.models.preprocess import apply, quantize
from cubeai_auto.tflite.graph import DType, Quantization, Tensor


def contract(
    raw: str = "uint8",
    low: float = 0,
    high: float = 255,
    offset: float = 0.0,
    scale: float = 1 / 255,
    background: float | None = None,
) -> InputContract:
    return InputContract("gray pixels", raw, low, high, offset, scale, (1,), "row by row", background)


def tensor(dtype: DType, scale: float = 1.0, zero: int = 0) -> Tensor:
    quantization = None if dtype == "float32" else Quantization((float(np.float32(scale)),), (zero,))
    return Tensor(0, "x", dtype, (1, 1), quantization)


def from_raw(expression: str, raw: int) -> np.generic:
    """What C computes for the expression, in C's types."""
    text = re.sub(r"\((u?int8_t)\)", r"\1", expression)
    text = text.replace("(float)(raw)", "f32(raw)")
    text = re.sub(r"(-?[0-9.]+(?:e[+-][0-9]+)?)f\b", r"f32(\1)", text)
    scope = {
        "raw": raw,
        "f32": np.float32,
        "int8_t": lambda v: np.int64(v).astype(np.int8),
        "uint8_t": lambda v: np.int64(v).astype(np.uint8),
    }
    value: np.generic = eval(text, scope)
    return value


def preprocessed(rule: InputContract, x: Tensor) -> np.ndarray:
    raw = np.arange(rule.raw_min, rule.raw_max + 1).astype(rule.raw_dtype).reshape(-1, 1)
    real = apply(rule, raw).ravel()
    if x.quantization is None:
        return real
    assert x.dtype in {"int8", "uint8"}
    return quantize(real, x.quantization.scale, x.quantization.zero_point, x.dtype)


@pytest.mark.parametrize(
    ("rule", "x"),
    [
        (contract(), tensor("int8", 1 / 255, -128)),
        (contract(), tensor("uint8", 1 / 255, 0)),
        (contract(), tensor("float32")),
        (contract(scale=1 / 127.5, offset=127.5), tensor("int8", 1 / 127.5, 0)),
        (contract(scale=1.0, offset=128.0), tensor("int8", 1.0, 0)),
        (contract("int8", -128, 127, 0.0, 0.1), tensor("int8", 0.1, 0)),
        (contract("int8", -100, 100, 0.0, 0.1), tensor("uint8", 0.1, 128)),
        (contract("int8", -128, 127, 0.3, 0.017), tensor("float32")),
        (contract(high=100), tensor("int8", 1 / 255, -100)),
    ],
)
def test_the_rule_holds_for_every_raw_value(rule: InputContract, x: Tensor) -> None:
    header = contract_header(rule, x)
    expected = preprocessed(rule, x)
    if rule.offset == 127.5 and x.dtype == "int8":
        assert header.from_raw == ""  # halves go away from zero: no plain shift
        return
    assert header.from_raw
    numbers = range(int(rule.raw_min), int(rule.raw_max) + 1)
    got = np.array([from_raw(header.from_raw, number) for number in numbers])
    assert got.dtype == expected.dtype
    assert got.tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("rule", "x"),
    [
        (contract(), tensor("int8", 1 / 200, -128)),  # other steps than the pixels'
        (contract(), tensor("int8", 1 / 255, 0)),  # clips
        (contract(high=200, offset=100.5, scale=1.0), tensor("int8", 1.0, -20)),  # ties
        (contract("float32", -1.0, 1.0), tensor("int8", 0.01, 0)),
        (contract("int16", -32768, 32767), tensor("int8", 0.01, 0)),
    ],
)
def test_no_rule_where_no_short_one_is_exact(rule: InputContract, x: Tensor) -> None:
    assert contract_header(rule, x).from_raw == ""


def test_numbers_are_written_out() -> None:
    header = contract_header(
        contract("float32", -1234567.0, 0.123456789, background=0.1), tensor("float32")
    )
    assert header.raw_min == "-1234567"
    assert np.float32(float(header.raw_max.removesuffix("f"))) == np.float32(0.123456789)
    assert np.float32(float(header.background.removesuffix("f"))) == np.float32(0.1)
    assert contract_header(contract(), tensor("float32")).background == ""
    assert contract_header(contract(background=255), tensor("float32")).background == "255"


def test_a_sensor_is_described_and_has_no_rule_where_more_is_computed() -> None:
    signal = SensorSignal(
        "acceleration", ("x", "y", "z"), "counts", "g", 4.0, 26.0, 52, 26, "magnitude"
    )
    rule = InputContract("counts", "int16", -32768, 32767, 0, 4 / 32768, (1, 52, 4), "", sensor=signal)
    header = contract_header(rule, tensor("float32"))
    assert header.from_raw == ""
    assert header.sensor is not None
    assert (header.sensor.window, header.sensor.step, header.sensor.axis_count) == (52, 26, 3)
    assert (header.sensor.rate, header.sensor.full_scale) == ("26.0f", "4.0f")
    assert (header.sensor.raw_unit, header.sensor.unit) == ('"counts"', '"g"')
    assert "length" in header.sensor.prepared
    plain = replace(rule, shape=(52, 3), sensor=replace(signal, preparation="none"))
    assert contract_header(plain, tensor("float32")).from_raw.startswith("((float)(raw)")
    assert contract_header(contract(), tensor("float32")).sensor is None
    assert "sensor" not in contract().to_json()
    stated = rule.to_json()["sensor"]
    assert isinstance(stated, dict)
    assert (stated["raw_unit"], stated["preparation"]) == ("counts", "magnitude")


def test_hostile_descriptions_stay_in_their_comment() -> None:
    rule = InputContract("*/ #error ??/", "uint8", 0, 255, 0, 1, (1,), "größe */")
    header = contract_header(rule, tensor("float32"))
    assert "*/" not in header.description + header.layout
    assert header.layout.isascii()

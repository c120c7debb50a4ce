"""Elementwise operators that are refused: by name and index, with the reason."""

from __future__ import annotations

import numpy as np
import pytest
from support.elementwise_catalog import int8
from support.small_models import graph_of
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.wide_cases import Options

from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.errors import ToolFailedError, UnsupportedModelError
from cubeai_auto.tflm.host import run_host

A, B, Y = (0.05, 3), (0.07, -9), (0.09, 1)


def one(operator: str, *tensors: TensorSpec, options: Options | None = None) -> ModelSpec:
    """One operator; its inputs, and the output last."""
    names = [tensor.name for tensor in tensors]
    given = [tensor.name for tensor in tensors[:-1] if tensor.data is None]
    return ModelSpec(
        tensors, [OperatorSpec(operator, names[:-1], names[-1:], options or {})], given, ["y"]
    )


def pair(
    operator: str,
    first: tuple[float, int] = A,
    second: tuple[float, int] = B,
    made: tuple[float, int] = Y,
    options: Options | None = None,
) -> ModelSpec:
    shape = (1, 4)
    tensors = int8("a", shape, first), int8("b", shape, second), int8("y", shape, made)
    return one(operator, *tensors, options=options)


def function(
    operator: str,
    given: tuple[float, int],
    made: tuple[float, int],
    options: Options | None = None,
) -> ModelSpec:
    return one(operator, int8("x", (1, 4), given), int8("y", (1, 4), made), options=options)


REFUSED = {
    "ADD: ratio 1": (pair("ADD", made=(1e-7, 0)), "a ratio of scales of 1.3", True),
    "ADD: ratio rounded to 1": (
        pair("ADD", (0.5, 0), (0.5, 0), (2.0**-20 * 1.00000001, 0)),
        "a ratio of scales of 1, not",
        True,
    ),
    "SUB: ratio 1": (pair("SUB", made=(1e-7, 0)), "a ratio of scales of 1.3", True),
    "MUL: ratio of 2^31": (
        pair("MUL", (6e4, 0), (6e4, 0), (0.5, 0)),
        "a ratio of scales of 7.2e+09",
        False,
    ),
    "ADD: fused tanh": (
        pair("ADD", options={"fused_activation_function": "TANH"}),
        "the fused activation TANH",
        False,
    ),
    "ADD: tiny scale, fused": (
        pair("MUL", (1e-9, 0), (1.0, 0), (1e-9, 0), {"fused_activation_function": "RELU6"}),
        "an output scale of 1e-09 with a fused RELU6",
        True,
    ),
    "ADD: shapes": (
        one("ADD", int8("a", (1, 4), A), int8("b", (1, 3), B), int8("y", (1, 4), Y)),
        "shapes [1, 4] and [1, 3] to [1, 4]",
        False,
    ),
    "ADD: output shape": (
        one("ADD", int8("a", (1, 4), A), int8("b", (1, 4), B), int8("y", (4,), Y)),
        "shapes [1, 4] and [1, 4] to [4]",
        False,
    ),
    "ADD: output not broadcast": (
        one("ADD", int8("a", (1, 1), A), int8("b", (1, 1), B), int8("y", (1, 4), Y)),
        "shapes [1, 1] and [1, 1] to [1, 4]",
        False,
    ),
    "ADD: too many changes": (
        one(
            "ADD",
            int8("a", (2, 1, 2, 1, 2, 1), A),
            int8("b", (1, 2, 1, 2, 1, 2), B),
            int8("y", (2, 2, 2, 2, 2, 2), Y),
        ),
        "shapes [2, 1, 2, 1, 2, 1] and [1, 2, 1, 2, 1, 2] to [2, 2, 2, 2, 2, 2]: 6 changes",
        False,
    ),
    "ADD: types": (
        one("ADD", int8("a", (1, 4), A), TensorSpec("b", (1, 4)), int8("y", (1, 4), Y)),
        "types int8, float32 to int8",
        False,
    ),
    "ADD: int16": (
        one(
            "ADD",
            *(TensorSpec(name, (1, 4), "int16", scales=(0.1,)) for name in ("a", "b", "y")),
        ),
        "types int16, int16 to int16",
        False,
    ),
    "ADD: two constants": (
        ModelSpec(
            [
                int8("a", (4,), A, [1] * 4),
                int8("b", (4,), B, [1] * 4),
                int8("y", (4,), Y),
                int8("x", (4,), Y),
            ],
            [OperatorSpec("ADD", ["a", "b"], ["y"], {})],
            ["x"],
            ["y"],
        ),
        "both operands are constants",
        False,
    ),
    "ADD: not quantized": (
        one("ADD", int8("a", (1, 4), A), TensorSpec("b", (1, 4), "int8"), int8("y", (1, 4), Y)),
        "the second operand 'b' has no quantization",
        False,
    ),
    "MUL: scale 0": (pair("MUL", (0.0, 0)), "the first operand 'a' has the scale 0.0", False),
    "MAXIMUM: quantization": (
        pair("MAXIMUM"),
        "operands and output quantized differently: TFLM compares stored values",
        False,
    ),
    "PRELU: slopes computed": (pair("PRELU"), "slopes that are no constants", False),
    "PRELU: constant input": (
        one("PRELU", int8("a", (1, 4), A, [1] * 4), int8("b", (1, 4), B), int8("y", (1, 4), Y)),
        "slopes that are no constants, or constant values",
        False,
    ),
    "NEG: int8": (function("NEG", A, A), "types int8 to int8 (float32 only, as in TFLM)", True),
    "RELU: types": (
        one("RELU", int8("x", (1, 4), A), TensorSpec("y", (1, 4))),
        "types int8 to float32",
        False,
    ),
    "RELU: uint8": (
        one("RELU", *(TensorSpec(name, (1, 4), "uint8", scales=(0.1,)) for name in ("x", "y"))),
        "types uint8 to uint8",
        True,
    ),
    "RELU: elements": (
        one("RELU", int8("x", (1, 4), A), int8("y", (1, 5), A)),
        "4 elements in, 5 out",
        False,
    ),
    "RELU: ratio of 2^31": (function("RELU", (3e9, 0), (1.0, 0)), "a ratio of scales of 3e+09", False),
    "RELU6: scale": (function("RELU6", (1e-10, 0), (1.0, 0)), "a scale of 1e-10", False),
    "LEAKY_RELU: alpha": (
        function("LEAKY_RELU", A, A, {"alpha": float("nan")}),
        "alpha = nan",
        False,
    ),
    "LEAKY_RELU: infinite alpha": (
        one(
            "LEAKY_RELU",
            TensorSpec("x", (1, 4)),
            TensorSpec("y", (1, 4)),
            options={"alpha": float("inf")},
        ),
        "alpha = inf",
        False,
    ),
    "LOGISTIC: zero point": (
        function("LOGISTIC", A, (1 / 256, 0)),
        "an int8 output must have the scale 1/256 and the zero point -128",
        True,
    ),
    "LOGISTIC: scale": (
        function("LOGISTIC", A, (0.1, -128)),
        "an int8 output must have the scale",
        False,
    ),
    "LOGISTIC: input scale": (
        function("LOGISTIC", (1e-9, 0), (1 / 256, -128)),
        "an input scale of 1e-09: undefined in TFLM",
        False,
    ),
    "TANH: zero point": (
        function("TANH", A, (1 / 128, 3)),
        "an int8 output must have the scale 1/128 and the zero point 0",
        False,
    ),
    "HARD_SWISH: output scale": (
        function("HARD_SWISH", (1.0, 0), (0.001, 0)),
        "an output scale of 0.001 for an input scale of 1",
        True,
    ),
    "HARD_SWISH: 16 bits": (
        function("HARD_SWISH", (0.01, 0), (50.0, 0)),
        "scales 0.01 and 50: beyond the 16-bit arithmetic",
        False,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name_and_index_with_a_hint(case: str) -> None:
    spec, problem, _ = REFUSED[case]
    name = spec.operators[0].name
    with pytest.raises(UnsupportedModelError) as caught:
        lower(graph_of(spec), dsp=True)
    lines = caught.value.message.splitlines()
    assert any(line.startswith(f"  - {name} (operator 0): {problem}") for line in lines), lines
    assert caught.value.hint


@pytest.mark.oracle
@pytest.mark.parametrize("case", [case for case, (_, _, too) in REFUSED.items() if too])
def test_tflm_refuses_it_too(case: str) -> None:
    spec, _, _ = REFUSED[case]
    with pytest.raises((UnsupportedModelError, ToolFailedError), match="TFLM"):
        run_host(build(spec), random_inputs(graph_of(spec), 1, 1))


def test_a_constant_under_another_shape_is_no_operand() -> None:
    spec = ModelSpec(
        [
            int8("x", (1, 4), A),
            int8("c", (2, 2), B, np.ones((2, 2))),
            TensorSpec("s", (2,), "int32", [1, 4]),
            int8("v", (1, 4), B),
            int8("y", (1, 4), Y),
        ],
        [
            OperatorSpec("RESHAPE", ["c", "s"], ["v"], {"new_shape": [1, 4]}),
            OperatorSpec("ADD", ["x", "v"], ["y"], {}),
        ],
        ["x"],
        ["y"],
    )
    with pytest.raises(UnsupportedModelError, match=r"ADD \(operator 1\): 'v' is a constant under"):
        lower(graph_of(spec), dsp=True)

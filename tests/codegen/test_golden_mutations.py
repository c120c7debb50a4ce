"""Every rounding rule matters: with any one of them wrong, the golden model differs from TFLM.

A comparison that no wrong rule can upset proves nothing. Each mutation replaces one text of one
module; the cases must notice it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np
import pytest
from support.engine_cases import Collection
from support.engine_runs import golden_outputs
from support.mutation import mutated_room

Collections = Callable[[str], Collection]
Oracle = Callable[[str], tuple[np.ndarray, ...]]

pytestmark = pytest.mark.oracle

_REQUANTIZE = "rounding_shift_right(doubling_high_multiply(wrap32(x << left), multiplier), right)"
_SHIFT = "np.where(n > 0, (x + np.where(x < 0, -1, 0) + half) >> n, x)"
_AWAY = "np.floor(np.abs(ratio.astype(np.float64)) + 0.5)"
_DIVISION = "x.astype(np.float32) / np.float32(body.scale)"

# rule: the cases that notice, the module of the golden model, the text, what it becomes
GOLDEN = {
    "one rounding instead of two": (
        "dense",
        "primitives",
        _REQUANTIZE,
        "(x * multiplier + (np.int64(1) << (30 - shift))) >> (31 - shift)",
    ),
    "one rounding instead of two, rescale": (
        "conversions",
        "primitives",
        _REQUANTIZE,
        "(x * multiplier + (np.int64(1) << (30 - shift))) >> (31 - shift)",
    ),
    "no case for a shift of 0": (
        "dense",
        "primitives",
        _SHIFT,
        "(x + np.where(x < 0, -1, 0) + half) >> n",
    ),
    "halves toward zero": ("dense", "primitives", "np.where(x < 0, -1, 0)", "np.where(x < 0, 0, -1)"),
    "halves up": ("dense", "primitives", "np.where(x < 0, -1, 0)", "0"),
    "second step truncates": ("dense", "primitives", _SHIFT, "x >> n"),
    "first step truncates": ("dense", "primitives", "(a * b + 2**30) >> 31", "(a * b) >> 31"),
    "first step has halves away from zero": (
        "dense",
        "primitives",
        "(a * b + 2**30) >> 31",
        "(a * b + np.where(a < 0, 2**30 - 1, 2**30)) >> 31",
    ),
    "left shift after the product": (
        "dense",
        "primitives",
        _REQUANTIZE,
        "rounding_shift_right(doubling_high_multiply(x, multiplier) << left, right)",
    ),
    "left shift without wrapping": ("dense", "primitives", "wrap32(x << left)", "(x << left)"),
    "output zero point without wrapping": (
        "dense",
        "dense",
        "wrap32(y + body.output_zero_point)\n    return",
        "y + body.output_zero_point\n    return",
    ),
    "no input zero point": (
        "dense",
        "dense",
        "reshape(-1, body.weights.shape[1]) - body.input_zero_point",
        "reshape(-1, body.weights.shape[1])",
    ),
    "bias ignored": ("dense", "dense", ".T + body.bias)", ".T)"),
    "upper bound ignored": ("dense", "dense", "body.clamp_low, body.clamp_high", "body.clamp_low, 127"),
    "lower bound ignored": (
        "dense",
        "dense",
        "body.clamp_low, body.clamp_high",
        "-128, body.clamp_high",
    ),
    "float bias first": (
        "dense_f32",
        "dense",
        "sums += body.bias",
        (
            "sums = body.bias + columns[:, :1] * body.weights[:, 0]\n            for k in range(1, "
            "body.weights.shape[1]):\n                sums += columns[:, k : k + 1] * body.weights[:, "
            "k]"
        ),
    ),
    "float products fused": (
        "dense_f32",
        "dense",
        "columns[:, k : k + 1] *",
        "columns[:, k : k + 1].astype(np.float64) *",
    ),
    "float bounds ignored": (
        "dense_f32",
        "dense",
        "np.float32(body.clamp_low), np.float32(body.clamp_high)",
        "np.float32(body.clamp_low), None",
    ),
    "quantize halves to even": ("conversions", "convert", _AWAY, "np.rint(np.abs(ratio))"),
    "quantize halves up": (
        "conversions",
        "convert",
        f"np.copysign({_AWAY}, ratio)",
        "np.floor(ratio.astype(np.float64) + 0.5)",
    ),
    "quantize adds a half in float32": (
        "conversions",
        "convert",
        _AWAY,
        "np.floor(np.abs(ratio) + np.float32(0.5))",
    ),
    "quantize by the reciprocal": (
        "conversions",
        "convert",
        _DIVISION,
        "x.astype(np.float32) * (np.float32(1) / np.float32(body.scale))",
    ),
    "quantize in float64": ("conversions", "convert", _DIVISION, "x.astype(np.float64) / body.scale"),
    "dequantize in two products": (
        "conversions",
        "convert",
        "np.float32(body.scale) * steps",
        (
            "np.float32(body.scale) * x.astype(np.float32) - np.float32(body.scale) * "
            "np.float32(body.zero_point)"
        ),
    ),
    "uint8 read as int8": ("conversions", "convert", "(128 if body.input_unsigned else 0)", "0"),
    "softmax: polynomial's start": ("softmax", "exponential", "1895147668", "1895150000"),
    "softmax: a third": ("softmax", "exponential", "715827883", "714000000"),
    "softmax: fourth power left out": (
        "softmax",
        "exponential",
        "rounding_shift_right(x4, two) + x3",
        "x3",
    ),
    "softmax: fourth power not rounded": (
        "softmax",
        "exponential",
        "rounding_shift_right(x4, two) + x3",
        "(x4 >> 1) + x3",
    ),
    "softmax: exp(-1/4)": ("softmax", "exponential", "1672461947", "1673000000"),
    "softmax: exp(-1/2)": ("softmax", "exponential", "1302514674", "1303500000"),
    "softmax: exp(-1)": ("softmax", "exponential", "790015084", "790805099"),
    "softmax: exp(-2)": ("softmax", "exponential", "290630308", "290920938"),
    "softmax: exp(-4)": ("softmax", "exponential", "39332535", "39371867"),
    "softmax: exp(-8)": ("softmax", "exponential", "720401", "1440802"),
    "softmax: exp(-16) left out": ("softmax", "exponential", "720401, 242)", "720401)"),
    "softmax: exp(0) by the polynomial": (
        "softmax",
        "exponential",
        "np.where(a == 0, 2**31 - 1, result)",
        "result",
    ),
    "softmax: the exact exponential": (
        "softmax",
        "exponential",
        "np.where(a == 0, 2**31 - 1, result)",
        "np.minimum(np.exp(a / 2.0**26) * 2**31, 2**31 - 1).astype(np.int64)",
    ),
    "softmax: sum not rounded to 12 bits": (
        "softmax",
        "softmax",
        "rounding_shift_right(e, np.full_like(e, 12)).sum()",
        "(e >> 12).sum()",
    ),
    "softmax: headroom": (
        "softmax",
        "softmax",
        "np.full_like(y, 35 - headroom)",
        "np.full_like(y, 36 - headroom)",
    ),
    "softmax: two Newton steps": ("softmax", "exponential", "for _ in range(3):", "for _ in range(2):"),
    "softmax: smallest difference left out": (
        "softmax",
        "softmax",
        "difference >= body.diff_min",
        "difference > body.diff_min",
    ),
    "softmax: no smallest difference": (
        "softmax",
        "softmax",
        "difference >= body.diff_min",
        "difference >= -300",
    ),
    "softmax: shares truncated": (
        "softmax",
        "softmax",
        "rounding_shift_right(y, np.full_like(y, 35 - headroom))",
        "(y >> (35 - headroom))",
    ),
}

_RATIO = "given.scale * scale / produced.scale for scale"
_PRODUCT = "float(np.float32(given.scale) * np.float32(scale))"

# module, text, what it becomes; all are noticed by the dense cases
CONSTANTS = {
    "product of scales in float32": (
        "lowering/dense",
        _RATIO,
        f"{_PRODUCT} / produced.scale for scale",
    ),
    "product in float32, one scale": (
        "lowering/dense",
        _RATIO,
        f"({_PRODUCT} if len(weights.scales) == 1 else given.scale * scale) / produced.scale for scale",
    ),
    "product in float32, scales per row": (
        "lowering/dense",
        _RATIO,
        f"({_PRODUCT} if len(weights.scales) > 1 else given.scale * scale) / produced.scale for scale",
    ),
    "quotient of scales in float32": (
        "lowering/dense",
        _RATIO,
        "float(np.float32(given.scale * scale / produced.scale)) for scale",
    ),
    "multiplier truncated": (
        "fixed_point",
        "round_half_away(mantissa * 2**31)",
        "int(mantissa * 2**31)",
    ),
    "no renormalization at 2^31": ("fixed_point", "value //= 2\n        shift += 1", "value //= 2"),
    "left shifts saturated at 30": ("fixed_point", "if shift > 31:", "if shift > 30:"),
    "bounds rounded down": (
        "fixed_point",
        "zero_point + round_half_away(float(ratio))",
        "zero_point + math.floor(ratio)",
    ),
    "bounds with halves to even": (
        "fixed_point",
        "zero_point + round_half_away(float(ratio))",
        "zero_point + round(float(ratio))",
    ),
    "bounds in float64": (
        "fixed_point",
        "np.float32(np.float32(real) / np.float32(scale))",
        "real / scale",
    ),
    "bounds without the zero point": (
        "fixed_point",
        "zero_point + round_half_away(float(ratio))",
        "round_half_away(float(ratio))",
    ),
}


def outputs(cases: Collection) -> tuple[np.ndarray, ...]:
    """What the room as it is now computes."""
    lower = import_module("cubeai_auto.codegen.lower").lower
    evaluate = import_module("cubeai_auto.codegen.golden").evaluate
    return golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs, evaluate)


@pytest.mark.parametrize("rule", GOLDEN)
def test_a_wrong_rule_is_noticed(rule: str, collection: Collections, oracle: Oracle) -> None:
    kind, module, old, new = GOLDEN[rule]
    cases = collection(kind)
    with mutated_room(f"codegen/golden/{module}", old, new), np.errstate(all="ignore"):
        got = outputs(cases)
    assert cases.differing(got, oracle(kind))


@pytest.mark.parametrize("rule", CONSTANTS)
def test_a_wrong_constant_is_noticed(rule: str, collection: Collections, oracle: Oracle) -> None:
    module, old, new = CONSTANTS[rule]
    cases = collection("dense")
    with mutated_room(f"codegen/{module}", old, new):
        got = outputs(cases)
    assert cases.differing(got, oracle("dense"))


@pytest.mark.parametrize("kind", ["dense", "softmax", "conversions", "dense_f32"])
def test_without_a_mutation_nothing_is_noticed(
    kind: str, collection: Collections, oracle: Oracle
) -> None:
    """The machinery itself changes nothing."""
    cases = collection(kind)
    with mutated_room("codegen/golden/evaluate", '"""The dispatch of', '"""The same dispatch of'):
        got = outputs(cases)
    assert cases.differing(got, oracle(kind)) == {}

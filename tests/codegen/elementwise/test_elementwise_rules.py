"""Every rule of elementwise layers matters: formulas and constants, each with one text wrong."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from support.engine_runs import golden_outputs, output_specs
from support.mutation import mutated_room
from support.wide_runs import WideRuns

from cubeai_auto.files import write_files
from cubeai_auto.firmware.host import run_on_host

_ONCE = "(x * multiplier + (np.int64(1) << (30 - shift))) >> (31 - shift)"
_TWICE = "rounding_shift_right(doubling_high_multiply(wrap32(x << left), multiplier), right)"
_F32 = "float(np.float32({0}) / np.float32({1}))"
_QUOTIENT = _F32.format("given.scale", "produced.scale")

# rule: the cases that notice, module, text, what it becomes
RULES = {
    "one rounding: binary": ("sums", "golden/primitives", _TWICE, _ONCE),
    "one rounding: functions": ("functions", "golden/primitives", _TWICE, _ONCE),
    "sum: 19 bits": ("sums", "golden/elementwise", "zero_points[0]) << 20", "zero_points[0]) << 19"),
    "sum: sign": ("sums", "golden/elementwise", "body.sign * two", "two"),
    "sum: no second zero point": (
        "sums",
        "golden/elementwise",
        "(b - body.zero_points[1]) << 20",
        "b << 20",
    ),
    "sum: no output zero point": (
        "sums",
        "golden/elementwise",
        "_times(one + body.sign * two, body.output) + body.output_zero_point",
        "_times(one + body.sign * two, body.output)",
    ),
    "sum: no bounds": (
        "sums",
        "golden/elementwise",
        "return np.clip(y, body.clamp_low, body.clamp_high)",
        "return np.clip(y, -128, 127)",
    ),
    "sum: first ratio in float32": (
        "sums",
        "lowering/elementwise",
        "_below_one(first.scale / common)",
        f"_below_one({_F32.format('first.scale', 'common')})",
    ),
    "sum: second ratio in float32": (
        "sums",
        "lowering/elementwise",
        "_below_one(second.scale / common)",
        f"_below_one({_F32.format('second.scale', 'common')})",
    ),
    "sum: output ratio in float32": (
        "sums",
        "lowering/elementwise",
        "_below_one(common / (2**20 * produced.scale))",
        f"_below_one({_F32.format('common', '(2**20 * produced.scale)')})",
    ),
    "sum: the smaller scale is common": (
        "sums",
        "lowering/elementwise",
        "2 * max(first.scale, second.scale)",
        "2.5 * max(first.scale, second.scale)",
    ),
    "product: no wrap": ("products", "golden/primitives", "wrap32(x << left)", "(x << left)"),
    "product: no zero point": (
        "products",
        "golden/elementwise",
        "(a - body.zero_points[0]) * ",
        "a * ",
    ),
    "product: no bounds": (
        "products",
        "golden/elementwise",
        "np.clip(y, body.clamp_low, body.clamp_high))",
        "np.clip(y, -128, 127))",
    ),
    "product: ratio in float32": (
        "products",
        "lowering/elementwise",
        "output=multiplier_of(first.scale * second.scale / produced.scale)",
        "output=multiplier_of(float(np.float32(first.scale * second.scale / produced.scale)))",
    ),
    "slopes: no zero point": (
        "products",
        "golden/elementwise",
        "x * (b - body.zero_points[1]), body.product",
        "x * b, body.product",
    ),
    "slopes: everywhere": (
        "products",
        "golden/elementwise",
        "np.where(x >= 0, _times(",
        "np.where(x >= 99, _times(",
    ),
    "slopes: ratio in float32": (
        "products",
        "lowering/elementwise",
        "identity=multiplier_of(first.scale / produced.scale)",
        f"identity=multiplier_of({_F32.format('first.scale', 'produced.scale')})",
    ),
    "extremes: exchanged": (
        "products",
        "golden/elementwise",
        'body.which == "maximum"',
        'body.which != "maximum"',
    ),
    "broadcast: nothing repeated": (
        "broadcasts",
        "broadcast",
        "(1,) * (rank - len(operand)) + tuple(operand)",
        "tuple(operand) + (1,) * (rank - len(operand))",
    ),
    "float: no lower bound": (
        "binary_f32",
        "golden/elementwise",
        "np.clip(values, np.float32(body.clamp_low),",
        "np.clip(values, None,",
    ),
    "float: no upper bound": (
        "binary_f32",
        "golden/elementwise",
        "np.float32(body.clamp_high))",
        "None)",
    ),
    "float: maximum of NaN": (
        "binary_f32",
        "golden/elementwise",
        "np.where(x > y, x, y)",
        "np.fmax(x, y)",
    ),
    "float: minimum of NaN": (
        "binary_f32",
        "golden/elementwise",
        "np.where(x < y, x, y)",
        "np.fmin(x, y)",
    ),
    "float: slopes of NaN": (
        "binary_f32",
        "golden/elementwise",
        "np.where(x >= 0, x, x * y)",
        "np.where(x < 0, x * y, np.fmax(x, 0))",
    ),
    "float: difference exchanged": ("binary_f32", "golden/elementwise", "x - y)", "y - x)"),
    "relu: ratio in float32": (
        "functions",
        "lowering/activation",
        "multiplier_of(given.scale / produced.scale)\n    low = ",
        f"multiplier_of({_QUOTIENT})\n    low = ",
    ),
    "relu: lower bound": (
        "functions",
        "lowering/activation",
        "low = max(-128, produced.zero_point)",
        "low = -128",
    ),
    "relu6: rescaled": (
        "functions",
        "lowering/activation",
        "return table, (note,)",
        "return other, (note,)",
    ),
    "relu6: bound of the output": (
        "functions",
        "lowering/activation",
        '"RELU6", given.scale, given',
        '"RELU6", produced.scale, given',
    ),
    "leaky: slope in float32": (
        "functions",
        "lowering/activation",
        "given.scale * _alpha(at) / produced.scale",
        _F32.format("np.float32(given.scale) * np.float32(_alpha(at))", "produced.scale"),
    ),
    "leaky: alpha in float64": (
        "functions",
        "lowering/activation",
        "return float(np.float32(alpha))",
        "return round(alpha, 6) * 1.0001",
    ),
    "abs: ratio in float32": (
        "functions",
        "lowering/activation",
        "None if same else multiplier_of(given.scale / produced.scale)",
        f"None if same else multiplier_of({_QUOTIENT})",
    ),
    "abs: rounded though scales are equal": (
        "functions",
        "tables",
        "x = np.abs(STORED - zero_in)",
        "x = np.abs(STORED)",
    ),
    "sigmoid: radius": ("functions", "tables", "15 * 2.0**27", "4 * 2.0**27"),
    "sigmoid: radius included below": (
        "functions",
        "tables",
        "v <= -given.radius",
        "v < -given.radius",
    ),
    "logistic: truncated": ("functions", "tables", "_shifted(shares, 23)", "(shares >> 23)"),
    "logistic: of zero": (
        "functions",
        "tables",
        "_ONE - above, 2**30)",
        "_ONE - above, 2**30 - 2**23)",
    ),
    "logistic: other side": ("functions", "tables", "_ONE - above", "_ONE - 2**21 - above"),
    "tanh: truncated": (
        "functions",
        "tables",
        "_shifted(np.sign(a) * above, 24)",
        "(np.sign(a) * above >> 24)",
    ),
    "tanh: half the input": ("functions", "tables", "-np.abs(a), 5)", "-np.abs(a) >> 1, 5)"),
    "exponential: polynomial": ("functions", "golden/exponential", "1895147668", "1895250000"),
    "exponential: exp(-1)": ("functions", "golden/exponential", "790015084", "790805099"),
    "exponential: one factor less": (
        "functions",
        "golden/exponential",
        "[: 2 + integer_bits]",
        "[: 1 + integer_bits]",
    ),
    "reciprocal: two steps": ("functions", "golden/exponential", "range(3)", "range(2)"),
    "swish: output in float32": (
        "functions",
        "lowering/activation",
        "given.scale / 128 / produced.scale",
        _F32.format("given.scale / 128", "produced.scale"),
    ),
    "swish: multiplier truncated": (
        "functions",
        "tables",
        "(multiplier.value + 2**15) >> 16",
        "multiplier.value >> 16",
    ),
    "swish: high word truncated": (
        "functions",
        "tables",
        "(x * factor + 2**14) >> 15",
        "(x * factor) >> 15",
    ),
    "swish: product rounded": (
        "functions",
        "tables",
        "np.sign(product) * (np.abs(product) >> 15)",
        "(product + 2**14) >> 15",
    ),
    "swish: product down": (
        "functions",
        "tables",
        "np.sign(product) * (np.abs(product) >> 15)",
        "product >> 15",
    ),
    "swish: no saturation": (
        "functions",
        "tables",
        "slope = _saturated_16(slope << 1)",
        "slope = slope << 1",
    ),
    "swish: no shift to the right": (
        "functions",
        "tables",
        "slope = _shifted(slope, -relu.shift)",
        "slope = slope >> -relu.shift",
    ),
    "swish: slope rounded": ("functions", "tables", "(slope + 2**15) >> 1", "(slope + 2**15 + 1) >> 1"),
    "table: in order of values": (
        "functions",
        "golden/elementwise",
        ".view(np.uint8)",
        ".view(np.uint8) ^ 128",
    ),
    "hard swish float: limits": (
        "functions_f32",
        "golden/elementwise",
        "np.fmin(six,",
        "np.fmin(six + one,",
    ),
    "relu float: NaN": (
        "functions_f32",
        "golden/elementwise",
        "np.where(x < 0, zero, x)",
        "np.fmax(x, zero)",
    ),
    "clamp float: NaN": (
        "functions_f32",
        "golden/elementwise",
        "np.where(x > high, high, np.where(x < low, low, x))",
        "np.fmax(np.fmin(x, high), low)",
    ),
    "leaky float: slope": ("functions_f32", "golden/elementwise", "x * low)", "x * (low * low))"),
}


@pytest.mark.oracle
@pytest.mark.parametrize("rule", RULES)
def test_a_wrong_rule_is_noticed(rule: str, elementwise: WideRuns) -> None:
    kind, module, old, new = RULES[rule]
    cases = elementwise.cases(kind)
    with mutated_room(f"codegen/{module}", old, new), np.errstate(all="ignore"):
        lower = import_module("cubeai_auto.codegen.lower").lower
        evaluate = import_module("cubeai_auto.codegen.golden").evaluate
        try:
            got = golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs, evaluate)
        except (ValueError, import_module("cubeai_auto.errors").CubeAIError):
            return
    assert cases.differing(got, elementwise.oracle(kind))


def test_factors_that_are_not_proven_are_noticed(elementwise: WideRuns, tmp_path: Path) -> None:
    """Without the comparison with all pairs, the fast sum is taken where outputs differ."""
    cases = elementwise.cases("sums")
    with mutated_room("codegen/sums", "if not least <= bias <= most:", "if False:"):
        room = import_module("cubeai_auto.codegen")
        options = room.CompileOptions(dsp=False)
        network = room.compile_network(cases.graph, options)
        linear = [layer for layer in network.layers if layer.body.kernel == "cai_add_s8_linear"]
        assert len(linear) == 28  # the others have factors that do not fit
    write_files(tmp_path / "generated", {file.name: file.content for file in network.files})
    specs = output_specs(cases.graph)
    ran = run_on_host(
        tmp_path / "generated", "network", cases.inputs, specs, work=tmp_path, opt_level="O0"
    )
    assert cases.differing(ran.outputs, elementwise.golden("sums"))

"""Every rule of elementwise layers matters: golden model, constants and C, each with one text wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from support.engine_runs import golden_outputs, output_specs
from support.kernel_bench import KernelBench, make_bench, mutant_on_emulator
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
        "sums", "golden/elementwise", "(b - body.zero_points[1]) << 20", "b << 20",
    ),
    "sum: no output zero point": (
        "sums", "golden/elementwise",
        "_times(one + body.sign * two, body.output) + body.output_zero_point",
        "_times(one + body.sign * two, body.output)",
    ),
    "sum: no bounds": (
        "sums", "golden/elementwise", "return np.clip(y, body.clamp_low, body.clamp_high)",
        "return np.clip(y, -128, 127)",
    ),
    "sum: first ratio in float32": (
        "sums", "lowering/elementwise", "_below_one(first.scale / common)",
        f"_below_one({_F32.format('first.scale', 'common')})",
    ),
    "sum: second ratio in float32": (
        "sums", "lowering/elementwise", "_below_one(second.scale / common)",
        f"_below_one({_F32.format('second.scale', 'common')})",
    ),
    "sum: output ratio in float32": (
        "sums", "lowering/elementwise", "_below_one(common / (2**20 * produced.scale))",
        f"_below_one({_F32.format('common', '(2**20 * produced.scale)')})",
    ),
    "sum: the smaller scale is common": (
        "sums", "lowering/elementwise", "2 * max(first.scale, second.scale)",
        "2.5 * max(first.scale, second.scale)",
    ),
    "product: no wrap": ("products", "golden/primitives", "wrap32(x << left)", "(x << left)"),
    "product: no zero point": ("products", "golden/elementwise", "(a - body.zero_points[0]) * ", "a * "),
    "product: no bounds": (
        "products", "golden/elementwise", "np.clip(y, body.clamp_low, body.clamp_high))",
        "np.clip(y, -128, 127))",
    ),
    "product: ratio in float32": (
        "products", "lowering/elementwise",
        "output=multiplier_of(first.scale * second.scale / produced.scale)",
        "output=multiplier_of(float(np.float32(first.scale * second.scale / produced.scale)))",
    ),
    "slopes: no zero point": (
        "products", "golden/elementwise", "x * (b - body.zero_points[1]), body.product", "x * b, body.product",
    ),
    "slopes: everywhere": ("products", "golden/elementwise", "np.where(x >= 0, _times(", "np.where(x >= 99, _times("),
    "slopes: ratio in float32": (
        "products", "lowering/elementwise", "identity=multiplier_of(first.scale / produced.scale)",
        f"identity=multiplier_of({_F32.format('first.scale', 'produced.scale')})",
    ),
    "extremes: exchanged": ("products", "golden/elementwise", 'body.which == "maximum"', 'body.which != "maximum"'),
    "broadcast: nothing repeated": (
        "broadcasts", "broadcast", "(1,) * (rank - len(operand)) + tuple(operand)",
        "tuple(operand) + (1,) * (rank - len(operand))",
    ),
    "float: no lower bound": (
        "binary_f32", "golden/elementwise", "np.clip(values, np.float32(body.clamp_low),",
        "np.clip(values, None,",
    ),
    "float: no upper bound": (
        "binary_f32", "golden/elementwise", "np.float32(body.clamp_high))", "None)",
    ),
    "float: maximum of NaN": ("binary_f32", "golden/elementwise", "np.where(x > y, x, y)", "np.fmax(x, y)"),
    "float: minimum of NaN": ("binary_f32", "golden/elementwise", "np.where(x < y, x, y)", "np.fmin(x, y)"),
    "float: slopes of NaN": (
        "binary_f32", "golden/elementwise", "np.where(x >= 0, x, x * y)", "np.where(x < 0, x * y, np.fmax(x, 0))",
    ),
    "float: difference exchanged": ("binary_f32", "golden/elementwise", "x - y)", "y - x)"),
    "relu: ratio in float32": (
        "functions", "lowering/activation", "multiplier_of(given.scale / produced.scale)\n    low = ",
        f"multiplier_of({_QUOTIENT})\n    low = ",
    ),
    "relu: lower bound": (
        "functions", "lowering/activation", "low = max(-128, produced.zero_point)", "low = -128",
    ),
    "relu6: rescaled": ("functions", "lowering/activation", "return table, (note,)", "return other, (note,)"),
    "relu6: bound of the output": (
        "functions", "lowering/activation", '"RELU6", given.scale, given', '"RELU6", produced.scale, given',
    ),
    "leaky: slope in float32": (
        "functions", "lowering/activation", "given.scale * _alpha(at) / produced.scale",
        "float(np.float32(np.float32(given.scale) * np.float32(_alpha(at))) / np.float32(produced.scale))",
    ),
    "leaky: alpha in float64": (
        "functions", "lowering/activation", "return float(np.float32(alpha))", "return round(alpha, 6) * 1.0001",
    ),
    "abs: ratio in float32": (
        "functions", "lowering/activation", "None if same else multiplier_of(given.scale / produced.scale)",
        f"None if same else multiplier_of({_QUOTIENT})",
    ),
    "abs: rounded though scales are equal": (
        "functions", "tables", "x = np.abs(STORED - zero_in)", "x = np.abs(STORED)",
    ),
    "sigmoid: radius": ("functions", "tables", "15 * 2.0**27", "4 * 2.0**27"),
    "sigmoid: radius included below": ("functions", "tables", "v <= -given.radius", "v < -given.radius"),
    "logistic: truncated": ("functions", "tables", "_shifted(shares, 23)", "(shares >> 23)"),
    "logistic: of zero": ("functions", "tables", "_ONE - above, 2**30)", "_ONE - above, 2**30 - 2**23)"),
    "logistic: other side": ("functions", "tables", "_ONE - above", "_ONE - 2**21 - above"),
    "logistic: five integer bits": ("functions", "tables", "-np.abs(a), 4)", "-np.abs(a) >> 1, 5)"),
    "tanh: truncated": ("functions", "tables", "_shifted(np.sign(a) * above, 24)", "(np.sign(a) * above >> 24)"),
    "tanh: half the input": ("functions", "tables", "-np.abs(a), 5)", "-np.abs(a) >> 1, 5)"),
    "exponential: polynomial": ("functions", "golden/exponential", "1895147668", "1895250000"),
    "exponential: exp(-1)": ("functions", "golden/exponential", "790015084", "790805099"),
    "exponential: one factor less": ("functions", "golden/exponential", "[: 2 + integer_bits]", "[: 1 + integer_bits]"),
    "reciprocal: two steps": ("functions", "golden/exponential", "range(3)", "range(2)"),
    "swish: output in float32": (
        "functions", "lowering/activation", "given.scale / 128 / produced.scale",
        _F32.format("given.scale / 128", "produced.scale"),
    ),
    "swish: multiplier truncated": ("functions", "tables", "(multiplier.value + 2**15) >> 16", "multiplier.value >> 16"),
    "swish: high word truncated": ("functions", "tables", "(x * factor + 2**14) >> 15", "(x * factor) >> 15"),
    "swish: product rounded": (
        "functions", "tables", "np.sign(product) * (np.abs(product) >> 15)", "(product + 2**14) >> 15",
    ),
    "swish: product down": (
        "functions", "tables", "np.sign(product) * (np.abs(product) >> 15)", "product >> 15",
    ),
    "swish: no saturation": (
        "functions", "tables", "slope = _saturated_16(slope << 1)", "slope = slope << 1",
    ),
    "swish: no shift to the right": (
        "functions", "tables", "slope = _shifted(slope, -relu.shift)", "slope = slope >> -relu.shift",
    ),
    "swish: slope rounded": ("functions", "tables", "(slope + 2**15) >> 1", "(slope + 2**15 + 1) >> 1"),
    "table: in order of values": ("functions", "golden/elementwise", ".view(np.uint8)", ".view(np.uint8) ^ 128"),
    "hard swish float: limits": ("functions_f32", "golden/elementwise", "np.fmin(six,", "np.fmin(six + one,"),
    "relu float: NaN": ("functions_f32", "golden/elementwise", "np.where(x < 0, zero, x)", "np.fmax(x, zero)"),
    "clamp float: NaN": (
        "functions_f32", "golden/elementwise", "np.where(x > high, high, np.where(x < low, low, x))",
        "np.fmax(np.fmin(x, high), low)",
    ),
    "leaky float: slope": ("functions_f32", "golden/elementwise", "x * low)", "x * (low * low))"),
}  # fmt: skip

_ADD, _LINEAR, _MUL = "cai_add_s8.c", "cai_add_s8_linear.c", "cai_mul_s8.c"
_FLOAT, _FUNCTION, _ROWS, _FIXED = (
    "cai_binary_f32.c", "cai_function_f32.c", "cai_rows.c", "cai_fixed_point.h",
)  # fmt: skip

HOST = {
    "rows: one operand only": ("broadcasts", _ROWS, "row->b += rows->b_steps[k];", ""),
    "rows: no way back": ("broadcasts", _ROWS, "row->a -= rows->a_steps[k] * rows->outer[k];", ""),
    "rows: no way back, second": ("broadcasts", _ROWS, "row->b -= rows->b_steps[k] * rows->outer[k];", ""),
    "rows: digits stay": ("broadcasts", _ROWS, "row->index[k] = 0;", ""),
    "sum: 19 bits": ("sums", _ADD, "(1 << 20)", "(1 << 19)"),
    "sum: sign": ("sums", _ADD, "layer->b_sign * second", "second"),
    "sum: zero point": ("sums", _ADD, "value + layer->zero_point", "value"),
    "sum: second zero point": ("sums", _ADD, "*y - layer->b_zero_point", "*y"),
    "sum: first shift": ("sums", _ADD, "layer->a_multiplier, layer->a_shift", "layer->a_multiplier, 0"),
    "sum: second operand stands": ("sums", _ADD, "y += b_step;", ""),
    "linear: bias": ("sums", _LINEAR, "sum = bias + scaled(a_factor", "sum = scaled(a_factor"),
    "linear: fraction": ("sums", _LINEAR, "#define FRACTION 20", "#define FRACTION 19"),
    "linear: rounded": (
        "sums", _LINEAR, "((int64_t)factor * value) >> 8", "((int64_t)factor * value + 4096) >> 8",
    ),
    "linear: limits": (
        "sums", _LINEAR, "cai_clamp(sum >> FRACTION, low, high)", "cai_clamp(sum >> FRACTION, -128, 127)",
    ),
    "linear: first operand stands": ("sums", _LINEAR, "            x += a_step;", ""),
    "product: first zero point": ("products", _MUL, "(*x - a_zero_point)", "*x"),
    "product: second zero point": ("products", _MUL, "(*y - b_zero_point)", "*y"),
    "product: zero point": ("products", _MUL, "cai_wrapping_add(value, zero_point)", "value"),
    "product: limits": ("products", _MUL, "zero_point), low, high)", "zero_point), -128, 127)"),
    "slopes: everywhere": ("products", "cai_prelu_s8.c", "if (value >= 0)", "if (value >= 99)"),
    "slopes: zero point": ("products", "cai_prelu_s8.c", "*y - b_zero_point", "*y"),
    "slopes: exchanged": ("products", "cai_prelu_s8.c", "value, product_multiplier", "value, identity_multiplier"),
    "extremes: exchanged": ("products", "cai_extreme_s8.c", "(*x < *y) == smaller", "(*x < *y) != smaller"),
    "fixed point: nudge": ("sums", _FIXED, "* b + ((int64_t)1 << 30)) >> 31", "* b) >> 31"),
    "fixed point: halves": ("sums", _FIXED, "(mask >> 1) + (value < 0 ? 1 : 0)", "(mask >> 1)"),
    "table: last turn": ("functions", "cai_lookup_s8.c", "turns != 0u", "turns > 1u"),
    "table: seventh": ("functions", "cai_lookup_s8.c", "table[input[6]]", "table[input[5]]"),
    "table: rest": ("broadcasts", "cai_lookup_s8.c", "rest != 0u", "rest > 1u"),
    "float: lower bound": ("binary_f32", _FLOAT, "value = low;", ""),
    "float: upper bound": ("binary_f32", _FLOAT, "value > high ? high : value", "value"),
    "float: sum": ("binary_f32", _FLOAT, "clamped(x + y, low", "clamped(x + 1.000001f * y, low"),
    "float: difference": ("binary_f32", _FLOAT, "clamped(x - y, low", "clamped(y - x, low"),
    "float: maximum": ("binary_f32", _FLOAT, "x > y ? x : y", "y > x ? y : x"),
    "float: minimum": ("binary_f32", _FLOAT, "x < y ? x : y", "y < x ? y : x"),
    "float: slopes": ("binary_f32", _FLOAT, "x >= 0.0f ? x : x * y", "x < 0.0f ? x * y : x * x / x"),
    "float: operand stands": ("binary_f32", _FLOAT, "second += b_step;", "second += a_step;"),
    "relu: NaN": ("functions_f32", _FUNCTION, "x < 0.0f ? 0.0f : x", "x > 0.0f ? x : 0.0f"),
    "clamp: upper": ("functions_f32", _FUNCTION, "x > layer->high ? layer->high : x", "x > layer->high ? x : x"),
    "leaky: slope": ("functions_f32", _FUNCTION, "x > 0.0f ? x : x * layer->low", "x > 0.0f ? x : x * layer->high"),
    "swish: divided first": ("functions_f32", _FUNCTION, "x * slope / 6.0f", "x * (slope / 6.0f)"),
    "abs: sign": ("functions_f32", _FUNCTION, "fabsf(x)", "(x < 0.0f ? x : -x)"),
    "neg: sign of zero": ("functions_f32", _FUNCTION, "cai_neg_f32, -x", "cai_neg_f32, 0.0f - x"),
}  # fmt: skip

ASSEMBLY = {
    "linear: second half": (_LINEAR, '"smlaw" HALF " %0, %2, %4, %0', '"smlaw" HALF " %0, %2, %3, %0'),
    "linear: fraction": (_LINEAR, "asr #20", "asr #19"),
    "linear: even bytes": (_LINEAR, "y_even = (y << 8) & odd", "y_even = y & odd"),
    "linear: bytes in a row": (_LINEAR, "CAI_SET_BYTE(sums, sum, 2);", "CAI_SET_BYTE(sums, sum, 1);"),
    "linear: limits": (_LINEAR, "cai_limit_words(output, rest >> 2, low, high);", ""),
    "words: operands that stand": ("cai_words.h", "operand->step = 4u * step;", "operand->step = 4u;"),
    "words: which operand stands": (
        "cai_words.h", "step != 0u ? at : operand->same", "step == 0u ? at : operand->same",
    ),
    "words: larger": ("cai_words.h", "sel %0, %1, %2", "sel %0, %2, %1"),
    "words: smaller": ("cai_words.h", "sel %0, %2, %1", "sel %0, %1, %2"),
    "linear: one limit": ("cai_words.h", "low > -128 || high < 127", "low > -128 && high < 127"),
    "product: truncated": (_MUL, "smmulr %0, %0, %3", "smmul  %0, %0, %3"),
    "product: not doubled": (_MUL, '__asm__("sadd16 %0, %0, %0" : "+r"(x_odd));', ""),
    "product: halves up": (_MUL, '"add    %0, %0, %0, asr #31\\n\\t"', '""'),
    "product: no rounding": (_MUL, "(1 << (right - 1)) + layer", "layer"),
    "product: zero points": (_MUL, "ssub16 %0, %0, %2", "sadd16 %0, %0, %2"),
    "product: odd bytes": (_MUL, 'HALVES(y_odd, ", ror #8"', 'HALVES(y_odd, ", ror #16"'),
}  # fmt: skip

_OF_ASSEMBLY = {"linear": "sums", "words": "broadcasts", "extremes": "products", "product": "products"}


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


@pytest.fixture(scope="module")
def bench(
    elementwise: WideRuns, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], KernelBench]:
    @cache
    def make(kind: str) -> KernelBench:
        return make_bench(elementwise.cases(kind), tmp_path_factory.mktemp(kind), dsp=True)

    return make


Benches = Callable[[str], KernelBench]


@pytest.mark.parametrize("fault", HOST)
def test_a_fault_is_noticed_on_the_host(
    fault: str, bench: Benches, elementwise: WideRuns, tmp_path: Path
) -> None:
    kind, file, old, new = HOST[fault]
    got = bench(kind).run(tmp_path, file, old, new)
    found = elementwise.cases(kind).differing(got, elementwise.golden(kind))
    assert found.keys() - {"logistic", "tanh"}


@pytest.mark.parametrize("kind", ["sums", "products", "broadcasts", "functions", "binary_f32"])
def test_without_a_fault_nothing_is_noticed(
    kind: str, bench: Benches, elementwise: WideRuns, tmp_path: Path
) -> None:
    got = bench(kind).run(tmp_path, "cai_elementwise.h", "Elementwise layers of generated", "Layers of")
    assert elementwise.cases(kind).differing(got, elementwise.golden(kind)) == {}


@pytest.mark.emulator
@pytest.mark.parametrize("fault", ASSEMBLY)
def test_a_fault_of_the_assembly_is_noticed_on_the_emulator(
    fault: str, elementwise: WideRuns, tmp_path: Path
) -> None:
    kind = fault.partition(":")[0]
    cases = elementwise.cases(_OF_ASSEMBLY[kind])
    got = mutant_on_emulator(cases, tmp_path, *ASSEMBLY[fault])
    assert cases.differing(got, elementwise.golden(_OF_ASSEMBLY[kind]))


def test_factors_that_are_not_proven_are_noticed(elementwise: WideRuns, tmp_path: Path) -> None:
    """Without the comparison with all pairs, the fast sum is taken where outputs differ."""
    cases = elementwise.cases("sums")
    with mutated_room("codegen/sums", "if least > most:", "if False:"):
        room = import_module("cubeai_auto.codegen")
        options = room.CompileOptions(dsp=False)
        network = room.compile_network(cases.graph, options)
        assert {layer.body.kernel for layer in network.layers} == {"cai_add_s8_linear"}
    write_files(tmp_path / "generated", {file.name: file.content for file in network.files})
    specs = output_specs(cases.graph)
    ran = run_on_host(
        tmp_path / "generated", "network", cases.inputs, specs, work=tmp_path, opt_level="O0"
    )
    assert cases.differing(ran.outputs, elementwise.golden("sums"))

"""The C of elementwise layers with one text wrong: the comparison notices."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from support.kernel_bench import KernelBench, make_bench, mutant_on_emulator
from support.wide_runs import WideRuns

_ADD, _LINEAR, _MUL = "cai_add_s8.c", "cai_add_s8_linear.c", "cai_mul_s8.c"
_FLOAT, _FUNCTION, _ROWS, _FIXED = (
    "cai_binary_f32.c",
    "cai_function_f32.c",
    "cai_rows.c",
    "cai_fixed_point.h",
)

HOST = {
    "rows: one dimension": ("broadcasts", _ROWS, "k < CAI_OUTER", "k < 1u"),
    "rows: no way back": ("broadcasts", _ROWS, "row->a -= rows->a_steps[k] * rows->outer[k];", ""),
    "rows: no way back, second": (
        "broadcasts",
        _ROWS,
        "row->b -= rows->b_steps[k] * rows->outer[k];",
        "",
    ),
    "sum: 19 bits": ("sums", _ADD, "(1 << 20)", "(1 << 19)"),
    "sum: sign": ("sums", _ADD, "layer->b_sign * second", "second"),
    "sum: zero point": ("sums", _ADD, "value + layer->zero_point", "value"),
    "sum: second zero point": ("sums", _ADD, "*y - layer->b_zero_point", "*y"),
    "sum: first shift": ("sums", _ADD, "layer->a_multiplier, layer->a_shift", "layer->a_multiplier, 0"),
    "sum: second operand stands": ("sums", _ADD, "y += b_step;", ""),
    "linear: bias": ("sums", _LINEAR, "sum = bias + scaled(a_factor", "sum = scaled(a_factor"),
    "linear: fraction": ("sums", _LINEAR, "#define FRACTION 20", "#define FRACTION 19"),
    "linear: rounded": (
        "sums",
        _LINEAR,
        "((int64_t)factor * value) >> 8",
        "((int64_t)factor * value + 4096) >> 8",
    ),
    "linear: limits": (
        "sums",
        _LINEAR,
        "cai_clamp(sum >> FRACTION, low, high)",
        "cai_clamp(sum >> FRACTION, -128, 127)",
    ),
    "linear: first operand stands": ("sums", _LINEAR, "            x += a_step;", ""),
    "product: first zero point": ("products", _MUL, "(*x - a_zero_point)", "*x"),
    "product: second zero point": ("products", _MUL, "(*y - b_zero_point)", "*y"),
    "product: zero point": ("products", _MUL, "cai_wrapping_add(value, zero_point)", "value"),
    "product: limits": ("products", _MUL, "zero_point), low, high)", "zero_point), -128, 127)"),
    "slopes: everywhere": ("products", "cai_prelu_s8.c", "if (value >= 0)", "if (value >= 99)"),
    "slopes: zero point": ("products", "cai_prelu_s8.c", "*y - b_zero_point", "*y"),
    "slopes: exchanged": (
        "products",
        "cai_prelu_s8.c",
        "value, product_multiplier",
        "value, identity_multiplier",
    ),
    "extremes: exchanged": (
        "products",
        "cai_extreme_s8.c",
        "(*x < *y) == smaller",
        "(*x < *y) != smaller",
    ),
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
    "clamp: upper": (
        "functions_f32",
        _FUNCTION,
        "x > layer->high ? layer->high : x",
        "x > layer->high ? x : x",
    ),
    "leaky: slope": (
        "functions_f32",
        _FUNCTION,
        "x > 0.0f ? x : x * layer->low",
        "x > 0.0f ? x : x * layer->high",
    ),
    "swish: divided first": ("functions_f32", _FUNCTION, "x * slope / 6.0f", "x * (slope / 6.0f)"),
    "abs: sign": ("functions_f32", _FUNCTION, "fabsf(x)", "(x < 0.0f ? x : -x)"),
    "neg: sign of zero": ("functions_f32", _FUNCTION, "cai_neg_f32, -x", "cai_neg_f32, 0.0f - x"),
}

ASSEMBLY = {
    "linear: second half": (_LINEAR, '"smlaw" HALF " %0, %2, %4, %0', '"smlaw" HALF " %0, %2, %3, %0'),
    "linear: fraction": (_LINEAR, "asr #20", "asr #19"),
    "linear: even bytes": (_LINEAR, "y_even = (y << 8) & odd", "y_even = y & odd"),
    "linear: bytes in a row": (_LINEAR, "CAI_SET_BYTE(sums, sum, 2);", "CAI_SET_BYTE(sums, sum, 1);"),
    "linear: limits": (_LINEAR, "cai_limit_words(output, rest >> 2, low, high);", ""),
    "words: operands that stand": ("cai_words.h", "operand->step = 4u * step;", "operand->step = 4u;"),
    "words: which operand stands": (
        "cai_words.h",
        "step != 0u ? at : operand->same",
        "step == 0u ? at : operand->same",
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
}

_OF_ASSEMBLY = {"linear": "sums", "words": "broadcasts", "extremes": "products", "product": "products"}


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

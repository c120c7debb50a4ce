"""Every rule of SVDF and LSTM matters: a wrong one is noticed, in the golden model and in C."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Collection
from support.engine_runs import golden_outputs
from support.kernel_bench import KernelBench, make_bench, mutant_on_emulator
from support.mutation import mutated_room
from support.recurrent_cases import function_of_16_bits

from cubeai_auto.tflm.host import run_host

Outputs = tuple[np.ndarray, ...]
Collections = Callable[[str], Collection]
Golden = Callable[[str], Outputs]

_S, _L = "golden/svdf", "golden/lstm"
_LS, _LL = "lowering/svdf", "lowering/lstm"

# rule: cases that notice, module, what is there, what takes its place
RULES = {
    "svdf: state product in float32": (
        "svdf",
        _LS,
        "multiplier_of(given.scale * features.scale / kept.scale)",
        (
            "multiplier_of(float(np.float32(given.scale) * np.float32(features.scale)"
            " / np.float32(kept.scale)))"
        ),
    ),
    "svdf: output product in float32": (
        "svdf",
        _LS,
        "multiplier_of(product / produced.scale)",
        (
            "multiplier_of(float(np.float32(kept.scale) * np.float32(times.scale)"
            " / np.float32(produced.scale)))"
        ),
    ),
    "svdf: no input zero point": ("svdf", _S, " - body.input_zero_point\n", "\n"),
    "svdf: features not cut off": (
        "svdf",
        _S,
        "np.clip(requantize(sums, *scale), kind.min, kind.max)",
        "requantize(sums, *scale)",
    ),
    "svdf: zero point before cutting off": (
        "svdf",
        _S,
        (
            "np.clip(requantize(sums, *scale), kind.min, kind.max)\n    entering = (entering + "
            "body.state_zero_point)"
        ),
        (
            "np.clip(requantize(sums, *scale) + body.state_zero_point, kind.min, kind.max)\n    "
            "entering = (entering)"
        ),
    ),
    "svdf: states saturate": (
        "svdf",
        _S,
        "(entering + body.state_zero_point).astype",
        "np.clip(entering + body.state_zero_point, kind.min, kind.max).astype",
    ),
    "svdf: reset to 0": (
        "svdf",
        _S,
        "memory), body.state_zero_point, np.int64)",
        "memory), 0, np.int64)",
    ),
    "svdf: newest first": (
        "svdf",
        _S,
        "[state[:, :, 1:], newest[:, :, np.newaxis]]",
        "[newest[:, :, np.newaxis], state[:, :, :-1]]",
    ),
    "svdf: forgets": ("svdf", _S, "state[:, :, 1:], newest", "0 * state[:, :, 1:], newest"),
    "svdf: no zero point of the state": (
        "svdf",
        _S,
        "((state - body.state_zero_point) * times)",
        "(state * times)",
    ),
    "svdf: filters far apart": (
        "svdf",
        _S,
        "reshape(body.batches, -1, body.rank).sum(axis=2)",
        "reshape(body.batches, body.rank, -1).sum(axis=1)",
    ),
    "svdf: no bias": ("svdf", _S, ".sum(axis=2) + body.bias", ".sum(axis=2)"),
    "svdf: no output zero point": ("svdf", _S, "scaled + body.output_zero_point", "scaled"),
    "svdf: relu not left out": (
        "svdf",
        _S,
        "body.output_zero_point), -128, 127)",
        "body.output_zero_point), body.output_zero_point, 127)",
    ),
    "lstm: input product in float32": (
        "lstm",
        _LL,
        "input_ratios=tuple(_gate_ratio(given.scale, tensor)",
        (
            "input_ratios=tuple(multiplier_of(float(np.float32(given.scale)"
            " * np.float32(per_tensor(tensor, '').scale)) * 4096)"
        ),
    ),
    "lstm: recurrent product in float32": (
        "lstm",
        _LL,
        "recurrent_ratios=tuple(_gate_ratio(kept.scale, tensor)",
        (
            "recurrent_ratios=tuple(multiplier_of(float(np.float32(kept.scale)"
            " * np.float32(per_tensor(tensor, '').scale)) * 4096)"
        ),
    ),
    "lstm: state's scale is the output's": (
        "lstm",
        _LL,
        "_GATE_RANGE * _GATE_RANGE / kept.scale",
        "_GATE_RANGE * _GATE_RANGE / produced.scale",
    ),
    "lstm: clip rounded": (
        "lstm",
        _LL,
        "return int(min(float(np.float32(clip)) / scale, 32767.0))",
        "return int(min(round(float(np.float32(clip)) / scale + 0.5), 32767.0))",
    ),
    "lstm: no clip": (
        "lstm",
        _L,
        "if body.cell_limit is not None:",
        "if body.cell_limit is False:",
    ),
    "lstm: no input zero point": ("lstm", _L, " - body.input_zero_point\n", "\n"),
    "lstm: hidden with zero point": (
        "lstm",
        _L,
        "hidden = stored - body.output_zero_point",
        "hidden = stored",
    ),
    "lstm: no bias": (
        "lstm",
        _L,
        "sums = given @ body.input_weights[gate].astype(np.int64).T + body.bias[gate]",
        "sums = given @ body.input_weights[gate].astype(np.int64).T",
    ),
    "lstm: input sum not cut off": (
        "lstm",
        _L,
        "a = _int16(_times(wrap32(sums), body.input_ratios[gate]))",
        "a = _times(wrap32(sums), body.input_ratios[gate])",
    ),
    "lstm: recurrent sum not cut off": (
        "lstm",
        _L,
        "b = _int16(_times(wrap32(back), body.recurrent_ratios[gate]))",
        "b = _times(wrap32(back), body.recurrent_ratios[gate])",
    ),
    "lstm: gate not cut off": (
        "lstm",
        _L,
        "gates.append(_int16(a + b))",
        "gates.append(np.clip(a + b, -32768 - 300, 32767 + 300))",
    ),
    "lstm: gates in another order": (
        "lstm",
        _L,
        "into, forget, out = sigmoid(gates[0]), sigmoid(gates[1])",
        "into, forget, out = sigmoid(gates[1]), sigmoid(gates[0])",
    ),
    "lstm: cell not rounded": (
        "lstm",
        _L,
        "_int16(_times(forget * cell, Multiplier(2**30, -14)))",
        "(forget * cell) >> 15",
    ),
    "lstm: cell rounded once": (
        "lstm",
        _L,
        "_int16(_times(forget * cell, Multiplier(2**30, -14)))",
        "(forget * cell + 2**14) >> 15",
    ),
    "lstm: cell not cut off": (
        "lstm",
        _L,
        "cell = _int16(kept + _int16(",
        "cell = (kept + _int16(",
    ),
    "lstm: product not cut off": (
        "lstm",
        _L,
        "_int16(_times(into * tanh(gates[2], 0), body.cell_ratio))",
        "_times(into * tanh(gates[2], 0), body.cell_ratio)",
    ),
    "lstm: output not cut off": (
        "lstm",
        _L,
        "np.clip(made + body.output_zero_point, -128, 127)",
        "made + body.output_zero_point",
    ),
    "lstm: tanh of another scale": ("lstm", _L, "body.cell_power + 12", "body.cell_power + 11"),
    "lstm: batches and steps": (
        "lstm",
        _L,
        "(windows if body.time_major else windows.swapaxes(1, 2))",
        "(windows.swapaxes(1, 2) if body.time_major else windows)",
    ),
}

# of sigmoid and tanh, over all numbers of 16 bits
FUNCTIONS = {
    "table of the curve itself": ("/ (16 * 24**2)", "/ (16 * 24**2) * 0"),
    "table ends early": ("table[255] = 65535", "table[255] = 65534"),
    "table not interpolated": (
        "rest * (SIGMOID[k + 1] - SIGMOID[k])\n    result: Wide = np.where(x >= 0",
        "0\n    result: Wide = np.where(x >= 0",
    ),
    "sigmoid of less than 0": ("- above + 511)", "- above + 512)"),
    "sigmoid halves": ("above + 512,", "above + 511,"),
    "tanh of less than 0": ("-above + 127)", "-above + 128)"),
    "tanh halves": ("above + 128,", "above + 127,"),
    "tanh argument not rounded": ("(3 * x + (1 << (-shift - 1)))", "(3 * x)"),
    "tanh does not end": (
        "np.where(size >> 8 >= 255, 65535 << 8, above)",
        "np.where(size >> 8 >= 255, 65534 << 8, above)",
    ),
}

_C, _SVDF8, _SVDF16, _SVDF = "cai_lstm_s8.c", "cai_svdf_s8.c", "cai_svdf_s8_state16.c", "cai_svdf.h"

# name: cases, file, what is there, what takes its place
KERNELS = {
    "svdf: unit's bias": ("svdf", _SVDF8, "layer->bias[unit]", "layer->bias[0]"),
    "svdf: not cut off": (
        "svdf",
        _SVDF8,
        "cai_clamp(feature, INT8_MIN, INT8_MAX)",
        "cai_clamp(feature, -1000, 1000)",
    ),
    "svdf: state without zero point": (
        "svdf",
        _SVDF8,
        " + layer->state_zero_point;",
        ";",
    ),
    "svdf: state not moved": ("svdf", _SVDF8, "state[k] = state[k + 1u];", ""),
    "svdf: state of the first filter": ("svdf", _SVDF8, "state += layer->memory;", ""),
    "svdf: newest feature left out": (
        "svdf",
        _SVDF8,
        "sum += (uint32_t)(weight[newest] * state[newest]);",
        "",
    ),
    "svdf: one batch": ("svdf", _SVDF8, "input += layer->inputs;", ""),
    "svdf: output not cut off": (
        "svdf",
        _SVDF,
        "(int8_t)cai_clamp(value, INT8_MIN, INT8_MAX)",
        "(int8_t)(value & 127)",
    ),
    "svdf: shifts changed": ("svdf", _SVDF, "layer->state_shift)", "layer->output_shift)"),
    "svdf 16: cut off at 8 bits": ("svdf", _SVDF16, "INT16_MIN, INT16_MAX", "INT8_MIN, INT8_MAX"),
    "svdf 16: state not moved": ("svdf", _SVDF16, "state[k] = state[k + 1u];", ""),
    "svdf 16: one batch": ("svdf", _SVDF16, "input += layer->inputs;", ""),
    "lstm: cells of the first batch": ("lstm", _C, "cell += layer->units;", ""),
    "lstm: outputs of the first batch": ("lstm", _C, "hidden += layer->units;", ""),
    "lstm: output forgotten": ("lstm", _C, "memcpy(hidden, made, layer->units);", ""),
    "lstm: output remembered early": (
        "lstm",
        _C,
        "input + position * layer->inputs, made, hidden, cell);",
        "input + position * layer->inputs, hidden, hidden, cell); memcpy(made, hidden, layer->units);",
    ),
    "lstm: batches for steps": ("lstm", _C, "layer->time_major ? 1u : layer->steps", "1u"),
    "lstm: not clipped": ("lstm", _C, "layer->cell_low, layer->cell_high", "INT16_MIN, INT16_MAX"),
    "lstm: cell twice as large": ("lstm", _C, "1 << 30, -14", "1 << 30, -13"),
    "lstm: table entry": ("lstm", _C, "32768, 33451,", "32768, 33450,"),
    "lstm: tanh ends late": ("lstm", _C, "#define LAST 255u", "#define LAST 254u"),
    "lstm: sums not cut off": ("lstm", _C, "gates[gate] = sixteen(a + b);", "gates[gate] = a + b;"),
    "lstm: zero point": ("lstm", _C, "cai_wrapping_add(made, layer->zero_point)", "made"),
}

ASSEMBLY = {
    "odd bytes": ("lstm", "cai_dot.h", "sxtb16 %0, %1, ror #8", "sxtb16 %0, %1, ror #16"),
    "subtracted": ("lstm", "cai_dot.h", "smlad %0, %1, %2, %3", "smlsd %0, %1, %2, %3"),
    "one word": ("svdf", "cai_dot.h", "b + (count & ~3u);", "b + (count & 4u);"),
    "three rows": (
        "lstm",
        "cai_dot.h",
        "s3 = cai_dot_add(cai_dot_add(s3,",
        "s3 = cai_dot_add(cai_dot_add(s2,",
    ),
}


@pytest.fixture(scope="module")
def expected(recurrent_cases: Collections) -> Golden:
    @cache
    def run(kind: str) -> Outputs:
        cases = recurrent_cases(kind)
        return run_host(cases.model, cases.inputs, independent=False).outputs

    return run


@pytest.mark.oracle
@pytest.mark.parametrize("rule", RULES)
def test_a_wrong_rule_is_noticed(rule: str, recurrent_cases: Collections, expected: Golden) -> None:
    kind, module, old, new = RULES[rule]
    cases = recurrent_cases(kind)
    with mutated_room(f"codegen/{module}", old, new), np.errstate(all="ignore"):
        lower = import_module("cubeai_auto.codegen.lower").lower
        evaluate = import_module("cubeai_auto.codegen.golden").evaluate
        got = golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs, evaluate)
    noticed = cases.differing(got, expected(kind))
    assert noticed


@pytest.fixture(scope="module")
def functions() -> dict[tuple[str, int], np.ndarray]:
    """TFLM's functions of 16 bits."""
    kinds = [("LOGISTIC", -12), *(("TANH", power) for power in (-11, -12, -13))]
    return {(name, power): function_of_16_bits(name, power) for name, power in kinds}


@pytest.mark.oracle
@pytest.mark.parametrize("rule", FUNCTIONS)
def test_a_wrong_function_is_noticed(rule: str, functions: dict[tuple[str, int], np.ndarray]) -> None:
    x = np.arange(-32768, 32768)
    with mutated_room("codegen/golden/lstm", *FUNCTIONS[rule]):
        golden = import_module("cubeai_auto.codegen.golden.lstm")
        differing = [
            np.count_nonzero(
                (golden.sigmoid(x) if name == "LOGISTIC" else golden.tanh(x, power + 12)) != found
            )
            for (name, power), found in functions.items()
        ]
    assert any(differing)


@pytest.fixture(scope="module")
def bench(
    recurrent_cases: Collections, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], KernelBench]:
    @cache
    def make(kind: str) -> KernelBench:
        return make_bench(recurrent_cases(kind), tmp_path_factory.mktemp(kind), dsp=True)

    return make


@pytest.mark.parametrize("fault", KERNELS)
def test_a_fault_is_noticed_on_the_host(
    fault: str, bench: Callable[[str], KernelBench], recurrent_golden: Golden, tmp_path: Path
) -> None:
    kind, file, old, new = KERNELS[fault]
    place = bench(kind)
    assert place.cases.differing(place.run(tmp_path, file, old, new), recurrent_golden(kind))


@pytest.mark.parametrize("kind", ["svdf", "lstm"])
def test_without_a_fault_nothing_is_noticed(
    kind: str, bench: Callable[[str], KernelBench], recurrent_golden: Golden, tmp_path: Path
) -> None:
    place = bench(kind)
    got = place.run(tmp_path, "cai_recurrent.h", "Layers that remember", "All layers that remember")
    assert place.cases.differing(got, recurrent_golden(kind)) == {}


@pytest.mark.emulator
@pytest.mark.parametrize("fault", ASSEMBLY)
def test_a_fault_of_the_assembly_is_noticed_on_the_emulator(
    fault: str, recurrent_cases: Collections, recurrent_golden: Golden, tmp_path: Path
) -> None:
    kind, file, old, new = ASSEMBLY[fault]
    cases = recurrent_cases(kind)
    got = mutant_on_emulator(cases, tmp_path, file, old, new)
    assert cases.differing(got, recurrent_golden(kind))

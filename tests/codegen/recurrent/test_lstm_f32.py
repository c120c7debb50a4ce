"""LSTM in float32: the C code gives TFLM's bits on this machine, and stays close with another libm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Case, Collection, collect
from support.engine_runs import output_specs, write_network
from support.kernel_bench import KernelBench, make_bench, sanitized
from support.recurrent_cases import Lstm, in_float32, lstm_case

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import BuiltinEngine, EngineRequest, ValidationRequest, random_inputs
from cubeai_auto.engines.builtin import FAST_FLOAT_RELATIVE
from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model
from cubeai_auto.tflite.costs import total_macc
from cubeai_auto.tflm.host import run_host

pytestmark = pytest.mark.oracle

Outputs = tuple[np.ndarray, ...]
Collections = Callable[[str], Collection]
Golden = Callable[[str], Outputs]

_FILE = "cai_lstm_f32.c"

# what is wrong: what is there, what takes its place
FAULTS = {
    "sums in double": ("float sum = 0.0f;", "double sum = 0.0;"),
    "bias first": ("given + layer->bias[row]) + bounded(back)", "given) + (back + layer->bias[row])"),
    "logistic without limits": ("return x < -9.0f ? expf(x) : 1.0f", "return 1.0f"),
    "cell in double": (
        "bounded(forget * cell[unit]) + bounded(into * candidate)",
        "(float)((double)forget * cell[unit] + (double)into * candidate)",
    ),
    "not clipped": ("if (clip > 0.0f) {", "if (clip > 10.0f) {"),
    "gates in another order": ("gate_of(layer, 1,", "gate_of(layer, 3,"),
    "output remembered early": ("made, hidden, cell);", "hidden, hidden, cell);"),
    "forgets": ("memcpy(hidden, made, layer->units * sizeof *hidden);", ""),
    "cells of the first batch": ("cell += layer->units;", ""),
    "steps for batches": ("layer->time_major ? layer->batches : 1u", "1u"),
}


@pytest.fixture(scope="module")
def expected(recurrent_cases: Collections) -> Outputs:
    cases = recurrent_cases("lstm_f32")
    return run_host(cases.model, cases.inputs, independent=False).outputs


@pytest.fixture(scope="module")
def bench(recurrent_cases: Collections, tmp_path_factory: pytest.TempPathFactory) -> KernelBench:
    return make_bench(recurrent_cases("lstm_f32"), tmp_path_factory.mktemp("lstm"), dsp=True)


def apart(got: Outputs, wanted: Outputs) -> float:
    """The largest difference, as a share of the largest output."""
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(got, wanted, strict=True))


def test_golden_model(recurrent_golden: Golden, expected: Outputs) -> None:
    assert 0 < apart(recurrent_golden("lstm_f32"), expected) < FAST_FLOAT_RELATIVE


def test_equal_bits_on_the_host_under_sanitizers(
    recurrent_cases: Collections, expected: Outputs, tmp_path: Path
) -> None:
    cases = recurrent_cases("lstm_f32")
    assert cases.differing(sanitized(cases, tmp_path, dsp=True), expected) == {}


@pytest.mark.emulator
def test_on_the_emulator(recurrent_cases: Collections, expected: Outputs, tmp_path: Path) -> None:
    cases = recurrent_cases("lstm_f32")
    write_network(cases.graph, tmp_path / "generated", CompileOptions())
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        target=find_target("stm32f4"),
        work=tmp_path,
    )
    assert ran.warnings == ()
    assert apart(ran.outputs, expected) < FAST_FLOAT_RELATIVE


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_noticed(fault: str, bench: KernelBench, expected: Outputs, tmp_path: Path) -> None:
    assert bench.cases.differing(bench.run(tmp_path, _FILE, *FAULTS[fault]), expected)


def test_without_a_fault_nothing_is_noticed(
    bench: KernelBench, expected: Outputs, tmp_path: Path
) -> None:
    got = bench.run(tmp_path, _FILE, "LSTM, float32.", "LSTM of float32.")
    assert bench.cases.differing(got, expected) == {}


@pytest.mark.parametrize("place", ["host", pytest.param("emulator", marks=pytest.mark.emulator)])
def test_a_validation(place: str, tmp_path: Path) -> None:
    case = in_float32(lstm_case("one", Lstm(steps=8, units=6)))
    model = tmp_path / "lstm.tflite"
    model.write_bytes(collect([case]).model)
    inputs = random_inputs(load_model(model), 40, 2)
    request = ValidationRequest(place, inputs, tmp_path / "work")  # type: ignore[arg-type]
    result = BuiltinEngine().validate(EngineRequest(model, find_target("stm32f4")), request).result
    assert (result.vectors, result.mismatches) == (40, 0)
    assert result.tolerance == "1e-05 of the largest output (expf inside the network)"


def test_macc_by_cube_ai_s_rule() -> None:
    case = in_float32(lstm_case("one", Lstm(steps=8, inputs=5, units=6)))
    macc = total_macc(collect([case]).graph)
    assert macc.value == 8 * (4 * 6 * (5 + 6) + 5 * 6)


@pytest.mark.parametrize(
    ("value", "reason"),
    [(np.inf, "values that are infinite or no numbers"), (np.nan, "infinite or no numbers")],
)
def test_weights_that_diverged(value: float, reason: str) -> None:
    case = in_float32(lstm_case("one", Lstm()))
    tensors = tuple(
        type(t)(t.name, t.shape, data=np.full(t.shape, value)) if t.name == "wc" else t
        for t in case.tensors
    )
    with pytest.raises(UnsupportedModelError, match=reason):
        lower(collect([Case("one", tensors, case.operator, case.vectors)]).graph, dsp=True)

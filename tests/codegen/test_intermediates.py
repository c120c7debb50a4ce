"""Every intermediate tensor of the digits networks: golden model, C on host and emulator, oracle.

Whole models hide wrong rules behind the last layers; so each operator's result is compared.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from support.engine_runs import golden_outputs, host_outputs, output_specs, write_network
from support.graph_cut import cut_after, exposed

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import random_inputs
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.reports.ulp import ulp_distance
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import parse_model
from cubeai_auto.tflm.host import run_host

pytestmark = [pytest.mark.corpus, pytest.mark.oracle]

_SOFTMAX_ULP = 4


@pytest.fixture(params=["int8", "f32"])
def digits(request: pytest.FixtureRequest, corpus: Path) -> Graph:
    path = corpus / "models_made" / f"digits_mlp_{request.param}.tflite"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return load_model(path)


def worst(got: np.ndarray, expected: np.ndarray) -> int:
    """0 if equal in every bit or value, else the distance in ulp (floats) or 2^32 (integers)."""
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    if got.dtype.kind == "f":
        return int(ulp_distance(got, expected).max())
    return 0 if np.array_equal(got, expected) else 2**32


def allowed(graph: Graph) -> int:
    last = graph.operators[-1]
    return (
        _SOFTMAX_ULP
        if last.name == "SOFTMAX" and graph.tensor(last.outputs[0]).dtype == "float32"
        else 0
    )


def test_cut_after_every_operator(digits: Graph, tmp_path: Path) -> None:
    for operator in range(len(digits.operators)):
        model = cut_after(digits, operator)
        graph = parse_model(model, f"cut_{operator}")
        inputs = random_inputs(graph, 20, operator)
        expected = run_host(model, inputs).outputs
        golden = golden_outputs(graph, lower(graph, dsp=True), inputs)
        ran = host_outputs(graph, inputs, tmp_path / str(operator), sanitize=False)
        for reference, in_numpy, in_c in zip(expected, golden, ran.outputs, strict=True):
            apart = worst(in_numpy, reference), worst(in_c, reference)
            name = digits.operators[operator].name
            sys.stdout.write(f"{digits.name}, operator {operator} {name}: {apart} ulp\n")
            assert max(apart) <= allowed(graph)


@pytest.mark.emulator
def test_all_at_once_on_the_emulator(digits: Graph, tmp_path: Path) -> None:
    model = exposed(digits)
    graph = parse_model(model, "exposed")
    inputs = random_inputs(graph, 10, 5)
    expected = run_host(model, inputs).outputs
    write_network(graph, tmp_path / "generated", CompileOptions())
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        inputs,
        output_specs(graph),
        target=find_target("stm32f4"),
        work=tmp_path,
    )
    apart = [worst(got, reference) for got, reference in zip(ran.outputs, expected, strict=True)]
    sys.stdout.write(f"{digits.name} on the emulator: {apart} ulp\n")
    assert len(apart) == 4
    assert apart[:-1] == [0] * (len(apart) - 1)  # logits: equal bits, without fused multiply-add
    assert apart[-1] <= allowed(graph)


@pytest.mark.emulator
def test_fused_multiply_add_is_what_contraction_off_prevents(corpus: Path, tmp_path: Path) -> None:
    """The equality above is not for free: with contraction most float logits differ."""
    path = corpus / "models_made" / "digits_mlp_f32.tflite"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    graph = parse_model(exposed(load_model(path)), "exposed")
    inputs = random_inputs(graph, 4, 5)
    exact = golden_outputs(graph, lower(graph, dsp=True), inputs)
    write_network(graph, tmp_path / "generated", CompileOptions(fast_float=True))
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        inputs,
        output_specs(graph),
        target=find_target("stm32f4"),
        work=tmp_path,
        fast_float=True,
    )
    logits, reference = ran.outputs[-2], exact[-2]
    assert np.count_nonzero(logits != reference) > logits.size // 2
    assert np.allclose(logits, reference, rtol=1e-4, atol=1e-4)

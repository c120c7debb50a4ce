"""Whole recurrent networks: hundreds of runs as one sequence, equal to TFLM in every byte."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from support.engine_runs import golden_outputs
from support.graph_cut import exposed
from support.recurrent_networks import keyword_spotter, sequence_classifier

from cubeai_auto.codegen.lower import lower
from cubeai_auto.engines import BuiltinEngine, EngineRequest, ValidationRequest, random_inputs
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model
from cubeai_auto.tflite.reader import parse_model
from cubeai_auto.tflm.host import run_host

pytestmark = pytest.mark.oracle

NETWORKS: dict[str, Callable[[], bytes]] = {
    "keyword_spotter": keyword_spotter,
    "sequence_classifier": sequence_classifier,
}
TARGET = find_target("stm32f4")
Place = Literal["host", "emulator"]


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"{request.param}.tflite"
    path.write_bytes(NETWORKS[request.param]())
    return path


@pytest.mark.parametrize(
    ("place", "vectors", "independent"),
    [
        ("host", 250, False),
        ("host", 200, True),
        pytest.param("emulator", 40, False, marks=pytest.mark.emulator),
        pytest.param("emulator", 20, True, marks=pytest.mark.emulator),
    ],
)
def test_no_mismatch(
    network: Path, place: Place, vectors: int, independent: bool, tmp_path: Path
) -> None:
    inputs = random_inputs(load_model(network), vectors, 3)
    request = ValidationRequest(place, inputs, tmp_path / "work", independent=independent)
    found = BuiltinEngine().validate(EngineRequest(network, TARGET), request)
    assert (found.result.vectors, found.result.mismatches) == (vectors, 0)
    assert found.result.oracle is not None
    order = "reset before every vector" if independent else "one sequence from a reset"
    assert found.result.oracle.endswith(f"; {order})")
    assert len(np.unique(found.outputs[0], axis=0)) > vectors // 2
    if place == "emulator":
        sys.stdout.write(f"{network.stem}: {found.result.instructions.value} instructions\n")


def test_every_intermediate_tensor(network: Path) -> None:
    model = exposed(load_model(network))
    graph = parse_model(model, network.stem)
    inputs = random_inputs(graph, 60, 4)
    expected = run_host(model, inputs, independent=False).outputs
    got = golden_outputs(graph, lower(graph, dsp=True), inputs)
    assert len(got) >= 5
    for ours, theirs in zip(got, expected, strict=True):
        assert np.array_equal(ours, theirs)
        assert len(np.unique(theirs)) > 20


def test_the_order_of_the_runs_matters(network: Path) -> None:
    """Otherwise a sequence would prove no more than single vectors."""
    inputs = random_inputs(load_model(network), 30, 5)
    sequence = run_host(network, inputs, independent=False).outputs[0]
    alone = run_host(network, inputs, independent=True).outputs[0]
    assert np.array_equal(sequence[0], alone[0])
    assert (sequence[1:] != alone[1:]).any(axis=1).sum() > 10

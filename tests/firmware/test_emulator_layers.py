"""Instructions of each node: exact, and of the vector that takes the most; none without callbacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.engine_runs import output_specs, write_network
from support.graph_cut import cut_after
from support.tiny_models import tiny_model

from cubeai_auto.engines import random_inputs
from cubeai_auto.firmware import EmulatorRun, OutputSpec, run_on_emulator
from cubeai_auto.target import find_target
from cubeai_auto.tflite.reader import parse_model

MakeNetwork = Callable[..., Path]

pytestmark = pytest.mark.emulator

OUTPUT = [OutputSpec(np.int8, (1, 4))]


def emulate(sources: Path, work: Path, turns: list[int], target: str = "stm32f4") -> EmulatorRun:
    """A vector for each number of turns that the last node takes."""
    vectors = np.zeros((len(turns), 1, 4), np.int8)
    vectors[:, 0, 0] = turns
    run = run_on_emulator(
        sources, "stages", [vectors], OUTPUT, target=find_target(target), work=work, timeout=30
    )
    np.testing.assert_array_equal(run.outputs[0], vectors)
    assert run.warnings == ()
    return run


@pytest.mark.parametrize("target", ["stm32f4", "stm32f1", "stm32g0", "stm32h7", "stm32u5"])
def test_the_callback_is_subtracted_to_the_instruction(
    make_network: MakeNetwork, tmp_path: Path, target: str
) -> None:
    sources = make_network("stages")
    counts = [emulate(sources, tmp_path, [turns], target).layers for turns in (0, 1, 2)]
    first, second, third = counts[0]
    assert second - 110 == pytest.approx(8, abs=6)  # the calls of a node and of its end
    assert 0 < first - 10 < 60  # and what is around the nodes
    assert third - 200 < 60
    assert counts[1][:2] == counts[2][:2] == (first, second)
    assert counts[2][2] - counts[1][2] == counts[1][2] - third > 96


def test_the_layers_are_those_of_the_vector_with_the_most_instructions(
    make_network: MakeNetwork, tmp_path: Path
) -> None:
    run = emulate(make_network("stages"), tmp_path, [2, 0, 100, 7])
    assert run.instructions_min < 1_000 < 96 * 100 < run.instructions_max
    assert sum(run.layers) == run.instructions_max
    assert run.layers[2] > 96 * 100


def test_counting_layers_changes_no_other_measure(make_network: MakeNetwork, tmp_path: Path) -> None:
    with_nodes = make_network("stages", folder=tmp_path / "a")
    without = make_network("stages", folder=tmp_path / "b")
    header = without / "stages.h"
    header.write_text(header.read_text("utf-8").replace("NODES_NUM (3)", "NODES_NUM (0)"), "utf-8")
    run, plain = (emulate(path, path.parent, [5, 1]) for path in (with_nodes, without))
    assert plain.layers == ()
    for field in ("instructions_min", "instructions_max", "stack_bytes"):
        assert getattr(run, field) == getattr(plain, field)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("node_done(context, 1);", ""),
        ("node_done(context, 1);", "node_done(context, 0);"),
        ("node_done(context, 2);", "node_done(context, 2000000000);"),
    ],
    ids=["one left out", "one twice", "a number beyond"],
)
def test_a_network_that_calls_back_otherwise_has_no_layers(
    make_network: MakeNetwork, tmp_path: Path, old: str, new: str
) -> None:
    run = emulate(make_network("stages", (old, new)), tmp_path, [1])
    assert run.layers == ()
    assert run.instructions_max > 300


def test_counts_that_do_not_repeat_are_not_told(make_network: MakeNetwork, tmp_path: Path) -> None:
    """A network cannot hide its own work behind the callback."""
    busy = 'if (context->callback != NULL && node == 1) { __asm volatile("nop"); }\n    if (context'
    sources = make_network("stages", ("if (context", busy))
    run = emulate(sources, tmp_path, [1])
    assert run.layers == ()
    assert run.instructions_max > 300


def test_layers_are_what_cutting_the_network_shows(tmp_path: Path) -> None:
    """Another way to count: the whole up to a layer, less the whole up to the one before."""
    whole = parse_model(tiny_model("ds_cnn"), "ds_cnn")
    target, sums = find_target("stm32f4"), []
    for operator in range(3):
        graph = parse_model(cut_after(whole, operator), f"cut_{operator}")
        work = tmp_path / str(operator)
        write_network(graph, work / "generated")
        run = run_on_emulator(
            work / "generated",
            "network",
            random_inputs(graph, 1, 1),
            output_specs(graph),
            target=target,
            work=work,
        )
        assert sum(run.layers) == run.instructions_max
        sums.append(run.instructions_max)
        layers = run.layers
    for layer, difference in zip(layers[1:], np.diff(sums), strict=True):
        assert layer == pytest.approx(difference, abs=8)

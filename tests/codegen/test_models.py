"""Whole models: every vector equal to TFLM on host and emulator, every result in between, or refused.

The models are those that are found, of the corpus and of MLPerf Tiny's shapes made here. What TFLM
cannot load for its float16 constants is compared with TFLM on the same model with float32 ones.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from support.engine_runs import host_outputs, output_specs, write_network
from support.graph_cut import exposed, unpacked
from support.tiny_models import TINY_MODELS, tiny_model

from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.codegen.lowering import SUPPORTED
from cubeai_auto.codegen.prepare import has_half_constants
from cubeai_auto.engines import random_inputs
from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.reports.ulp import ulp_distance
from cubeai_auto.target import find_target
from cubeai_auto.tflite.folding import folded_operators
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.macc import is_hybrid
from cubeai_auto.tflite.reader import parse_model
from cubeai_auto.tflm.host import run_host

pytestmark = [pytest.mark.oracle, pytest.mark.emulator]

FOLDERS = ("models", "models_made", "tflm/models")
ON_HOST, ON_EMULATOR, IN_BETWEEN = 200, 20, 20
CORPUS = Path(os.environ.get("CUBEAI_CORPUS", Path(__file__).parents[3] / "shared" / "data"))
FILES = [path for folder in FOLDERS for path in sorted((CORPUS / folder).glob("*.tflite"))]
LIBRARY = frozenset({"LOGISTIC", "SOFTMAX", "TANH"})
ULP, RELATIVE = 4, 1e-5
"""Of results of the C library's functions, and of what is computed from such."""

Arrays = tuple[npt.NDArray[np.generic], ...]


@dataclass(frozen=True)
class Model:
    """A model, and where it comes from if it was not made here."""

    name: str
    path: Path | None

    def __str__(self) -> str:
        return self.name

    def read(self) -> bytes:
        return tiny_model(self.name) if self.path is None else self.path.read_bytes()


MADE = [pytest.param(Model(name, None), id=name) for name in TINY_MODELS]
FOUND = [pytest.param(Model(path.stem, path), id=path.stem, marks=pytest.mark.corpus) for path in FILES]


def refused(graph: Graph) -> set[int]:
    """The operators that the engine does not claim to compile."""
    known = {support.name for support in SUPPORTED}
    return {
        op.index
        for op in graph.operators
        if op.index not in folded_operators(graph)
        and (op.custom or op.name not in known or is_hybrid(graph, op))
    }


def closeness(graph: Graph) -> dict[int, str]:
    """How equal each float tensor has to be: ``bits``, ``ulp``, or ``relative``."""
    found = dict.fromkeys(range(len(graph.tensors)), "bits")
    for op in graph.operators:
        inexact = any(found[index] != "bits" for index in op.inputs if index >= 0)
        library = op.name in LIBRARY and graph.tensor(op.inputs[0]).dtype == "float32"
        for index in op.outputs:
            found[index] = "relative" if inexact else "ulp" if library else "bits"
    return found


def differing(graph: Graph, got: Arrays, expected: Arrays) -> int:
    """Elements of the graph's outputs that are not as equal as they have to be."""
    rules, count = closeness(graph), 0
    for index, a, b in zip(graph.outputs, got, expected, strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        if a.dtype.kind != "f":
            count += int(np.count_nonzero(a != b))
        elif rules[index] == "relative":
            count += int(np.count_nonzero(np.abs(a - b) > RELATIVE * np.abs(b).max()))
        else:
            count += int(np.count_nonzero(ulp_distance(a, b) > (ULP if rules[index] == "ulp" else 0)))
    return count


def first(inputs: Arrays, count: int) -> Arrays:
    return tuple(array[:count] for array in inputs)


@pytest.mark.parametrize("model", [*MADE, *FOUND])
def test_equal_to_the_oracle_or_refused(model: Model, tmp_path: Path) -> None:
    data = model.read()
    graph = parse_model(data, model.name)
    if refused(graph):
        lines = refusals(graph)
        sys.stdout.write(f"{model.name}: refused, {'; '.join(lines.values())}\n")
        assert set(lines) == refused(graph)
        return
    stand_in = unpacked(graph) if has_half_constants(graph) else data
    inputs = random_inputs(graph, ON_HOST, 1)
    expected = run_host(stand_in, inputs).outputs

    on_host = host_outputs(graph, inputs, tmp_path / "host", sanitize=False)
    target = find_target("stm32f4")
    write_network(graph, tmp_path / "generated", CompileOptions())
    emulated = run_on_emulator(
        tmp_path / "generated",
        "network",
        first(inputs, ON_EMULATOR),
        output_specs(graph),
        target=target,
        work=tmp_path,
    )
    inner_model = exposed(parse_model(stand_in, model.name))
    inner = parse_model(inner_model, model.name)
    some = first(inputs, IN_BETWEEN)
    between = host_outputs(inner, some, tmp_path / "inner", sanitize=False)
    wrong = (
        differing(graph, on_host.outputs, expected),
        differing(graph, emulated.outputs, first(expected, ON_EMULATOR)),
        differing(inner, between.outputs, run_host(inner_model, some).outputs),
    )
    sys.stdout.write(
        f"{model.name}: {wrong[0]} of {ON_HOST} vectors' outputs differ on the host, {wrong[1]} of"
        f" {ON_EMULATOR} on the emulator, {wrong[2]} of {len(inner.outputs)} results in between\n"
    )
    assert wrong == (0, 0, 0)
    assert len(inner.outputs) >= len(compile_network(graph, CompileOptions()).layers)


def refusals(graph: Graph) -> dict[int, str]:
    """The engine's reasons by operator, each with the right name and the right cause."""
    with pytest.raises(UnsupportedModelError) as caught:
        compile_network(graph, CompileOptions())
    assert caught.value.hint
    assert ("representative_dataset" in caught.value.hint) == any(
        is_hybrid(graph, operator) for operator in graph.operators
    )
    lines: dict[int, str] = {}
    for name, number, reason in re.findall(r"- (\w+) \(operator (\d+)\): (.+)", caught.value.message):
        operator = graph.operators[int(number)]
        assert operator.name == name
        expected = "is hybrid" if is_hybrid(graph, operator) else "is not among the operators"
        assert expected in reason
        lines[operator.index] = f"{name} (operator {number}) {reason}"
    return lines


@pytest.mark.corpus
def test_the_corpus_has_models(corpus: Path) -> None:
    """Else the tests above run on what is made here only, and nobody notices."""
    assert len(FILES) >= 2 * len(FOLDERS)
    assert any(refused(parse_model(path.read_bytes(), path.stem)) for path in FILES)

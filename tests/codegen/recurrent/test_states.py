"""States: memory of their own that the application provides, starts and counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Case, collect
from support.engine_runs import golden_outputs, output_specs, write_network
from support.recurrent_cases import Lstm, Svdf, lstm_case, svdf_case
from support.recurrent_networks import keyword_spotter, sequence_classifier
from support.small_models import graph_of, mlp
from support.tflite_builder import TensorSpec, build

from cubeai_auto import process
from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.codegen.lower import lower
from cubeai_auto.codegen.memory import ALIGNMENT, plan_memory
from cubeai_auto.codegen.states import StateFill
from cubeai_auto.engines import BuiltinEngine, EngineRequest, random_inputs
from cubeai_auto.firmware.compile import compile_sources, network_flags, network_sources
from cubeai_auto.firmware.footprint import link_footprint
from cubeai_auto.firmware.host import run_on_host
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import host_compiler
from cubeai_auto.target import find_target
from cubeai_auto.tflite.reader import parse_model

PROGRAM = Path(__file__).with_name("states.c")
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")
STRICT = ("-Werror", "-Wshadow", "-pedantic")
APPENDED = Svdf(inputs=3, units=5, rank=1, memory=3, zero_points=(4, -7, 0))


def filled(*fills: tuple[int, int]) -> list[int]:
    return [value for value, count in fills for _ in range(count)]


@pytest.mark.parametrize(
    ("case", "start"),
    [
        (svdf_case("zero", Svdf()), filled((0, 24))),
        (svdf_case("point", APPENDED), filled((-7, 16))),  # 15 bytes, and one up to a word
        (lstm_case("one", Lstm(steps=2, units=5)), filled((2, 8), (0, 12))),
    ],
    ids=["svdf", "svdf_zero_point", "lstm"],
)
def test_the_api(case: Case, start: list[int], tmp_path: Path) -> None:
    graph = collect([case]).graph
    write_network(graph, tmp_path / "generated")
    compiler = host_compiler()
    built = compile_sources(
        compiler,
        [*network_sources(tmp_path / "generated", "network"), PROGRAM],
        tmp_path,
        "objects",
        flags=(*network_flags("O1"), *SANITIZE, *STRICT),
        includes=(tmp_path / "generated",),
    )
    assert built.warnings == ()
    program, _ = link(compiler, built.objects, "states.exe", tmp_path, flags=SANITIZE)
    done = process.run(
        [program], timeout=60, cwd=tmp_path, env={"ASAN_OPTIONS": "detect_leaks=0"}, ok_codes=None
    )
    assert done.returncode == 0, done.stderr
    told = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
    assert [int(value) for value in told["start"].split()] == start
    assert int(told["size"]) == len(start)


def test_the_plan() -> None:
    graph = parse_model(keyword_spotter(), "keyword")
    layers = lower(graph, dsp=True)
    memory = plan_memory(graph, layers, io_inside=True)
    states = [tensor for tensor in graph.tensors if tensor.is_variable]
    assert (
        memory.states.size == sum(tensor.nbytes for tensor in states) == 64 * 8 * 2 + 240 + 32 * 6 * 2
    )
    assert memory.states.fills == (StateFill(0, memory.states.size, 0),)
    assert all(offset % ALIGNMENT == 0 for offset in memory.states.offsets.values())
    # what is kept is not part of what is used again
    planned = {memory.requests.requests[k].name for k in memory.requests.of_tensor.values()}
    assert planned.isdisjoint(tensor.name for tensor in states)
    # nor do the tensors take part that only other engines use
    lstm = parse_model(sequence_classifier(), "lstm")
    used = plan_memory(lstm, lower(lstm, dsp=True), io_inside=True)
    assert not any("/i4" in request.name for request in used.requests.requests if request.size)


def test_intermediates_take_no_memory() -> None:
    case = lstm_case("one", Lstm())
    wide = tuple(
        TensorSpec(t.name, (1000,), t.dtype, scales=t.scales, zero_points=t.zero_points)
        if t.name in case.operator.intermediates
        else t
        for t in case.tensors
    )
    sizes = [
        compile_network(
            collect([Case("one", tensors, case.operator, case.vectors)]).graph, CompileOptions()
        )
        for tensors in (case.tensors, wide)
    ]
    assert sizes[0].memory.size == sizes[1].memory.size < 100


def test_a_network_without_states_has_none() -> None:
    files = {f.name: f.content for f in compile_network(graph_of(mlp()), CompileOptions()).files}
    assert "#define STAI_NETWORK_STATES_NUM (0)" in files["network.h"]
    assert "STATES_DECLARE" not in files["network.h"]
    assert "stai_ptr states;" not in files["network.c"]
    assert "fill(" not in files["network.c"]
    assert "A generated network keeps no state between runs." in files["network.c"]


def test_a_context_is_one_pointer_larger() -> None:
    def pointers(content: str) -> int:
        found = re.search(r"CONTEXT_SIZE \(8 \+ (\d+) \* sizeof\(void \*\)\)", content)
        assert found is not None
        return int(found[1])

    stateless = compile_network(graph_of(mlp()), CompileOptions())
    stateful = compile_network(collect([svdf_case("one", Svdf())]).graph, CompileOptions())
    (a, b) = (
        pointers({f.name: f.content for f in network.files}["network.h"])
        for network in (stateless, stateful)
    )
    assert b == a + 1


@pytest.mark.arm
@pytest.mark.parametrize("c_api", ["st-ai", "legacy"])
def test_the_footprint(c_api: str, tmp_path: Path) -> None:
    graph = parse_model(keyword_spotter(), "keyword")
    write_network(graph, tmp_path / "generated", CompileOptions(c_api=c_api))  # type: ignore[arg-type]
    found = link_footprint(
        tmp_path / "generated",
        "network",
        target=find_target("stm32f4"),
        work=tmp_path,
        c_api=c_api,
    )
    assert found.states == 1648
    assert found.warnings == ()
    assert found.network_ram >= found.activations + found.states + found.context + found.bss
    assert found.bss < 400


@pytest.mark.arm
def test_the_report(tmp_path: Path) -> None:
    model = tmp_path / "keyword.tflite"
    model.write_bytes(keyword_spotter())
    report = (
        BuiltinEngine()
        .generate(EngineRequest(model, find_target("stm32f4")), tmp_path / "generated")
        .report
    )
    footprint = report.footprint
    assert footprint.states.value == 1648
    assert footprint.states.how == "measured"
    assert footprint.activations.value is not None
    assert footprint.data_ram.value == footprint.activations.value + 1648
    text = (tmp_path / "generated" / "network_report.txt").read_text("utf-8")
    assert re.search(r"states\s+1,648 B", text)
    without = tmp_path / "mlp.tflite"
    without.write_bytes(build(mlp()))
    stateless = BuiltinEngine().analyze(EngineRequest(without, find_target("stm32f4"))).report
    assert stateless.footprint.states.value == 0


@pytest.mark.parametrize("independent", [False, True])
@pytest.mark.parametrize("network", [keyword_spotter, sequence_classifier])
def test_the_legacy_api(network: Callable[[], bytes], independent: bool, tmp_path: Path) -> None:
    graph = parse_model(network(), "recurrent")
    inputs = random_inputs(graph, 12, 8)
    layers = lower(graph, dsp=True)
    if independent:
        single = [golden_outputs(graph, layers, [inputs[0][k : k + 1]])[0] for k in range(12)]
        expected = np.concatenate(single)
    else:
        (expected,) = golden_outputs(graph, layers, inputs)
    write_network(graph, tmp_path / "generated", CompileOptions(c_api="legacy"))
    ran = run_on_host(
        tmp_path / "generated",
        "network",
        inputs,
        output_specs(graph),
        work=tmp_path,
        sanitize=True,
        c_api="legacy",
        independent=independent,
    )
    assert ran.warnings == ()
    assert np.array_equal(ran.outputs[0], expected)


def test_single_rounding_reaches_recurrent_layers(tmp_path: Path) -> None:
    """There is no oracle for it; golden model and C agree, and not with two roundings."""
    from cubeai_auto.codegen.golden.primitives import rounding

    cases = collect(
        [lstm_case("fine", Lstm(scales=(0.03, 1 / 32768, 2**-15), spread=(1, 9), bias_spread=9))]
    )
    options = CompileOptions(rounding="single")
    layers = lower(cases.graph, dsp=True, rounding="single")
    with rounding("single"):
        expected = golden_outputs(cases.graph, layers, cases.inputs)
    twice = golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs)
    assert cases.differing(expected, twice)
    write_network(cases.graph, tmp_path / "generated", options)
    ran = run_on_host(
        tmp_path / "generated", "network", cases.inputs, output_specs(cases.graph), work=tmp_path
    )
    assert cases.differing(ran.outputs, expected) == {}

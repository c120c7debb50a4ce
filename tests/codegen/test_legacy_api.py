"""The legacy API: applications of X-CUBE-AI up to 10 build, misuse gives errors, results are equal."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.engine_runs import output_specs, write_network
from support.small_models import graph_of, mlp, through_views, two_in_two_out
from support.tflite_builder import ModelSpec

from cubeai_auto import process
from cubeai_auto.codegen import CompileOptions, GeneratedNetwork, compile_network
from cubeai_auto.codegen.legacy import dimensions
from cubeai_auto.contract import InputContract
from cubeai_auto.engines.vectors import random_inputs
from cubeai_auto.errors import UsageError
from cubeai_auto.firmware.compile import compile_sources, network_flags, network_sources
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.footprint import link_footprint
from cubeai_auto.firmware.host import run_on_host
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import arm_gcc, host_compiler
from cubeai_auto.target import find_target
from cubeai_auto.tflite.costs import layer_costs
from cubeai_auto.tflite.graph import Graph

PROGRAMS = Path(__file__).parent / "api"
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")
STRICT = ("-Werror", "-Wshadow", "-pedantic")
CONTRACT = InputContract("pixels", "uint8", 0, 130, 0.0, 0.1, (10,), "flat")
LEGACY = CompileOptions(c_api="legacy", contract=CONTRACT)


def build_and_run(work: Path, program: str) -> str:
    """What a program prints, compiled strictly with the network in ``work/generated``."""
    compiler = host_compiler()
    built = compile_sources(
        compiler,
        [*network_sources(work / "generated", "network"), PROGRAMS / program],
        work,
        "objects",
        flags=(*network_flags("O1"), *SANITIZE, *STRICT),
        includes=(work / "generated",),
    )
    assert built.warnings == ()
    path, _ = link(compiler, built.objects, "program.exe", work, flags=SANITIZE)
    done = process.run(
        [path], timeout=60, cwd=work, env={"ASAN_OPTIONS": "detect_leaks=0"}, ok_codes=None
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Graph, GeneratedNetwork, str, Path]:
    """What the program printed; it fails if any of its checks does."""
    work = tmp_path_factory.mktemp("legacy")
    graph = graph_of(mlp(name="größe"))
    network = write_network(graph, work / "generated", LEGACY)
    return graph, network, build_and_run(work, "legacy.c"), work


Spoken = tuple[Graph, GeneratedNetwork, str, Path]


def told(spoken: Spoken, kind: str) -> dict[str, str]:
    (line,) = [line for line in spoken[2].splitlines() if line.startswith(f"{kind} ")]
    return dict(item.split("=", 1) for item in line.split()[1:])


def test_misuse_is_answered_with_errors(spoken: Spoken) -> None:
    assert "result" in spoken[2]  # the program checks; it would not have come to an end


def test_the_result_is_the_st_ai_apis(spoken: Spoken, tmp_path: Path) -> None:
    graph = spoken[0]
    given = np.array([(9 * k - 40) for k in range(10)], np.int8).reshape(1, 1, 10)
    write_network(graph, tmp_path / "generated")
    (expected,) = run_on_host(
        tmp_path / "generated", "network", (given,), output_specs(graph), work=tmp_path
    ).outputs
    (line,) = [line for line in spoken[2].splitlines() if line.startswith("result")]
    assert list(map(int, line.split()[1:])) == expected.ravel().tolist()


def test_the_network_describes_itself(spoken: Spoken) -> None:
    graph, network, _, _ = spoken
    seen = told(spoken, "network")
    assert int(seen["macc"]) == sum(cost.macc or 0 for cost in layer_costs(graph))
    assert int(seen["nodes"]) == len(network.layers)
    assert int(seen["activations"]) == network.memory.size
    data = next(file.content for file in network.files if file.name == "network_core_data.c")
    assert int(seen["weights"]) == int(re.search(r"(\d+) bytes, to be placed", data)[1])  # type: ignore[index]


def test_formats_shapes_and_scales_are_the_tensors(spoken: Spoken) -> None:
    graph = spoken[0]
    for kind, (index,) in (("input", graph.inputs), ("output", graph.outputs)):
        tensor = graph.tensor(index)
        seen = told(spoken, kind)
        assert tensor.quantization is not None
        assert int(seen["size"]) == tensor.elements
        assert int(seen["bytes"]) == tensor.nbytes
        assert np.float32(float(seen["scale"])) == np.float32(tensor.quantization.scale)
        assert int(seen["zero"]) == tensor.quantization.zero_point
        assert (seen["type"], seen["sign"], seen["bits"], seen["float"]) == ("2", "1", "8", "0")
        assert int(seen["fbits"]) == 0
        assert (seen["channels"], seen["width"], seen["height"]) == (str(tensor.shape[1]), "1", "1")


def test_the_header_keeps_the_input_contract(spoken: Spoken) -> None:
    header = (spoken[3] / "generated" / "network.h").read_text("utf-8")
    core = (spoken[3] / "generated" / "network_core.h").read_text("utf-8")
    for line in ("#define NETWORK_RAW_TYPE uint8_t", "#define NETWORK_FROM_RAW(raw)"):
        assert line in header
    assert "RAW" not in core


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
def test_applications_of_every_generation_build_and_agree(inside: bool, tmp_path: Path) -> None:
    options = CompileOptions(c_api="legacy", io_in_activations=inside)
    write_network(graph_of(mlp()), tmp_path / "generated", options)
    build_and_run(tmp_path, "applications.c")


@pytest.mark.parametrize(
    "spec", [mlp(), two_in_two_out(), through_views()], ids=["1:1", "2:3", "views"]
)
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
def test_outputs_equal_those_of_the_st_ai_api(spec: ModelSpec, inside: bool, tmp_path: Path) -> None:
    graph = graph_of(spec)
    inputs = random_inputs(graph, 30, 3)
    outputs = []
    for api in ("st-ai", "legacy"):
        options = CompileOptions(c_api=api, io_in_activations=inside)  # type: ignore[arg-type]
        write_network(graph, tmp_path / api, options)
        ran = run_on_host(
            tmp_path / api,
            "network",
            inputs,
            output_specs(graph),
            work=tmp_path,
            sanitize=api == "legacy",
            c_api=api,
        )
        assert ran.warnings == ()
        outputs.append(ran.outputs)
    for one, other in zip(*outputs, strict=True):
        assert np.array_equal(one, other)


def test_a_harness_of_the_other_api_does_not_build(spoken: Spoken, tmp_path: Path) -> None:
    """So a validation cannot go past the legacy functions by accident."""
    graph = spoken[0]
    with pytest.raises(Exception, match="refuses the sources"):
        run_on_host(
            spoken[3] / "generated",
            "network",
            random_inputs(graph, 1, 1),
            output_specs(graph),
            work=tmp_path,
        )


@pytest.mark.arm
@pytest.mark.parametrize("series", ["stm32f0", "stm32f3", "stm32f7", "stm32h7", "stm32u5"])
def test_it_builds_for_every_kind_of_core(series: str, spoken: Spoken, tmp_path: Path) -> None:
    target = find_target(series)
    built = compile_sources(
        arm_gcc(),
        network_sources(spoken[3] / "generated", "network"),
        tmp_path,
        "objects",
        flags=(*target.flags, *network_flags("Os"), *STRICT),
        includes=(spoken[3] / "generated",),
    )
    assert built.warnings == ()


@pytest.mark.arm
def test_the_footprint_attributes_both_halves(tmp_path: Path) -> None:
    graph = graph_of(mlp())
    sizes = {}
    for api in ("st-ai", "legacy"):
        options = CompileOptions(c_api=api)  # type: ignore[arg-type]
        write_network(graph, tmp_path / api, options)
        sizes[api] = link_footprint(
            tmp_path / api,
            "network",
            target=find_target("stm32f4"),
            work=tmp_path / f"{api} work",
            c_api=api,
        )
        assert sizes[api].warnings == ()
    plain, legacy = sizes["st-ai"], sizes["legacy"]
    assert legacy.weights == plain.weights > 0
    assert legacy.activations == plain.activations
    assert 0 < legacy.code - plain.code < 1500
    assert legacy.bss > 0  # the instance
    assert legacy.context == legacy.data == legacy.library_flash == 0


@pytest.mark.emulator
def test_it_runs_in_the_emulator(tmp_path: Path) -> None:
    graph = graph_of(mlp())
    inputs = random_inputs(graph, 8, 4)
    runs = {}
    for api in ("st-ai", "legacy"):
        options = CompileOptions(c_api=api)  # type: ignore[arg-type]
        write_network(graph, tmp_path / api, options)
        runs[api] = run_on_emulator(
            tmp_path / api,
            "network",
            inputs,
            output_specs(graph),
            target=find_target("stm32f4"),
            work=tmp_path / f"{api} work",
            c_api=api,
        )
    assert np.array_equal(runs["legacy"].outputs[0], runs["st-ai"].outputs[0])
    assert 0 < runs["legacy"].instructions_max - runs["st-ai"].instructions_max < 400


def test_the_headers_are_cpp_too(spoken: Spoken, tmp_path: Path) -> None:
    import shutil

    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is not installed")
    flags = ("-std=c++11", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
    done = process.run(
        [compiler, *flags, f"-I{spoken[3] / 'generated'}", "-c", PROGRAMS / "legacy.cpp", "-o", "x.o"],
        timeout=60,
        cwd=tmp_path,
        ok_codes=None,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), (1, 1, 1, 1)),
        ((7,), (1, 7, 1, 1)),
        ((1, 10), (1, 10, 1, 1)),
        ((1, 28, 9), (1, 9, 1, 28)),
        ((1, 96, 64, 3), (1, 3, 64, 96)),
        ((2, 4, 5, 6, 3), (2, 3, 6, 20)),
    ],
)
def test_dimensions(shape: tuple[int, ...], expected: tuple[int, int, int, int]) -> None:
    assert dimensions(shape) == expected


@given(st.lists(st.integers(1, 9), max_size=7))
def test_dimensions_keep_every_element(shape: list[int]) -> None:
    found = dimensions(shape)
    assert math.prod(found) == math.prod(shape)
    if len(shape) > 1:
        assert (found[0], found[1]) == (shape[0], shape[-1])


@pytest.mark.parametrize("name", ["ai_platform", "AI_Datatypes_Defines", "n" * 59, "no-name"])
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        compile_network(graph_of(mlp()), CompileOptions(name=name, c_api="legacy"))
    assert caught.value.hint


def test_no_heap_and_nothing_of_sts(spoken: Spoken) -> None:
    for file in spoken[1].files:
        assert not re.search(r"\b(malloc|calloc|realloc|free)\b", file.content), file.name
        assert "SLA0" not in file.content
        assert "cubeai_auto" in file.content or file.name.startswith(("cai_", "stai"))

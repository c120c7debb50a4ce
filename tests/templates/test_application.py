"""The application C: raw samples in, the harness' outputs out, by both APIs, for every board's core."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.engine_runs import output_specs, write_network
from support.small_models import graph_of, mlp, two_in_two_out
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

from cubeai_auto import process
from cubeai_auto.board import find_board
from cubeai_auto.codegen import CompileOptions
from cubeai_auto.contract import InputContract
from cubeai_auto.files import templates_dir, write_files
from cubeai_auto.firmware.compile import compile_sources, network_flags, network_sources
from cubeai_auto.firmware.host import run_on_host
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import LINK_SPECS, arm_gcc, host_compiler
from cubeai_auto.project.application import application_files
from cubeai_auto.project.data import network_input
from cubeai_auto.target import find_target
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import load_model

PROGRAMS = Path(__file__).parent / "app"
STRICT = ("-Werror", "-Wshadow", "-pedantic")
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")
BOARDS = sorted(path.name for path in (templates_dir() / "boards").iterdir() if path.is_dir())
PIXELS = InputContract("pixels", "uint8", 0, 255, 0.0, 1 / 255, (28, 28), "row by row")
EXACT = InputContract("levels", "uint8", 0, 130, 0.0, 0.1, (10,), "flat")
SCALED = InputContract("a sensor", "int16", -900, 900, 12.5, 0.0173, (10,), "flat")
FLOATS = InputContract("millivolts", "float32", -40, 40, 1.5, 0.25, (10,), "flat")
NONE = None
Api = Literal["st-ai", "legacy"]
APIS: tuple[Api, ...] = ("st-ai", "legacy")


def float_mlp() -> ModelSpec:
    rng = np.random.default_rng(5)
    weights = rng.normal(size=(4, 10)).astype(np.float32)
    return ModelSpec(
        [
            TensorSpec("x", (1, 10)),
            TensorSpec("w", (4, 10), "float32", weights),
            TensorSpec("y", (1, 4)),
        ],
        [OperatorSpec("FULLY_CONNECTED", ["x", "w"], ["y"], {})],
        ["x"],
        ["y"],
    )


GRAPHS = {"int8": lambda: graph_of(mlp()), "float32": lambda: graph_of(float_mlp())}


def application(graph: Graph, work: Path, api: Api, options: CompileOptions) -> list[Path]:
    """Generated code and application in a project's folders; gives all C files."""
    write_network(graph, work / "generated", options)
    files = application_files(options.name, api)
    write_files(work / "app", {path.rpartition("/")[2]: text for path, text in files.items()})
    return [*network_sources(work / "generated", options.name), *sorted((work / "app").glob("*.c"))]


def run(sources: list[Path], work: Path, samples: npt.NDArray[np.generic]) -> tuple[bytes, list[str]]:
    """Results and printed lines of the application on this machine, under sanitizers."""
    compiler = host_compiler()
    built = compile_sources(
        compiler,
        [*sources, PROGRAMS / "main.c"],
        work,
        "objects",
        flags=(*network_flags("O1"), *SANITIZE, *STRICT),
        includes=(work / "generated", work / "app"),
    )
    assert built.warnings == ()
    program, _ = link(compiler, built.objects, "app.exe", work, flags=SANITIZE)
    (work / "samples.bin").write_bytes(samples.tobytes())
    done = process.run(
        [program, "samples.bin", "results.bin"],
        timeout=60,
        cwd=work,
        env={"ASAN_OPTIONS": "detect_leaks=0"},
        ok_codes=None,
    )
    assert done.returncode == 0, done.stderr
    return (work / "results.bin").read_bytes(), done.stdout.splitlines()


def samples_of(contract: InputContract | None, graph: Graph, count: int) -> npt.NDArray[np.generic]:
    rng = np.random.default_rng(11)
    size = graph.tensor(graph.inputs[0]).elements
    if contract is None:
        stored = rng.integers(-128, 128, (count, size)).astype(np.int8)
        real = rng.normal(size=(count, size)).astype(np.float32)
        return stored if graph.tensor(graph.inputs[0]).dtype == "int8" else real
    shape = (count, *contract.shape)
    if contract.raw_dtype == "float32":
        return rng.uniform(contract.raw_min, contract.raw_max, shape).astype(np.float32)
    low, high = int(contract.raw_min), int(contract.raw_max)
    return rng.integers(low, high + 1, shape).astype(contract.raw_dtype)


def check(
    graph: Graph, contract: InputContract | None, work: Path, api: Api, *, inside: bool, name: str
) -> None:
    """The application computes what the harness computes from the same samples."""
    options = CompileOptions(name=name, contract=contract, c_api=api, io_in_activations=inside)
    samples = samples_of(contract, graph, 25)
    sources = application(graph, work, api, options)
    results, printed = run(sources, work, samples)
    shape = (len(samples), *graph.tensor(graph.inputs[0]).vector_shape)
    stored = samples.reshape(shape) if contract is None else network_input(graph, contract, samples)
    (expected,) = run_on_host(
        work / "generated", name, (stored,), output_specs(graph), work=work, c_api=api
    ).outputs
    assert results == expected.tobytes()
    tensor = graph.tensor(graph.outputs[0])
    rows = expected.reshape(len(samples), -1).astype(np.float32)
    if tensor.dtype == "int8":
        assert tensor.quantization is not None
        rows = (rows - tensor.quantization.zero_point) * np.float32(tensor.quantization.scale)
    told = [line.split() for line in printed]
    assert [int(best) for best, _ in told] == rows.argmax(axis=1).tolist()
    assert [np.float32(score) for _, score in told] == rows.max(axis=1).tolist()


@pytest.mark.parametrize(
    "contract", [EXACT, SCALED, FLOATS, NONE], ids=["exact", "scaled", "float", "no"]
)
@pytest.mark.parametrize("kind", ["int8", "float32"])
@pytest.mark.parametrize("api", APIS)
def test_it_computes_what_the_harness_computes(
    api: Api, kind: str, contract: InputContract | None, tmp_path: Path
) -> None:
    check(GRAPHS[kind](), contract, tmp_path, api, inside=True, name="network")


@pytest.mark.parametrize("kind", ["int8", "float32"])
@pytest.mark.parametrize("api", APIS)
def test_buffers_outside_the_activations_are_its_own(api: Api, kind: str, tmp_path: Path) -> None:
    check(GRAPHS[kind](), EXACT, tmp_path, api, inside=False, name="network")


@pytest.mark.parametrize("name", ["digits_1", "ai_network", "stai_network"])
@pytest.mark.parametrize("api", APIS)
def test_any_name_of_the_network_will_do(api: Api, name: str, tmp_path: Path) -> None:
    check(GRAPHS["int8"](), EXACT, tmp_path, api, inside=True, name=name)


@pytest.mark.corpus
@pytest.mark.parametrize("model", ["digits_mlp_int8", "digits_mlp_f32"])
@pytest.mark.parametrize("api", APIS)
def test_digits_from_pixels(api: Api, model: str, corpus: Path, tmp_path: Path) -> None:
    graph = load_model(corpus / "models_made" / f"{model}.tflite")
    check(graph, PIXELS, tmp_path, api, inside=True, name="digits")


def test_the_templates_are_c_as_they_stand(tmp_path: Path) -> None:
    """For a network named network nothing is replaced."""
    for api in APIS:
        for path, text in application_files("network", api).items():
            name = path.rpartition("/")[2]
            assert (templates_dir() / "application" / name).read_text("utf-8") == text
    shipped = {path.name for path in (templates_dir() / "application").iterdir()}
    assert shipped == {"app_network.h", "app_network_io.h", "app_stai.c", "app_legacy.c"}


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True), st.sampled_from(APIS))
def test_every_name_is_replaced_and_nothing_else(name: str, api: Api) -> None:
    files = application_files(name, api)
    plain = application_files("network", api)
    assert files.keys() == plain.keys()
    for path, text in files.items():
        generated = re.sub(
            r"stai_network_info|STAI_NETWORK_CONTEXT_DECLARE|APP_NETWORK|app_network", "", plain[path]
        )
        count = len(re.findall(r"(?i)\b(?:s?tai_|ai_)?network_|\"network", generated))
        assert abs(len(text) - len(plain[path])) == count * abs(len(name) - len("network"))
        assert text.count("app_network_init") == plain[path].count("app_network_init")


def test_more_than_one_input_is_refused_by_the_compiler(tmp_path: Path) -> None:
    options = CompileOptions()
    sources = application(graph_of(two_in_two_out()), tmp_path, "st-ai", options)
    done = process.run(
        [host_compiler().path, "-Igenerated", "-Iapp", "-c", sources[-1], "-o", "x.o"],
        timeout=60,
        cwd=tmp_path,
        ok_codes=None,
    )
    assert "one input and one output" in done.stderr


@pytest.mark.arm
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("board", BOARDS)
def test_it_builds_for_the_boards_core(board: str, api: Api, tmp_path: Path) -> None:
    target = find_target(find_board(board).target)
    assert target.core == find_board(board).core
    for kind, make in GRAPHS.items():
        work = tmp_path / kind
        sources = application(make(), work, api, CompileOptions(contract=SCALED, c_api=api))
        built = compile_sources(
            arm_gcc(),
            [*sources, PROGRAMS / "firmware.c"],
            work,
            "objects",
            flags=(*target.flags, *network_flags("O2"), *STRICT),
            includes=(work / "generated", work / "app"),
        )
        assert built.warnings == ()
        program, _ = link(
            arm_gcc(), built.objects, "firmware.elf", work, flags=(*target.flags, *LINK_SPECS)
        )
        assert program.stat().st_size > 0

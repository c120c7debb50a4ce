"""The API of generated code: misuse gives error codes, and what it tells about itself is true."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from support.engine_runs import write_network
from support.small_models import graph_of, mlp

from cubeai_auto import process
from cubeai_auto.codegen import CompileOptions, GeneratedNetwork
from cubeai_auto.contract import InputContract
from cubeai_auto.firmware.compile import compile_sources, network_flags, network_sources
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import host_compiler
from cubeai_auto.models.preprocess import apply, quantize
from cubeai_auto.tflite.costs import layer_costs
from cubeai_auto.tflite.graph import Graph

PROGRAM = Path(__file__).parent / "api" / "misuse.c"
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")
STRICT = ("-Werror", "-Wshadow", "-pedantic")
CONTRACT = InputContract("pixels", "uint8", 0, 130, 0.0, 0.1, (10,), "flat")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Graph, GeneratedNetwork, list[str]]:
    """What the program printed; it fails if any of its checks does."""
    work = tmp_path_factory.mktemp("api")
    graph = graph_of(mlp(name="größe", output="y"))
    network = write_network(graph, work / "generated", CompileOptions(contract=CONTRACT))
    compiler = host_compiler()
    built = compile_sources(
        compiler,
        [*network_sources(work / "generated", "network"), PROGRAM],
        work,
        "objects",
        flags=(*network_flags("O1"), *SANITIZE, *STRICT),
        includes=(work / "generated",),
    )
    program, _ = link(compiler, built.objects, "misuse.exe", work, flags=SANITIZE)
    done = process.run(
        [program], timeout=60, cwd=work, env={"ASAN_OPTIONS": "detect_leaks=0"}, ok_codes=None
    )
    assert done.returncode == 0, done.stderr
    return graph, network, done.stdout.splitlines()


Spoken = tuple[Graph, GeneratedNetwork, list[str]]


def lines(spoken: Spoken, kind: str) -> list[dict[str, str]]:
    return [
        dict(item.split("=", 1) for item in line.split()[1:])
        for line in spoken[2]
        if line.startswith(f"{kind} ")
    ]


def test_misuse_is_answered_with_error_codes(spoken: Spoken) -> None:
    assert spoken[2]  # the program checks; it would not have come to an end


def test_the_callback_sees_every_node_once(spoken: Spoken) -> None:
    graph, network, text = spoken
    nodes = [tuple(map(int, line.split()[1:])) for line in text if line.startswith("node")]
    assert nodes == [
        (number, graph.tensor(layer.target).nbytes) for number, layer in enumerate(network.layers)
    ]


def test_the_network_describes_itself(spoken: Spoken) -> None:
    graph, network, _ = spoken
    (told,) = lines(spoken, "network")
    assert int(told["macc"]) == sum(cost.macc or 0 for cost in layer_costs(graph))
    assert int(told["nodes"]) == len(network.layers)
    assert re.fullmatch(r"0x[0-9a-f]{32}", told["signature"])
    for kind, indices in (("input", graph.inputs), ("output", graph.outputs)):
        for line, index in zip(lines(spoken, kind), indices, strict=True):
            tensor = graph.tensor(index)
            assert tensor.quantization is not None
            assert int(line["size"]) == tensor.nbytes
            assert line["shape"] == "x".join(map(str, tensor.shape))
            assert line["format"] == "00840440"
            assert np.float32(float(line["scale"])) == np.float32(tensor.quantization.scale)
            assert int(line["zero"]) == tensor.quantization.zero_point
            assert line["name"] == tensor.name
            inside = 1 << 26
            assert int(line["flags"]) == inside | (1 << (27 if kind == "input" else 28))
    (area,) = lines(spoken, "activations")
    assert int(area["size"]) == network.memory.size
    assert int(area["flags"]) == 1 << 26


def test_the_network_describes_its_constants(spoken: Spoken) -> None:
    _, network, _ = spoken
    header = next(file.content for file in network.files if file.name == "network.h")
    data = next(file.content for file in network.files if file.name == "network_data.c")
    told = lines(spoken, "weights")
    assert sum(int(line["size"]) for line in told) == int(
        re.search(r"WEIGHTS_SIZE_BYTES \((\d+)\)", header)[1]  # type: ignore[index]
    )
    symbols = re.findall(r"const \w+ (\w+)\[", data)
    assert [line["name"] for line in told] == symbols
    assert {line["flags"] for line in told} == {str(1 << 30)}


def test_the_rule_from_raw_values_in_c(spoken: Spoken) -> None:
    graph, _, text = spoken
    told = [tuple(map(int, line.split()[1:])) for line in text if line.startswith("raw")]
    quantization = graph.tensor(graph.inputs[0]).quantization
    assert quantization is not None
    raw = np.arange(131).astype(np.uint8).reshape(-1, 1).repeat(10, axis=1)
    stored = quantize(apply(CONTRACT, raw), quantization.scale, quantization.zero_point, "int8")
    assert told == list(enumerate(stored[:, 0].tolist()))

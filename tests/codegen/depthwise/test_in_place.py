"""The 3 x 3 kernels may write their output where their input is."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.depthwise_cases import depthwise_s8_case
from support.engine_cases import Collection, collect
from support.engine_runs import golden_outputs, output_specs, write_network

from cubeai_auto import process
from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.layers import DepthwiseS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.firmware.compile import compile_sources
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import host_compiler
from cubeai_auto.firmware.vectors import read_outputs, write_inputs

SHAPES = [
    ((6, 5, 8), (1, 1), "SAME", 1),
    ((13, 4, 6), (1, 1), "SAME", 1),  # walks down
    ((4, 13, 9), (1, 1), "SAME", 2),
    ((7, 6, 5), (1, 1), "VALID", 2),
    ((8, 8, 4), (2, 2), "SAME", 1),
    ((9, 7, 7), (2, 2), "SAME", 2),
    ((7, 9, 6), (2, 2), "VALID", 1),
    ((1, 1, 4), (2, 2), "SAME", 1),
    ((2, 1, 4), (1, 1), "SAME", 3),
]


@pytest.mark.parametrize(("image", "stride", "padding", "batches"), SHAPES)
def test_output_over_input(
    image: tuple[int, int, int], stride: tuple[int, int], padding: str, batches: int, tmp_path: Path
) -> None:
    cases = collect([depthwise_s8_case("one", image, stride=stride, padding=padding, batches=batches)])
    (layer,) = lower(cases.graph, dsp=True)
    assert isinstance(layer.body, DepthwiseS8)
    assert layer.body.in_place
    expected = golden_outputs(cases.graph, [layer], cases.inputs)
    assert cases.differing(_in_place(cases, tmp_path), expected) == {}


def test_other_kernels_do_not_claim_it() -> None:
    for kernel, channels in (((5, 5), 8), ((3, 3), 3)):
        cases = collect([depthwise_s8_case("one", (6, 5, channels), kernel)])
        (layer,) = lower(cases.graph, dsp=True)
        assert isinstance(layer.body, DepthwiseS8)
        assert not layer.body.in_place


def _in_place(cases: Collection, work: Path) -> tuple[object, ...]:
    sources = work / "generated"
    write_network(cases.graph, sources, CompileOptions(io_in_activations=False))
    files = [*sorted(sources.glob("*.c")), Path(__file__).parent / "in_place.c"]
    flags = ("-O1", "-std=c99", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    compiler = host_compiler()
    built = compile_sources(compiler, files, work, "objects", flags=flags, includes=(sources,))
    program, _ = link(compiler, built.objects, "network.exe", work, flags=flags[2:])
    count = write_inputs(work / "inputs.bin", cases.inputs)
    done = process.run([program], timeout=20, cwd=work, env={"ASAN_OPTIONS": "detect_leaks=0"})
    return read_outputs(work / "outputs.bin", output_specs(cases.graph), count, done.command)

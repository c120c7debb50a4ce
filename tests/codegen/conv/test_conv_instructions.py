"""Instructions, size and working memory of single convolutions, to the instruction and the byte.

Exact for a given compiler and emulator: any change is a change of the generated code, for better
or worse, and is to be entered here on purpose.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.conv_cases import conv_s8_case
from support.engine_cases import collect
from support.engine_runs import golden_outputs, output_specs, write_network

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.layers import ConvS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.footprint import link_footprint
from cubeai_auto.firmware.toolchain import arm_gcc, qemu
from cubeai_auto.target import find_target

pytestmark = pytest.mark.emulator

GCC, QEMU = "12.2", "7.2"

# image, output channels, kernel, stride: the most instructions for a product, scratch, instructions
FIGURES = {
    "3x3, 16 to 16": (((16, 16, 16), 16, (3, 3), (1, 1)), 1.05, 864, 614_497),
    "1x1, 64 to 64": (((25, 5, 64), 64, (1, 1), (1, 1)), 0.93, 384, 470_876),
    "3x3 of gray, stride 2": (((48, 48, 1), 8, (3, 3), (2, 2)), 3.6, 72, 147_783),
    "10x4 of one value": (((49, 10, 1), 64, (10, 4), (2, 2)), 1.3, 240, 407_836),
    "time, 16 to 32": (((1, 62, 16), 32, (1, 3), (1, 1)), 1.05, 288, 97_400),
}


@pytest.mark.parametrize("shape", FIGURES)
def test_instructions(shape: str, tmp_path: Path) -> None:
    (image, channels, kernel, stride), limit, scratch, expected = FIGURES[shape]
    case = conv_s8_case(
        shape, image, channels, kernel, stride=stride, zero_points=(-128, -128), activation="RELU"
    )
    cases = collect([case])
    inputs = tuple(array[:2] for array in cases.inputs)
    layers = lower(cases.graph, dsp=True)
    body = layers[0].body
    assert isinstance(body, ConvS8)
    assert body.scratch == scratch
    write_network(cases.graph, tmp_path / "generated")
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        inputs,
        output_specs(cases.graph),
        target=find_target("stm32f4"),
        work=tmp_path,
    )
    golden = golden_outputs(cases.graph, layers, inputs)
    assert ran.outputs[0].tobytes() == golden[0].tobytes()
    macs = golden[0][0].size * body.weights[0].size
    sys.stdout.write(f"{shape}: {ran.instructions_max / macs:.3f} instructions for a product\n")
    assert ran.instructions_max <= limit * macs
    if not (arm_gcc().version.startswith(GCC) and qemu().version.startswith(QEMU)):
        pytest.skip(f"the figures are for gcc {GCC} and QEMU {QEMU}")
    assert ran.instructions_max == expected


def test_code_size(tmp_path: Path) -> None:
    cases = collect([conv_s8_case("size", (8, 8, 4), 8, (3, 3), zero_points=(-128, -128))])
    for optimization, opt_level, limit in (
        ("time", "O2", 2_700),
        ("balanced", "O2", 2_600),
        ("size", "Os", 2_150),
    ):
        sources = tmp_path / f"{optimization}_{opt_level}"
        write_network(cases.graph, sources, CompileOptions(optimization=optimization))
        linked = link_footprint(
            sources, "network", target=find_target("stm32f4"), work=tmp_path, opt_level=opt_level
        )
        flash = linked.code + linked.rodata + linked.data
        sys.stdout.write(f"{optimization} {opt_level}: {flash:,} bytes of code, API included\n")
        assert flash <= limit

"""Instructions of single layers, exactly: a change of the kernels shows here first."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.depthwise_cases import depthwise_s8_case
from support.engine_cases import Case, collect
from support.engine_runs import output_specs, write_network
from support.pool_cases import pool_case, reduce_case

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.toolchain import arm_gcc, qemu
from cubeai_auto.target import find_target

GCC, QEMU = "12.2", "7.2"
_RELU = {"activation": "RELU", "zero_points": (-128, -128)}

# name: case, products (or elements read), instructions
LAYERS: dict[str, tuple[Case, int, int]] = {
    "24x24x32": (depthwise_s8_case("a", (24, 24, 32), **_RELU), 9 * 24 * 24 * 32, 308_209),
    "24x24x32 signed": (depthwise_s8_case("b", (24, 24, 32)), 9 * 24 * 24 * 32, 404_977),
    "25x5x64": (depthwise_s8_case("c", (25, 5, 64), **_RELU), 9 * 25 * 5 * 64, 174_737),
    "6x6x128": (depthwise_s8_case("d", (6, 6, 128), **_RELU), 9 * 6 * 6 * 128, 107_281),
    "24x24x32 stride 2": (
        depthwise_s8_case("e", (24, 24, 32), stride=(2, 2), **_RELU),
        9 * 12 * 12 * 32,
        145_225,
    ),
    "12x12x16, 5x5": (
        depthwise_s8_case("f", (12, 12, 16), (5, 5), **_RELU),
        25 * 12 * 12 * 16,
        231_965,
    ),
    "maximum": (pool_case("g", "MAX_POOL_2D", (24, 24, 16), (2, 2)), 24 * 24 * 16, 41_657),
    "average": (
        pool_case("h", "AVERAGE_POOL_2D", (6, 6, 64), (6, 6), padding="VALID"),
        6 * 6 * 64,
        8_733,
    ),
    "mean": (reduce_case("i", "MEAN", (1, 25, 5, 64), (1, 2)), 25 * 5 * 64, 15_816),
}


@pytest.mark.emulator
@pytest.mark.parametrize("name", LAYERS)
def test_instructions(name: str, tmp_path: Path) -> None:
    case, products, expected = LAYERS[name]
    if not (arm_gcc().version.startswith(GCC) and qemu().version.startswith(QEMU)):
        pytest.skip(f"the figures are of gcc {GCC} and QEMU {QEMU}")
    cases = collect([case])
    write_network(cases.graph, tmp_path / "generated", CompileOptions(optimization="time"))
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        [vectors[:3] for vectors in cases.inputs],
        output_specs(cases.graph),
        target=find_target("stm32f4"),
        work=tmp_path,
    )
    each = ran.instructions_max / products
    sys.stdout.write(f"{name}: {ran.instructions_max:,} instructions, {each:.3f} each\n")
    assert ran.instructions_min == ran.instructions_max == expected

"""Instructions an element of large layers, on the emulated Cortex-M4, and the size of the code."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from support.elementwise_catalog import int8
from support.engine_runs import output_specs, write_network
from support.movement_catalog import indices, tensor
from support.small_models import graph_of
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec
from support.wide_cases import WideCase, collect_wide, one_operator

from cubeai_auto.codegen import CompileOptions
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.footprint import link_footprint
from cubeai_auto.target import find_target

pytestmark = pytest.mark.emulator

SHAPE, CHANNELS = (1, 16, 16, 32), (1, 1, 1, 32)
A, B, Y = (0.0531127, 3), (0.0713379, -9), (0.0917433, 1)


def two(operator: str, second: tuple[int, ...], *, constant: bool = False) -> WideCase:
    """An operator on an image and something that is broadcast to it."""
    values = np.random.default_rng(1).integers(-128, 128, second) if constant else None
    tensors = [int8("a", SHAPE, A), int8("b", second, B, values)]
    return one_operator("case", operator, tensors, [int8("y", SHAPE, Y)], {})


def moved(operator: str, shape: tuple[int, ...], *more: TensorSpec, **options: int) -> WideCase:
    inputs = [tensor("x", shape, "int8"), *more]
    return one_operator("case", operator, inputs, [tensor("y", SHAPE, "int8")], options)


FLOATS = [TensorSpec(name, SHAPE) for name in ("a", "b", "y")]
PADDING = indices("p", ((0, 0), (1, 1), (1, 1), (0, 0)))
# what, the case, instructions an element with gcc 12.2 at -O2, rounded up
FIGURES = {
    "ADD": (two("ADD", SHAPE), 8.0),
    "SUB": (two("SUB", SHAPE), 8.0),
    "ADD of channels": (two("ADD", CHANNELS, constant=True), 10.6),
    "ADD of pixels": (two("ADD", (1, 16, 16, 1)), 10.6),
    "MUL": (two("MUL", SHAPE), 12.5),
    "MUL of channels": (two("MUL", CHANNELS, constant=True), 16.2),
    "LOGISTIC": (
        one_operator("case", "LOGISTIC", [int8("x", SHAPE, A)], [int8("y", SHAPE, (1 / 256, -128))]),
        3.6,
    ),
    "ADD of float32": (one_operator("case", "ADD", FLOATS[:2], FLOATS[2:], {}), 16.2),
    "CONCATENATION": (
        one_operator(
            "case",
            "CONCATENATION",
            [tensor(name, (1, 16, 16, 16), "int8") for name in ("a", "b")],
            [tensor("y", SHAPE, "int8")],
            {"axis": 3},
        ),
        2.6,
    ),
    "PAD": (moved("PAD", (1, 14, 14, 32), PADDING), 0.7),
    "SLICE": (moved("SLICE", (1, 18, 18, 32), indices("b", (0, 1, 1, 0)), indices("s", SHAPE)), 0.7),
    "TRANSPOSE": (moved("TRANSPOSE", (1, 32, 16, 16), indices("p", (0, 2, 3, 1))), 5.9),
    "RESIZE": (moved("RESIZE_NEAREST_NEIGHBOR", (1, 8, 8, 32), indices("s", (16, 16))), 1.2),
}


@pytest.mark.parametrize("name", FIGURES)
def test_instructions_an_element(name: str, tmp_path: Path) -> None:
    case, most = FIGURES[name]
    cases = collect_wide([case])
    write_network(cases.graph, tmp_path / "generated", CompileOptions())
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        [vectors[:3] for vectors in cases.inputs],
        output_specs(cases.graph),
        target=find_target("stm32f4"),
        work=tmp_path,
    )
    assert ran.instructions_max / math.prod(SHAPE) <= most


def test_the_code_of_all_kernels_is_small(tmp_path: Path) -> None:
    """A network that uses nearly every int8 kernel of both families."""
    shape = (1, 4, 4, 4)
    names = ("a", "b", "c", "d", "e", "f")
    spec = ModelSpec(
        [
            tensor("x", shape, "int8"),
            int8("k", (4,), (0.0101, 0), [5, 100, -50, 127]),
            *(int8(name, shape, (0.0571, 3)) for name in names),
            int8("g", (1, 4, 4, 8), (0.0571, 3)),
            int8("h", (1, 6, 6, 8), (0.0571, 3)),
            int8("y", (1, 6, 8, 6), (0.0571, 3)),
            PADDING,
            indices("o", (0, 2, 3, 1)),
            int8("z", (1, 9, 9, 6), (0.0571, 3)),
            indices("n", (9, 9)),
        ],
        [
            OperatorSpec("RELU", ["x"], ["a"]),
            OperatorSpec("ADD", ["a", "x"], ["b"], {}),
            OperatorSpec("MUL", ["b", "k"], ["c"], {}),
            OperatorSpec("PRELU", ["c", "k"], ["d"]),
            OperatorSpec("MAXIMUM", ["d", "a"], ["e"]),
            OperatorSpec("LEAKY_RELU", ["e"], ["f"], {"alpha": 0.1}),
            OperatorSpec("CONCATENATION", ["f", "e"], ["g"], {"axis": 3}),
            OperatorSpec("PAD", ["g", "p"], ["h"]),
            OperatorSpec("TRANSPOSE", ["h", "o"], ["y"]),
            OperatorSpec("RESIZE_NEAREST_NEIGHBOR", ["y", "n"], ["z"], {}),
        ],
        ["x"],
        ["z"],
    )
    graph = graph_of(spec)
    write_network(graph, tmp_path / "generated", CompileOptions())
    linked = link_footprint(
        tmp_path / "generated", "network", target=find_target("stm32f4"), work=tmp_path, opt_level="O2"
    )
    assert linked.code + linked.rodata + linked.data <= 5_000

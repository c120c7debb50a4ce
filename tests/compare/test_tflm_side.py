"""The sides with TFLM: predicted for both kernel sets, or measured in a firmware."""

from __future__ import annotations

import dataclasses

from support.tflm_graphs import act, dense_chain, ints, one_operator

from cubeai_auto.compare import compare
from cubeai_auto.compare.tflm_side import tflm_side
from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.tflite import parse_model
from cubeai_auto.tflm import TflmFootprint, footprint
from cubeai_auto.tflm.attribution import Attribution, Part, RamParts, flash_parts

MODEL = dense_chain([1, 16, 16, 1])
MACC = measured(288, "MACC", "rules")


def predicted(kernels: str, **more: str) -> TflmFootprint:
    return footprint(parse_model(MODEL, "m"), kernels=kernels, opt="Os", **more)


def firmware(arena: Quantity) -> Attribution:
    pieces: list[tuple[Part, int]] = [
        ("model", 3_000),
        ("core", 10_000),
        ("kernels", 6_000),
        ("cmsis_nn", 2_000),
        ("libraries", 900),
    ]
    parts = flash_parts(pieces, 40_000, "app.map", "none")
    total = measured(9_000, "B", "app.map")
    return Attribution("app.map", "GNU ld map", True, parts, RamParts(total, arena))


def test_every_cell_of_a_predicted_side() -> None:
    side = tflm_side(predicted("reference"), MACC)
    assert (side.name, side.version) == ("tflm-reference", "90b983c")
    assert side.container.value == len(MODEL)
    assert (side.runtime.value, side.kernels.value) == (11_492, 7_483)
    assert side.flash_total.value == 11_492 + 7_483 + -(-len(MODEL) // 4) * 4
    assert side.activations.value == 1_072  # what has to be reserved
    assert side.runtime_ram.value == 284
    assert (side.ram_total.value, side.ram_total.how) == (1_356, "predicted")
    assert side.weights.reason == "inside the model container"
    assert side.io.reason == "inside the arena"
    assert side.stack.reason == side.instructions.reason == "not predicted"
    assert side.macc is MACC


def test_both_kernel_sets_are_sides() -> None:
    graph = parse_model(MODEL, "m")
    both = (predicted("reference"), predicted("cmsis-nn"))
    found = compare(graph, None, (), both[1], missing("none"), predictions=both)
    assert [side.name for side in found.sides] == ["tflm-reference", "tflm-cmsis-nn"]
    assert found.sides[0].activations.value == 1_072
    assert found.sides[1].activations.value == 1_168
    assert "refused" in found.sides[0].macc.reason


def test_what_has_no_table_says_why_and_keeps_the_arena() -> None:
    side = tflm_side(predicted("cmsis-nn", core="cortex-m0"), MACC)
    assert side.activations.value == 1_168
    for cell in (side.kernels, side.runtime, side.flash_total, side.runtime_ram, side.ram_total):
        assert "not measured for cortex-m0" in cell.reason


def test_a_model_that_tflm_cannot_load_has_its_reason_in_every_cell() -> None:
    model = one_operator("TILE", [act("x", (1, 2)), ints("n", [1, 2])], [act("y", (1, 4))])
    side = tflm_side(footprint(parse_model(model, "m")), MACC)
    assert side.container.value == len(model)
    for cell in (side.kernels, side.activations, side.flash_total, side.ram_total):
        assert cell.reason.startswith("TFLM cannot load the model: Didn't find op")


def test_a_firmware_replaces_what_it_shows() -> None:
    found = dataclasses.replace(
        predicted("cmsis-nn"), measured=firmware(measured(4_096, "B", "app.map"))
    )
    side = tflm_side(found, MACC)
    assert (side.container.value, side.kernels.value, side.runtime.value) == (3_000, 8_000, 10_900)
    assert (side.flash_total.value, side.flash_total.how) == (21_900, "measured")
    assert side.activations.value == 4_096
    assert (side.ram_total.value, side.ram_total.how) == (4_096 + 284, "predicted")


def test_a_firmware_without_an_arena_keeps_the_predicted_one() -> None:
    found = dataclasses.replace(predicted("cmsis-nn"), measured=firmware(missing("not listed")))
    side = tflm_side(found, MACC)
    assert side.activations.value == 1_168
    assert side.kernels.how == "measured"

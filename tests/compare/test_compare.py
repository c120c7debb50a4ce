"""Sides of a comparison, and budgets."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from cubeai_auto.compare import Budgets, check_budget, compare
from cubeai_auto.compare.published import network_signature
from cubeai_auto.compare.record import Accuracy, Comparison, VariantRecord
from cubeai_auto.quantity import Quantity, measured, missing, predicted, simulated
from cubeai_auto.reports import CubeReport, Footprint, ToolInfo, ValidationResult, not_validated
from cubeai_auto.tflite.graph import Graph, Operator, Quantization, Tensor
from cubeai_auto.tflm.values import Arena, TflmFootprint

QUANTIZED = Quantization((0.5,), (0,))


def network(*, hidden: int = 128) -> Graph:
    """The digits network's shapes: 784, two hidden layers, ten classes, int8."""

    def tensor(index: int, shape: tuple[int, ...], *, constant: bool = False) -> Tensor:
        data = np.zeros(shape, np.int8) if constant else None
        return Tensor(index, f"t{index}", "int8", shape, QUANTIZED, data)

    widths = [784, hidden, 128, 10]
    tensors = [tensor(0, (1, 28, 28)), tensor(1, (1, 784))]
    operators = [Operator(0, "RESHAPE", (0,), (1,))]
    last = 1
    for depth, rows in itertools.pairwise(widths):
        tensors += [
            tensor(len(tensors), (rows, depth), constant=True),
            tensor(len(tensors) + 1, (1, rows)),
        ]
        weights, output = len(tensors) - 2, len(tensors) - 1
        operators.append(Operator(len(operators), "FULLY_CONNECTED", (last, weights), (output,)))
        last = output
    tensors.append(tensor(len(tensors), (1, 10)))
    operators.append(Operator(len(operators), "SOFTMAX", (last,), (len(tensors) - 1,)))
    return Graph("digits", tuple(tensors), tuple(operators), (0,), (len(tensors) - 1,), 100, "0" * 64)


def size(value: int) -> Quantity:
    return measured(value, "B", "a linked program")


REPORT = CubeReport(
    tool=ToolInfo("cubeai_auto built-in engine", "1.0"),
    status="ok",
    model_path="m",
    model_name="m",
    model_format="int8",
    model_hash="0",
    c_name="network",
    macc=predicted(118_432, "MACC", "rules"),
    params=predicted(1, "1", "rules"),
    footprint=Footprint(
        weights=size(119_080),
        activations=size(912),
        kernel_flash=size(2_160),
        flash_total=size(122_572),
        ram_total=size(940),
    ),
    inputs=(),
    outputs=(),
    layers=(),
)
RAN = ValidationResult(
    on="emulator",
    engine="builtin",
    oracle="TFLM",
    vectors=2,
    outputs_compared=20,
    mismatches=0,
    max_abs_error=0.0,
    metrics=None,
    tolerance="equal values",
    instructions=simulated(141_691, "instructions", "QEMU"),
    stack=simulated(164, "B", "QEMU"),
)
TFLM = TflmFootprint(
    model="m",
    loadable=True,
    reason="",
    host_arena=Arena(size(4_704), size(912), size(3_792)),
    arena_used=missing("not predicted"),
    arena_required=missing("not predicted"),
    flash_model=size(128_096),
    operators=(),
    version="0.dev",
)
ACCURACY = measured(0.975, "1", "test set")


def variant(
    report: CubeReport | None = REPORT, validation: tuple[ValidationResult, ...] = (RAN,)
) -> VariantRecord:
    return VariantRecord(
        name="int8",
        model_path="m",
        model_bytes=1,
        model_sha256="0",
        accuracy=Accuracy(ACCURACY, ACCURACY, ACCURACY),
        report=report,
        refusal="" if report else "hybrid",
        validation=validation,
        tflm=TFLM,
        comparison=Comparison(()),
    )


def test_the_sides_of_the_digits_network() -> None:
    sides = {s.name: s for s in compare(network(), REPORT, (RAN,), TFLM, ACCURACY).sides}
    assert list(sides) == ["builtin", "tflm-reference", "tflm-cmsis-nn"]
    assert sides["builtin"].instructions.value == 141_691
    assert sides["builtin"].accuracy is ACCURACY
    assert sides["tflm-cmsis-nn"].instructions.value == 243_480
    assert sides["tflm-cmsis-nn"].instructions.how == "reported"


def test_the_hosts_arena_is_never_given_as_a_cortex_ms() -> None:
    side = compare(network(), REPORT, (RAN,), TFLM, ACCURACY).sides[1]
    assert side.activations.value is None
    assert "4,704" in side.activations.reason
    assert "x86-64" in side.activations.reason


def test_a_network_of_other_shapes_has_no_published_side() -> None:
    assert "784x64" in network_signature(network(hidden=64))
    names = [s.name for s in compare(network(hidden=64), REPORT, (), TFLM, ACCURACY).sides]
    assert names == ["builtin", "tflm-reference"]


def test_a_refused_model_has_no_engine_side() -> None:
    refused = dataclasses.replace(TFLM, loadable=False, reason="Hybrid models are not supported")
    sides = compare(network(), None, (), refused, missing("refused")).sides
    assert "builtin" not in [side.name for side in sides]
    assert "Hybrid" in sides[0].kernels.reason


def test_sts_kernels_contain_the_toolchain_and_are_not_counted_twice() -> None:
    footprint = dataclasses.replace(REPORT.footprint, toolchain_flash=size(652))
    st = dataclasses.replace(REPORT, tool=ToolInfo("stedgeai", "2.2.0"), footprint=footprint)
    ours = dataclasses.replace(REPORT, footprint=footprint)
    sides = compare(network(), st, (RAN,), TFLM, ACCURACY, beside=ours).sides[:2]
    assert [side.name for side in sides] == ["cube-ai", "builtin"]
    assert sides[0].runtime.value is None
    assert sides[1].runtime.value == 652
    assert sides[0].instructions.value is None
    assert sides[1].instructions.value == 141_691


def test_a_side_that_did_not_run_says_why() -> None:
    gone = not_validated("emulator", "builtin", "qemu-system-arm was not found")
    side = compare(network(), REPORT, (gone,), TFLM, ACCURACY).sides[0]
    assert side.instructions.reason == side.stack.reason == "qemu-system-arm was not found"


@pytest.mark.parametrize(
    ("name", "kept", "broken"),
    [
        ("flash", 122_572, 122_571),
        ("ram", 1_104, 1_103),  # 940 and the stack
        ("arena", 912, 911),
        ("macc", 118_432, 118_431),
        ("instructions", 141_691, 141_690),
        ("accuracy", 0.975, 0.976),
        ("mismatches", 0, None),
    ],
)
def test_limits(name: str, kept: float, broken: float | None) -> None:
    assert [c.passed for c in check_budget(variant(), Budgets(**{name: kept}))] == [True]
    if broken is not None:
        assert [c.passed for c in check_budget(variant(), Budgets(**{name: broken}))] == [False]


def test_mismatches_of_all_places_count() -> None:
    wrong = dataclasses.replace(RAN, on="host", mismatches=3)
    (check,) = check_budget(variant(validation=(wrong, RAN)), Budgets(mismatches=2))
    assert (check.value.value, check.passed) == (3, False)


def test_what_is_not_known_is_neither_kept_nor_broken() -> None:
    gone = not_validated("emulator", "builtin", "no emulator")
    checks = check_budget(variant(validation=(gone,)), Budgets(ram=1, instructions=1, mismatches=0))
    assert [(c.passed, c.value.reason) for c in checks] == [(None, "no emulator")] * 3


def test_limits_that_are_not_given_and_refused_models_are_not_checked() -> None:
    assert check_budget(variant(), Budgets()) == ()
    assert check_budget(variant(report=None), Budgets(flash=1)) == ()

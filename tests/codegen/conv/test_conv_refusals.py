"""Convolutions that no kernel covers: refused by name and index, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from support.conv_cases import conv_s8_case
from support.engine_cases import Case, collect
from support.small_models import graph_of
from support.tflite_builder import ModelSpec, TensorSpec

from cubeai_auto.codegen.layers import ConvS8
from cubeai_auto.codegen.lower import lower
from cubeai_auto.errors import UnsupportedModelError

CASE = conv_s8_case("case", (5, 5, 4), 3, (3, 3), activation="RELU")

Change = Callable[[Case], Case]


def tensor(name: str, **changes: object) -> Change:
    """The case with another tensor of that name."""

    def change(case: Case) -> Case:
        tensors = [replace(spec, **changes) if spec.name == name else spec for spec in case.tensors]
        return replace(case, tensors=tuple(tensors))

    return change


def option(**changes: object) -> Change:
    """The case with other options."""

    def change(case: Case) -> Case:
        options = {**case.operator.options, **changes}
        return replace(case, operator=replace(case.operator, options=options))

    return change


REFUSED: dict[str, tuple[Change, str]] = {
    "groups": (
        tensor("w", shape=(3, 3, 3, 2), data=np.ones((3, 3, 3, 2))),
        "4 input channels, weights for 2: a grouped convolution",
    ),
    "rank": (
        tensor("w", shape=(3, 36), data=np.ones((3, 36))),
        "an input of rank 4, weights of rank 2",
    ),
    "output of another size": (
        tensor("y", shape=(1, 5, 4, 3)),
        "an output of shape [1, 5, 4, 3] instead of [1, 5, 5, 3]",
    ),
    "output of VALID": (option(padding="VALID"), "instead of [1, 3, 3, 3]"),
    "activation": (option(fused_activation_function="TANH"), "the fused activation TANH"),
    "axis": (
        tensor("w", scales=(0.1, 0.2, 0.3), axis=1),
        "3 weight scales along dimension 1",
    ),
    "no weight scale": (tensor("w", scales=()), "have no quantization"),
    "no input scale": (tensor("x", scales=()), "has no quantization"),
    "bias of another type": (tensor("b", dtype="int64"), "a bias of type int64"),
    "bias of another length": (
        tensor("b", shape=(2,), data=np.ones(2), scales=()),
        "a bias of 2 elements for 3 channels",
    ),
    "int16": (tensor("x", dtype="int16"), "int16"),
    "ratio": (tensor("y", scales=(1e-14,)), "a ratio of scales"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_refused_with_the_reason(mistake: str) -> None:
    change, reason = REFUSED[mistake]
    cases = collect([change(CASE)])
    with pytest.raises(UnsupportedModelError) as refusal:
        lower(cases.graph, dsp=True)
    assert reason in str(refusal.value)
    assert "CONV_2D (operator 0)" in str(refusal.value)


@pytest.mark.parametrize("computed", ["w", "b"])
def test_weights_and_bias_are_constants(computed: str) -> None:
    case = tensor(computed, data=None)(CASE)
    names = [spec.name for spec in case.tensors]
    spec = ModelSpec(case.tensors, [case.operator], ["x", computed], names[-1:])
    with pytest.raises(UnsupportedModelError, match="weights and bias must be constants"):
        lower(graph_of(spec), dsp=True)


def test_the_case_itself_is_taken() -> None:
    (layer,) = lower(collect([CASE]).graph, dsp=True)
    assert isinstance(layer.body, ConvS8)
    assert layer.body.kernel == "cai_conv_s8_paired"
    assert layer.body.notes == ()


def test_a_slow_kernel_is_noted_only_where_the_target_could_do_better() -> None:
    graph = collect([conv_s8_case("slow", (5, 5, 4), 3, (3, 3), weights=-128)]).graph
    noted = [layer.body.notes for dsp in (True, False) for layer in lower(graph, dsp=dsp)]
    assert noted == [("runs row by row: a weight of -128 stands beside a negative one",), ()]
    exact = collect([conv_s8_case("exact", (5, 5, 4), 3, (3, 3), ratio=1.5, span=1)]).graph
    (layer,) = lower(exact, dsp=True)
    assert "64-bit products" in layer.body.notes[0]


def test_without_bias() -> None:
    specs: tuple[TensorSpec, ...] = conv_s8_case("bare", (4, 4, 3), 5, (2, 2), bias=None).tensors
    assert [spec.name for spec in specs] == ["x", "w", "y"]
    (layer,) = lower(collect([conv_s8_case("bare", (4, 4, 3), 5, (2, 2), bias=None)]).graph, dsp=True)
    assert isinstance(layer.body, ConvS8)
    assert not layer.body.bias.any()

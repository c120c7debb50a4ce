"""Dense layers on the convolution's kernel: where it pays, and with the same outputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.conv_cases import conv_chain, conv_s8_case
from support.engine_cases import collect, dense_s8_case
from support.engine_runs import golden_outputs
from support.small_models import graph_of

from cubeai_auto.codegen.golden import evaluate
from cubeai_auto.codegen.kernel_sharing import as_convolution, share_kernels
from cubeai_auto.codegen.layers import ConvS8, DenseS8, Layer
from cubeai_auto.codegen.lower import lower

CONV = conv_s8_case("conv", (12, 12, 8), 16, (3, 3))
DENSE = dense_s8_case("dense", 10, 64, per_channel=False)


def layers(*cases: object) -> tuple[Layer, ...]:
    return lower(collect(cases).graph, dsp=True)


def kernels(found: tuple[Layer, ...]) -> list[str]:
    return [layer.body.kernel for layer in found]


@pytest.mark.parametrize(
    ("optimization", "shared"), [("time", False), ("balanced", True), ("ram", True), ("size", True)]
)
def test_a_small_dense_layer_shares(optimization: str, shared: bool) -> None:
    found = share_kernels(layers(CONV, DENSE), optimization)
    second = "cai_conv_s8_paired" if shared else "cai_dense_s8_paired"
    assert kernels(found) == ["cai_conv_s8_paired", second]


def test_a_large_dense_layer_keeps_its_kernel() -> None:
    large = dense_s8_case("large", 300, 400)
    assert kernels(share_kernels(layers(CONV, large), "balanced"))[1] == "cai_dense_s8_paired"


def test_without_a_convolution_nothing_changes() -> None:
    assert kernels(share_kernels(layers(DENSE), "size")) == ["cai_dense_s8_paired"]


def test_all_or_none() -> None:
    """One dense layer that the convolution cannot take keeps the kernel for all of them."""
    narrow = dense_s8_case("narrow", 4, 3)  # rows of three bytes
    found = layers(CONV, DENSE, narrow)
    assert kernels(found)[1:] == ["cai_dense_s8_paired"] * 2
    assert share_kernels(found, "size") == found


@pytest.mark.parametrize("batches", [1, 2, 4])
@pytest.mark.parametrize("activation", ["NONE", "RELU"])
def test_the_outputs_are_the_same(batches: int, activation: str) -> None:
    case = dense_s8_case("same", 7, 13, batches=batches, activation=activation)
    collection = collect([case])
    (layer,) = lower(collection.graph, dsp=True)
    assert isinstance(layer.body, DenseS8)
    body = as_convolution(layer.body)
    assert isinstance(body, ConvS8)
    x = collection.inputs[0].ravel()
    assert np.array_equal(evaluate(body, x), evaluate(layer.body, x))


def test_a_network_of_convolutions_stays_as_it_is(tmp_path: Path) -> None:
    del tmp_path
    graph = graph_of(conv_chain())
    found = lower(graph, dsp=True)
    assert share_kernels(found, "size") == found
    assert golden_outputs(graph, found, [np.zeros((1, 1, 12, 10, 3), np.int8)])

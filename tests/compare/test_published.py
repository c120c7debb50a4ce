"""Published figures: found for networks of the same dimensions, and for no others."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest
from support.instruction_baseline import ANCHORS
from support.tiny_models import TINY_MODELS, tiny_model

from cubeai_auto.compare.published import network_signature, published_counts, published_for
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import load_model, parse_model

TINY = {
    "ds_cnn": 7_696_838,
    "mobilenet_v1_025": 24_092_649,
    "resnet_8": 29_859_013,
    "autoencoder": 593_010,
}
CORPUS = {
    "digits_mlp": (243_480, 730_360),
    "har_cnn1d": (561_760, 2_072_360),
    "dscnn_small": (2_506_000, 13_337_840),
    "micro_speech": (1_494_960, 9_315_280),
    "person_detect": (22_928_440, 95_916_640),
}


def made(name: str) -> Graph:
    return parse_model(tiny_model(name), name)


def values(graph: Graph) -> dict[str, int]:
    return {count.side: count.value for count in published_for(graph)}


@pytest.mark.parametrize("name", TINY_MODELS)
def test_networks_of_mlperf_tinys_shapes_are_known(name: str) -> None:
    assert values(made(name)) == {"tflm-cmsis-nn": TINY[name]}


@pytest.mark.corpus
@pytest.mark.parametrize("name", ANCHORS)
def test_anchors_of_the_corpus_are_known(corpus: Path, name: str) -> None:
    path = corpus / ANCHORS[name]
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    cmsis, reference = CORPUS[name]
    assert values(load_model(path)) == {"tflm-cmsis-nn": cmsis, "tflm-reference": reference}


def test_every_figure_states_where_it_comes_from_and_is_of_a_network_of_its_own() -> None:
    counts = published_counts()
    assert len(counts) == len(TINY) + 2 * len(CORPUS)
    assert max(Counter((count.network, count.side) for count in counts).values()) == 1
    for count in counts:
        assert "Cortex-M4F" in count.source
        assert "not measured in this run" in count.source
        assert "\n" not in count.network + count.source


def test_the_order_of_branches_and_views_do_not_matter() -> None:
    graph = made("resnet_8")
    turned = dataclasses.replace(graph, operators=graph.operators[::-1])
    assert network_signature(turned) == network_signature(graph)


@pytest.mark.parametrize(
    ("operator", "tensor", "shape"),
    [
        (0, 0, (1, 49, 12, 1)),  # the input of the first convolution
        (0, 1, (64, 10, 5, 1)),  # its kernel
        (1, 1, (1, 5, 5, 64)),  # the kernel of a depthwise convolution
        (10, 1, (12, 60)),  # the depth of the dense layer
    ],
)
def test_another_dimension_is_another_network(
    operator: int, tensor: int, shape: tuple[int, ...]
) -> None:
    graph = made("ds_cnn")
    changed = graph.operators[operator].inputs[tensor]
    tensors = tuple(
        dataclasses.replace(t, shape=shape) if t.index == changed else t for t in graph.tensors
    )
    assert published_for(dataclasses.replace(graph, tensors=tensors)) == ()


def test_a_float_network_is_another_network() -> None:
    graph = made("autoencoder")
    tensors = tuple(dataclasses.replace(t, dtype="float32") for t in graph.tensors)
    assert published_for(dataclasses.replace(graph, tensors=tensors)) == ()

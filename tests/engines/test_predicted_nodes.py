"""Nodes, working memory and plans: what reports and published figures show, on small networks."""

from __future__ import annotations

import pytest
from support.small_models import graph_of
from support.tflite_samples import chain, dense_int8

from cubeai_auto.engines.predicted.activations import node_scratch, plan_activations
from cubeai_auto.engines.predicted.coefficients import load_coefficients
from cubeai_auto.engines.predicted.fit import architectures as nets
from cubeai_auto.engines.predicted.fit.solve import error_of, leave_one_out, non_negative
from cubeai_auto.engines.predicted.kernels import features, network_dtype
from cubeai_auto.engines.predicted.lower import lower
from cubeai_auto.engines.predicted.network import CubeNode
from cubeai_auto.tflite import Graph, Version

SCRATCH = load_coefficients().scratch


def kinds(graph: Graph, version: Version, optimization: str = "balanced") -> list[str]:
    nodes = lower(graph, version, optimization=optimization).nodes
    return [node.kind for node in nodes]


def planned(graph: Graph, version: Version, optimization: str = "balanced") -> int:
    network = lower(graph, version, optimization=optimization)
    return plan_activations(network, version, SCRATCH, optimization=optimization)[0].size


def test_a_maximum_is_fused_version_by_version() -> None:
    fused = ["conv", "dense", "dense", "softmax"]
    apart = ["conv", "activation", "pool", "dense", "dense", "softmax"]
    assert kinds(nets.ign(24), (7, 3)) == kinds(nets.ign(24), (10, 0)) == fused
    assert kinds(nets.ign(24), (8, 1)) == kinds(nets.ign(24), (11, 0)) == apart
    assert kinds(nets.ign(24), (10, 0), "time") == apart


@pytest.mark.parametrize(("version", "expected"), [((8, 1), 2_880), ((10, 0), 2_080), ((11, 0), 2_944)])
def test_activations_of_one_network_in_three_versions(version: Version, expected: int) -> None:
    """2.81, 2.03 and 2.88 KiB in the tables; 2,880 B in a report of 8.1."""
    assert planned(nets.ign(24), version) == expected


def test_convolutions_that_reach_beyond_the_picture_are_padded_before() -> None:
    early, late = kinds(nets.ds_cnn(), (7, 1)), kinds(nets.ds_cnn(), (9, 0))
    assert "pad" not in early
    assert late.count("pad") == 4  # not before the first one, which has one input channel
    assert planned(nets.resnet(8, 10, float_output=False, outer=None), (9, 0), "time") == 56_672


def test_an_int8_softmax_is_a_float_one_up_to_8_0() -> None:
    graph = graph_of(dense_int8())
    assert kinds(graph, (8, 0)) == ["convert", "dense", "convert", "softmax", "convert", "convert"]
    assert kinds(graph, (8, 1)) == ["convert", "dense", "softmax", "convert"]


@pytest.mark.parametrize(
    ("node", "version", "expected"),
    [
        # each stands in a report's table of C arrays
        (CubeNode("conv", "int8", (0,), 1, 1, 40, 128), (9, 1), 1_440),
        (CubeNode("conv", "int8", (0,), 1, 9, 3, 8), (8, 0), 652),
        (CubeNode("conv", "int8", (0,), 1, 9, 32, 20), (8, 0), 6_472),
        (CubeNode("conv", "int8", (0,), 1, 3, 256, 256), (12, 0), 5_120),
        (CubeNode("depthwise", "int8", (0,), 1, 15, 128, 128), (9, 1), 7_041),
        (CubeNode("dense", "int8", (0,), 1, 1, 256, 10), (9, 1), 512),
        (CubeNode("dense", "int8", (0,), 1, 1, 16, 16, per_channel=True), (9, 1), 192),
        (CubeNode("dense", "int8", (0,), 1, 1, 16, 1, per_channel=True), (9, 1), 32),
        (CubeNode("dense", "int8", (0,), 1, 1, 256, 10), (7, 1), 0),
        (CubeNode("conv", "float32", (0,), 1, 9, 4, 16), (9, 1), 144),
        (CubeNode("conv", "float32", (0,), 1, 9, 4, 16), (8, 1), 0),
        (CubeNode("conv", "float32", (0,), 1, 9, 1, 16, pool_rows=3_328), (10, 1), 3_364),
        (CubeNode("lstm", "float32", (0,), 1, channels_out=64), (8, 1), 1_792),
    ],
)
def test_working_memory(node: CubeNode, version: Version, expected: int) -> None:
    assert node_scratch(node, version, SCRATCH) == expected


def test_elementwise_nodes_work_in_place() -> None:
    graph = graph_of(chain(["RELU", "TANH", "LOGISTIC"], (1, 50)))
    assert planned(graph, (10, 2)) == 200


def test_features_count_what_is_there() -> None:
    network = lower(nets.mobilenet_v2(128, 5), (8, 1))
    found = features(network, (8, 1))
    assert network_dtype(network) == "int8"
    assert found["convs_int8"] == 35 + 17
    assert found["eltwise"] == found["window_int8"] == found["depthwise_int8"] == 1
    assert found["before_9"] == 1
    assert found["conv_f32"] == found["before_8"] == 0
    assert found["nodes"] == len(network.nodes)


def test_least_squares_without_negative_coefficients() -> None:
    import numpy as np

    rng = np.random.default_rng(3)
    matrix = rng.random((40, 4))
    wanted = np.array([2.0, 0.0, 5.0, 0.5])
    assert non_negative(matrix, matrix @ wanted) == pytest.approx(wanted, abs=1e-9)
    pulled = non_negative(matrix, matrix @ np.array([2.0, -3.0, 5.0, 0.5]))
    assert (pulled >= 0).all()
    assert pulled[1] == 0
    slope = matrix.T @ (matrix @ np.array([2.0, -3.0, 5.0, 0.5]) - matrix @ pulled)
    assert slope[pulled == 0].max() <= 1e-9  # no coefficient at zero would rather be positive


def test_leaving_out_leaves_out_the_whole_group() -> None:
    import numpy as np

    matrix, groups = np.ones((4, 1)), ["a", "a", "b", "c"]
    values = np.array([100.0, 100.0, 10.0, 10.0])
    unseen = leave_one_out(matrix, values, groups)
    assert unseen[0] == unseen[1] == pytest.approx(10)
    assert unseen[2] > 10
    error = error_of(list(unseen), list(values), groups)
    assert (error.rows, error.networks) == (4, 3)
    assert error.worst >= error.median > 0

"""What the kernels of a network cost: a linear model of what is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cubeai_auto.engines.predicted.coefficients import KernelModel
from cubeai_auto.engines.predicted.network import CubeNetwork, CubeNode
from cubeai_auto.tflite.rules import Version

__all__ = ["FLASH", "LATE", "RAM", "features", "kernel_bytes", "kinds_of", "network_dtype"]

FLASH = (
    "base", "conv_f32", "depthwise_f32", "fused_pool_f32", "dense_int8", "window_int8",
    "depthwise_int8", "softmax_int8", "eltwise", "nodes", "convs_int8", "channels_int8",
    "before_8", "before_9",
)  # fmt: skip
"""Features of the flash up to X-CUBE-AI 10.2: kernels that are linked or not, then numbers."""

RAM = ("base", "nodes", "convs_f32", "convs_int8", "denses_f32", "denses_int8", "early_convs")
"""Features of the RAM up to X-CUBE-AI 10.2: the runtime's tables have entries for every node."""

LATE = ("base",)
"""From 11.0 on only two small networks are known, in float."""

_WINDOWED = frozenset({"conv", "depthwise"})


def network_dtype(network: CubeNetwork) -> str:
    """``int8`` if a weighted node is, else ``float32``."""
    weighted = {"conv", "depthwise", "dense"}
    if any(node.dtype == "int8" for node in network.nodes if node.kind in weighted):
        return "int8"
    return "float32"


def kinds_of(network: CubeNetwork) -> frozenset[str]:
    """Type and kind of every node, such as ``int8 conv``; an activation by its function."""
    return frozenset(f"{node.dtype} {node.kind}" for node in network.nodes)


def features(network: CubeNetwork, version: Version) -> dict[str, float]:
    """All features by name."""
    nodes = network.nodes

    def any_of(test: Callable[[CubeNode], bool]) -> float:
        return float(any(test(node) for node in nodes))

    def number(test: Callable[[CubeNode], bool]) -> float:
        return float(sum(test(node) for node in nodes))

    def conv_int8(node: CubeNode) -> bool:
        return node.kind in _WINDOWED and node.dtype == "int8"

    def conv_f32(node: CubeNode) -> bool:
        return node.kind in _WINDOWED and node.dtype == "float32"

    return {
        "base": 1.0,
        "conv_f32": any_of(lambda n: n.kind == "conv" and n.dtype == "float32"),
        "depthwise_f32": any_of(lambda n: n.kind == "depthwise" and n.dtype == "float32"),
        "fused_pool_f32": any_of(lambda n: conv_f32(n) and n.pool_rows > 0),
        "dense_int8": any_of(lambda n: n.kind == "dense" and n.dtype == "int8"),
        "window_int8": any_of(lambda n: n.kind == "conv" and n.dtype == "int8" and n.taps > 1),
        "depthwise_int8": any_of(lambda n: n.kind == "depthwise" and n.dtype == "int8"),
        "softmax_int8": any_of(lambda n: n.kind == "softmax" and n.dtype == "int8"),
        "eltwise": any_of(lambda n: n.kind == "eltwise"),
        "nodes": float(len(nodes)),
        "convs_int8": number(conv_int8),
        "channels_int8": float(sum(n.channels_out for n in nodes if conv_int8(n))),
        "before_8": float(version < (8, 0)),
        "before_9": float((8, 0) <= version < (9, 0)),
        "convs_f32": number(conv_f32),
        "denses_f32": number(lambda n: n.kind == "dense" and n.dtype == "float32"),
        "denses_int8": number(lambda n: n.kind == "dense" and n.dtype == "int8"),
        "early_convs": number(conv_int8) * (version < (8, 0)),
    }


def kernel_bytes(model: KernelModel, network: CubeNetwork, version: Version) -> int:
    """The model's prediction; whether it reaches is the caller's to see."""
    found = features(network, version)
    factors: Mapping[str, float] = model.factors
    return round(sum(factor * found[name] for name, factor in factors.items()))

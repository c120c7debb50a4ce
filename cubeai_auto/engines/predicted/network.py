"""A network as Cube.AI's generated code runs it: nodes after fusion, and the tensors between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CubeNetwork", "CubeNode", "Kind"]

Kind = Literal[
    "activation", "concat", "conv", "convert", "dense", "depthwise", "eltwise", "lstm", "other",
    "pad", "pool", "resize", "softmax", "transpose",
]  # fmt: skip
"""What a node does; ``other`` is everything that no figure is known for."""


@dataclass(frozen=True, slots=True)
class CubeNode:
    """A node of the generated C code.

    Attributes:
        kind: what it does.
        dtype: ``float32`` or ``int8``, of its output.
        sources: the tensors it reads, constants left out.
        target: the tensor it writes.
        taps: elements of its window, height times width (1 for a dense layer).
        channels_in: input channels, or inputs of a dense layer.
        channels_out: output channels, or outputs of a dense layer.
        rows_in: rows of its input; 1 if it has no height.
        rows_out: rows of its output.
        pool_rows: bytes of convolution output that it holds for a fused pool; 0 without one.
        per_channel: whether its weights have one scale a channel.
        clipped: whether a relu6 stands behind it.
        function: the operator, for ``activation`` and ``other``.
    """

    kind: Kind
    dtype: str
    sources: tuple[int, ...]
    target: int
    taps: int = 1
    channels_in: int = 0
    channels_out: int = 0
    rows_in: int = 1
    rows_out: int = 1
    pool_rows: int = 0
    per_channel: bool = False
    clipped: bool = False
    function: str = ""


@dataclass(frozen=True, slots=True)
class CubeNetwork:
    """Nodes in execution order.

    Attributes:
        nodes: the nodes.
        sizes: bytes of each tensor.
        inputs: the tensors that the application fills.
        outputs: the tensors that it reads.
    """

    nodes: tuple[CubeNode, ...]
    sizes: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

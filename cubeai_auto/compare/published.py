"""Figures that others measured, and how a network is recognized as the one they measured."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cubeai_auto.quantity import Quantity, reported
from cubeai_auto.tflite.graph import Graph, Operator, Tensor
from cubeai_auto.tflite.views import is_view

__all__ = ["PublishedCount", "network_signature", "published_counts", "published_for"]


@dataclass(frozen=True, slots=True)
class PublishedCount:
    """Instructions of one inference of a network that was measured elsewhere.

    Attributes:
        name: of the network.
        side: whose code it was, in the names of a comparison's sides.
        version: of that code.
        network: its signature.
        value: instructions.
        source: core, compiler and emulator.
        flash: bytes of the whole program; ``None`` where not known.
        code: of these, without the model.
        arena: bytes of RAM for tensors and the interpreter.
        core: on which it was counted.
        fpu_abi: ``hard`` or ``soft``.
        optimization: of the compiler; empty where the best of several is given.
    """

    name: str
    side: str
    version: str
    network: str
    value: int
    source: str
    flash: int | None = None
    code: int | None = None
    arena: int | None = None
    core: str = "cortex-m4"
    fpu_abi: str = "hard"
    optimization: str = ""

    @property
    def instructions(self) -> Quantity:
        """The count with its provenance."""
        return reported(self.value, "instructions", self.source)


@cache
def published_counts() -> tuple[PublishedCount, ...]:
    """All figures that this package knows."""
    text = (files("cubeai_auto") / "resources" / "published.toml").read_text("utf-8")
    return tuple(
        PublishedCount(
            row["name"],
            row["side"],
            row["version"],
            " ".join(row["network"].split()),
            row["value"],
            " ".join(row["source"].split()),
            row.get("flash"),
            row.get("code"),
            row.get("arena"),
            optimization=row.get("optimization", ""),
        )
        for row in tomllib.loads(text)["instructions"]
    )


def published_for(graph: Graph) -> tuple[PublishedCount, ...]:
    """The figures of networks that do the same work."""
    signature = network_signature(graph)
    return tuple(count for count in published_counts() if count.network == signature)


def network_signature(graph: Graph) -> str:
    """The operators with the dimensions that decide their work: equal for equal work.

    Operators are sorted, so that the order of branches does not matter, and equal ones counted.
    Views are left out. Convolutions and pools are written as input, kernel and output, as in
    ``CONV_2D 25x5x64 1x1 25x5x64``; fully connected layers as depth and rows; of others the
    elements of the output decide.
    """
    parts = Counter(
        f"{operator.name} {_dimensions(graph, operator)}"
        for operator in graph.operators
        if not is_view(graph, operator)
    )
    listed = (part if times == 1 else f"{times} of {part}" for part, times in sorted(parts.items()))
    kinds = [graph.tensor(index).dtype for index in graph.inputs[:1]]
    return " ".join((*kinds, ", ".join(listed)))


def _dimensions(graph: Graph, operator: Operator) -> str:
    if not operator.inputs or not operator.outputs or min(operator.inputs[:2]) < 0:
        return ""
    source, target = graph.tensor(operator.inputs[0]), graph.tensor(operator.outputs[0])
    if operator.name == "FULLY_CONNECTED" and len(operator.inputs) > 1:
        weights = graph.tensor(operator.inputs[1]).shape
        return "x".join(map(str, reversed(weights)))
    if len(source.shape) == len(target.shape) == 4:
        if operator.name in {"CONV_2D", "DEPTHWISE_CONV_2D"} and len(operator.inputs) > 1:
            kernel = graph.tensor(operator.inputs[1]).shape[1:3]
            return f"{_image(source)} {'x'.join(map(str, kernel))} {_image(target)}"
        if operator.name in {"AVERAGE_POOL_2D", "MAX_POOL_2D"}:
            kernel = tuple(operator.option_int(f"filter_{side}", 1) for side in ("height", "width"))
            return f"{_image(source)} {'x'.join(map(str, kernel))} {_image(target)}"
    return str(target.elements)


def _image(tensor: Tensor) -> str:
    """Height, width and channels; a batch of one is not written."""
    return "x".join(map(str, tensor.shape if tensor.shape[0] != 1 else tensor.shape[1:]))

"""Figures that others measured for networks of the same shapes, shown beside ours and named as such."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cubeai_auto.quantity import Quantity, reported
from cubeai_auto.tflite.graph import Graph

__all__ = ["Published", "network_signature", "published_for"]

_VIEWS = frozenset({"RESHAPE", "SQUEEZE", "EXPAND_DIMS"})


@dataclass(frozen=True, slots=True)
class Published:
    """An instruction count.

    Attributes:
        side: whose.
        version: of that side.
        instructions: per inference.
        core, fpu_abi, optimization: under which conditions it was counted.
    """

    side: str
    version: str
    instructions: Quantity
    core: str
    fpu_abi: str
    optimization: str


def published_for(graph: Graph) -> tuple[Published, ...]:
    """The figures for networks of these shapes."""
    signature = network_signature(graph)
    return tuple(found for network, found in _entries() if network == signature)


def network_signature(graph: Graph) -> str:
    """The operators with the dimensions that decide their work: equal for equal work.

    Views are left out. Only fully connected layers and softmax are described by dimensions.
    """
    parts = []
    for operator in graph.operators:
        if operator.name in _VIEWS:
            continue
        kernel = graph.tensor(operator.inputs[1]).shape if len(operator.inputs) > 1 else ()
        if operator.name == "FULLY_CONNECTED" and len(kernel) == 2:
            rows, depth = kernel
            parts.append(f"{operator.name} {depth}x{rows}")
        else:
            made = [graph.tensor(index).elements for index in operator.outputs[:1]]
            parts.append(" ".join((operator.name, *map(str, made))))
    kinds = [graph.tensor(index).dtype for index in graph.inputs[:1]]
    return " ".join((*kinds, ", ".join(parts)))


@cache
def _entries() -> tuple[tuple[str, Published], ...]:
    text = (files("cubeai_auto") / "resources" / "published.toml").read_text("utf-8")
    return tuple(
        (
            row["network"],
            Published(
                row["side"],
                row["version"],
                reported(row["value"], "instructions", row["source"]),
                row["core"],
                row["fpu_abi"],
                row["optimization"],
            ),
        )
        for row in tomllib.loads(text)["instructions"]
    )

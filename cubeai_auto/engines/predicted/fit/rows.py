"""What is known of one deployment: the network, the version, and the figures that were stated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cubeai_auto.engines.predicted.network import CubeNetwork
from cubeai_auto.tflite.rules import Version

__all__ = ["FitRow", "Group", "ScratchRow", "distinct", "group_of"]

Group = tuple[tuple[int, int], ...]
"""What networks share that are left out together: taps and outputs of their weighted nodes."""


@dataclass(frozen=True, slots=True)
class FitRow:
    """A row of known figures, in bytes.

    Attributes:
        network: its name, for readers.
        source: the file or the publication.
        version: of the X-CUBE-AI pack.
        nodes: the network as the version runs it.
        optimization: ``balanced`` or ``time``.
        io_inside: whether inputs and outputs lie in the activations.
        activations: as stated, or ``None``.
        kernel_flash: the runtime's code and constants, toolchain included, or ``None``.
        kernel_ram: the runtime's own data, or ``None``.
        toolchain_flash: the part of ``kernel_flash`` that is the compiler's, or ``None``.
    """

    network: str
    source: str
    version: Version
    nodes: CubeNetwork
    optimization: str = "balanced"
    io_inside: bool = True
    activations: int | None = None
    kernel_flash: int | None = None
    kernel_ram: int | None = None
    toolchain_flash: int | None = None


@dataclass(frozen=True, slots=True)
class ScratchRow:
    """The working memory of one node, as a report lists it.

    Attributes:
        group: see :func:`group_of`.
        kind: which coefficients it belongs to.
        features: the numbers that they multiply.
        size: bytes.
    """

    group: Group
    kind: str
    features: tuple[float, ...]
    size: int


def group_of(network: CubeNetwork) -> Group:
    """Taps and outputs of the weighted nodes: equal for one network in several types and sizes."""
    return tuple((node.taps, node.channels_out) for node in network.nodes if node.channels_in)


def distinct(rows: Iterable[FitRow]) -> list[FitRow]:
    """Each deployment once: boards of one table repeat their figures."""
    seen = set()
    found = []
    for row in rows:
        key = (
            group_of(row.nodes), row.nodes.sizes[:1], row.version, row.activations, row.kernel_flash,
            row.kernel_ram,
        )  # fmt: skip
        if key not in seen:
            seen.add(key)
            found.append(row)
    return found

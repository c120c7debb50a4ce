"""Where the fit has nothing to say, and why."""

from __future__ import annotations

from collections.abc import Sequence

from cubeai_auto.engines.predicted.coefficients import Coefficients, KernelModel
from cubeai_auto.engines.predicted.kernels import kinds_of
from cubeai_auto.engines.predicted.network import CubeNetwork
from cubeai_auto.target import Target
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.macc import is_hybrid
from cubeai_auto.tflite.rules import Version

__all__ = ["kernel_model", "unplanned", "unstored"]

_CORES = frozenset({"cortex-m4", "cortex-m7", "cortex-m33"})
_OPTIMIZATIONS = frozenset({"balanced", "time"})


def unstored(graph: Graph) -> str:
    """Why it is not known how the tool stores and runs a model; empty if it is."""
    for op in graph.operators:
        if is_hybrid(graph, op):
            return f"operator {op.index} ({op.name}) is hybrid: no report shows how Cube.AI runs it"
        source = graph.tensors[op.inputs[0]] if op.inputs and op.inputs[0] != -1 else None
        if op.name == "DEQUANTIZE" and source is not None and source.is_constant:
            kind = f"operator {op.index} converts a {source.dtype} constant"
            return f"{kind}: no report shows how Cube.AI stores it"
    return ""


def unplanned(
    graph: Graph, network: CubeNetwork, found: Coefficients, target: Target, optimization: str
) -> str:
    """Why activations are not predicted; empty if they are."""
    if target.core == "cortex-m55":
        return f"no figure of {target.name} is known that ran without its Neural-ART accelerator"
    if optimization not in _OPTIMIZATIONS:
        return f"no figure is known for the optimization {optimization!r}, only balanced and time"
    return unstored(graph) or _unseen(network, found.activation_kinds)


def kernel_model(
    models: Sequence[KernelModel], network: CubeNetwork, version: Version, target: Target
) -> KernelModel | str:
    """The model of the kernels that reaches, or why none does."""
    if target.core not in _CORES:
        return f"no figure of a {target.core} is known: all are of {', '.join(sorted(_CORES))}"
    for model in models:
        if model.since <= version <= model.until:
            return _unseen(network, model.kinds) or model
    known = ", ".join(f"{_text(model.since)} to {_text(model.until)}" for model in models)
    return f"no kernel size of X-CUBE-AI {_text(version)} is known, only of {known}"


def _unseen(network: CubeNetwork, kinds: frozenset[str]) -> str:
    for node in network.nodes:
        if node.kind == "other":
            return f"no figure of a network with {node.function} is known"
    unseen = sorted(kinds_of(network) - kinds)
    return f"no figure of a network with {' and '.join(unseen)} is known" if unseen else ""


def _text(version: Version) -> str:
    return ".".join(map(str, version))

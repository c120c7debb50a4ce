"""The layers of the built-in engine's report: costs by rule, and instructions where counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto.codegen import GeneratedNetwork
from cubeai_auto.engines.base import EngineRequest
from cubeai_auto.engines.slow_layers import slow_layers
from cubeai_auto.quantity import Quantity, missing, predicted, simulated
from cubeai_auto.reports.layer import LayerInfo
from cubeai_auto.tflite.costs import layer_costs
from cubeai_auto.tflite.graph import Graph

__all__ = ["Counted", "layer_infos"]


@dataclass(frozen=True, slots=True)
class Counted:
    """Instructions of each compiled layer, in their order, and where they were counted."""

    instructions: tuple[int, ...]
    source: str


def layer_infos(
    request: EngineRequest, graph: Graph, network: GeneratedNetwork, counted: Counted | None = None
) -> tuple[LayerInfo, ...]:
    """One entry for each operator of the model.

    Args:
        request: what was asked for.
        graph: the network.
        network: what was compiled from it.
        counted: the instructions of each compiled layer, where they were counted.
    """
    slow = slow_layers(graph, network.layers, dsp=request.target.dsp)
    taken: dict[int, int] = {}
    for layer, count in zip(
        network.layers, () if counted is None else counted.instructions, strict=False
    ):
        taken[layer.operator] = taken.get(layer.operator, 0) + count
    rule = "Cube.AI's MACC rules"
    return tuple(
        LayerInfo(
            id=operator.index,
            name=graph.tensor(operator.outputs[0]).name,
            type=operator.name,
            shape=graph.tensor(operator.outputs[0]).shape,
            params=cost.params,
            macc=missing(cost.reason) if cost.macc is None else predicted(cost.macc, "MACC", rule),
            instructions=_instructions(operator.index, taken, counted),
            slow=slow.get(operator.index, ""),
        )
        for operator, cost in zip(graph.operators, layer_costs(graph), strict=True)
    )


def _instructions(operator: int, taken: Mapping[int, int], counted: Counted | None) -> Quantity:
    if counted is None:
        return missing("counted in the emulator only")
    if operator not in taken:
        return missing("a view or a constant: no code of its own")
    return simulated(taken[operator], "instructions", counted.source)

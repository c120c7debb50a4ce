"""Size, memory and instructions of a network in one build, and whether its outputs are right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from support.engine_runs import golden_outputs, output_specs, write_network

from cubeai_auto.codegen import CompileOptions, GeneratedNetwork
from cubeai_auto.engines import random_inputs
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.footprint import link_footprint
from cubeai_auto.target import find_target
from cubeai_auto.tflite.costs import total_macc
from cubeai_auto.tflite.graph import Graph

__all__ = ["SEED", "VECTORS", "NetworkMeasures", "measure_network"]

VECTORS, SEED = 3, 1
"""Instructions depend on the inputs a little: the figures are for these."""


@dataclass(frozen=True, slots=True)
class NetworkMeasures:
    """What a build took; bytes but for ``instructions`` and ``macc``.

    Attributes:
        instructions: the most of all vectors.
        layers: likewise of each compiled layer.
        code: machine code of the network with its literal pools.
        read_only: parameters of layers, names and tables outside the data file.
        channel_constants: multipliers and shifts.
        weights: weights and biases.
        flash: all of these, and initial values of variables.
        live_bound: what no memory plan can be smaller than.
        wrong: outputs that differ from the golden model's.
    """

    instructions: int
    layers: tuple[int, ...]
    macc: int
    code: int
    read_only: int
    channel_constants: int
    weights: int
    flash: int
    activations: int
    live_bound: int
    stack: int
    wrong: int
    machine: str
    network: GeneratedNetwork

    @property
    def per_macc(self) -> float:
        """Instructions for each multiplication and addition."""
        return self.instructions / self.macc


def measure_network(
    graph: Graph,
    work: Path,
    *,
    optimization: str = "balanced",
    opt_level: str = "O2",
    target_name: str = "stm32f4",
) -> NetworkMeasures:
    """Generate, link, and run in the emulator."""
    target = find_target(target_name)
    sources = work / "generated"
    network = write_network(graph, sources, CompileOptions(dsp=target.dsp, optimization=optimization))
    linked = link_footprint(sources, "network", target=target, work=work, opt_level=opt_level)
    inputs = random_inputs(graph, VECTORS, SEED)
    ran = run_on_emulator(
        sources,
        "network",
        inputs,
        output_specs(graph),
        target=target,
        work=work,
        opt_level=opt_level,
    )
    expected = golden_outputs(graph, network.layers, inputs)
    wrong = sum(
        int(np.count_nonzero(a.view(np.uint8) != b.view(np.uint8)))
        for a, b in zip(ran.outputs, expected, strict=True)
    )
    stored = linked.weight_symbols + linked.bias_symbols
    return NetworkMeasures(
        instructions=ran.instructions_max,
        layers=ran.layers,
        macc=int(total_macc(graph).value or 0),
        code=linked.code,
        read_only=linked.rodata,
        channel_constants=linked.weights - stored,
        weights=stored,
        flash=linked.network_flash,
        activations=network.memory.size,
        live_bound=network.memory.plan.live_bound,
        stack=ran.stack_bytes,
        wrong=wrong,
        machine=ran.machine,
        network=network,
    )

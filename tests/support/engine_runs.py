"""Runs a model through the golden model, the generated C and the oracle, in comparable form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen import CompileOptions, GeneratedNetwork, compile_network
from cubeai_auto.codegen.golden import evaluate
from cubeai_auto.codegen.layers import Layer
from cubeai_auto.files import write_files
from cubeai_auto.firmware.host import HostRun, run_on_host
from cubeai_auto.firmware.vectors import OutputSpec
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.vectors import batched_inputs
from cubeai_auto.tflite.views import view_roots

__all__ = ["golden_outputs", "host_outputs", "output_specs", "write_network"]

Array = npt.NDArray[np.generic]


def golden_outputs(
    graph: Graph,
    layers: Sequence[Layer],
    inputs: Sequence[Array],
    evaluate: Callable[..., Array] = evaluate,
) -> tuple[Array, ...]:
    """The golden model's outputs, (vectors, *shape) each; all vectors go through at once."""
    arrays = batched_inputs(graph, inputs)
    count = len(arrays[0])
    roots = view_roots(graph)
    values = {roots[index]: array for index, array in zip(graph.inputs, arrays, strict=True)}
    for layer in layers:
        given = [values[roots[index]].ravel() for index in layer.sources]
        values[roots[layer.target]] = evaluate(layer.body, *given)
    return tuple(
        values[roots[index]].reshape(count, *graph.tensor(index).vector_shape)
        for index in graph.outputs
    )


def write_network(
    graph: Graph, folder: Path, options: CompileOptions | None = None
) -> GeneratedNetwork:
    """Compile a graph into ``folder``."""
    network = compile_network(graph, options or CompileOptions())
    write_files(folder, {file.name: file.content for file in network.files})
    return network


def output_specs(graph: Graph) -> list[OutputSpec]:
    """Types and shapes of the outputs, for the runners."""
    return [OutputSpec(graph.tensor(i).dtype, graph.tensor(i).vector_shape) for i in graph.outputs]


def host_outputs(
    graph: Graph,
    inputs: Sequence[Array],
    work: Path,
    options: CompileOptions | None = None,
    *,
    sanitize: bool = True,
) -> HostRun:
    """Compile a graph to C and run it on this machine, by default with sanitizers."""
    options = options or CompileOptions()
    write_network(graph, work / "generated", options)
    return run_on_host(
        work / "generated",
        options.name,
        inputs,
        output_specs(graph),
        work=work,
        sanitize=sanitize,
        fast_float=options.fast_float,
    )

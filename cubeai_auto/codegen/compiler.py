"""The compiler's front door: a graph and options in, C sources and their plan out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from cubeai_auto.codegen.emit import EmitOptions, GeneratedFile, emit
from cubeai_auto.codegen.fixed_point import Rounding
from cubeai_auto.codegen.kernel_sharing import share_kernels
from cubeai_auto.codegen.layers import DenseS8, Layer, SoftmaxS8
from cubeai_auto.codegen.legacy import emit_legacy
from cubeai_auto.codegen.literals import check_c_name
from cubeai_auto.codegen.lower import lower
from cubeai_auto.codegen.memory import MemoryPlan, plan_memory
from cubeai_auto.codegen.prepare import prepared
from cubeai_auto.contract import InputContract
from cubeai_auto.tflite.costs import layer_costs
from cubeai_auto.tflite.graph import Graph

__all__ = ["CompileOptions", "GeneratedNetwork", "compile_network"]


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """What the generated code is for.

    Attributes:
        name: the network's C name; prefixes every symbol.
        dsp: whether the target has the DSP extension.
        optimization: ``time``, ``balanced``, ``ram`` or ``size``.
        io_in_activations: plan inputs and outputs inside the activations; else the caller
            provides their buffers.
        fast_float: allow fused multiply-add; float results then differ in the last bits.
        rounding: of every requantization: ``double`` as TFLM, or ``single``.
        contract: the input contract to export.
        c_api: ``st-ai``, or ``legacy`` for the ai_ functions of X-CUBE-AI up to 10.
    """

    name: str = "network"
    dsp: bool = True
    optimization: str = "balanced"
    io_in_activations: bool = True
    fast_float: bool = False
    rounding: Rounding = "double"
    contract: InputContract | None = None
    c_api: Literal["st-ai", "legacy"] = "st-ai"


@dataclass(frozen=True, slots=True)
class GeneratedNetwork:
    """The result of a compilation.

    ``notes`` say what an engineer should know, such as why a layer is not on the fast path.
    """

    name: str
    files: tuple[GeneratedFile, ...]
    layers: tuple[Layer, ...]
    memory: MemoryPlan
    notes: tuple[str, ...]


def compile_network(graph: Graph, options: CompileOptions) -> GeneratedNetwork:
    """Compile a graph to C.

    Raises:
        UnsupportedModelError: an operator, type or shape is not covered.
        UsageError: the name is not usable in C.
    """
    check_c_name(options.name)
    macc = sum(cost.macc or 0 for cost in layer_costs(graph))
    graph = prepared(graph)
    lowered = lower(graph, dsp=options.dsp, rounding=options.rounding)
    layers = share_kernels(lowered, options.optimization)
    if options.optimization == "ram":
        layers = tuple(replace(layer, body=layer.body.with_least_scratch()) for layer in layers)
    memory = plan_memory(
        graph,
        layers,
        io_inside=options.io_in_activations,
        overlap=options.optimization == "ram",
    )
    write = emit_legacy if options.c_api == "legacy" else emit
    written = write(
        graph,
        layers,
        memory,
        macc,
        EmitOptions(
            name=options.name,
            optimization=options.optimization,
            fast_float=options.fast_float,
            rounding=options.rounding,
            contract=options.contract,
        ),
    )
    notes = tuple(note for layer in layers for note in _notes(layer, options))
    return GeneratedNetwork(options.name, written, layers, memory, notes)


def _notes(layer: Layer, options: CompileOptions) -> Iterator[str]:
    yield from (f"{layer.name} {note}" for note in layer.body.notes)
    match layer.body:
        case DenseS8(paired=False, reason=why) if options.dsp:
            yield f"{layer.name} runs row by row: {why.removeprefix('row by row: ')}"
        case SoftmaxS8(depth=depth) if depth > SoftmaxS8.SAFE_DEPTH:
            yield (
                f"{layer.name} has {depth:,} classes: TFLM aborts on inputs that leave more than "
                f"{SoftmaxS8.SAFE_DEPTH} of them about equal; here they all become 0"
            )
        case _:
            pass

"""The built-in engine's report: costs by rule, sizes from a linked program where one could be made."""

from __future__ import annotations

import datetime as dt

from cubeai_auto import __version__
from cubeai_auto.codegen import GeneratedNetwork
from cubeai_auto.engines.base import EngineRequest
from cubeai_auto.engines.builtin_layers import layer_infos
from cubeai_auto.firmware.footprint import LinkedFootprint
from cubeai_auto.quantity import JsonValue, Quantity, measured, missing, predicted
from cubeai_auto.reports.memory import Buffer, MemoryMap
from cubeai_auto.reports.report import CubeReport, Footprint, TensorInfo, ToolInfo
from cubeai_auto.tflite.costs import params, total_macc, weights
from cubeai_auto.tflite.graph import Graph

__all__ = ["SINGLE_ROUNDING", "build_report", "memory_map", "report_json"]

_TOOL = "cubeai_auto built-in engine"

SINGLE_ROUNDING = "requantization rounds once; TFLM, the oracle, rounds twice"
"""What an int8 network with ``rounding = "single"`` is not compared with."""


def build_report(
    request: EngineRequest,
    graph: Graph,
    network: GeneratedNetwork,
    linked: LinkedFootprint | None,
    no_sizes: str,
    files: tuple[str, ...],
) -> CubeReport:
    """The report of a compilation.

    Args:
        request: what was asked for.
        graph: the network.
        network: what was compiled from it.
        linked: sizes of a linked program, if there is one.
        no_sizes: why there is none.
        files: the names of all generated files.
    """
    return CubeReport(
        tool=ToolInfo(_TOOL, __version__),
        status="ok",
        model_path=request.shown_model or str(request.model),
        model_name=graph.name,
        model_format=_format(graph),
        model_hash=graph.sha256,
        c_name=request.name,
        macc=total_macc(graph),
        params=params(graph),
        footprint=_footprint(graph, network, linked, no_sizes),
        inputs=tuple(_tensor(graph, index) for index in graph.inputs),
        outputs=tuple(_tensor(graph, index) for index in graph.outputs),
        layers=layer_infos(request, graph, network),
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        target=request.target.name,
        compression=request.compression,
        optimization=request.optimization,
        c_api=request.c_api,
        generated_files=files,
        notes=(*network.notes, *_unverified(graph, request)),
    )


def _unverified(graph: Graph, request: EngineRequest) -> tuple[str, ...]:
    integer = any(tensor.dtype == "int8" and not tensor.is_constant for tensor in graph.tensors)
    if request.rounding == "double" or not integer:
        return ()
    return (f"unverified: {SINGLE_ROUNDING}",)


def memory_map(graph: Graph, network: GeneratedNetwork) -> MemoryMap:
    """The plan of the activations in the form of reports."""
    memory = network.memory
    return MemoryMap(
        size=memory.size,
        live_bound=memory.plan.live_bound,
        steps=tuple(f"{operator.index} {operator.name}" for operator in graph.operators),
        buffers=tuple(
            Buffer(request.name, offset, request.size, request.first, request.last)
            for request, offset in zip(memory.buffers, memory.plan.offsets, strict=True)
        ),
    )


def report_json(report: CubeReport, request: EngineRequest, memory: MemoryMap) -> dict[str, JsonValue]:
    """The content of ``<name>_report.json``."""
    return {
        "schema": "cubeai-auto/generate/1",
        **report.to_json(),
        "opt_level": request.opt_level,
        "io_in_activations": request.io_in_activations,
        "fast_float": request.fast_float,
        "rounding": request.rounding,
        "memory_map": memory.to_json(),
        "input_contract": None if request.contract is None else request.contract.to_json(),
    }


def _format(graph: Graph) -> str:
    """Types of inputs and weights, and how the weights are quantized."""
    kinds = sorted({graph.tensor(index).dtype for index in graph.inputs})
    filters = [
        tensor
        for tensor in graph.tensors
        if tensor.is_constant and len(tensor.shape) > 1 and tensor.quantization
    ]
    stored = sorted({tensor.dtype for tensor in filters})
    if not stored:
        return "+".join(kinds)
    per = any(t.quantization is not None and t.quantization.per_channel for t in filters)
    return f"{'+'.join(stored)}, weights per {'channel' if per else 'tensor'}, inputs {'+'.join(kinds)}"


def _tensor(graph: Graph, index: int) -> TensorInfo:
    tensor = graph.tensor(index)
    quantized = tensor.quantization if tensor.dtype != "float32" else None
    return TensorInfo(
        name=tensor.name,
        dtype=tensor.dtype,
        shape=tensor.shape,
        bytes=tensor.nbytes,
        scale=None if quantized is None else quantized.scale,
        zero_point=None if quantized is None else quantized.zero_point,
    )


def _footprint(
    graph: Graph, network: GeneratedNetwork, linked: LinkedFootprint | None, no_sizes: str
) -> Footprint:
    io = [
        sum(graph.tensor(index).nbytes for index in indices)
        for indices in (graph.inputs, graph.outputs)
    ]
    where = "the tensors' sizes: their buffers are the caller's"
    inside = missing("inside activations")
    inputs, outputs = (
        (inside, inside)
        if network.memory.io_inside
        else (predicted(io[0], "B", where), predicted(io[1], "B", where))
    )
    if linked is None:
        reason = missing(f"not linked: {no_sizes}")
        return Footprint(
            weights=weights(graph),
            activations=predicted(network.memory.size, "B", "the engine's memory plan"),
            inputs=inputs,
            outputs=outputs,
            states=_states(network),
            kernel_flash=reason,
            channel_constants=reason,
            data_ram=predicted(
                network.memory.size
                + network.memory.states.size
                + (0 if network.memory.io_inside else sum(io)),
                "B",
                "the engine's memory plan",
            ),
            kernel_ram=reason,
            toolchain_flash=reason,
            toolchain_ram=reason,
            flash_total=reason,
            ram_total=reason,
        )
    flags = " ".join(flag for flag in linked.flags if flag.startswith(("-O", "-mcpu")))
    source = f"program linked with {linked.compiler}, {flags}"

    def size(value: int) -> Quantity:
        return measured(value, "B", source)

    stored = linked.weight_symbols + linked.bias_symbols
    return Footprint(
        weights=size(stored),
        activations=size(linked.activations),
        inputs=inputs if network.memory.io_inside else size(io[0]),
        outputs=outputs if network.memory.io_inside else size(io[1]),
        states=size(linked.states) if linked.states else _states(network),
        kernel_flash=size(linked.code + linked.rodata + linked.data),
        channel_constants=size(linked.weights - stored),
        data_ram=size(linked.activations + linked.states + linked.io),
        kernel_ram=size(linked.data + linked.bss + linked.context),
        toolchain_flash=size(linked.library_flash),
        toolchain_ram=size(linked.library_ram),
        flash_total=size(linked.network_flash + linked.library_flash),
        ram_total=size(linked.network_ram + linked.library_ram),
    )


def _states(network: GeneratedNetwork) -> Quantity:
    size = network.memory.states.size
    return predicted(size, "B", "the engine's memory plan" if size else "no layer keeps a state")

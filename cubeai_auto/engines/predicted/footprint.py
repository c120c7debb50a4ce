"""Flash and RAM as Cube.AI would report them, each figure with its rule or its error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cubeai_auto.engines.base import EngineRequest
from cubeai_auto.engines.predicted.activations import plan_activations
from cubeai_auto.engines.predicted.coefficients import Coefficients, Error, KernelModel
from cubeai_auto.engines.predicted.kernels import kernel_bytes, network_dtype
from cubeai_auto.engines.predicted.network import CubeNetwork
from cubeai_auto.engines.predicted.reach import kernel_model, unplanned, unstored
from cubeai_auto.quantity import Quantity, missing, predicted
from cubeai_auto.reports.memory import Buffer, MemoryMap
from cubeai_auto.reports.report import Footprint
from cubeai_auto.tflite.costs import weights
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.rules import Version

__all__ = ["predict_footprint"]

_WEIGHT_ALIGNMENT = 8
_EXPONENTIAL = frozenset({"ELU", "LOGISTIC"})
_TOOLCHAIN: tuple[Version, Version] = ((9, 0), (10, 2))
_STATEFUL = frozenset({"UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_RNN", "SVDF"})


def predict_footprint(
    graph: Graph,
    network: CubeNetwork,
    request: EngineRequest,
    version: Version,
    found: Coefficients,
) -> tuple[Footprint, MemoryMap | None]:
    """The footprint, and the plan of the activations where there is one."""
    dtype = network_dtype(network)
    activations, memory = _activations(graph, network, request, version, found)
    inputs, outputs = _ends(graph, request)
    flash = _kernels(found.flash, graph, network, request, version)
    ram = _kernels(found.ram, graph, network, request, version)
    stored = weights(graph)
    aligned = stored
    if stored.value is not None:
        size = -(-int(stored.value) // _WEIGHT_ALIGNMENT) * _WEIGHT_ALIGNMENT
        aligned = predicted(size, "B", "weights, rounded up")
    data = _sum("activations, inputs and outputs", activations, inputs, outputs)
    stateful = any(op.name in _STATEFUL for op in graph.operators) or any(
        tensor.is_variable for tensor in graph.tensors
    )
    footprint = Footprint(
        weights=stored,
        activations=activations,
        inputs=inputs,
        outputs=outputs,
        states=missing("where Cube.AI keeps a network's states is not known")
        if stateful
        else predicted(0, "B", "the network has no states"),
        kernel_flash=flash,
        kernel_ram=ram,
        channel_constants=missing("inside the kernels, as ST counts"),
        toolchain_flash=_toolchain(network, version, found, flash, dtype),
        toolchain_ram=missing("inside the kernels, as ST counts"),
        flash_total=_sum("weights, rounded up to 8 B, and kernels", aligned, flash),
        ram_total=_sum("activations, inputs, outputs and kernels", data, ram),
        data_ram=data,
    )
    return footprint, memory


def _activations(
    graph: Graph,
    network: CubeNetwork,
    request: EngineRequest,
    version: Version,
    found: Coefficients,
) -> tuple[Quantity, MemoryMap | None]:
    reason = unplanned(graph, network, found, request.target, request.optimization)
    if reason:
        return missing(reason), None
    planned, buffers = plan_activations(
        network,
        version,
        found.scratch,
        optimization=request.optimization,
        io_inside=request.io_in_activations,
    )
    names = {f"tensor {tensor.index}": tensor.name for tensor in graph.tensors}
    memory = MemoryMap(
        size=planned.size,
        live_bound=planned.live_bound,
        steps=tuple(f"{step} {node.kind}" for step, node in enumerate(network.nodes)),
        buffers=tuple(
            Buffer(names.get(b.name, b.name), offset, b.size, b.first, b.last)
            for b, offset in zip(buffers, planned.offsets, strict=True)
        ),
    )
    source = _fitted(found.activations, network_dtype(network))
    return predicted(planned.size, "B", f"rules for tensors and working memory, {source}"), memory


def _ends(graph: Graph, request: EngineRequest) -> tuple[Quantity, Quantity]:
    if request.io_in_activations:
        inside = missing("inside activations")
        return inside, inside
    sizes = [
        sum(graph.tensor(index).nbytes for index in ends) for ends in (graph.inputs, graph.outputs)
    ]
    where = "the tensors' sizes"
    return predicted(sizes[0], "B", where), predicted(sizes[1], "B", where)


def _kernels(
    models: Sequence[KernelModel],
    graph: Graph,
    network: CubeNetwork,
    request: EngineRequest,
    version: Version,
) -> Quantity:
    reason = unstored(graph)
    model = kernel_model(models, network, version, request.target)
    if reason or isinstance(model, str):
        return missing(reason or str(model))
    dtype = network_dtype(network)
    if dtype not in model.errors:
        return missing(f"no figure of an {dtype} network is known for this version")
    source = f"linear model of the kernels, {_fitted(model.errors, dtype)}"
    return predicted(kernel_bytes(model, network, version), "B", source)


def _toolchain(
    network: CubeNetwork, version: Version, found: Coefficients, flash: Quantity, dtype: str
) -> Quantity:
    if not flash.known:
        return missing(flash.reason)
    since, until = _TOOLCHAIN
    if dtype == "int8" or not since <= version <= until:
        return missing("inside the kernels; known apart for float32 networks of 9.0 to 10.2 only")
    functions = {node.function for node in network.nodes if node.kind == "activation"}
    if "TANH" in functions:
        return missing("inside the kernels; known apart for expf only")
    if functions & _EXPONENTIAL or any(node.kind == "softmax" for node in network.nodes):
        return predicted(round(found.exponential), "B", f"expf, fitted on {found.toolchain}")
    return predicted(0, "B", "no function of the mathematics library is called")


def _fitted(errors: Mapping[str, Error], dtype: str) -> str:
    if dtype not in errors:
        return "no figure known"
    return f"fitted on {errors[dtype]} ({dtype})"


def _sum(what: str, *parts: Quantity) -> Quantity:
    total = 0
    for part in parts:
        if part.value is not None:
            total += int(part.value)
        elif part.reason != "inside activations":
            return missing(part.reason)
    return predicted(total, "B", what)

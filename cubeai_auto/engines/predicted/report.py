"""A prediction in the form of all reports, made so that nobody takes it for one of ST's."""

from __future__ import annotations

import datetime as dt

from cubeai_auto.engines.base import EngineRequest
from cubeai_auto.engines.stedgeai.versions import KnownVersion
from cubeai_auto.quantity import missing, predicted
from cubeai_auto.reports.report import CubeReport, Footprint, LayerInfo, TensorInfo, ToolInfo
from cubeai_auto.tflite.costs import layer_costs, params, total_macc
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.rules import Version, cost_rules

__all__ = ["TOOL", "predicted_report"]

TOOL = "cubeai_auto predicted"
"""The tool's name in predicted reports; no tool of ST's has it."""

_NOT_REPORTED = "predicted, not reported by ST's tool"
_ST_AI_SINCE: Version = (11, 0)


def predicted_report(
    request: EngineRequest, graph: Graph, known: KnownVersion, version: Version, footprint: Footprint
) -> CubeReport:
    """The report of a prediction.

    Args:
        request: what was asked for.
        graph: the network.
        known: the version of Cube.AI whose figures are predicted.
        version: the first two numbers of its pack.
        footprint: flash and RAM.
    """
    rule = f"Cube.AI's MACC rules of {cost_rules(version).name}"
    api = "st-ai" if version >= _ST_AI_SINCE else "legacy"
    costs = layer_costs(graph, version)
    return CubeReport(
        tool=ToolInfo(TOOL, f"as {known.program} {known.number}", known.build, known.pack),
        status="ok",
        model_path=request.shown_model or str(request.model),
        model_name=graph.name,
        model_format="tflite",
        model_hash=graph.sha256,
        c_name=request.name,
        macc=total_macc(graph, version),
        params=params(graph),
        footprint=footprint,
        inputs=tuple(_tensor(graph, index) for index in graph.inputs),
        outputs=tuple(_tensor(graph, index) for index in graph.outputs),
        layers=tuple(
            LayerInfo(
                id=op.index,
                name=graph.tensor(op.outputs[0]).name if op.outputs else op.name,
                type=op.name,
                shape=graph.tensor(op.outputs[0]).shape if op.outputs else (),
                params=cost.params,
                macc=missing(cost.reason) if cost.macc is None else predicted(cost.macc, "MACC", rule),
                size=cost.weight_bytes,
            )
            for op, cost in zip(graph.operators, costs, strict=True)
        ),
        command="analyze",
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        target=request.target.name,
        compression=request.compression,
        optimization=request.optimization,
        notes=_notes(known, api),
        c_api=api,
    )


def _notes(known: KnownVersion, api: str) -> tuple[str, ...]:
    exact = "weights, MACC, inputs and outputs by exact rules"
    fitted = "activations and kernels fitted on known figures"
    return (
        f"{_NOT_REPORTED}: {exact}, {fitted}, as X-CUBE-AI {known.pack} would report them",
        f"kernel figures are for the {api} API and GCC, as the known figures are",
    )


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

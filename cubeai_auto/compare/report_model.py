"""Whether a report that somebody brings is of the model that is compared."""

from __future__ import annotations

import hashlib
import re

from cubeai_auto.compare.conditions import THIS_MODEL
from cubeai_auto.quantity import Quantity
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.tflite.costs import total_macc, weights
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.rules import Version

__all__ = ["model_of_report"]

_MD5 = re.compile(r"[0-9a-f]{32}")
_WEIGHTS_SLACK, _SLACK = 16, 0.01


def model_of_report(report: CubeReport, graph: Graph, content: bytes) -> str:
    """:data:`THIS_MODEL`, in which points the report is of another one, or nothing if it is silent.

    The hash decides if the report is of a ``.tflite`` file: ST's tools state the file's MD5. A Keras
    or ONNX file has another hash than its conversion, so weights and MACC decide there.

    Args:
        report: of one of ST's tools.
        graph: the model.
        content: the model file.
    """
    hashed = report.model_hash.lower().removeprefix("0x")
    ours = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if hashed == ours:
        return THIS_MODEL
    points = _differences(report, graph)
    if not points and _is_tflite(report) and _MD5.fullmatch(hashed):
        points = [f"the file's hash is {hashed[:12]}, here {ours[:12]}"]
    if points:
        return f"report is of another model: {', '.join(points)}"
    footprint_known = report.footprint.weights.known or report.macc.known
    return THIS_MODEL if footprint_known else ""


def _differences(report: CubeReport, graph: Graph) -> list[str]:
    found = []
    if report.compression in {None, "", "none", "None"}:
        found += _differs("weights", report.footprint.weights, weights(graph), _WEIGHTS_SLACK)
    found += _differs("MACC", report.macc, total_macc(graph, _version(report)), 0)
    found += _ends("inputs", [t.shape for t in report.inputs], graph, graph.inputs)
    found += _ends("outputs", [t.shape for t in report.outputs], graph, graph.outputs)
    return found


def _differs(name: str, stated: Quantity, ours: Quantity, slack: float) -> list[str]:
    if stated.value is None or ours.value is None:
        return []
    if abs(stated.value - ours.value) <= max(slack, _SLACK * max(stated.value, ours.value)):
        return []
    unit = " B" if ours.unit == "B" else ""
    return [f"{name} {stated.value:,}{unit}, here {ours.value:,}{unit}"]


def _ends(
    name: str, shapes: list[tuple[int, ...]], graph: Graph, tensors: tuple[int, ...]
) -> list[str]:
    """Elements of inputs or outputs; a report that states no shape says nothing."""
    if not shapes or not all(shapes):
        return []
    stated = sorted(_elements(shape) for shape in shapes)
    ours = sorted(graph.tensor(index).elements for index in tensors)
    if stated == ours:
        return []
    return [f"{name} of {_list(stated)} values, here of {_list(ours)}"]


def _elements(shape: tuple[int, ...]) -> int:
    product = 1
    for extent in shape:
        product *= max(1, extent)
    return product


def _list(counts: list[int]) -> str:
    return " and ".join(f"{count:,}" for count in counts)


def _is_tflite(report: CubeReport) -> bool:
    path = report.model_path.lower()
    return path.endswith(".tflite") or report.model_format.lower().startswith("tflite")


def _version(report: CubeReport) -> Version | None:
    """Major and minor number of the pack that made the report."""
    match = re.match(r"(\d+)\.(\d+)", report.tool.pack or "")
    return None if match is None else (int(match.group(1)), int(match.group(2)))

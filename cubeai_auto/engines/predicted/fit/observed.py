"""Rows of known figures from the tool's own reports: networks, totals, working memory of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cubeai_auto.engines.predicted.fit.report_networks import ReportedNetwork, read_network
from cubeai_auto.engines.predicted.fit.rows import FitRow, ScratchRow, group_of
from cubeai_auto.engines.predicted.network import CubeNode
from cubeai_auto.reports.load import load_report
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.tflite.rules import Version

__all__ = ["report_networks", "report_rows", "scratch_rows"]

_RELOCATABLE = "Runtime memory layout"
_SINCE: Version = (7, 0)
_LATE: Version = (12, 0)
_FLOAT_COLUMNS_SINCE: Version = (9, 0)


def report_networks(corpus: Path) -> Iterator[tuple[Path, CubeReport, Version, ReportedNetwork]]:
    """The text reports for a processor core that have tables of C arrays and C layers."""
    for path in sorted((corpus / "reports").glob("*.txt")):
        report = load_report(path)
        if report.tool.pack is None or not report.footprint.activations.known:
            continue
        major, minor = report.tool.pack.split(".")[:2]
        version = (int(major), int(minor))
        network = read_network(path, version)
        if network is not None:
            yield path, report, version, network


def report_rows(corpus: Path) -> Iterator[FitRow]:
    """A row for each such report; a relocatable binary's sizes are of another kind."""
    for path, report, version, network in report_networks(corpus):
        footprint = report.footprint
        linked = _RELOCATABLE not in path.read_text("utf-8", errors="replace")
        figures = (footprint.kernel_flash, footprint.kernel_ram, footprint.toolchain_flash)
        flash, ram, toolchain = (
            int(q.value) if q.value is not None and linked else None for q in figures
        )
        activations = footprint.activations.value
        yield FitRow(
            network=path.name.partition("__")[0],
            source=path.name,
            version=version,
            nodes=network.nodes,
            optimization=report.optimization or "balanced",
            io_inside="allocate-inputs" in report.options,
            activations=None if activations is None else int(activations),
            kernel_flash=flash,
            kernel_ram=ram,
            toolchain_flash=toolchain,
        )


def scratch_rows(corpus: Path) -> list[ScratchRow]:
    """The working memory that the reports list for each node, without a fused pool's rows."""
    found = []
    for _, _, version, network in report_networks(corpus):
        group = group_of(network.nodes)
        for node, held in zip(network.nodes.nodes, network.scratch, strict=True):
            known = _known(node, held, version)
            if known is not None:
                kind, features = known
                found.append(ScratchRow(group, kind, features, held[0]))
    return found


def _known(
    node: CubeNode, held: tuple[int, ...], version: Version
) -> tuple[str, tuple[float, ...]] | None:
    """The coefficients that a node's first working memory speaks of, and their features."""
    if not held or version < _SINCE:
        return None
    columns, channels = float(node.taps * node.channels_in), float(node.channels_out)
    kind: str = node.kind
    features: tuple[float, ...]
    if node.dtype == "float32":
        if node.kind == "lstm":
            return "lstm_f32", (channels,)
        early = version < _FLOAT_COLUMNS_SINCE
        return None if node.kind != "conv" or early else ("conv_f32", (columns,))
    if node.kind == "conv":
        kind = "late" if version >= _LATE else "window" if node.taps > 1 else "conv"
        features = (columns, channels)
    elif node.kind == "depthwise":
        features = (node.taps * channels, channels, 1.0)
    elif node.kind == "dense":
        wide = node.per_channel and node.channels_out > 1
        features = (float(node.channels_in), channels if wide else 0.0)
    elif node.kind == "softmax":
        features = (1.0,)
    else:
        return None
    return kind, features

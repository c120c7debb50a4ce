"""Rows of known figures from the CubeMX projects of MLPerf Tiny.

CubeMX stores as ``ModelFlashOccupation`` either the weights or weights and runtime, and as
``ModelRamOccupation`` either the activations or activations and runtime; which of the two it is
shows where the flash equals the weights of the network with that MACC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.engines.predicted.fit import architectures as nets
from cubeai_auto.engines.predicted.fit.report_networks import read_network
from cubeai_auto.engines.predicted.fit.rows import FitRow
from cubeai_auto.engines.predicted.lower import lower
from cubeai_auto.engines.predicted.network import CubeNetwork
from cubeai_auto.reports.load import load_report
from cubeai_auto.tflite.costs import total_macc, weights
from cubeai_auto.tflite.rules import Version

__all__ = ["project_rows"]

_KEY = re.compile(
    r"^STMicroelectronics\.X-CUBE-AI\.(\d+)\.(\d+)\.\d+\."
    r"Model(FlashOccupation|RamOccupation|Macc)-(\w+)=(\d+)$",
    re.MULTILINE,
)
_STREAMING = "tiny__sww_model_generate_report.txt"
_OPTIMIZATION = "time"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a project states of one model."""

    source: str
    version: Version
    flash: int
    ram: int
    macc: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A network of the benchmark."""

    name: str
    weights: int
    macc: int
    nodes: CubeNetwork


def project_rows(corpus: Path) -> Iterator[FitRow]:
    """The rows of all projects whose networks are known."""
    found = [
        (entry, network)
        for path in sorted((corpus / "ioc").glob("tiny*.ioc"))
        for entry in _entries(path)
        for network in _networks(corpus, entry.version)
        if entry.macc == network.macc and entry.flash >= network.weights
    ]
    activations = {
        network.name: entry.ram for entry, network in found if entry.flash == network.weights
    }
    for entry, network in found:
        own = activations.get(network.name)
        runtime = entry.flash > network.weights
        if runtime and (own is None or entry.ram <= own):
            continue
        yield FitRow(
            network=network.name,
            source=entry.source,
            version=entry.version,
            nodes=network.nodes,
            optimization=_OPTIMIZATION,
            activations=None if runtime else entry.ram,
            kernel_flash=entry.flash - network.weights if runtime else None,
            kernel_ram=entry.ram - own if runtime and own is not None else None,
        )


def _entries(path: Path) -> Iterator[_Entry]:
    stated: dict[str, dict[str, int]] = {}
    version = (0, 0)
    for major, minor, key, model, value in _KEY.findall(path.read_text("utf-8", errors="replace")):
        version = (int(major), int(minor))
        stated.setdefault(model, {})[key] = int(value)
    for keys in stated.values():
        if len(keys) == 3:
            yield _Entry(
                path.name, version, keys["FlashOccupation"], keys["RamOccupation"], keys["Macc"]
            )


def _networks(corpus: Path, version: Version) -> Iterator[_Known]:
    known = (nets.ds_cnn(), nets.resnet(8, 10, float_output=False, outer=None), nets.autoencoder())
    for graph in known:
        stored, macc = weights(graph).value, total_macc(graph, version).value
        if stored is not None and macc is not None:
            nodes = lower(graph, version, optimization=_OPTIMIZATION)
            yield _Known(graph.name, int(stored), int(macc), nodes)
    path = corpus / "reports" / _STREAMING
    if path.is_file():
        report, network = load_report(path), read_network(path, version)
        stored, macc = report.footprint.weights.value, report.macc.value
        if network is not None and stored is not None and macc is not None:
            yield _Known("streaming wake word", int(stored), int(macc), network.nodes)

"""Rows of known figures: published tables, reports of the tool, and CubeMX project files.

A published row names a model, not its file. It is used with a network of :mod:`.architectures` or
of the corpus only if the network's weights and MACC are the published ones, at the precision
printed; every other row is left out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cubeai_auto.engines.predicted.fit import architectures as nets
from cubeai_auto.engines.predicted.fit.rows import FitRow
from cubeai_auto.engines.predicted.lower import lower
from cubeai_auto.files import existing_file
from cubeai_auto.tflite.costs import total_macc, weights
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import load_model
from cubeai_auto.tflite.rules import Version

__all__ = ["PublishedFigures", "agrees", "network_of", "published_figures", "published_rows", "unit"]

_CLASSES = {"cifar10": 10, "cifar100": 100, "flowers": 5, "Flowers dataset": 5, "Cifar 10 dataset": 10}
_ROUNDING = 6
_VERSION = re.compile(r"^(?P<core>ST Edge AI Core )?(?P<major>\d+)\.(?P<minor>\d+)")


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """One row of the published table; figures that it does not state are ``None``.

    Attributes:
        source: repository, commit and file.
        model: the model's file, or its name.
        dataset: what it was trained on.
        dtype: ``float32``, ``int8``, or another word of the table.
        shape: of its input, such as ``24x3x1``.
        version: of the X-CUBE-AI pack.
        macc: as printed, in units.
        weights: bytes.
        code: bytes of the kernels.
        activations: bytes.
        ram: bytes of the runtime.
    """

    source: str
    model: str
    dataset: str
    dtype: str
    shape: str
    version: Version | None
    macc: int | None
    weights: int | None
    code: int | None
    activations: int | None
    ram: int | None


def published_figures(corpus: Path) -> tuple[PublishedFigures, ...]:
    """All rows of the published table.

    Raises:
        MissingPathError: the corpus has no such table.
    """
    path = existing_file(corpus / "published" / "cubeai_published.csv", "the published table")
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(_figures(row) for row in csv.DictReader(stream))


def agrees(graph: Graph, figures: PublishedFigures) -> bool:
    """Whether a network's weights and MACC are the published ones, as far as they are printed."""
    stored, macc = weights(graph).value, total_macc(graph, figures.version).value
    if figures.weights is None or stored is None or abs(stored - figures.weights) > _ROUNDING:
        return False
    return figures.macc is None or (macc is not None and abs(macc - figures.macc) < unit(figures.macc))


def unit(value: int) -> int:
    """The last digit printed of a figure that was rounded to thousands or ten thousands."""
    zeros = len(str(value)) - len(str(value).rstrip("0"))
    return 10 ** min(zeros, 6) if zeros >= 3 else 1


def network_of(figures: PublishedFigures, corpus: Path) -> Callable[[], Graph] | None:
    """How to make the network that a row is about; ``None`` if it is not known."""
    size = int(figures.shape.partition("x")[0] or 0) if figures.shape[:1].isdigit() else 0
    name, small = figures.model, figures.dtype == "int8"
    if found := re.search(r"/(?:st_)?(gmp|ign)_wl_(\d+)[./_]", name):
        kind, window = found[1], int(found[2])
        if small:
            path = corpus / "models" / f"st_{kind}_wl{window}_int8.tflite"
            return (lambda: _load(path)) if path.is_file() else None
        return lambda: nets.gmp(window) if kind == "gmp" else nets.ign(window)
    if "CNN2D_ST_HandPosture_8classes" in name:
        return nets.hand_posture
    if re.search(r"/st_?mnist_v1", name):
        return lambda: nets.st_mnist("int8" if small else "float32")
    classes = _CLASSES.get(figures.dataset)
    if classes is None or not small:
        return None
    if found := re.search(r"/mobilenet_v1_([\d.]+)_\d+(_grayscale)?", name):
        alpha, channels = float(found[1]), 1 if found[2] else 3
        return lambda: nets.mobilenet_v1(alpha, size, classes, channels)
    if re.search(r"/mobilenet_v2_0\.35_", name):
        return lambda: nets.mobilenet_v2(size, classes)
    if found := re.search(r"/resnet_v1_(\d+)_32", name):
        depth = int(found[1])
        return lambda: nets.resnet(depth, classes)
    return None


def published_rows(corpus: Path) -> Iterator[FitRow]:
    """The rows of the published table whose network is known, each deployment once."""
    seen = set()
    for figures in published_figures(corpus):
        make = network_of(figures, corpus)
        if make is None or figures.version is None:
            continue
        graph = make()
        key = (graph.name, figures.version, figures.code, figures.activations, figures.ram)
        if key in seen or not agrees(graph, figures):
            continue
        seen.add(key)
        yield FitRow(
            network=graph.name,
            source=figures.source,
            version=figures.version,
            nodes=lower(graph, figures.version),
            activations=figures.activations,
            kernel_flash=figures.code,
            kernel_ram=figures.ram or None,
        )


def _figures(row: Mapping[str, str]) -> PublishedFigures:
    return PublishedFigures(
        source=row["source"],
        model=row["model"],
        dataset=row["dataset"],
        dtype=row["dtype"],
        shape=row["input_shape"],
        version=_version(row["cubeai_version"]) or _version(row["series"]),
        macc=_number(row["macc"]),
        weights=_number(row["weights_flash_bytes"]),
        code=_number(row["code_flash_bytes"]),
        activations=_number(row["activation_ram_bytes"]),
        ram=_number(row["runtime_ram_bytes"]),
    )


@cache
def _load(path: Path) -> Graph:
    return load_model(path)


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdigit() else None


def _version(text: str) -> Version | None:
    found = _VERSION.match(text)
    if found is None:
        return None
    major, minor = int(found["major"]), int(found["minor"])
    return (major + 8, minor) if found["core"] else (major, minor)

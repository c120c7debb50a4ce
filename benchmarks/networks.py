"""Instructions, size and memory of whole networks, beside those of TFLM and CMSIS-NN.

Run: ``python benchmarks/networks.py [--update] [NAME ...]``. The networks have the shapes of MLPerf
Tiny's and are made here; those of the corpus take part if ``CUBEAI_CORPUS`` names its folder. NAME
chooses some of them. ``--update`` only writes the baseline that the tests hold the code against,
``benchmarks/instructions.json``. Figures of TFLM and CMSIS-NN are published ones.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.compare.published import PublishedCount, published_for
from cubeai_auto.engines import EngineRequest
from cubeai_auto.engines.builtin_layers import Counted, layer_infos
from cubeai_auto.files import write_atomic
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import JsonValue
from cubeai_auto.target import find_target
from cubeai_auto.tflite.graph import Graph

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.instruction_baseline import (  # noqa: E402 - the tests' folder is not installed
    BUILDS,
    OTHER_CORES,
    BaselineRow,
    Build,
    load_baseline,
    models,
    save_baseline,
    versions,
)
from support.network_measures import NetworkMeasures, measure_network  # noqa: E402

DEFAULT = Build("stm32f4", "balanced", "O2")
ALL_BUILDS = (
    *(Build("stm32f4", optimization, "O2") for optimization in ("time", "balanced", "ram", "size")),
    Build("stm32f4", "time", "O3"),
    *OTHER_CORES,
)
CORES = {"stm32f4": "M4F", "stm32h7": "M7", "stm32u5": "M33"}


@dataclass(frozen=True, slots=True)
class Row:
    """One network in one build."""

    build: Build
    found: NetworkMeasures


def main(arguments: list[str]) -> None:
    """Print the tables and write ``bench-results/networks.json``, or update the baseline."""
    corpus = os.environ.get("CUBEAI_CORPUS")
    chosen = models(Path(corpus) if corpus else None)
    names = [argument for argument in arguments if argument != "--update"]
    if unknown := sorted(set(names) - set(chosen)):
        sys.exit(f"no network {', '.join(unknown)}; there are {', '.join(chosen)}")
    chosen = {name: graph for name, graph in chosen.items() if not names or name in names}
    if "--update" in arguments:
        _update(chosen)
        return
    found = versions()
    print(", ".join(f"{tool} {version}" for tool, version in found.items()))
    documents = [_network(name, graph) for name, graph in chosen.items()]
    result: JsonValue = {"versions": dict(found), "networks": list(documents)}
    write_atomic(ROOT / "bench-results" / "networks.json", json_text(result))


def _update(chosen: Mapping[str, Graph]) -> None:
    """Measure the builds of the baseline anew; rows of other networks stay."""
    try:
        kept = [row for row in load_baseline().rows if row.model not in chosen]
    except FileNotFoundError:
        kept = []
    rows = []
    for name, graph in chosen.items():
        for build in (*BUILDS, *OTHER_CORES):
            row = BaselineRow.of(name, graph, build, _measured(graph, build))
            print(f"{name:<18} {_build_text(build):<16} {row.instructions:>12,}", flush=True)
            rows.append(row)
    save_baseline([*kept, *rows])


def _measured(graph: Graph, build: Build) -> NetworkMeasures:
    with tempfile.TemporaryDirectory(prefix="cubeai-auto-") as work:
        found: NetworkMeasures = measure_network(
            graph,
            Path(work),
            optimization=build.optimization,
            opt_level=build.opt_level,
            target_name=build.target,
        )
    if found.wrong:
        sys.exit(f"{graph.name}, {_build_text(build)}: {found.wrong} outputs are wrong")
    return found


def _build_text(build: Build) -> str:
    return f"{CORES[build.target]} {build.optimization} -{build.opt_level}"


def _network(name: str, graph: Graph) -> dict[str, JsonValue]:
    """Both tables of a network, printed as they come."""
    published = published_for(graph)
    best = next((count for count in published if count.side == "tflm-cmsis-nn"), None)
    print(f"\n{name}")
    print(
        f"{'build':<17} {'instructions':>12} {'/MACC':>6} {'ratio':>6} {'code':>7} {'+ read-only':>11}"
        f" {'channels':>9} {'weights':>8} {'flash':>8} {'activations':>12} {'bound':>7} {'stack':>6}"
    )
    rows = []
    for build in ALL_BUILDS:
        rows.append(Row(build, _measured(graph, build)))
        print(_line(rows[-1], best), flush=True)
    for count in published:
        print(_published_line(count))
    default = next(row for row in rows if row.build == DEFAULT)
    layers = list(_layers(graph, default))
    return {
        "name": name,
        "sha256": graph.sha256,
        "macc": default.found.macc,
        "published": [_published_json(count) for count in published],
        "builds": [_json(row, best) for row in rows],
        "layers": layers,
    }


def _line(row: Row, best: PublishedCount | None) -> str:
    found = row.found
    ratio = "-" if best is None or row.build.target != "stm32f4" else f"{_ratio(row, best):.2f}"
    return (
        f"{_build_text(row.build):<17} {found.instructions:>12,} {found.per_macc:>6.2f} {ratio:>6}"
        f" {found.code:>7,} {found.code + found.read_only:>11,} {found.channel_constants:>9,}"
        f" {found.weights:>8,} {found.flash:>8,} {found.activations:>12,} {found.live_bound:>7,}"
        f" {found.stack:>6,}"
    )


def _published_line(count: PublishedCount) -> str:
    sizes = ((count.code, "code"), (count.flash, "flash"), (count.arena, "arena"))
    known = ", ".join(f"{what} {value:,} B" for value, what in sizes if value is not None)
    who = "CMSIS-NN" if count.side == "tflm-cmsis-nn" else "TFLM reference"
    return f"{who:<17} {count.value:>12,} reported: {count.version}" + (f"; {known}" if known else "")


def _ratio(row: Row, best: PublishedCount) -> float:
    """Ours over theirs: both are of a Cortex-M4F."""
    return float(row.found.instructions) / best.value


def _layers(graph: Graph, row: Row) -> Iterator[JsonValue]:
    """The layers of the default build with their instructions, and why some are slow."""
    request = EngineRequest(Path(), find_target(row.build.target))
    counted = Counted(row.found.layers, row.found.machine)
    print(
        f"  {'layer':<24} {'output':<14} {'MACC':>10} {'instructions':>12} {'/MACC':>7}  slow because"
    )
    for layer in layer_infos(request, graph, row.found.network, counted):
        if layer.instructions.value is None:
            continue
        ratio = layer.instructions_per_macc.value
        print(
            f"  {layer.id:>3} {layer.type:<20} {'x'.join(map(str, layer.shape[1:])):<14}"
            f" {layer.macc.value or 0:>10,} {layer.instructions.value:>12,}"
            f" {'-' if ratio is None else f'{ratio:.2f}':>7}  {layer.slow}"
        )
        yield layer.to_json()


def _json(row: Row, best: PublishedCount | None) -> dict[str, JsonValue]:
    found = row.found
    comparable = best is not None and row.build.target == "stm32f4"
    return {
        "target": row.build.target,
        "machine": found.machine,
        "optimization": row.build.optimization,
        "opt_level": row.build.opt_level,
        "instructions": found.instructions,
        "instructions_per_macc": found.per_macc,
        "ratio_to_cmsis_nn": _ratio(row, best) if comparable and best is not None else None,
        "code": found.code,
        "read_only": found.read_only,
        "channel_constants": found.channel_constants,
        "weights": found.weights,
        "flash": found.flash,
        "activations": found.activations,
        "live_bound": found.live_bound,
        "stack": found.stack,
    }


def _published_json(count: PublishedCount) -> dict[str, JsonValue]:
    return {
        "side": count.side,
        "version": count.version,
        "instructions": count.value,
        "flash": count.flash,
        "code": count.code,
        "arena": count.arena,
        "source": count.source,
    }


if __name__ == "__main__":
    main(sys.argv[1:])

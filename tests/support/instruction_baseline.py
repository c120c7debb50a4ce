"""The checked-in instruction counts and sizes: which builds they are of, and how they are stored.

``benchmarks/networks.py --update`` writes them, ``tests/codegen/test_network_baseline.py`` holds the
code against them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from support.network_measures import SEED, VECTORS, NetworkMeasures
from support.tiny_models import TINY_MODELS, tiny_model

from cubeai_auto.files import write_atomic
from cubeai_auto.firmware.toolchain import arm_gcc, qemu
from cubeai_auto.jsontext import json_text
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import parse_model

__all__ = [
    "ANCHORS",
    "BASELINE",
    "BUILDS",
    "OTHER_CORES",
    "Baseline",
    "BaselineRow",
    "Build",
    "load_baseline",
    "models",
    "save_baseline",
    "versions",
]

BASELINE = Path(__file__).resolve().parents[2] / "benchmarks" / "instructions.json"

ANCHORS: Mapping[str, str] = {
    "digits_mlp": "models_made/digits_mlp_int8.tflite",
    "har_cnn1d": "models_made/har_cnn1d_int8.tflite",
    "dscnn_small": "models_made/dscnn_small_int8.tflite",
    "micro_speech": "tflm/models/micro_speech_int8.tflite",
    "person_detect": "tflm/models/person_detect_int8.tflite",
}
"""Models of the corpus whose instructions under TFLM + CMSIS-NN are published."""


@dataclass(frozen=True, slots=True, order=True)
class Build:
    """A target and the options of a build."""

    target: str
    optimization: str
    opt_level: str


BUILDS = (Build("stm32f4", "balanced", "O2"), Build("stm32f4", "time", "O2"))
OTHER_CORES = (Build("stm32h7", "balanced", "O2"), Build("stm32u5", "balanced", "O2"))


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """One model in one build; ``sha256`` of the model file, since weights decide a little."""

    model: str
    sha256: str
    target: str
    optimization: str
    opt_level: str
    instructions: int
    code: int
    read_only: int
    channel_constants: int
    weights: int
    activations: int
    live_bound: int
    stack: int

    @property
    def build(self) -> Build:
        """Of what it is."""
        return Build(self.target, self.optimization, self.opt_level)

    @classmethod
    def of(cls, model: str, graph: Graph, build: Build, found: NetworkMeasures) -> BaselineRow:
        """A row from what was measured."""
        return cls(
            model=model,
            sha256=graph.sha256,
            target=build.target,
            optimization=build.optimization,
            opt_level=build.opt_level,
            instructions=found.instructions,
            code=found.code,
            read_only=found.read_only,
            channel_constants=found.channel_constants,
            weights=found.weights,
            activations=found.activations,
            live_bound=found.live_bound,
            stack=found.stack,
        )


@dataclass(frozen=True, slots=True)
class Baseline:
    """The rows, and the versions that they hold for."""

    versions: Mapping[str, str]
    rows: tuple[BaselineRow, ...]


def versions() -> dict[str, str]:
    """The tools that decide the figures, and numpy, which makes the weights."""
    return {
        "arm-none-eabi-gcc": arm_gcc().version or "unknown",
        "qemu-system-arm": qemu().version or "unknown",
        "numpy": np.__version__,
    }


def load_baseline() -> Baseline:
    """The checked-in figures."""
    stored = json.loads(BASELINE.read_text("utf-8"))
    assert (stored["vectors"], stored["seed"]) == (VECTORS, SEED)
    return Baseline(stored["versions"], tuple(BaselineRow(**row) for row in stored["rows"]))


def save_baseline(rows: Iterable[BaselineRow]) -> None:
    """Replace the checked-in figures."""
    ordered = sorted(rows, key=lambda row: (row.model, row.build))
    write_atomic(
        BASELINE,
        json_text(
            {
                "about": "written by benchmarks/networks.py --update; exact for these versions",
                "versions": versions(),
                "vectors": VECTORS,
                "seed": SEED,
                "rows": [asdict(row) for row in ordered],
            }
        ),
    )


def models(corpus: Path | None) -> dict[str, Graph]:
    """The networks of MLPerf Tiny's shapes and, where the corpus is there, the anchors."""
    found = {name: parse_model(tiny_model(name), name) for name in TINY_MODELS}
    for name, file in ANCHORS.items():
        path = None if corpus is None else corpus / file
        if path is not None and path.is_file():
            found[name] = parse_model(path.read_bytes(), name)
    return found

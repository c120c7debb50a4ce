"""The record of a run: every value that the pipeline obtained, ready to be shown or stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from cubeai_auto.compare.deployment import CubeMXProject
from cubeai_auto.compare.fits import Fit
from cubeai_auto.contract import InputContract
from cubeai_auto.quantity import JsonValue, Quantity
from cubeai_auto.reports.memory import Buffer, MemoryMap
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult
from cubeai_auto.tflm.footprint import TflmFootprint

__all__ = [
    "Accuracy",
    "BudgetCheck",
    "Buffer",
    "Comparison",
    "DatasetFacts",
    "MemoryMap",
    "Misread",
    "RunRecord",
    "Side",
    "ToolVersion",
    "VariantRecord",
]


@dataclass(frozen=True, slots=True)
class Side:
    """One deployment in a comparison, in the vocabulary that all sides share."""

    name: str
    version: str
    weights: Quantity
    container: Quantity
    kernels: Quantity
    runtime: Quantity
    flash_total: Quantity
    activations: Quantity
    io: Quantity
    runtime_ram: Quantity
    stack: Quantity
    ram_total: Quantity
    macc: Quantity
    instructions: Quantity
    accuracy: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """One element of ``sides``."""
        return {
            "name": self.name,
            "version": self.version,
            "flash": {
                "weights": self.weights.to_json(),
                "container": self.container.to_json(),
                "kernels": self.kernels.to_json(),
                "runtime": self.runtime.to_json(),
                "total": self.flash_total.to_json(),
            },
            "ram": {
                "activations": self.activations.to_json(),
                "io": self.io.to_json(),
                "runtime": self.runtime_ram.to_json(),
                "stack": self.stack.to_json(),
                "total": self.ram_total.to_json(),
            },
            "macc": self.macc.to_json(),
            "instructions": self.instructions.to_json(),
            "accuracy": self.accuracy.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Deployments side by side, and what can be said of them: ``notes`` say what cannot."""

    sides: tuple[Side, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """The ``comparison`` object."""
        return {"sides": [side.to_json() for side in self.sides], "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Fractions of the test set classified rightly, each in a quantity of unit ``"1"``.

    ``reference``: the float Keras model; ``float32``: the float32 ``.tflite`` through the
    generated C; ``deployed``: this variant through the generated C on the host.
    """

    reference: Quantity
    float32: Quantity
    deployed: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """The ``accuracy`` object."""
        return {
            "reference": self.reference.to_json(),
            "float32": self.float32.to_json(),
            "deployed": self.deployed.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Misread:
    """A test picture the deployed network got wrong: raw gray values 0..255, row by row."""

    # Read by the run folder, which keeps records as JSON: bytes go as base64.
    __pydantic_config__: ClassVar[dict[str, str]] = {
        "ser_json_bytes": "base64",
        "val_json_bytes": "base64",
    }

    index: int
    label: str
    predicted: str
    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """Everything obtained for one variant of the model.

    ``report`` is ``None`` if the engine refused the model; ``refusal`` then says why.
    ``confusion[true][predicted]`` counts test samples through the generated C. ``fit`` is the report's
    footprint on the project's board. ``cubemx`` is the patched CubeMX project; without one,
    ``no_cubemx`` says why.
    """

    name: str
    model_path: str
    model_bytes: int
    model_sha256: str
    accuracy: Accuracy
    report: CubeReport | None
    refusal: str
    validation: tuple[ValidationResult, ...]
    tflm: TflmFootprint
    comparison: Comparison
    memory: MemoryMap | None = None
    confusion: tuple[tuple[int, ...], ...] = ()
    misread: tuple[Misread, ...] = ()
    fit: Fit | None = None
    cubemx: CubeMXProject | None = None
    no_cubemx: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """One element of ``variants`` in ``run.json``."""
        return {
            "name": self.name,
            "model": {
                "path": self.model_path,
                "bytes": self.model_bytes,
                "sha256": self.model_sha256,
            },
            "accuracy": self.accuracy.to_json(),
            "report": None if self.report is None else self.report.to_json(),
            "refusal": self.refusal or None,
            "validation": [result.to_json() for result in self.validation],
            "tflm": self.tflm.to_json(),
            "comparison": self.comparison.to_json(),
            "fits": None if self.fit is None else self.fit.to_json(),
            "cubemx": None if self.cubemx is None else self.cubemx.to_json(),
            "no_cubemx": self.no_cubemx or None,
            "memory_map": None if self.memory is None else self.memory.to_json(),
            "confusion": [list(row) for row in self.confusion],
            "misread": [
                {"index": m.index, "label": m.label, "predicted": m.predicted} for m in self.misread
            ],
        }


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    """A limit of the project against the value obtained.

    ``passed`` is ``None`` if the value could not be obtained; its reason says why.
    """

    name: str
    variant: str
    limit: float
    value: Quantity
    passed: bool | None

    def to_json(self) -> dict[str, JsonValue]:
        """One element of ``budgets``."""
        return {
            "name": self.name,
            "variant": self.variant,
            "limit": self.limit,
            "value": self.value.to_json(),
            "passed": self.passed,
        }


@dataclass(frozen=True, slots=True)
class ToolVersion:
    """A tool that took part: ``version`` is ``None`` if it was not there (see ``reason``)."""

    name: str
    version: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """The data behind a run: ``hash`` covers every sample and label of both parts."""

    name: str
    source: str
    train: int
    test: int
    classes: tuple[str, ...]
    hash: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A whole run of a project.

    ``key`` is the hash of every input, option and tool version; ``cached`` says whether the
    record was read back from the run folder without any work.
    """

    project: str
    run_dir: str
    engine: str
    board: str
    created: str
    key: str
    cached: bool
    dataset: DatasetFacts
    contract: InputContract
    variants: tuple[VariantRecord, ...]
    budgets: tuple[BudgetCheck, ...] = ()
    tools: tuple[ToolVersion, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, JsonValue]:
        """The content of ``run.json``."""
        return {
            "schema": "cubeai-auto/run/1",
            "project": self.project,
            "run_dir": self.run_dir,
            "engine": self.engine,
            "board": self.board,
            "created": self.created,
            "key": self.key,
            "cached": self.cached,
            "dataset": {
                "name": self.dataset.name,
                "source": self.dataset.source,
                "train": self.dataset.train,
                "test": self.dataset.test,
                "classes": list(self.dataset.classes),
                "hash": self.dataset.hash,
                "notes": list(self.dataset.notes),
            },
            "input_contract": self.contract.to_json(),
            "variants": [variant.to_json() for variant in self.variants],
            "budgets": [check.to_json() for check in self.budgets],
            "tools": [
                {"name": t.name, "version": t.version, "reason": t.reason or None} for t in self.tools
            ],
            "notes": list(self.notes),
        }

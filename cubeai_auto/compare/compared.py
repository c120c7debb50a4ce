"""What the ``compare`` verb obtained for a model: the value that its views show."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.compare.record import ToolVersion
from cubeai_auto.quantity import JsonValue
from cubeai_auto.reports.memory import MemoryMap
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult

__all__ = ["ComparedModel"]


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """A model with its deployments side by side.

    Attributes:
        model_path, model_bytes, model_sha256: the file.
        target: the board or the series.
        created: when, in UTC.
        comparison: sides, conditions and verdict.
        report: an engine's report, for the work of each layer.
        memory: the activations over time, if an engine planned them.
        validation: of the code that was run, against the oracle.
        tools: what took part.
        notes: what else to know.
    """

    model_path: str
    model_bytes: int
    model_sha256: str
    target: str
    created: str
    comparison: Comparison
    report: CubeReport | None = None
    memory: MemoryMap | None = None
    validation: tuple[ValidationResult, ...] = ()
    tools: tuple[ToolVersion, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return self.model_path.replace("\\", "/").rsplit("/", 1)[-1] or self.model_path

    def to_json(self) -> dict[str, JsonValue]:
        """The JSON of the ``compare`` verb."""
        return {
            "schema": "cubeai-auto/compare/1",
            "model": {
                "path": self.model_path,
                "bytes": self.model_bytes,
                "sha256": self.model_sha256,
            },
            "target": self.target,
            "created": self.created,
            **self.comparison.to_json(),
            "report": None if self.report is None else self.report.to_json(),
            "memory_map": None if self.memory is None else self.memory.to_json(),
            "validation": [result.to_json() for result in self.validation],
            "tools": [tool.to_json() for tool in self.tools],
            "run_notes": list(self.notes),
        }

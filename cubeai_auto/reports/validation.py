"""What running generated code against an oracle showed."""

from __future__ import annotations

from dataclasses import dataclass, field

from cubeai_auto.quantity import JsonValue, Quantity, missing
from cubeai_auto.reports.layer import LayerInfo

__all__ = ["Metrics", "ValidationResult", "ValidationRow", "not_validated"]


@dataclass(frozen=True, slots=True)
class Metrics:
    """Errors of the generated code's outputs, in real (dequantized) units, against the oracle's.

    ``acc``: fraction of vectors with the same arg-max; ``rmse``, ``mae``: root mean square and
    mean absolute error; ``l2r``: norm of the error over the norm of the oracle's outputs;
    ``nse``: Nash-Sutcliffe efficiency; ``cos``: cosine similarity.
    """

    acc: Quantity
    rmse: Quantity
    mae: Quantity
    l2r: Quantity
    nse: Quantity
    cos: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """The ``metrics`` object."""
        return {
            "acc": self.acc.to_json(),
            "rmse": self.rmse.to_json(),
            "mae": self.mae.to_json(),
            "l2r": self.l2r.to_json(),
            "nse": self.nse.to_json(),
            "cos": self.cos.to_json(),
        }


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """One validation: where it ran, against what, and what differed.

    Attributes:
        on: ``host``, ``emulator`` or ``board``.
        engine: the engine whose code ran.
        oracle: name and version of the oracle; ``None`` if there was none (see ``reason``).
        vectors: input vectors run.
        outputs_compared: output elements compared.
        mismatches: elements outside ``tolerance``.
        max_abs_error: largest difference in stored units (LSB for int8, real for float32).
        tolerance: what counts as equal, in words.
        reason: why nothing was compared or run; empty if all was done.
        layers: with the instructions of each; only where they were counted.
    """

    on: str
    engine: str
    oracle: str | None
    vectors: int
    outputs_compared: int
    mismatches: int | None
    max_abs_error: float | None
    metrics: Metrics | None
    tolerance: str
    instructions: Quantity = field(default_factory=lambda: missing("not counted on the host"))
    stack: Quantity = field(default_factory=lambda: missing("not measured on the host"))
    reason: str = ""
    layers: tuple[LayerInfo, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether something was compared and nothing differed."""
        return self.mismatches == 0

    def to_json(self) -> dict[str, JsonValue]:
        """The JSON of the ``validate`` verb, without its schema key."""
        return {
            "on": self.on,
            "engine": self.engine,
            "oracle": self.oracle,
            "vectors": self.vectors,
            "outputs_compared": self.outputs_compared,
            "mismatches": self.mismatches,
            "max_abs_error": self.max_abs_error,
            "metrics": None if self.metrics is None else self.metrics.to_json(),
            "instructions_per_inference": self.instructions.to_json(),
            "stack": self.stack.to_json(),
            "tolerance": self.tolerance,
            "reason": self.reason or None,
            "layers": [layer.to_json() for layer in self.layers],
        }


def not_validated(on: str, engine: str, reason: str) -> ValidationResult:
    """The result of a validation that could not be done, and why."""
    return ValidationResult(
        on=on,
        engine=engine,
        oracle=None,
        vectors=0,
        outputs_compared=0,
        mismatches=None,
        max_abs_error=None,
        metrics=None,
        tolerance="nothing was compared",
        instructions=missing(reason),
        stack=missing(reason),
        reason=reason,
    )


def _not_stated() -> Quantity:
    return missing("not stated by the report")


@dataclass(frozen=True, slots=True)
class ValidationRow:
    """One row of a tool's own validation table: one output, one pair of sides.

    Attributes:
        name: the tool's name of the comparison, such as ``X-cross #1``.
        acc: fraction of samples with the same class.
        mean: mean error; ``std``: its standard deviation; the rest as in :class:`Metrics`.
        output: what the tool says of the output compared.
    """

    name: str
    acc: Quantity = field(default_factory=_not_stated)
    rmse: Quantity = field(default_factory=_not_stated)
    mae: Quantity = field(default_factory=_not_stated)
    l2r: Quantity = field(default_factory=_not_stated)
    mean: Quantity = field(default_factory=_not_stated)
    std: Quantity = field(default_factory=_not_stated)
    nse: Quantity = field(default_factory=_not_stated)
    cos: Quantity = field(default_factory=_not_stated)
    output: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``validation`` list of the report JSON."""
        return {
            "name": self.name,
            "acc": self.acc.to_json(),
            "rmse": self.rmse.to_json(),
            "mae": self.mae.to_json(),
            "l2r": self.l2r.to_json(),
            "mean": self.mean.to_json(),
            "std": self.std.to_json(),
            "nse": self.nse.to_json(),
            "cos": self.cos.to_json(),
            "output": self.output,
        }

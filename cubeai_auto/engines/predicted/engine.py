"""What Cube.AI would report of a model, without Cube.AI: exact by rule, or fitted with its error."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from cubeai_auto.engines.base import EngineRequest, EngineResult, Validation, ValidationRequest
from cubeai_auto.engines.predicted.coefficients import load_coefficients
from cubeai_auto.engines.predicted.footprint import predict_footprint
from cubeai_auto.engines.predicted.lower import OPERATORS, lower
from cubeai_auto.engines.predicted.report import predicted_report
from cubeai_auto.engines.stedgeai.versions import (
    KnownVersion,
    VersionRange,
    find_version,
    known_versions,
    numbers,
)
from cubeai_auto.errors import UsageError
from cubeai_auto.tflite.reader import load_model
from cubeai_auto.tflite.rules import Version
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["PredictedEngine"]

_HINT = "use --engine builtin, or --engine stedgeai where ST's tool is installed"


class PredictedEngine:
    """An engine that only analyzes.

    Args:
        versions: the versions of ST's tool that will do, as in ``find_engine``; the newest one
            with known kernel sizes is taken, else the newest one. ``None`` for all.

    Raises:
        UsageError: no known version is among them.
    """

    name = "predicted"
    title = "Cube.AI's figures, predicted"

    def __init__(self, versions: VersionRange | None = None) -> None:
        fitting = [
            known
            for known in known_versions()
            if versions is None or not versions.refusal(find_version(known.pack))
        ]
        if not fitting:
            text = "" if versions is None else versions.text
            msg = f"no known version of X-CUBE-AI is in {text!r}"
            raise UsageError(msg, hint="known packs: " + ", ".join(v.pack for v in known_versions()))
        self._coefficients = load_coefficients()
        default = self._coefficients.default
        covered = [known for known in fitting if _version(known) <= default]
        self._known = (covered or fitting)[-1]

    @property
    def version(self) -> str:
        """The version of Cube.AI whose figures are predicted."""
        return f"as {self._known.program} {self._known.number} (X-CUBE-AI {self._known.pack})"

    def supported_operators(self) -> tuple[OperatorSupport, ...]:
        """The operators that the predictions know."""
        return tuple(OperatorSupport(name, ("float32", "int8"), "") for name in OPERATORS)

    def analyze(self, request: EngineRequest) -> EngineResult:
        """The report that Cube.AI would make, every figure marked as predicted.

        Raises:
            ModelFormatError: the file is not a readable model.
            UnsupportedModelError: a tensor has an open shape.
            UsageError: compressed weights were asked for.
        """
        if request.compression != "none":
            msg = f"how far Cube.AI compresses weights is not predicted ({request.compression})"
            raise UsageError(msg, hint="use --compression none")
        graph = load_model(request.model)
        version = _version(self._known)
        network = lower(graph, version, optimization=request.optimization)
        footprint, memory = predict_footprint(graph, network, request, version, self._coefficients)
        return EngineResult(
            predicted_report(request, graph, self._known, version, footprint), None, memory
        )

    def generate(self, request: EngineRequest, directory: Path) -> NoReturn:
        """Refuse.

        Raises:
            UsageError: always.
        """
        msg = f"a prediction of {request.model.name} has no code to write into {directory}"
        raise UsageError(msg, hint=_HINT)

    def validate(self, request: EngineRequest, validation: ValidationRequest) -> Validation:
        """Refuse.

        Raises:
            UsageError: always.
        """
        msg = f"a prediction of {request.model.name} has no code to run on {validation.on}"
        raise UsageError(msg, hint=_HINT)


def _version(known: KnownVersion) -> Version:
    major, minor = numbers(known.pack)[:2]
    return major, minor

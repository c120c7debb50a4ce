"""A model under Cube.AI where ST's tool does not run: its figures predicted, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cubeai_auto.compare.engine_side import refused_side
from cubeai_auto.compare.side import Side
from cubeai_auto.compare.sides import CubeAi
from cubeai_auto.engines.base import EngineRequest, EngineResult
from cubeai_auto.engines.predicted import PredictedEngine
from cubeai_auto.engines.stedgeai.versions import VersionRange
from cubeai_auto.errors import UnsupportedModelError, UsageError

__all__ = ["CubeStep", "in_one_line", "for_builtin", "predict_cube"]


@dataclass(frozen=True, slots=True)
class CubeStep:
    """A prediction of Cube.AI's figures; without one, ``refused`` is a side that says why."""

    cube: CubeAi | None = None
    refused: Side | None = None
    result: EngineResult | None = None


def predict_cube(request: EngineRequest, versions: str | None) -> CubeStep:
    """What ST's tool would report of a model.

    Args:
        request: as for ST's tool; compressed weights cannot be predicted.
        versions: of ST's tool, as in ``find_engine``; ``None`` for the newest with known figures.
    """
    try:
        wanted = None if versions is None else VersionRange.parse(versions)
        result = PredictedEngine(wanted).analyze(request)
    except (UsageError, UnsupportedModelError) as error:
        side = refused_side("cube-ai", "not predicted", in_one_line(error.message))
        return CubeStep(refused=side)
    return CubeStep(CubeAi(result.report), result=result)


def for_builtin(request: EngineRequest) -> EngineRequest:
    """The request without what only ST's tool does."""
    return replace(request, c_api="st-ai", compression="none")


def in_one_line(text: str) -> str:
    """What an error says first, with the first of its points if it has a list of them."""
    first, *points = [line.strip().removeprefix("- ") for line in text.splitlines() if line.strip()]
    if not points or not first.endswith(":"):
        return first
    return f"{first} {points[0]}" + (f"; and {len(points) - 1} more" if len(points) > 1 else "")

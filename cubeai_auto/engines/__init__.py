"""Engines turn a model into C and prove it; they are interchangeable for the pipeline."""

from __future__ import annotations

from pathlib import Path

from cubeai_auto.engines.base import (
    Engine,
    EngineRequest,
    EngineResult,
    Validation,
    ValidationRequest,
)
from cubeai_auto.engines.builtin import BuiltinEngine
from cubeai_auto.engines.predicted import PredictedEngine
from cubeai_auto.engines.stedgeai.connection import Connection
from cubeai_auto.engines.stedgeai.discovery import search_st_tool
from cubeai_auto.engines.stedgeai.engine import StEdgeAiEngine
from cubeai_auto.engines.stedgeai.versions import VersionRange
from cubeai_auto.engines.vectors import random_inputs, read_inputs
from cubeai_auto.errors import UsageError

__all__ = [
    "BuiltinEngine",
    "Engine",
    "EngineRequest",
    "EngineResult",
    "PredictedEngine",
    "StEdgeAiEngine",
    "Validation",
    "ValidationRequest",
    "find_engine",
    "random_inputs",
    "read_inputs",
]


def find_engine(
    name: str,
    *,
    tool: Path | None = None,
    project_tool: Path | None = None,
    versions: str | None = None,
    connection: str | None = None,
) -> Engine:
    """The engine of that name; ``auto`` is ST's tool if one is installed, else the built-in one.

    Args:
        name: ``auto``, ``builtin``, ``stedgeai``, or ``predicted``, which only analyzes.
        tool: ST's program or the root of its installation, instead of looking for it.
        project_tool: likewise, from a project file; ``tool`` goes before it.
        versions: the versions of ST's tool that will do, such as ``">=10.0,<12"``; a prediction
            is made for the newest of them with known figures.
        connection: where ST's tool finds the board, such as ``"serial:COM6:115200"``.

    Raises:
        ToolMissingError: ``stedgeai`` was asked for, and none was found; the message lists
            every place that was looked at.
        UsageError: there is no such engine, ``versions`` is no range, or ``connection`` no port.
    """
    if name == "builtin":
        return BuiltinEngine()
    if name not in {"auto", "predicted", "stedgeai"}:
        msg = f"unknown engine {name!r}"
        raise UsageError(msg, hint="engines: auto, builtin, predicted, stedgeai")
    wanted = None if versions is None else VersionRange.parse(versions)
    if name == "predicted":
        return PredictedEngine(wanted)
    search = search_st_tool(tool, project=project_tool, versions=wanted)
    if name == "auto" and search.tool is None and tool is None and project_tool is None:
        return BuiltinEngine()
    board = None if connection is None else Connection.parse(connection)
    return StEdgeAiEngine(search.require(), connection=board)

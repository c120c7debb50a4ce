"""Engines turn a model into C and prove it; they are interchangeable for the pipeline."""

from __future__ import annotations

from cubeai_auto.engines.base import (
    Engine,
    EngineRequest,
    EngineResult,
    Validation,
    ValidationRequest,
)
from cubeai_auto.engines.builtin import BuiltinEngine
from cubeai_auto.engines.vectors import random_inputs, read_inputs
from cubeai_auto.errors import ToolMissingError, UsageError

__all__ = [
    "BuiltinEngine",
    "Engine",
    "EngineRequest",
    "EngineResult",
    "Validation",
    "ValidationRequest",
    "find_engine",
    "random_inputs",
    "read_inputs",
]


def find_engine(name: str) -> Engine:
    """The engine of that name; ``auto`` is the best one that can be driven here.

    Raises:
        ToolMissingError: ``stedgeai`` was asked for.
        UsageError: there is no such engine.
    """
    if name in {"auto", "builtin"}:
        return BuiltinEngine()
    if name == "stedgeai":
        msg = "this version of cubeai_auto does not drive ST's stedgeai or stm32ai yet"
        raise ToolMissingError(msg, hint="use --engine builtin")
    msg = f"unknown engine {name!r}"
    raise UsageError(msg, hint="engines: auto, builtin, stedgeai")

"""Cube.AI's figures without Cube.AI: an engine that analyzes, and the fit behind it."""

from cubeai_auto.engines.predicted.engine import PredictedEngine
from cubeai_auto.engines.predicted.report import TOOL

__all__ = ["TOOL", "PredictedEngine"]

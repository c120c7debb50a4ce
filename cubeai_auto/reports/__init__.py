"""Reports on deployed networks: one form for every engine, and what validation showed."""

from cubeai_auto.reports.memory import Buffer, MemoryMap
from cubeai_auto.reports.report import CubeReport, Footprint, LayerInfo, TensorInfo, ToolInfo
from cubeai_auto.reports.validation import Metrics, ValidationResult, not_validated

__all__ = [
    "Buffer",
    "CubeReport",
    "Footprint",
    "LayerInfo",
    "MemoryMap",
    "Metrics",
    "TensorInfo",
    "ToolInfo",
    "ValidationResult",
    "not_validated",
]

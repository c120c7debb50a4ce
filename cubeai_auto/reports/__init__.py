"""Reports on deployed networks: one form for every engine, and what validation showed."""

from cubeai_auto.reports.cgraph import CArray, CNode, Epoch
from cubeai_auto.reports.diff import ReportDiff, diff_reports
from cubeai_auto.reports.load import ReportBatch, ReportProblem, load_report, load_reports
from cubeai_auto.reports.memory import Buffer, MemoryMap, MemoryPool
from cubeai_auto.reports.profile import LayerTiming, Profile
from cubeai_auto.reports.report import CubeReport, Footprint, LayerInfo, TensorInfo, ToolInfo
from cubeai_auto.reports.validation import Metrics, ValidationResult, ValidationRow, not_validated

__all__ = [
    "Buffer",
    "CArray",
    "CNode",
    "CubeReport",
    "Epoch",
    "Footprint",
    "LayerInfo",
    "LayerTiming",
    "MemoryMap",
    "MemoryPool",
    "Metrics",
    "Profile",
    "ReportBatch",
    "ReportDiff",
    "ReportProblem",
    "TensorInfo",
    "ToolInfo",
    "ValidationResult",
    "ValidationRow",
    "diff_reports",
    "load_report",
    "load_reports",
    "not_validated",
]

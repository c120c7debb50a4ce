"""The figures of a report file, as CubeMX caches them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.project.analysis import ReportedAnalysis

__all__ = ["read_analysis"]


def read_analysis(path: Path) -> ReportedAnalysis:
    """The figures of a report file.

    Raises:
        MissingPathError: there is no such file.
        InputError: it is no report, that of a failed run, or lacks a figure.
    """
    from cubeai_auto.project.analysis import reported_analysis
    from cubeai_auto.reports import load_report

    return reported_analysis(load_report(path), str(path))

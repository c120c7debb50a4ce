"""Sections of a text report are found by title, never by position."""

from __future__ import annotations

import re

__all__ = ["is_rule", "section_of"]

_PATTERNS = {
    "banner": r"(?:stm32ai - )?(?:Neural Network Tools for STM32|ST ?Edge ?AI Core v\d)",
    "header": r"Exec/report summary\b",
    "model": r"Model name - ",
    "layers": r"(?:m_id|id)\s+layer \([^)]*\)\s+(?:oshape|output shape|shape)\b",
    "pools": r"Memory-pools summary",
    "c_graph": r"Generated C-graph summary",
    "c_arrays": r"C-Arrays \(",
    "c_layers": r"C-Layers \(",
    "operations": r"Number of operations per c-layer",
    "operation_types": r"Number of operation types",
    "complexity": r"Complexity (?:per-layer|report)",
    "sizes": r"Requested memory size (?:per segment|by section)",
    "size_summary": r"Summary (?:per (?:memory device type|type of memory device)|- \")",
    "relocatable": r"Runtime memory layout",
    "files": r"Generated files \(",
    "evaluation": r"Evaluation report \(summary\)",
    "validation_data": r"Setting validation data",
    "run": r"Running the (?:ST\.?AI|STM\.?(?:32)? ?AI) c-model",
    "run_summary": r"Summary ['\"]",
    "profile": r"(?:ST\.?AI|STM AI) Profiling results|Results for \d+ inference",
    "timings": r"Inference time per (?:c-)?node|c_id\s+m_id\s+(?:type|desc)\s.*\bms\b",
    "tensor_statistics": r"Statistic per tensor",
    "saving": r"Saving validation data",
    "metrics": r"Computing the metrics",
    "accuracy": r"(?:Cross a|A)ccuracy report #\d",
    "compilation": r"Compilation details",
    "memory": r"Memory usage information",
    "user_io": r"Memory to be allocated by the user",
    "ranges": r"Used memory ranges",
    "epochs": r"Epochs details",
    "trailer": r"Total Flash:",
}
_TITLE = re.compile(
    " {0,4}(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()) + ")"
)
_STARTS = frozenset("NSEeMimcCRGDPTUA")
_RULE = re.compile(r" {0,4}(?:-{3}[- ]*|={20,})")


def section_of(line: str) -> str | None:
    """The name of the section whose title a line is; ``None`` for any other line."""
    if line.lstrip()[:1] not in _STARTS:
        return None
    match = _TITLE.match(line)
    return None if match is None else match.lastgroup


def is_rule(line: str) -> bool:
    """Whether a line is a rule: dashes with blanks between columns, or a row of ``=``."""
    return _RULE.fullmatch(line) is not None

"""A run as JSON."""

from __future__ import annotations

from cubeai_auto.compare.record import RunRecord
from cubeai_auto.jsontext import json_text

__all__ = ["run_json"]


def run_json(record: RunRecord) -> str:
    """The content of ``run.json``."""
    return json_text(record.to_json())

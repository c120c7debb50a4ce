"""Reading the measured tables that ship with the package."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files

__all__ = ["table_rows"]


def table_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a CSV file in ``resources``, without the comment lines at its head."""
    text = (files("cubeai_auto") / "resources" / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(csv.DictReader(lines))

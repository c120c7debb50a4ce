"""Checks on the JSON of reports."""

from __future__ import annotations

__all__ = ["is_quantity"]


def is_quantity(value: object) -> bool:
    assert isinstance(value, dict)
    if value["value"] is None:
        return set(value) == {"value", "reason"} and bool(value["reason"])
    return {"value", "unit", "how", "source"} <= set(value)

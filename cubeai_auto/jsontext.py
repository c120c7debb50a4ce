"""JSON as text: the same value gives the same bytes, on every machine."""

from __future__ import annotations

import json
import math

from cubeai_auto.quantity import JsonValue

__all__ = ["json_text"]


def json_text(value: JsonValue) -> str:
    """A JSON value, indented by two, keys in the order given, ASCII only, ending in a line end.

    Numbers that JSON cannot hold (not a number, infinite) become ``null``.
    """
    return json.dumps(_finite(value), indent=2, allow_nan=False) + "\n"


def _finite(value: JsonValue) -> JsonValue:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return value

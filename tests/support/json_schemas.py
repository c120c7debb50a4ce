"""The JSON schemas that ship, as validators."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import fastjsonschema

__all__ = ["NAMES", "schema", "validator"]

NAMES = ("baseline", "compare", "ioc-lint", "report", "run", "tflm")

_FOLDER = files("cubeai_auto") / "resources" / "schemas"


def schema(name: str) -> dict[str, object]:
    """The content of a schema file, without ``-1.schema.json``."""
    document = json.loads((_FOLDER / f"{name}-1.schema.json").read_text("utf-8"))
    assert isinstance(document, dict)
    return document


@cache
def validator(name: str, *, closed: bool = False) -> Callable[[object], object]:
    """A function that raises ``fastjsonschema.JsonSchemaException`` for what does not fit.

    With ``closed``, objects may have described keys only: then a key that the program writes and
    the schema does not mention is found.
    """

    def load(uri: str) -> object:
        document = schema(uri.removesuffix("-1.schema.json"))
        return _closed(document) if closed else document

    whole = schema(name)
    if closed:
        whole = _closed(whole)
    found = fastjsonschema.compile(whole, handlers={"": load})
    assert callable(found)
    return found


def _closed(document: dict[str, object]) -> dict[str, object]:
    document = copy.deepcopy(document)

    def close(value: object) -> None:
        if isinstance(value, dict):
            described = isinstance(value.get("properties"), dict) and value.get("type") == "object"
            if described:
                value.setdefault("additionalProperties", False)
            for item in value.values():
                close(item)
        elif isinstance(value, list):
            for item in value:
                close(item)

    close(document)
    return document

"""Every key of ``project.toml`` in words: what it means, what it takes, what it is by default."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cubeai_auto.project.config import ProjectConfig
from cubeai_auto.project.sizes import LARGEST
from cubeai_auto.quantity import JsonValue

__all__ = ["KeyInfo", "TableInfo", "describe_tables", "find_key", "known_keys", "plain_schema"]


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """One key.

    Attributes:
        table: the table it belongs to.
        name: the key inside the table.
        description: what it means, in Markdown.
        allowed: the values it takes, in words.
        item_allowed: for a list, what its elements may be; otherwise empty.
        choices: the texts it (or an element of the list) takes, where they are few.
        default: the value without the key, as TOML; empty if there is none.
        required: whether its table cannot be without it.
    """

    table: str
    name: str
    description: str
    allowed: str
    item_allowed: str
    choices: tuple[str, ...]
    default: str
    required: bool

    @property
    def dotted(self) -> str:
        """The key as ``--set`` takes it."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One table with its keys, in the order of the models."""

    name: str
    description: str
    required: bool
    keys: tuple[KeyInfo, ...]


def plain_schema() -> dict[str, JsonValue]:
    """The JSON schema of the models, without what TOML cannot say (null) and with one-line texts."""
    schema = _mapping(_plain(ProjectConfig.model_json_schema()))
    for definition in _mapping(schema["$defs"]).values():
        table = _mapping(definition)
        for key, entry in _mapping(table["properties"]).items():
            _mapping(entry)["title"] = f"{str(table['title']).strip('[]')}.{key}"
    return schema


@functools.cache
def describe_tables() -> tuple[TableInfo, ...]:
    """All tables, in the order of the models."""
    schema = plain_schema()
    definitions, required = _mapping(schema["$defs"]), _strings(schema["required"])
    tables: list[TableInfo] = []
    for name, reference in _mapping(schema["properties"]).items():
        table = _mapping(definitions[str(_mapping(reference)["$ref"]).removeprefix("#/$defs/")])
        needed = _strings(table.get("required", []))
        keys = tuple(
            _key(name, key, _mapping(entry), key in needed)
            for key, entry in _mapping(table["properties"]).items()
        )
        tables.append(TableInfo(name, str(table["description"]), name in required, keys))
    return tuple(tables)


def known_keys() -> tuple[str, ...]:
    """All dotted keys."""
    return tuple(key.dotted for table in describe_tables() for key in table.keys)


def find_key(dotted: str) -> KeyInfo | None:
    """The key of that dotted name, if there is one."""
    keys = (key for table in describe_tables() for key in table.keys)
    return next((key for key in keys if key.dotted == dotted), None)


def _key(table: str, name: str, entry: Mapping[str, JsonValue], required: bool) -> KeyInfo:
    items = _mapping(entry.get("items", {}))
    return KeyInfo(
        table=table,
        name=name,
        description=str(entry["description"]),
        allowed=_allowed(entry),
        item_allowed=_allowed(items) if items else "",
        choices=_strings(items.get("enum", []) or entry.get("enum", [])),
        default=json.dumps(entry["default"], ensure_ascii=False) if "default" in entry else "",
        required=required,
    )


def _allowed(entry: Mapping[str, JsonValue]) -> str:
    if "$comment" in entry:
        return str(entry["$comment"])
    if "enum" in entry:
        return "one of " + ", ".join(f'"{choice}"' for choice in _strings(entry["enum"]))
    kind = entry.get("type")
    if kind == "array":
        several = "a list of different values, each " if entry.get("uniqueItems") else "a list, each "
        return several + _allowed(_mapping(entry["items"]))
    if kind == "integer":
        return "a whole number" + _range(entry)
    if kind == "number":
        return "a number" + _range(entry)
    return {"boolean": "true or false", "string": "text"}[str(kind)]


def _range(entry: Mapping[str, JsonValue]) -> str:
    low, above, high = entry.get("minimum"), entry.get("exclusiveMinimum"), entry.get("maximum")
    if above is not None:
        return f" above {above}, at most {high}"
    if high is None or high == LARGEST:
        return "" if low is None else f", at least {low}"
    return f" from {low} to {high}"


def _plain(value: JsonValue) -> JsonValue:
    """Join lines of descriptions, and drop null as default and as alternative."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: item for key, item in value.items() if not (key == "default" and item is None)}
    options = value.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        rest = [option for option in options if option != {"type": "null"}]
        del value["anyOf"]
        value |= _mapping(rest[0]) if len(rest) == 1 else {"anyOf": rest}
    return {
        key: " ".join(item.split()) if key == "description" and isinstance(item, str) else _plain(item)
        for key, item in value.items()
    }


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise TypeError(type(value))
    return value


def _strings(value: JsonValue | Sequence[JsonValue]) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(type(value))
    return tuple(str(item) for item in value)

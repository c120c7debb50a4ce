"""The built-in engine's ``<name>_report.json``: every figure keeps how it was obtained."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import get_args

from cubeai_auto.errors import InputError
from cubeai_auto.quantity import How, Quantity, missing
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.fields import Fields
from cubeai_auto.reports.report import CubeReport, Footprint, LayerInfo, TensorInfo, ToolInfo

__all__ = ["read_own_json"]

_SCHEMA = "cubeai-auto/"
_HOWS: tuple[How, ...] = get_args(How)
_ABSENT = "not stated by the report"


def read_own_json(fields: Fields, draft: Draft) -> CubeReport:
    """Read one of our own reports.

    Raises:
        InputError: the file has another schema.
    """
    schema = fields.text("schema")
    if not schema.startswith(_SCHEMA):
        msg = f"{draft.file}: JSON of schema {schema[:60]!r}: not a report"
        raise InputError(msg, hint="give a report of the built-in engine or of ST's tools")
    tool, model, sizes = fields.child("tool"), fields.child("model"), fields.child("footprint")
    footprint = Footprint(**{item.name: _quantity(sizes, item.name) for item in fields_of(Footprint)})
    return CubeReport(
        tool=ToolInfo(
            tool.text("name") or "unknown",
            tool.text("version") or None,
            tool.text("build") or None,
            tool.text("pack") or None,
            tool.text("commit") or None,
        ),
        status="failed" if fields.text("status") == "failed" else "ok",
        model_path=model.text("path"),
        model_name=model.text("name"),
        model_format=model.text("format"),
        model_hash=model.text("hash"),
        c_name=fields.text("c_name"),
        macc=_quantity(fields, "macc"),
        params=_quantity(fields, "params"),
        footprint=footprint,
        inputs=_tensors(fields, "inputs", draft),
        outputs=_tensors(fields, "outputs", draft),
        layers=_layers(fields),
        file=draft.file,
        command=fields.text("command") or None,
        errors=tuple(fields.texts("errors")),
        created=fields.text("created") or None,
        target=fields.text("target") or None,
        compression=fields.text("compression") or None,
        optimization=fields.text("optimization") or None,
        parameters=fields.text("parameters") or None,
        generated_files=tuple(fields.texts("generated_files")),
        c_api=fields.text("c_api") or None,
        options=tuple(fields.texts("options")),
        notes=(*fields.texts("notes"), *draft.notes),
    )


def _quantity(fields: Fields, key: str) -> Quantity:
    if fields.raw(key) is None:
        return missing(_ABSENT)
    item = fields.child(key)
    value = item.integer("value") if isinstance(item.raw("value"), int) else item.number("value")
    if value is None:
        return missing(item.text("reason") or _ABSENT)
    stated = item.text("how")
    how = next((known for known in _HOWS if known == stated), None)
    unit, source = item.text("unit"), item.text("source")
    if how is None or not unit or not source:
        return missing("a value without unit or provenance")
    return Quantity(value, unit, how, source)


def _tensors(fields: Fields, key: str, draft: Draft) -> tuple[TensorInfo, ...]:
    tensors = []
    for row in fields.children(key):
        size = row.size("bytes")
        if size is None:
            draft.note(f"{key}: {row.text('name')} has no size")
            continue
        tensors.append(
            TensorInfo(
                row.text("name"), row.text("dtype"), tuple(row.integers("shape")), size,
                row.number("scale"), row.integer("zero_point"),
            )
        )  # fmt: skip
    return tuple(tensors)


def _layers(fields: Fields) -> tuple[LayerInfo, ...]:
    return tuple(
        LayerInfo(
            id=row.integer("id") or 0,
            name=row.text("name"),
            type=row.text("type"),
            shape=tuple(row.integers("shape")),
            params=row.size("params"),
            macc=_quantity(row, "macc"),
            original=row.text("original") or None,
            size=row.size("size"),
            instructions=_quantity(row, "instructions"),
            slow=row.text("slow"),
        )
        for row in fields.children("layers")
    )

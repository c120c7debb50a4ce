"""One report from the two that a run leaves: the text, and the JSON beside it."""

from __future__ import annotations

from dataclasses import fields, replace

from cubeai_auto.quantity import Quantity
from cubeai_auto.reports.report import CubeReport, Footprint

__all__ = ["merged"]


def merged(text: CubeReport, document: CubeReport) -> CubeReport:
    """The text report, completed with what only the JSON of the same run states.

    The text has the size table only if a compiler was there, the JSON never has the list of
    files. Figures that both state and that differ become notes; the text's are kept.
    """
    notes = list(text.notes)
    if document.c_name and text.c_name and document.c_name != text.c_name:
        notes.append(f"the JSON report is of another network ({document.c_name}) and was not used")
        return replace(text, notes=tuple(notes))
    footprint = text.footprint
    for entry in fields(Footprint):
        ours: Quantity = getattr(footprint, entry.name)
        theirs: Quantity = getattr(document.footprint, entry.name)
        footprint = replace(footprint, **{entry.name: _one(entry.name, ours, theirs, notes)})
    return replace(
        text,
        footprint=footprint,
        macc=_one("macc", text.macc, document.macc, notes),
        params=_one("params", text.params, document.params, notes),
        inputs=text.inputs or document.inputs,
        outputs=text.outputs or document.outputs,
        layers=text.layers or document.layers,
        model_hash=text.model_hash or document.model_hash,
        notes=tuple(notes),
    )


def _one(name: str, text: Quantity, document: Quantity, notes: list[str]) -> Quantity:
    if not text.known:
        return document if document.known else text
    if document.known and document.value != text.value:
        notes.append(f"{name}: the text report says {text.value}, the JSON {document.value}")
    return text

"""What the JSON files of ST's tools have in common: versions, memory footprint, metrics."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.fields import Fields
from cubeai_auto.reports.reading.validation_text import metrics_row
from cubeai_auto.reports.reading.versions import tool_from_version

__all__ = ["known_keys", "read_io", "read_memory_footprint", "read_metrics", "read_version"]

_NOT_COMPUTED = "null or 0: the tool found no Arm compiler, or its test link failed"
_INSIDE = "inside activations"
_NO_TOTALS = "this file has no totals of a linked program"


@cache
def known_keys(kind: str) -> frozenset[str]:
    """The top-level keys of a kind of file, from ``resources/report_keys.toml``."""
    text = (files("cubeai_auto") / "resources" / "report_keys.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)[kind])


def read_version(fields: Fields, draft: Draft, *keys: str) -> None:
    """The tool's version from the first of these keys: an object up to 8.1, a text from 9.0."""
    for key in keys:
        value = fields.raw(key)
        if isinstance(value, dict):
            parts = fields.child(key)
            numbers = [parts.integer(name) for name in ("major", "minor", "micro")]
            if None in numbers:
                continue
            extra = parts.raw("extra")
            build = f"-{extra}" if isinstance(extra, str) and extra else ""
            text = ".".join(str(number) for number in numbers) + build
            draft.tool, note = tool_from_version(text, old=True)
        elif isinstance(value, str):
            draft.tool, note = tool_from_version(value)
        else:
            continue
        draft.note(note)
        return
    draft.note("the file does not state the tool's version")


def read_io(sizes: list[int], draft: Draft, *, inside: tuple[bool, bool] | None = None) -> None:
    """Bytes of inputs and outputs; a 0 says that the tool placed them inside the activations."""
    footprint = draft.footprint
    for index, name in enumerate(("inputs", "outputs")):
        if index >= len(sizes):
            continue
        if sizes[index] <= 0 or (inside is not None and inside[index]):
            footprint.why[name] = _INSIDE
        else:
            setattr(footprint, name, sizes[index])


def read_memory_footprint(fields: Fields, draft: Draft) -> None:
    """``memory_footprint`` of ``_c_graph.json`` and ``_c_info.json``.

    ``kernel_flash`` and ``kernel_ram`` are RT total of the size table and already contain
    ``toolchain_flash`` and ``toolchain_ram``; null, 0 and absent all say "not computed".
    """
    memory = fields.child("memory_footprint")
    footprint = draft.footprint
    footprint.weights = memory.size("weights")
    footprint.activations = memory.size("activations")
    read_io(memory.integers("io"), draft)
    footprint.kernel_flash = memory.size("kernel_flash") or None
    footprint.kernel_ram = memory.size("kernel_ram") or None
    if footprint.kernel_flash is None:
        footprint.kernel_ram = None
    else:
        draft.note("kernel_flash and kernel_ram contain the toolchain's bytes (RT total)")
        footprint.toolchain_flash = memory.size("toolchain_flash")
        footprint.toolchain_ram = memory.size("toolchain_ram")
    for name in ("kernel_flash", "kernel_ram", "toolchain_flash", "toolchain_ram"):
        footprint.why[name] = _NOT_COMPUTED
    footprint.why["flash_total"] = footprint.why["ram_total"] = _NO_TOTALS
    if (series := memory.text("series")) and series != "generic":
        draft.shown_target = series


def read_metrics(rows: list[Fields], draft: Draft) -> None:
    """``val_metrics``: ``acc`` is a text with a percent sign, the rest are numbers."""
    for row in rows:
        values: dict[str, str] = {}
        for key in ("acc", "rmse", "mae", "l2r", "mean", "std", "nse", "cos"):
            value = row.raw(key)
            if value is not None and not isinstance(value, bool):
                values[key] = value if isinstance(value, str) else repr(value)
        name = row.text("desc") or "unnamed"
        draft.validation.append(metrics_row(name, values, row.text("ts_name") or None, draft))

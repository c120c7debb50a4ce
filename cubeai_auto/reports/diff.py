"""Two reports side by side: what changed in totals, API and layers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from cubeai_auto.quantity import JsonValue, Quantity
from cubeai_auto.reports.report import CubeReport, LayerInfo

__all__ = ["Change", "FactChange", "LayerChange", "ReportDiff", "diff_reports"]

LayerState = Literal["same", "changed", "added", "removed"]
_TOTALS = (
    "weights", "activations", "inputs", "outputs", "states", "kernel_flash", "kernel_ram",
    "toolchain_flash", "toolchain_ram", "flash_total", "ram_total", "data_ram",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One figure in both reports."""

    name: str
    before: Quantity
    after: Quantity

    @property
    def difference(self) -> int | float | None:
        """``after`` minus ``before``; ``None`` unless both are known, in the same unit."""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value if self.before.unit == self.after.unit else None

    @property
    def changed(self) -> bool:
        """Whether the figures differ, or only one is known."""
        return self.before.value != self.after.value

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``totals`` list."""
        return {
            "name": self.name,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "difference": self.difference,
        }


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact in words in both reports: tool, pack, target, API, ..."""

    name: str
    before: str | None
    after: str | None

    @property
    def changed(self) -> bool:
        """Whether the words differ."""
        return self.before != self.after

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``facts`` list."""
        return {
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "changed": self.changed,
        }


@dataclass(frozen=True, slots=True)
class LayerChange:
    """A layer in both reports, or in one of them."""

    name: str
    before: LayerInfo | None
    after: LayerInfo | None

    @property
    def state(self) -> LayerState:
        """What happened to it; the id does not count."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if _cost(self.before) == _cost(self.after) else "changed"

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``layers`` list."""
        return {
            "name": self.name,
            "state": self.state,
            "before": None if self.before is None else self.before.to_json(),
            "after": None if self.after is None else self.after.to_json(),
        }


@dataclass(frozen=True, slots=True)
class ReportDiff:
    """Two reports compared. ``notes`` says what makes the figures not comparable."""

    before: CubeReport
    after: CubeReport
    facts: tuple[FactChange, ...]
    totals: tuple[Change, ...]
    layers: tuple[LayerChange, ...]
    notes: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether any fact, total or layer differs."""
        return (
            any(fact.changed for fact in self.facts)
            or any(total.changed for total in self.totals)
            or any(layer.state != "same" for layer in self.layers)
        )

    def to_json(self) -> dict[str, JsonValue]:
        """The ``diff`` object of the ``report`` verb."""
        return {
            "before": self.before.file,
            "after": self.after.file,
            "changed": self.changed,
            "facts": [fact.to_json() for fact in self.facts],
            "totals": [total.to_json() for total in self.totals],
            "layers": [layer.to_json() for layer in self.layers],
            "notes": list(self.notes),
        }


def diff_reports(before: CubeReport, after: CubeReport) -> ReportDiff:
    """Compare two reports; layers are matched by name, and by order among equal names."""
    facts = tuple(
        FactChange(name, old or None, new or None)
        for name, old, new in (
            ("tool", before.tool.label, after.tool.label),
            ("pack", before.tool.pack, after.tool.pack),
            ("api", before.c_api, after.c_api),
            ("target", before.target, after.target),
            ("compression", before.compression, after.compression),
            ("optimization", before.optimization, after.optimization),
            ("model", before.model_name, after.model_name),
            ("model format", before.model_format, after.model_format),
            ("model hash", _hash(before), _hash(after)),
        )
    )
    totals = (
        Change("macc", before.macc, after.macc),
        Change("params", before.params, after.params),
        *(
            Change(name, getattr(before.footprint, name), getattr(after.footprint, name))
            for name in _TOTALS
        ),
    )
    return ReportDiff(before, after, facts, totals, _layers(before, after), _notes(before, after))


def _layers(before: CubeReport, after: CubeReport) -> tuple[LayerChange, ...]:
    old, new = _keyed(before.layers), _keyed(after.layers)
    changes = [LayerChange(layer.name, layer, new.get(key)) for key, layer in old.items()]
    changes += [LayerChange(layer.name, None, layer) for key, layer in new.items() if key not in old]
    return tuple(changes)


def _keyed(layers: tuple[LayerInfo, ...]) -> dict[tuple[str, int], LayerInfo]:
    seen: Counter[str] = Counter()
    keyed = {}
    for layer in layers:
        keyed[layer.name, seen[layer.name]] = layer
        seen[layer.name] += 1
    return keyed


def _cost(layer: LayerInfo) -> tuple[object, ...]:
    return (layer.type, layer.shape, layer.params, layer.macc.value, layer.size)


def _hash(report: CubeReport) -> str:
    """The hash without the ``0x`` that versions from 9.0 put before it."""
    return report.model_hash.lower().removeprefix("0x")


def _notes(before: CubeReport, after: CubeReport) -> tuple[str, ...]:
    notes = []
    if _hash(before) and _hash(after) and _hash(before) != _hash(after):
        notes.append("the reports are of different model files (hash)")
    if before.target != after.target and before.target and after.target:
        notes.append("the targets differ: sizes of the runtime are not comparable")
    if _lists_nodes(before) != _lists_nodes(after):
        notes.append("one report lists the model's layers and the other the C nodes")
    notes.extend(
        f"{report.file or report.model_name} reports a failed run"
        for report in (before, after)
        if report.status == "failed"
    )
    return tuple(notes)


def _lists_nodes(report: CubeReport) -> bool:
    """Whether the layers are nodes of the C code, as in ``_c_graph.json`` and ``_c_info.json``."""
    return bool(report.layers) and all(layer.params is None for layer in report.layers)

"""A project's stored figures, and what became of them.

The baseline holds the figures of a run with where each came from, and the tools behind them. It is
made from a run, reviewed with the change that needs it, and kept beside the project file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.compare.changes import (
    BaselineCheck,
    BaselineLimits,
    Change,
    Growth,
    PartChange,
    State,
    ToolChange,
)
from cubeai_auto.compare.figures import KeyFigure, Part, key_figures
from cubeai_auto.compare.record import RunRecord, ToolVersion
from cubeai_auto.quantity import JsonValue, Quantity, missing, predicted

__all__ = ["BASELINE_SCHEMA", "Baseline", "StoredVariant", "check_baseline", "make_baseline"]

BASELINE_SCHEMA = "cubeai-auto/baseline/1"

_STORED = ("flash", "ram", "arena", "macc", "instructions", "accuracy")
_SIZES = frozenset({"flash", "ram", "arena"})
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class StoredVariant:
    """The figures of a variant, and which model file they are of."""

    name: str
    model_bytes: int
    model_sha256: str
    figures: tuple[KeyFigure, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``variants``."""
        return {
            "name": self.name,
            "model_bytes": self.model_bytes,
            "model_sha256": self.model_sha256,
            "figures": [figure.to_json() for figure in self.figures],
        }


@dataclass(frozen=True, slots=True)
class Baseline:
    """The content of a baseline file.

    Attributes:
        schema: :data:`BASELINE_SCHEMA`.
        project, engine, board: of the run.
        run: the run's key.
        created: when the run was made.
        tools: what took part in it.
        variants: those that the engine compiled.
    """

    schema: str
    project: str
    engine: str
    board: str
    run: str
    created: str
    tools: tuple[ToolVersion, ...]
    variants: tuple[StoredVariant, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """The file's JSON."""
        return {
            "schema": self.schema,
            "project": self.project,
            "engine": self.engine,
            "board": self.board,
            "run": self.run,
            "created": self.created,
            "tools": [{"name": tool.name, "version": tool.version} for tool in self.tools],
            "variants": [variant.to_json() for variant in self.variants],
        }


def make_baseline(record: RunRecord) -> Baseline:
    """The figures of a run as a baseline; variants that the engine refused are left out."""
    return Baseline(
        schema=BASELINE_SCHEMA,
        project=record.project,
        engine=record.engine,
        board=record.board,
        run=record.key,
        created=record.created,
        tools=tuple(ToolVersion(tool.name, tool.version) for tool in record.tools),
        variants=tuple(
            StoredVariant(
                variant.name,
                variant.model_bytes,
                variant.model_sha256,
                tuple(figure for figure in key_figures(variant) if figure.name in _STORED),
            )
            for variant in record.variants
            if variant.report is not None
        ),
    )


def check_baseline(
    record: RunRecord, baseline: Baseline, limits: BaselineLimits, file: str
) -> BaselineCheck:
    """Every stored figure against this run's.

    Figures of another engine or another board are not compared: they are ``unknown``, with that as
    the reason.

    Args:
        record: the run.
        baseline: what was stored.
        limits: on growth.
        file: where the baseline lies, for a reader.
    """
    differs = _not_the_same(record, baseline)
    now = make_baseline(record)
    stored = {variant.name: variant for variant in baseline.variants}
    changes: list[Change] = []
    notes: list[str] = []
    for variant in now.variants:
        before = stored.get(variant.name)
        known = {} if before is None else {figure.name: figure for figure in before.figures}
        for figure in variant.figures:
            old = known.get(figure.name)
            reason = differs if before is not None else f"the baseline has no variant {variant.name}"
            if old is None:
                old = KeyFigure(figure.name, missing(reason or "not in the baseline"))
            changes.append(_change(variant.name, old, figure, limits, reason))
        if before is not None and before.model_sha256 != variant.model_sha256:
            notes.append(f"{variant.name}: another model file than in the baseline")
    for refused in (v for v in record.variants if v.report is None and v.name in stored):
        changes += _gone(stored[refused.name], limits)
    here = {variant.name for variant in record.variants}
    notes += [f"{name}: in the baseline, not in this run" for name in stored if name not in here]
    notes += _other_provenance(changes)
    tools = _tool_changes(baseline.tools, record.tools)
    return BaselineCheck(file, baseline.created, tuple(changes), tools, tuple(notes))


def _gone(before: StoredVariant, limits: BaselineLimits) -> list[Change]:
    """The figures of a variant that the engine compiled once, and refuses now."""
    now = missing("the engine refuses this variant now")
    return [
        _change(before.name, old, KeyFigure(old.name, now), limits, "")
        for old in before.figures
        if old.name in _STORED
    ]


def _not_the_same(record: RunRecord, baseline: Baseline) -> str:
    if baseline.engine != record.engine:
        return f"the baseline is of the engine {baseline.engine}, this run of {record.engine}"
    if baseline.board != record.board:
        return f"the baseline is of the board {baseline.board}, this run of {record.board}"
    return ""


def _change(
    variant: str, old: KeyFigure, new: KeyFigure, limits: BaselineLimits, reason: str
) -> Change:
    before, now = old.value, new.value
    limit = limits.get(new.name)
    floor = limits.floor if new.name in _SIZES else 0
    reason = reason or _incomparable(before, now)
    if reason or before.value is None or now.value is None:
        gap = missing(reason)
        return Change(variant, new.name, before, now, gap, limit, floor, "unknown", reason)
    delta = _difference(before, now)
    growth = before.value - now.value if new.name == "accuracy" else now.value - before.value
    state = _state(growth, before.value, limit, floor)
    parts = _parts(old.parts, new.parts, delta)
    return Change(variant, new.name, before, now, delta, limit, floor, state, parts=parts)


def _incomparable(before: Quantity, now: Quantity) -> str:
    """Why two values cannot be subtracted; empty if they can."""
    if before.value is None:
        return f"not known in the baseline: {before.reason}"
    if now.value is None:
        return f"not known in this run: {now.reason}"
    if before.unit != now.unit:
        return f"in the baseline in {before.unit}, now in {now.unit}"
    return ""


def _state(growth: float, before: float, limit: Growth | None, floor: int) -> State:
    if limit is None:
        return "no limit"
    allowed = limit.allowed(before)
    if growth <= allowed + _ROUNDING * max(1.0, abs(allowed)):
        return "kept"
    return "noise" if growth < floor else "broken"


def _parts(before: Sequence[Part], now: Sequence[Part], delta: Quantity) -> tuple[PartChange, ...]:
    """The parts that changed, and what they leave unexplained; nothing if nothing changed."""
    if not before or delta.value is None:
        return ()
    old = {part.name: part.value for part in before}
    found: list[PartChange] = []
    explained: float = 0
    for part in now:
        was = old.get(part.name, missing("not in the baseline"))
        if not _incomparable(was, part.value):
            change = _difference(was, part.value)
            explained += change.value or 0
            if change.value:
                found.append(PartChange(part.name, was, part.value, change))
    rest = delta.value - explained
    if rest:
        why = missing("what no part explains")
        found.append(
            PartChange("rest", why, why, predicted(rest, delta.unit, "the change less its parts"))
        )
    return tuple(found)


def _difference(before: Quantity, now: Quantity) -> Quantity:
    return predicted((now.value or 0) - (before.value or 0), now.unit, "this run less the baseline")


def _other_provenance(changes: Sequence[Change]) -> list[str]:
    return [
        f"{change.variant}, {change.figure}: {change.before.how} in the baseline, {change.now.how} now"
        for change in changes
        if change.delta.known and change.before.how != change.now.how
    ]


def _tool_changes(before: Sequence[ToolVersion], now: Sequence[ToolVersion]) -> tuple[ToolChange, ...]:
    old = {tool.name: tool.version for tool in before}
    new = {tool.name: tool.version for tool in now}
    return tuple(
        ToolChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    )

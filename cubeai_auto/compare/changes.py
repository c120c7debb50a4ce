"""What became of a project's figures since its baseline was stored.

A limit is broken only by a change that is known: where the baseline or this run has no value, the
answer is ``unknown``, neither kept nor broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cubeai_auto.quantity import JsonValue, Quantity

__all__ = ["BaselineCheck", "BaselineLimits", "Change", "Growth", "PartChange", "State", "ToolChange"]

State = Literal["kept", "noise", "broken", "no limit", "unknown"]
"""``noise``: more than the limit allows, but below the floor under which changes do not count."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How much a figure may grow: a share of its baseline, or an amount in its own unit.

    Raises:
        ValueError: both are given, or none.
    """

    share: float | None = None
    amount: float | None = None

    def __post_init__(self) -> None:
        if (self.share is None) == (self.amount is None):
            msg = "a growth is either a share or an amount"
            raise ValueError(msg)

    def allowed(self, before: float) -> float:
        """The most that a figure may grow from there."""
        return before * self.share if self.share is not None else self.amount or 0

    def to_json(self) -> dict[str, JsonValue]:
        """The ``limit`` object."""
        return {"share": self.share, "amount": self.amount}


@dataclass(frozen=True, slots=True)
class BaselineLimits:
    """The limits of a project on growth; ``None`` has none.

    ``accuracy`` is how far it may drop; ``floor`` the bytes below which a change of a size is noise.
    """

    flash: Growth | None = None
    ram: Growth | None = None
    arena: Growth | None = None
    macc: Growth | None = None
    instructions: Growth | None = None
    accuracy: Growth | None = None
    floor: int = 0

    def get(self, figure: str) -> Growth | None:
        """The limit on a figure."""
        named = {
            "flash": self.flash, "ram": self.ram, "arena": self.arena, "macc": self.macc,
            "instructions": self.instructions, "accuracy": self.accuracy,
        }  # fmt: skip
        return named.get(figure)


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part of a figure that changed; what no part explains has the name ``rest``."""

    name: str
    before: Quantity
    now: Quantity
    delta: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``parts``."""
        return {
            "name": self.name,
            "before": self.before.to_json(),
            "now": self.now.to_json(),
            "delta": self.delta.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one variant, in the baseline and now.

    Attributes:
        variant, figure: whose, and which (``flash``, ``ram``, ...).
        before, now: the two values.
        delta: now less before; missing if one of them is.
        limit: the limit on growth (for the accuracy on its drop), if there is one.
        floor: bytes below which a change does not count; 0 for what is no size.
        state: whether the limit holds.
        reason: why the state is unknown; empty otherwise.
        parts: what the change is made of, as far as both sides tell.
    """

    variant: str
    figure: str
    before: Quantity
    now: Quantity
    delta: Quantity
    limit: Growth | None
    floor: int
    state: State
    reason: str = ""
    parts: tuple[PartChange, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``changes``."""
        return {
            "variant": self.variant,
            "figure": self.figure,
            "before": self.before.to_json(),
            "now": self.now.to_json(),
            "delta": self.delta.to_json(),
            "limit": None if self.limit is None else self.limit.to_json(),
            "floor": self.floor,
            "state": self.state,
            "reason": self.reason or None,
            "parts": [part.to_json() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class ToolChange:
    """A tool of another version than in the baseline; ``None`` where it was not there."""

    name: str
    before: str | None
    now: str | None

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``tools``."""
        return {"name": self.name, "before": self.before, "now": self.now}


@dataclass(frozen=True, slots=True)
class BaselineCheck:
    """A run against its project's baseline.

    Attributes:
        file: the baseline's file.
        created: when the run was made that the baseline holds; empty without one.
        changes: every figure of every variant of this run.
        tools: tools whose versions differ.
        notes: what else is different.
        reason: why nothing was compared; empty if it was.
    """

    file: str
    created: str
    changes: tuple[Change, ...] = ()
    tools: tuple[ToolChange, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""

    @property
    def broken(self) -> tuple[Change, ...]:
        """The changes that break their limit."""
        return tuple(change for change in self.changes if change.state == "broken")

    def to_json(self) -> dict[str, JsonValue]:
        """The ``baseline`` object of ``run.json``."""
        return {
            "file": self.file,
            "created": self.created or None,
            "broken": len(self.broken),
            "changes": [change.to_json() for change in self.changes],
            "tools": [tool.to_json() for tool in self.tools],
            "notes": list(self.notes),
            "reason": self.reason or None,
        }

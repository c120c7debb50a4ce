"""Under which conditions figures were obtained, and whether two of them may be compared.

What a user can make equal must be equal: core, float ABI, optimization, debug code, where inputs
and outputs lie. What belongs to a runtime itself (its kernels, its prebuilt library, what its
model container holds) differs by nature; it is named, and hinders nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cubeai_auto.quantity import JsonValue, Quantity, missing, predicted

__all__ = [
    "CONDITION_NAMES",
    "THIS_MODEL",
    "Condition",
    "Metric",
    "SideConditions",
    "collect_conditions",
    "ratio",
]

Metric = Literal["flash", "ram", "instructions"]

THIS_MODEL: Final = "this model"

CONDITION_NAMES: Final = (
    "core",
    "fpu_abi",
    "optimization",
    "debug",
    "io_placement",
    "kernels",
    "toolchain",
    "container",
    "model",
)
_NATURAL: Final = frozenset({"kernels", "toolchain", "container"})
_MATTERS: Final[Mapping[Metric, frozenset[str]]] = {
    "flash": frozenset({"core", "fpu_abi", "optimization", "debug", "model"}),
    "ram": frozenset({"core", "debug", "io_placement", "model"}),
    "instructions": frozenset({"core", "fpu_abi", "optimization", "debug", "model"}),
}
_UNKNOWN: Final[Mapping[str, str]] = {
    "core": "the core is not known",
    "fpu_abi": "the float ABI is not known",
    "optimization": "the optimization is not known",
    "debug": "debug code is not known",
    "io_placement": "the place of inputs and outputs is not known",
    "model": "the model is not known",
}
_WORDS: Final[Mapping[str, str]] = {
    "core": "another core",
    "fpu_abi": "another float ABI",
    "optimization": "another optimization",
    "debug": "debug code in one of them",
    "io_placement": "inputs and outputs lie elsewhere",
    "model": "another model",
}


@dataclass(frozen=True, slots=True)
class SideConditions:
    """How a side's figures were obtained; empty where nobody says.

    Attributes:
        core: such as ``cortex-m4``.
        fpu_abi: ``hard`` or ``soft``.
        optimization: of the code that is built: ``O2``, ``Os``, ``mixed``; ``as delivered`` for a
            prebuilt library, which no user can build otherwise.
        debug: ``no``, ``logs``, ``asserts and logs``.
        io_placement: ``inside`` or ``outside`` the activations or arena.
        kernels: whose.
        toolchain: what compiled and linked.
        container: what is counted as the model's container.
        model: :data:`THIS_MODEL`, or of which other one the figures are.
    """

    core: str = ""
    fpu_abi: str = ""
    optimization: str = ""
    debug: str = ""
    io_placement: str = ""
    kernels: str = ""
    toolchain: str = ""
    container: str = ""
    model: str = THIS_MODEL

    def get(self, name: str) -> str:
        """A condition by its name in :data:`CONDITION_NAMES`."""
        values = (
            self.core, self.fpu_abi, self.optimization, self.debug,
            self.io_placement, self.kernels, self.toolchain, self.container, self.model,
        )  # fmt: skip
        return dict(zip(CONDITION_NAMES, values, strict=True))[name]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition over all sides.

    Attributes:
        name: of :data:`CONDITION_NAMES`.
        values: side and value; an empty value is not known.
        comparable: ``True`` if equal or of the runtime's nature, ``False`` if different,
            ``None`` if some side does not say.
        note: why not, or what differs by nature.
    """

    name: str
    values: tuple[tuple[str, str], ...]
    comparable: bool | None
    note: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """One element of ``conditions``."""
        return {
            "name": self.name,
            "values": {side: value or None for side, value in self.values},
            "comparable": self.comparable,
            "note": self.note or None,
        }


def collect_conditions(sides: Sequence[tuple[str, SideConditions]]) -> tuple[Condition, ...]:
    """Every condition over all sides, in the order of :data:`CONDITION_NAMES`."""
    return tuple(_condition(name, sides) for name in CONDITION_NAMES)


def _condition(name: str, sides: Sequence[tuple[str, SideConditions]]) -> Condition:
    values = tuple((side, conditions.get(name)) for side, conditions in sides)
    known = {value for _, value in values if value}
    if name == "optimization":
        known.discard("as delivered")
    if name in _NATURAL:
        note = "differs by nature" if len(known) > 1 else ""
        return Condition(name, values, True, note)
    if len(known) > 1:
        return Condition(name, values, False, _WORDS[name])
    silent = [side for side, value in values if not value]
    if silent and len(values) > 1:
        return Condition(name, values, None, f"not known for {', '.join(silent)}")
    return Condition(name, values, True)


def ratio(
    metric: Metric,
    ours: tuple[SideConditions, Quantity],
    theirs: tuple[SideConditions, Quantity],
) -> Quantity:
    """Ours over theirs, or why the two may not be compared.

    Args:
        metric: which conditions matter.
        ours: the conditions and the figure of one side.
        theirs: of the other.
    """
    (a, value), (b, other) = ours, theirs
    if value.value is None or other.value is None:
        return missing(f"not comparable: {value.reason or other.reason}")
    pair = (("one", a), ("the other", b))
    for name in CONDITION_NAMES:
        if name not in _MATTERS[metric]:
            continue
        found = _condition(name, pair)
        if found.comparable is not True:
            words = " against ".join(value or "unknown" for _, value in found.values)
            note = found.note if found.comparable is False else _UNKNOWN[name]
            return missing(f"not comparable: {note} ({words})")
    if other.value <= 0:
        return missing("not comparable: the other side has none")
    return predicted(
        round(value.value / other.value, 3),
        "1",
        f"{value.how} {value.value} / {other.how} {other.value}",
    )

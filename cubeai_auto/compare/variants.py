"""What a variant of a model costs or saves against another one, in the same runtime.

A smaller model file is no proof: for a small network, int8 kernels can be larger than the weights that
int8 saves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.compare.side import Side
from cubeai_auto.compare.verdict import SIDE_NAMES
from cubeai_auto.quantity import JsonValue, Quantity, measured, predicted

__all__ = ["VariantGap", "variant_gaps"]

_BASE = "float32"


@dataclass(frozen=True, slots=True)
class VariantGap:
    """The flash of a variant less that of another one, on one side.

    Attributes:
        side: which deployment.
        variant: what is held against ``against``.
        against: the variant it is compared with.
        flash: the difference; below zero, what is saved.
        sentence: the same for a reader, with the reason where it costs more.
    """

    side: str
    variant: str
    against: str
    flash: Quantity
    sentence: str

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``across_variants``."""
        return {
            "side": self.side,
            "variant": self.variant,
            "against": self.against,
            "flash": self.flash.to_json(),
            "sentence": self.sentence,
        }


def variant_gaps(variants: Sequence[tuple[str, Comparison]]) -> tuple[VariantGap, ...]:
    """Every variant against float32, on every side where both totals are known.

    What costs more comes first.

    Args:
        variants: the names and comparisons of one network's variants.
    """
    base = next((comparison for name, comparison in variants if name == _BASE), None)
    if base is None:
        return ()
    sides = {side.name: side for side in base.sides}
    found = [
        _gap(name, sides[side.name], side)
        for name, comparison in variants
        if name != _BASE
        for side in comparison.sides
        if side.name in sides and sides[side.name].flash_total.known and side.flash_total.known
    ]
    return tuple(sorted(found, key=lambda gap: (gap.flash.value or 0) <= 0))


def _gap(variant: str, base: Side, other: Side) -> VariantGap:
    change = _less(base.flash_total, other.flash_total)
    difference = change.value or 0
    name = SIDE_NAMES.get(other.name, other.name)
    how = _how(base.flash_total, other.flash_total)
    if difference > 0:
        text = f"{variant} costs {difference:,} B more flash than {_BASE} with {name} ({how})"
        reason = _reason(base, other)
        text += f": {reason}" if reason else ""
    elif difference < 0:
        text = f"{variant} saves {-difference:,} B of flash against {_BASE} with {name} ({how})"
    else:
        text = f"{variant} costs as much flash as {_BASE} with {name} ({how})"
    return VariantGap(other.name, variant, _BASE, change, text)


def _reason(base: Side, other: Side) -> str:
    """Why it costs more, if kernels and weights are known."""
    weights, more = (base.weights, other.weights), (base.kernels, other.kernels)
    if not all(value.known for value in weights):
        weights = (base.container, other.container)
    if not all(value.known for value in (*weights, *more)):
        return ""
    saved, grown = -(_less(*weights).value or 0), _less(*more).value or 0
    if grown <= saved:
        return ""
    if saved < 0:
        return f"its weights are {-saved:,} B larger"
    return (
        f"its kernels are larger than the weights it saves ({grown:,} B more kernels, "
        f"{saved:,} B less weights)"
    )


def _less(base: Quantity, other: Quantity) -> Quantity:
    """The other less the base."""
    value = (other.value or 0) - (base.value or 0)
    source = "; ".join(dict.fromkeys((other.source, base.source)))
    wholly = base.how == other.how == "measured"
    return measured(value, "B", source) if wholly else predicted(value, "B", source)


def _how(base: Quantity, other: Quantity) -> str:
    return " and ".join(dict.fromkeys(str(value.how) for value in (other, base)))
